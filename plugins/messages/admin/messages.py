"""The list of messages to members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup

from console import api
from console.api import _
from plugins.messages.models import STATES, Delivery, Message
from plugins.messages.permissions import EXPORT_MESSAGES, RESEND_MESSAGES, SEE_MESSAGES
from plugins.messages.services.delivering import letters_of
from plugins.messages.services.sending import send_again
from plugins.messages.services.texts import show_body, show_title
from plugins.messages.showing import draw_letters, draw_message

SHORT = 60


def _texts(ids: Sequence[int]) -> Mapping[int, str]:
    rows = api.db.session.scalars(sa.select(Message).where(Message.id.in_(ids)))
    return {row.id: _shorten(f"{show_title(row)}: {show_body(row)}".strip(": ")) for row in rows}


def _shorten(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _states(ids: Sequence[int]) -> Mapping[int, str]:
    return {number: rows[-1].state for number, rows in letters_of(ids).items()}


def _has_state(operation: str, state: str) -> sa.ColumnElement[bool]:
    letters = sa.select(Delivery.message_id).where(Delivery.state == state)
    return Message.id.in_(letters.where(Delivery.message_id.is_not(None)))


def _is_read(operation: str, value: bool) -> sa.ColumnElement[bool]:
    return Message.read_at.is_not(None) if value else Message.read_at.is_(None)


class MessageAdmin(api.ModelAdmin):
    """What members were told; messages are sent by what happens, never written here."""

    subject, noun = Message, "messages"
    title, singular = _("Messages"), _("message")
    icon, group, order = "message", "members", 60
    needs = {"view": SEE_MESSAGES, "export": EXPORT_MESSAGES}
    list_columns = (
        "sent_at",
        "name",
        "phone",
        api.Column("text", _("Message"), load=_texts),
        "purpose",
        api.Column("letter", _("SMS"), load=_states, kind="choice", choices=STATES),
        "read_at",
        "store_id",
    )
    default_sort = "-sent_at"
    filters = (
        api.Filter("state", _("SMS"), "choice", _has_state, choices=STATES),
        "purpose",
        api.Filter("read", _("Read"), "bool", _is_read),
        "store_id",
        "sent_at",
        api.Filter("member_id", _("Member number in the console"), "number"),
    )
    search = ("name", "phone")
    details = ("name", "phone", "purpose", "sent_at", "read_at", "store_id")
    empty_hint = _("What members are told, such as a change of their balance, is listed here.")

    def head(self, record: Any) -> Markup:
        return draw_message(record)

    def panels(self, record: Any) -> list[api.Panel]:
        return [api.Panel(_("Channels"), draw_letters(record), 10)]

    @api.action(_("Send again"), needs=RESEND_MESSAGES)
    def resend(self, ids: Sequence[int]) -> str:
        """Send the chosen messages again whose letters failed; those that arrived stay alone."""
        count = send_again(ids)
        return api.ngettext(
            "%(num)s message is sent again.", "%(num)s messages are sent again.", count
        )
