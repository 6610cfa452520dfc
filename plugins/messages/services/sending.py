"""Sending a message: stored in the running unit, delivered by the worker after the commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.messages.hookspecs import MessageKind, Recipient, messages_find_recipient
from plugins.messages.models import Delivery, Message
from plugins.messages.services.delivering import deliver_letters
from plugins.messages.services.quiet import has_had_enough, next_moment
from plugins.messages.services.settings import MARKETING_CHANNEL, SERVICE_CHANNEL


@api.unit
def send_message(
    member_id: int,
    kind: MessageKind,
    facts: Mapping[str, Any] | None = None,
    *,
    url: str = "",
    key: str | None = None,
    store_id: int | None = None,
) -> int | None:
    """Put a message into a member's inbox and on its way through the channel of its purpose.

    Returns its number, or None if nobody is to get it: no such member, or marketing without
    her consent or beyond the limits. A second call with the same *key* does nothing and returns
    the first one's number. The texts get *facts*, and her `name`.
    """
    known = _find(key)
    if known is not None:
        return known
    recipient = api.first_answer(messages_find_recipient, member_id=member_id)
    if recipient is None:
        return None
    marketing = kind.purpose == "marketing"
    if marketing and (not recipient.may_market or has_had_enough(member_id)):
        return None
    told = {"name": recipient.name, **(facts or {})}
    number = _store(member_id, recipient, kind, told, _checked(url), key, store_id)
    if number is None:
        return _find(key)
    channel = (MARKETING_CHANNEL if marketing else SERVICE_CHANNEL).get()
    if channel and recipient.phone:
        place = store_id or recipient.store_id
        due = next_moment(place) if marketing or kind.by_day else api.now()
        dispatch(Delivery(message_id=number, channel=channel, due_at=due))
    return number


def dispatch(delivery: Delivery) -> None:
    """Store a delivery in the running unit and ask the worker for it, once in each unit."""
    session = api.db.session()
    session.add(delivery)
    running = session.get_transaction()
    if session.info.get("messages_asked") is not running and delivery.due_at <= api.now():
        session.info["messages_asked"] = running
        api.start_job(deliver_letters)


def _find(key: str | None) -> int | None:
    if key is None:
        return None
    return api.db.session.scalar(sa.select(Message.id).where(Message.key == key))


def _checked(url: str) -> str:
    if url and api.public_path(url, "") != url:
        raise ValueError(f"{url!r} is no page of members")
    return url


def _store(
    member_id: int,
    recipient: Recipient,
    kind: MessageKind,
    told: dict[str, Any],
    url: str,
    key: str | None,
    store_id: int | None,
) -> int | None:
    """Store the message; None if another unit stored one with the same key meanwhile."""
    body = api.freeze(kind.body, told)
    api.thaw(body)  # a fact that is missing is found here, not when she opens her inbox
    values = {
        "member_id": member_id,
        "store_id": store_id or recipient.store_id,
        "name": recipient.name,
        "phone": recipient.phone,
        "locale": recipient.locale or "",
        "kind": kind.key,
        "purpose": kind.purpose,
        "title": api.freeze(kind.title, told),
        "body": body,
        "url": url,
        "key": key,
        "sent_at": api.now(),
    }
    made = api.insert_into(Message).values(**values).on_conflict_do_nothing()
    found: int | None = api.db.session.scalar(made.returning(Message.id))
    return found


def count_unread(member_id: int) -> int:
    """Return how many messages a member has not read, up to a hundred."""
    few = sa.select(Message.id).where(Message.member_id == member_id, Message.read_at.is_(None))
    found = sa.select(sa.func.count()).select_from(few.limit(100).subquery())
    return api.db.session.scalar(found) or 0


@api.unit
def send_again(message_ids: Sequence[int]) -> int:
    """Send the failed letters of some messages once more; return of how many messages."""
    failed = sa.select(Delivery).where(
        Delivery.message_id.in_(message_ids), Delivery.state == "failed"
    )
    again = set()
    for delivery in api.db.session.scalars(failed.with_for_update()).all():
        delivery.state, delivery.tries, delivery.problem = "waiting", 0, ""
        delivery.ended_at, delivery.due_at = None, api.now()
        dispatch(delivery)
        again.add(delivery.message_id)
    return len(again)
