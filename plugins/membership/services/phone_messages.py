"""What a member is told when her card goes to another phone."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.messages.api import MessageKind, send_message

BOUND = MessageKind(
    "membership.bound",
    _("Your card was bound to a phone"),
    _("%(name)s, your member card was bound to a phone just now. If it was not you, call us."),
)
PHONE_CHANGED = MessageKind(
    "membership.phone_changed",
    _("Your phone was changed"),
    _("%(name)s, your phone is %(phone)s now. If it was not you, call us."),
)


def tell_of_binding(member_id: int) -> None:
    """Tell a member that her card was bound, in the running unit."""
    send_message(member_id, BOUND, url="/membership/me")


def tell_of_phone(member_id: int, phone: str) -> None:
    """Tell a member that her phone was changed, in the running unit."""
    told = {"phone": api.mask(phone, "phone")}
    send_message(member_id, PHONE_CHANGED, told, url="/membership/me")
