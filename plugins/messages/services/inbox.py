"""A member's inbox: what she was told, the newest first."""

from __future__ import annotations

import datetime as dt
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
        place = sa.select(Message.sent_at, Message.id)
        edge = place.where(Message.member_id == member_id, Message.id == before).subquery()
        later = sa.tuple_(Message.sent_at, Message.id) < sa.tuple_(edge.c.sent_at, edge.c.id)
        wanted = wanted.join(edge, later)
    latest = wanted.order_by(Message.sent_at.desc(), Message.id.desc())
    rows = api.db.session.scalars(latest.limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    unread = frozenset(row.id for row in shown if row.read_at is None)
    return InboxPage(shown, unread, shown[-1].id if len(rows) > PAGE else None)


@api.unit
def mark_read(member_id: int, numbers: Sequence[int]) -> None:
    """Note that a member has seen these of her messages."""
    api.db.session.execute(
        sa.update(Message)
        .where(Message.member_id == member_id, Message.id.in_(numbers), Message.read_at.is_(None))
        .values(read_at=api.now())
        .execution_options(synchronize_session=False)
    )


@api.unit
def mark_all_read(*, before: dt.datetime) -> None:
    """Note that messages sent before a moment were seen some hours later: for the demo."""
    for row in api.db.session.scalars(
        sa.select(Message).where(Message.sent_at < before, Message.read_at.is_(None))
    ):
        row.read_at = row.sent_at + dt.timedelta(hours=5)
