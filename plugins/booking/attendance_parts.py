"""What attendance adds to the manifest of booking."""

from __future__ import annotations

from plugins.booking import permissions_attendance
from plugins.booking.admin.attendance import AttendancePages
from plugins.booking.admin.check_in import CheckIn
from plugins.booking.services import attendance_codes, attendance_hours

PERMISSIONS = permissions_attendance.PERMISSIONS
SETTINGS = (*attendance_codes.SETTINGS, attendance_hours.GRACE)
VIEWS = (AttendancePages, CheckIn)
