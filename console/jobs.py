"""Work that takes longer than a request, and work by the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Mapped

from console import clock
from console.db import CHAIN, Model, column, db
from console.i18n import _


class JobRow(Model):
    """One job: what to do, for whom, and how far it is."""

    __tablename__ = "console_job"
    scope = CHAIN
    id: Mapped[int] = column(_("Number"), primary_key=True)
    key: Mapped[str] = column(_("Job"))
    plugin: Mapped[str] = column(_("Plugin"), default="")
    slot: Mapped[str | None] = column(_("Slot"), unique=True)
    args: Mapped[dict[str, Any]] = column(_("Details"))
    state: Mapped[str] = column(_("State"), default="waiting")
    tries: Mapped[int] = column(_("Tries"), default=0)
    done: Mapped[int] = column(_("Done"), default=0)
    total: Mapped[int] = column(_("Total"), default=0)
    text: Mapped[str] = column(_("Progress"), default="")
    result: Mapped[dict[str, Any] | None] = column(_("Result"))
    problem: Mapped[str] = column(_("Problem"), default="")
    file_id: Mapped[int | None] = column(_("File"))
    user_id: Mapped[int | None] = column(_("User"))
    store_id: Mapped[int | None] = column(_("Store"))
    stored_at: Mapped[dt.datetime] = column(_("Stored at"))
    started_at: Mapped[dt.datetime | None] = column(_("Started at"))
    ended_at: Mapped[dt.datetime | None] = column(_("Ended at"))


class JobRun:
    """What a job function gets: its number, a place to say how far it is, a way to stop."""

    def __init__(self, number: int) -> None:
        self.id = number

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the job to stop."""
        return False

    def progress(self, done: int, total: int, text: str = "") -> None:
        """Show how far the job is."""

    def file(self, file: Any) -> None:
        """Keep a file (`api.keep_file`) as the job's result, for download."""


JobFunction = Callable[..., "dict[str, Any] | None"]


@dataclass(frozen=True)
class Job:
    """A function that the worker runs, outside any unit; it must be repeatable."""

    key: str
    title: Any
    function: JobFunction


@dataclass(frozen=True)
class Schedule:
    """What the worker runs by the clock: every so often, or daily at a local time (`"03:00"`)."""

    name: str
    run: Callable[[], None]
    every: dt.timedelta | None = None
    daily_at: str | None = None


known: dict[str, Job] = {}


def job(title: Any) -> Callable[[JobFunction], Job]:
    """Make a function `(run: JobRun, **args)` a job, with the title that people see."""

    def make(function: JobFunction) -> Job:
        made = Job(f"{function.__module__}:{function.__qualname__}", title, function)
        known[made.key] = made
        return made

    return make


def start_job(job: Job, **args: Any) -> int:
    """Store a job, in the running unit, and return its number; the worker runs it soon."""
    row = JobRow(key=job.key, args=args, stored_at=clock.now())
    db.session.add(row)
    db.session.flush()
    return int(row.id)
