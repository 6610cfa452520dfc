"""A member's inbox: what she was told, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from plugins.messages.models import Message

PAGE = 20
INBOX = "/messages/inbox"


@dataclass(frozen=True)
class InboxPage:
    """Some messages, which of them are new, and where older ones begin."""

    messages: Sequence[Message]
    unread: frozenset[int]
    older: int | None


def read_inbox(member_id: int, before: int | None = None) -> InboxPage:
    """Return a page of a member's messages, those before number *before*."""
    wanted = sa.select(Message).where(Message.member_id == member_id)
    if before is not None:
        wanted = wanted.where(Message.id < before)
    rows = api.db.session.scalars(wanted.order_by(Message.id.desc()).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    unread = frozenset(row.id for row in shown if row.read_at is None)
    return InboxPage(shown, unread, shown[-1].id if len(rows) > PAGE else None)


def find_message(member_id: int, number: int) -> Message:
    """Return one of a member's messages; `NotFound` for any other."""
    wanted = sa.select(Message).where(Message.id == number, Message.member_id == member_id)
    found = api.db.session.scalars(wanted).first()
    if found is None:
        raise api.NotFound(api.gettext("There is no such message."))
    return found


@api.unit
def mark_read(member_id: int, numbers: Sequence[int]) -> None:
    """Note that a member has seen these of her messages."""
    api.db.session.execute(
        sa.update(Message)
        .where(Message.member_id == member_id, Message.id.in_(numbers), Message.read_at.is_(None))
        .values(read_at=api.now())
        .execution_options(synchronize_session=False)
    )
