"""What becomes of messages to a member when her file changes, and the way from one to the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from console import api
from console.api import _
from plugins.membership.hookspecs import ExportPart
from plugins.membership.models import Member
from plugins.membership.permissions import SEE_MEMBERS
from plugins.messages.api import (
    Message,
    erase_messages,
    export_messages,
    move_messages,
    return_messages,
)

LABELS = {
    "sent_at": _("Sent at"),
    "purpose": _("Purpose"),
    "title": _("Title"),
    "text": _("Text"),
    "read_at": _("Read at"),
}


@api.hookimpl
def membership_member_merging(kept_id: int, gone_id: int) -> None:
    """Give the messages of the gone file to the kept one."""
    move_messages(kept_id, gone_id)


@api.hookimpl
def membership_member_unmerging(kept_id: int, gone_id: int) -> None:
    """Give back the messages that came with the merge."""
    return_messages(kept_id, gone_id)


@api.hookimpl
def membership_member_erasing(member_id: int) -> None:
    """Erase what she was told."""
    erase_messages(member_id)


@api.hookimpl
def membership_export_parts(member_id: int) -> Iterable[ExportPart]:
    """Return what she was told."""
    yield ExportPart("messages", _("Messages"), list(export_messages(member_id)), LABELS)


@api.hookimpl
def console_record_actions(model: type[Any], record_id: int) -> Iterable[api.RecordAction]:
    """Lead from a message to the file of the member whom it went to."""
    if model is not Message:
        return
    message = api.db.session.get(Message, record_id)
    if message and api.find_record(Member, message.member_id, SEE_MEMBERS) is not None:
        page = f"/console/membership/members/{message.member_id}/"
        yield api.RecordAction(_("Open member file"), page, SEE_MEMBERS, method="GET")
