"""What becomes of a member's messages when her file is merged, erased or copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.messages.models import Delivery, Message, MovedMessage, SandboxLetter


@api.unit
def move_messages(kept_id: int, gone_id: int) -> None:
    """Give the messages of a merged file to the one that is kept."""
    mine = sa.select(Message.id).where(Message.member_id == gone_id)
    rows = [
        {"message_id": number, "gone_id": gone_id, "kept_id": kept_id}
        for number in api.db.session.scalars(mine)
    ]
    if not rows:
        return
    api.db.session.execute(sa.insert(MovedMessage), rows)
    api.db.session.execute(
        sa.update(Message)
        .where(Message.member_id == gone_id)
        .values(member_id=kept_id)
        .execution_options(synchronize_session=False)
    )


@api.unit
def return_messages(kept_id: int, gone_id: int) -> None:
    """Give back the messages that came with a merged file."""
    moved = sa.and_(MovedMessage.kept_id == kept_id, MovedMessage.gone_id == gone_id)
    numbers = sa.select(MovedMessage.message_id).where(moved)
    api.db.session.execute(
        sa.update(Message)
        .where(Message.id.in_(numbers))
        .values(member_id=gone_id)
        .execution_options(synchronize_session=False)
    )
    api.db.session.execute(
        sa.delete(MovedMessage).where(moved).execution_options(synchronize_session=False)
    )


@api.unit
def erase_messages(member_id: int) -> None:
    """Empty a member's messages of all that tells who she is; that they were sent remains."""
    mine = sa.select(Message.id).where(Message.member_id == member_id)
    waiting = sa.update(Delivery).where(
        Delivery.message_id.in_(mine), Delivery.state.in_(("waiting", "sending"))
    )
    now = {"state": "dropped", "ended_at": api.now()}
    quietly = {"synchronize_session": False}
    api.db.session.execute(waiting.values(**now).execution_options(**quietly))
    emptied = sa.update(Message).where(Message.member_id == member_id)
    nothing: dict[str, Any] = {
        "name": "",
        "phone": None,
        "title": {},
        "body": {},
        "url": "",
        "key": None,
    }
    api.db.session.execute(emptied.values(**nothing).execution_options(**quietly))
    letters = sa.delete(SandboxLetter).where(SandboxLetter.member_id == member_id)
    api.db.session.execute(letters.execution_options(**quietly))


def export_messages(member_id: int) -> Iterator[dict[str, Any]]:
    """Yield what was sent to a member, for the copy of her data, the oldest first."""
    rows = sa.select(Message).where(Message.member_id == member_id).order_by(Message.id)
    for row in api.db.session.scalars(rows):
        yield {
            "sent_at": row.sent_at.isoformat(),
            "purpose": row.purpose,
            "title": api.thaw(row.title),
            "text": api.thaw(row.body),
            "read_at": row.read_at.isoformat() if row.read_at else None,
        }
