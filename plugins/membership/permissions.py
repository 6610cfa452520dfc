"""What may be allowed with members, and which preset roles have it."""

from __future__ import annotations

from console import api
from console.api import _

SEE_MEMBERS = api.Permission(
    "membership.see_members",
    _("See members"),
    ("manager", "front_desk", "technician", "accountant"),
)
ADD_MEMBERS = api.Permission("membership.add_members", _("Add members"), ("manager", "front_desk"))
EDIT_MEMBERS = api.Permission(
    "membership.edit_members", _("Change member files"), ("manager", "front_desk")
)
EXPORT_MEMBERS = api.Permission("membership.export_members", _("Export members"), ("manager",))
IMPORT_MEMBERS = api.Permission(
    "membership.import_members", _("Take members in from spreadsheets"), ("manager",)
)
EDIT_TAGS = api.Permission("membership.edit_tags", _("Change tags"), ("manager",))

PERMISSIONS = (
    SEE_MEMBERS,
    ADD_MEMBERS,
    EDIT_MEMBERS,
    EXPORT_MEMBERS,
    IMPORT_MEMBERS,
    EDIT_TAGS,
)
