"""Events on their way: stored in the unit that emits them, delivered by the worker."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped

from console import clock
from console.db import CHAIN, Model, column, db
from console.errors import NotFound
from console.host.attempt import attempt
from console.i18n import _
from console.logs import scrub
from console.unit import unit

log = logging.getLogger(__name__)

#: How long after a failed try the next one comes; after the last an event is dead.
PAUSES = tuple(dt.timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 7200, 21600))
TRIES = len(PAUSES) + 1
KEPT = dt.timedelta(days=90)
STATES = (("waiting", _("Waiting")), ("done", _("Done")), ("dead", _("Failed")))


class Delivery(Model):
    """One event on its way to one plugin; it is done in the very commit of what it caused."""

    __tablename__ = "console_delivery"
    scope = CHAIN
    label_column = "event"
    id: Mapped[int] = column(_("Number"), primary_key=True)
    event: Mapped[str] = column(_("Event"))
    plugin: Mapped[str] = column(_("Plugin"))
    facts: Mapped[dict[str, Any]] = column(_("Facts"))
    state: Mapped[str] = column(_("State"), default="waiting", choices=STATES)
    tries: Mapped[int] = column(_("Tries"), default=0)
    due_at: Mapped[dt.datetime] = column(_("Due at"))
    stored_at: Mapped[dt.datetime] = column(_("Stored at"))
    ended_at: Mapped[dt.datetime | None] = column(_("Ended at"))
    problem: Mapped[str] = column(_("Problem"), default="")
    __table_args__ = (sa.Index(None, "state", "due_at"),)


#: Inline, since nobody asks for its number.
_STORE = sa.insert(Delivery.__table__).inline()


def store(event: str, plugin: str, facts: dict[str, Any]) -> None:
    """Store an event for one plugin, in the running unit; *facts* are plain values."""
    now = clock.now()
    values = {"event": event, "plugin": plugin, "facts": facts, "due_at": now, "stored_at": now}
    db.session.connection().execute(_STORE, values)


@unit
def wait_anew() -> None:
    """Let what waits have waited since now: what a demo made up happened long ago."""
    waiting = sa.update(Delivery).where(Delivery.state == "waiting")
    db.session.execute(waiting.values(due_at=clock.now()))


def find_due(limit: int) -> list[int]:
    """Return the numbers of events to deliver now; those of a disabled plugin wait."""
    active = [mounted.name for mounted in current_app.extensions["console"].active()]
    due = (
        sa.select(Delivery.id)
        .where(Delivery.state == "waiting", Delivery.due_at <= clock.now())
        .where(Delivery.plugin.in_(active))
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
    )
    return list(db.session.scalars(due))


def deliver(number: int) -> None:
    """Deliver one event; if its listener fails, note that and set the time of the next try."""
    problem = attempt(partial(_deliver, number))
    if problem is not None:
        log.error("event %s failed", number, exc_info=problem)
        note_failure(number, f"{type(problem).__name__}: {problem}")


@unit
def _deliver(number: int) -> None:
    row = db.session.get(Delivery, number, with_for_update={"skip_locked": True})
    host = current_app.extensions["console"]
    if row is None or row.state != "waiting" or not host.is_active(row.plugin):
        return
    host.deliver(row.event, row.plugin, row.facts)
    row.state, row.ended_at, row.problem = "done", clock.now(), ""


@unit
def note_failure(number: int, problem: str) -> None:
    """Count a failed try; after the last one the event is dead until somebody replays it."""
    row = db.session.get(Delivery, number, with_for_update=True)
    if row is None or row.state != "waiting":
        return
    row.tries += 1
    row.problem = scrub(problem)[:2000]
    if row.tries >= TRIES:
        row.state, row.ended_at = "dead", clock.now()
    else:
        row.due_at = clock.now() + PAUSES[row.tries - 1]


@unit
def replay(number: int) -> None:
    """Give a dead or waiting event a fresh start, at once."""
    row = db.session.get(Delivery, number, with_for_update=True)
    if row is None or row.state == "done":
        raise NotFound(_("There is no such failed event."))
    row.state, row.tries, row.due_at, row.ended_at = "waiting", 0, clock.now(), None


@unit
def prune() -> None:
    """Forget events that were done long ago."""
    old = sa.delete(Delivery).where(
        Delivery.state == "done", Delivery.ended_at < clock.now() - KEPT
    )
    db.session.execute(old)
