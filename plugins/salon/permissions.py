"""What may be allowed in the salon, and which preset roles have it."""

from __future__ import annotations

from console import api
from console.api import _

EVERYBODY = ("manager", "front_desk", "technician", "accountant")

SEE_STORES = api.Permission("salon.see_stores", _("See stores"), EVERYBODY)
EDIT_STORES = api.Permission("salon.edit_stores", _("Change stores and hours"), ("manager",))
ADD_STORES = api.Permission("salon.add_stores", _("Open new stores"))
SEE_STAFF = api.Permission("salon.see_staff", _("See staff files"), ("manager", "accountant"))
EDIT_STAFF = api.Permission("salon.edit_staff", _("Change staff files"), ("manager",))
END_EMPLOYMENT = api.Permission("salon.end_employment", _("Let staff leave"), ("manager",))
SEE_SERVICES = api.Permission("salon.see_services", _("See services and prices"), EVERYBODY)
EDIT_SERVICES = api.Permission("salon.edit_services", _("Change services and prices"))
SEE_ROOMS = api.Permission(
    "salon.see_rooms", _("See rooms and devices"), ("manager", "front_desk", "technician")
)
EDIT_ROOMS = api.Permission("salon.edit_rooms", _("Change rooms and devices"), ("manager",))

PERMISSIONS = (
    SEE_STORES,
    EDIT_STORES,
    ADD_STORES,
    SEE_STAFF,
    EDIT_STAFF,
    END_EMPLOYMENT,
    SEE_SERVICES,
    EDIT_SERVICES,
    SEE_ROOMS,
    EDIT_ROOMS,
)
