"""Delivering letters: the worker writes each in a unit, hands it over outside, notes how it went.

A letter that the worker died on comes due again after a while, so it may go out twice; never not
at all.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any
from urllib.parse import urljoin

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.messages.hookspecs import (
    Channel,
    ChannelDown,
    Letter,
    Undeliverable,
    messages_find_recipient,
)
from plugins.messages.models import Code, Delivery, Message
from plugins.messages.services import drawn_codes
from plugins.messages.services.channels import channel_of
from plugins.messages.services.texts import write_letter

log = logging.getLogger(__name__)

#: How long after a failed try the next one comes; after the last the letter has failed.
PAUSES = tuple(dt.timedelta(minutes=m) for m in (1, 5, 30, 120, 360))
#: How long a letter may take before another try is made, should the worker have died on it.
LEASE = dt.timedelta(minutes=5)
KEPT = dt.timedelta(days=180)
NO_CHANNEL = "its channel is not there"


class Dropped(Exception):
    """A letter must not be sent any more; the message says why."""


@api.job(_("Deliver messages"), swift=True)
def deliver_letters(run: api.JobRun) -> None:
    """Deliver all letters that are due, one after the other."""
    done = 0
    while not run.cancelled and (number := _find_due()) is not None:
        deliver(number)
        done += 1
        run.progress(done, done)


def deliver_again() -> None:
    """Deliver what has come due since: second tries, and marketing that waited for the morning."""
    while (number := _find_due()) is not None:
        deliver(number)


def deliver_past() -> None:
    """Deliver what is due, each letter at the moment at which it was due: for the demo."""
    while (number := _find_due()) is not None:
        due_at = api.db.session.scalar(sa.select(Delivery.due_at).where(Delivery.id == number))
        with api.at_moment(due_at or api.now()):
            deliver(number)


def deliver(number: int) -> None:
    """Try to deliver one letter, outside any unit."""
    opened = _open(number)
    if opened is None:
        return
    channel, letter = opened
    problem = api.attempt(lambda: channel.deliver(letter))
    if problem is not None and not isinstance(problem, ChannelDown | Undeliverable):
        log.error("channel %s failed", channel.key, exc_info=problem)
    _note(number, problem)


def _find_due() -> int | None:
    due = (
        sa.select(Delivery.id)
        .where(Delivery.state.in_(("waiting", "sending")), Delivery.due_at <= api.now())
        .order_by(Delivery.due_at, Delivery.id)
        .limit(1)
    )
    found = api.db.session.scalar(due)
    api.db.session.rollback()
    return found


@api.unit
def _open(number: int) -> tuple[Channel, Letter] | None:
    """Take a letter that is due, and write it; None if there is nothing to send."""
    row = api.db.session.get(Delivery, number, with_for_update={"skip_locked": True})
    if row is None or row.state not in ("waiting", "sending") or row.due_at > api.now():
        return None
    row.state, row.due_at, row.tries = "sending", api.now() + LEASE, row.tries + 1
    channel = channel_of(row.channel)
    try:
        letter = _write(row)
    except Dropped as reason:
        _end(row, "dropped", str(reason))
        return None
    if channel is None:
        _fail(row, NO_CHANNEL)
        return None
    return channel, letter


def _write(row: Delivery) -> Letter:
    if row.code_id is not None:
        code = api.db.session.get_one(Code, row.code_id)
        if code.ended_at is not None or code.good_until <= api.now() or not code.phone:
            raise Dropped("it was no longer good")
        return drawn_codes.write_code(code, key=f"messages:{row.id}:{row.tries}")
    message = api.db.session.get_one(Message, row.message_id)
    recipient = api.first_answer(messages_find_recipient, member_id=message.member_id)
    if recipient is None or not message.body or not recipient.phone:
        raise Dropped("there is nobody to send it to")
    if message.purpose == "marketing" and not recipient.may_market:
        raise Dropped("she no longer agrees to marketing")
    with api.speaking(recipient.locale or message.locale):
        title, text = api.thaw(message.title), api.thaw(message.body)
        written = write_letter(text, message.purpose)
    return Letter(
        key=f"messages:{row.id}",
        phone=recipient.phone,
        text=written,
        title=title,
        url=_full(message.url),
        locale=recipient.locale or message.locale,
        store_id=message.store_id,
        member_id=message.member_id,
    )


def _full(path: str) -> str:
    """Return the whole address of a page, if it is known how people reach this console."""
    base = api.base_url()
    return urljoin(base, path) if base and path else ""


@api.unit
def _note(number: int, problem: BaseException | None) -> None:
    row = api.db.session.get(Delivery, number, with_for_update=True)
    if row is None or row.state != "sending":
        return
    if problem is None:
        _end(row, "sent")
    elif isinstance(problem, Undeliverable):
        _end(row, "failed", _words(problem))
    else:
        _fail(row, _words(problem))


def _words(problem: BaseException) -> str:
    ours = isinstance(problem, ChannelDown | Undeliverable)
    return str(problem)[:500] if ours else type(problem).__name__


def _fail(row: Delivery, problem: str) -> None:
    if row.tries > len(PAUSES):
        _end(row, "failed", problem)
        return
    row.state, row.problem = "waiting", problem
    row.due_at = api.now() + PAUSES[row.tries - 1]


def _end(row: Delivery, state: str, problem: str = "") -> None:
    row.state, row.ended_at, row.problem = state, api.now(), problem
    if row.code_id is not None:
        code = api.db.session.get_one(Code, row.code_id)
        code.phone = ""


def letters_of(message_ids: Any) -> dict[int, list[Delivery]]:
    """Return the letters of some messages, by message."""
    found: dict[int, list[Delivery]] = {}
    rows = sa.select(Delivery).where(Delivery.message_id.in_(message_ids)).order_by(Delivery.id)
    for row in api.db.session.scalars(rows):
        found.setdefault(int(row.message_id or 0), []).append(row)
    return found


@api.unit
def prune_letters() -> None:
    """Forget how letters went that are old, and codes after two days."""
    ended = sa.delete(Delivery).where(Delivery.ended_at < api.now() - KEPT)
    api.db.session.execute(ended)
    drawn_codes.prune_codes()
