"""What plugins did wrong in a request: kept when the request is over, for their pages."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

import sqlalchemy as sa
from flask import Flask, g
from sqlalchemy.orm import Mapped

from console import clock
from console.db import CHAIN, Model, column, db
from console.i18n import _
from console.unit import unit

log = logging.getLogger(__name__)
LONGEST = 500
KEPT = dt.timedelta(days=30)


class Fault(Model):
    """That a plugin's answer to a hook raised: the last words, how often, since when."""

    __tablename__ = "console_fault"
    scope = CHAIN
    label_column = "hook"
    plugin: Mapped[str] = column(_("Plugin"), primary_key=True)
    hook: Mapped[str] = column(_("Hook"), primary_key=True)
    problem: Mapped[str] = column(_("Problem"))
    times: Mapped[int] = column(_("Times"))
    first_at: Mapped[dt.datetime] = column(_("First at"))
    last_at: Mapped[dt.datetime] = column(_("Last at"))


def note(plugin: str, hook: str, problem: BaseException) -> None:
    """Remember a fault until the request is over; its own transaction may be rolled back."""
    said = f"{type(problem).__name__}: {problem}"[:LONGEST]
    g.setdefault("console_faults", {})[(plugin, hook)] = said


def faults_of(plugin: str) -> Sequence[Fault]:
    """Return what a plugin did wrong in the last 30 days, the latest first."""
    wanted = sa.select(Fault).where(Fault.plugin == plugin, Fault.last_at > clock.now() - KEPT)
    return db.session.scalars(wanted.order_by(Fault.last_at.desc())).all()


@unit
def forget_faults(plugin: str) -> None:
    """Forget what a plugin did wrong, once it is mended."""
    db.session.execute(sa.delete(Fault).where(Fault.plugin == plugin))


def install(app: Flask) -> None:
    """Write down at the end of each request what went wrong in it."""
    app.teardown_request(_keep)


def _keep(_problem: BaseException | None) -> None:
    faults = g.pop("console_faults", None)
    if not faults:
        return
    db.session.rollback()
    try:
        _write(faults)
    except sa.exc.DBAPIError:
        log.exception("the faults of plugins could not be written down")


@unit
def _write(faults: dict[tuple[str, str], str]) -> None:
    now = clock.now()
    for (plugin, hook), problem in faults.items():
        row = db.session.get(Fault, (plugin, hook))
        if row is None:
            row = Fault(plugin=plugin, hook=hook, times=0, first_at=now)
            db.session.add(row)
        row.problem, row.last_at, row.times = problem, now, row.times + 1
