"""Events on their way: stored in the unit that emits them, delivered by the worker."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped

from console import clock
from console.db import CHAIN, Model, column, db
from console.i18n import _


class Delivery(Model):
    """One event for one plugin."""

    __tablename__ = "console_delivery"
    scope = CHAIN
    id: Mapped[int] = column(_("Number"), primary_key=True)
    event: Mapped[str] = column(_("Event"))
    plugin: Mapped[str] = column(_("Plugin"))
    facts: Mapped[dict[str, Any]] = column(_("Facts"))
    state: Mapped[str] = column(_("State"), default="waiting")
    tries: Mapped[int] = column(_("Tries"), default=0)
    due_at: Mapped[dt.datetime] = column(_("Due at"))
    stored_at: Mapped[dt.datetime] = column(_("Stored at"))
    ended_at: Mapped[dt.datetime | None] = column(_("Ended at"))
    problem: Mapped[str] = column(_("Problem"), default="")


def store(event: str, plugin: str, facts: dict[str, Any]) -> None:
    """Store an event for one plugin, in the running unit; *facts* are plain values."""
    now = clock.now()
    db.session.add(Delivery(event=event, plugin=plugin, facts=facts, due_at=now, stored_at=now))
