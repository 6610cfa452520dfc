"""What messages adds to pages of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from console import api
from console.api import _
from plugins.messages.permissions import SEE_MESSAGES
from plugins.messages.services.inbox import INBOX
from plugins.messages.services.sending import count_unread
from plugins.messages.showing import draw_panel

#: Whose page has a panel of messages; a name, for messages knows no members' table.
MEMBERS = "membership_member"


@api.hookimpl
def console_phone_tabs() -> Iterable[api.PhoneTab]:
    """Lead to the inbox, with the number of messages that she has not read."""
    member = api.find_visitor()
    if member is not None:
        yield api.PhoneTab(_("Messages"), "message", INBOX, 70, count_unread(member.id))


@api.hookimpl
def console_record_panels(model: type[Any], record_id: int) -> Iterable[api.Panel]:
    """Show on a member's page what was sent to her last."""
    if model.__tablename__ == MEMBERS and SEE_MESSAGES.held():
        yield api.Panel(_("Messages"), draw_panel(record_id), 80)
