"""What may be allowed with attendance."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.booking.permissions import DESK

CHECK_IN = api.Permission(
    "booking.check_in", _("Check in and out at work"), (*DESK, "technician", "accountant")
)
SHOW_CODE = api.Permission(
    "booking.show_attendance_code", _("Show the code with which staff check in"), DESK
)
SEE_HOURS = api.Permission(
    "booking.see_attendance", _("See when everybody was at work"), ("manager", "accountant")
)
EDIT_HOURS = api.Permission(
    "booking.edit_attendance", _("Correct when somebody was at work"), ("manager",)
)

PERMISSIONS = (CHECK_IN, SHOW_CODE, SEE_HOURS, EDIT_HOURS)
