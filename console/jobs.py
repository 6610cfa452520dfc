"""Work that takes longer than a request, and work by the clock."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped

from console import clock
from console.db import CHAIN, Model, column, db
from console.errors import NotFound
from console.i18n import _
from console.unit import in_unit, unit

#: Seconds between two writes of a job's progress, and between two looks at its stop sign.
PACE = 0.5
KEPT = dt.timedelta(days=30)
STATES = (
    ("waiting", _("Waiting")),
    ("running", _("Running")),
    ("done", _("Done")),
    ("failed", _("Failed")),
    ("cancelled", _("Cancelled")),
)


class StoredJob(Model):
    """One job: what to do, for whom, and how far it is."""

    __tablename__ = "console_job"
    scope = CHAIN
    label_column = "key"
    id: Mapped[int] = column(_("Number"), primary_key=True)
    key: Mapped[str] = column(_("Job"))
    plugin: Mapped[str] = column(_("Plugin"))
    #: The hour or day that a schedule's job stands for; there is one job for each.
    slot: Mapped[str | None] = column(_("Slot"), unique=True)
    args: Mapped[dict[str, Any]] = column(_("Details"))
    actor: Mapped[dict[str, Any]] = column(_("Started by"))
    user_id: Mapped[int | None] = column(_("Staff"), index=True)
    state: Mapped[str] = column(_("State"), default="waiting", choices=STATES, index=True)
    tries: Mapped[int] = column(_("Tries"), default=0)
    done: Mapped[int] = column(_("Done"), default=0)
    total: Mapped[int] = column(_("Total"), default=0)
    text: Mapped[str] = column(_("Progress"), default="")
    stopping: Mapped[bool] = column(_("To be stopped"), default=False)
    result: Mapped[dict[str, Any] | None] = column(_("Result"))
    file_id: Mapped[int | None] = column(_("File"))
    problem: Mapped[str] = column(_("Problem"), default="")
    stored_at: Mapped[dt.datetime] = column(_("Stored at"))
    started_at: Mapped[dt.datetime | None] = column(_("Started at"))
    ended_at: Mapped[dt.datetime | None] = column(_("Ended at"))


class JobRun:
    """What a job function gets: its number, a place to say how far it is, a stop sign."""

    def __init__(self, number: int, beat: Callable[[], None] = lambda: None) -> None:
        self.id = number
        self._beat = beat
        self._written_at = self._looked_at = 0.0
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the job to stop; it then returns early, with what is done."""
        if not self._cancelled and time.monotonic() - self._looked_at > PACE:
            self._looked_at = time.monotonic()
            with db.engine.connect() as connection:
                asked = sa.select(StoredJob.stopping).where(StoredJob.id == self.id)
                self._cancelled = bool(connection.scalar(asked))
        return self._cancelled

    def progress(self, done: int, total: int, text: str = "") -> None:
        """Show how far the job is; call it as often as you like, in a unit or outside."""
        self._beat()
        if done < total and time.monotonic() - self._written_at < PACE:
            return
        self._written_at = time.monotonic()
        self._write(done=done, total=total, text=text)

    def file(self, file: Any) -> None:
        """Offer a kept file (`api.keep_file`) as the job's result."""
        self._write(file_id=file.id)

    def _write(self, **values: Any) -> None:
        """Write past the session, whose objects the job may be walking through."""
        change = sa.update(StoredJob).where(StoredJob.id == self.id).values(**values)
        if in_unit():
            db.session.execute(change)
            return
        with db.engine.connect().execution_options(console_writes=True) as connection:
            connection.execute(change)
            connection.commit()


JobFunction = Callable[..., "dict[str, Any] | None"]


@dataclass(frozen=True)
class Job:
    """A function that the worker runs, outside any unit; it must be repeatable.

    A *swift* one does not wait for those that take long; it takes seconds itself.
    """

    key: str
    title: Any
    function: JobFunction
    swift: bool = False


@dataclass(frozen=True)
class Schedule:
    """What the worker runs by the clock: every so often, or daily at a local time (`"03:00"`).

    Each slot is run once. When the worker was away for several, only the latest is made up for.
    """

    name: str
    run: Callable[[], None]
    every: dt.timedelta | None = None
    daily_at: str | None = None

    def __post_init__(self) -> None:
        if (self.every is None) == (self.daily_at is None):
            raise ValueError(f"{self.name}: say either every= or daily_at=")
        if self.daily_at is not None:
            dt.time.fromisoformat(self.daily_at)

    def slot(self, time_zone: str) -> str:
        """Name the slot that began last."""
        now = clock.now()
        if self.every is not None:
            seconds = int(self.every.total_seconds())
            return str(int(now.timestamp()) // seconds * seconds)
        local = now.astimezone(ZoneInfo(time_zone))
        begun = local.time() >= dt.time.fromisoformat(self.daily_at or "")
        return (local.date() - dt.timedelta(days=not begun)).isoformat()


_jobs: dict[str, Job] = {}


def job(title: Any, *, swift: bool = False) -> Callable[[JobFunction], Job]:
    """Make a function `(run: JobRun, **args)` a job, with the title that people see.

    A *swift* job, such as sending a code that somebody waits for, goes past the long ones.
    """

    def make(function: JobFunction) -> Job:
        made = Job(f"{function.__module__}:{function.__qualname__}", title, function, swift)
        _jobs[made.key] = made
        return made

    return make


def start_job(job: Job, **args: Any) -> int:
    """Store a job, in the running unit, and return its number; the worker runs it soon."""
    from console.security import actor

    who = actor()
    row = StoredJob(
        key=job.key,
        plugin=_owner(job),
        args=args,
        actor=dataclasses.asdict(who),
        user_id=who.user_id,
        stored_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return int(row.id)


@unit
def cancel_job(number: int) -> None:
    """Ask a job to stop; one that has not begun is cancelled at once."""
    row = db.session.get(StoredJob, number, with_for_update=True)
    if row is None:
        raise NotFound(_("There is no such job."))
    if row.state == "waiting":
        row.state, row.ended_at = "cancelled", clock.now()
    row.stopping = True


@unit
def retry_job(number: int) -> None:
    """Begin a failed or cancelled job again."""
    row = db.session.get(StoredJob, number, with_for_update=True)
    if row is None or row.state not in ("failed", "cancelled"):
        raise NotFound(_("There is no such failed job."))
    row.state, row.tries, row.stopping, row.ended_at = "waiting", 0, False, None


def find_job(key: str) -> Job | None:
    """Return the job with this key, unless its code is gone."""
    return _jobs.get(key)


def is_swift() -> sa.ColumnElement[bool]:
    """Return the condition that a stored job is a swift one."""
    keys = [key for key, known in _jobs.items() if known.swift]
    return StoredJob.key.in_(keys)


def title_of(key: str) -> Any:
    """Return the title of the job with this key, for people."""
    known = _jobs.get(key)
    return known.title if known else key.rpartition(":")[2]


def _owner(job: Job) -> str:
    """Return the plugin whose code the job is; empty for the host's own."""
    for name, mounted in current_app.extensions["console"].mounted.items():
        package = type(mounted.plugin).__module__.removesuffix(".plugin")
        if f"{job.function.__module__}.".startswith(f"{package}."):
            return str(name)
    return ""


@unit
def prune_jobs() -> None:
    """Forget jobs that ended long ago, and the slots of schedules after two days."""
    now = clock.now()
    ended = sa.delete(StoredJob).where(StoredJob.state.in_(("done", "cancelled")))
    db.session.execute(ended.where(StoredJob.ended_at < now - KEPT))
    two_days = now - dt.timedelta(days=2)
    db.session.execute(ended.where(StoredJob.slot.is_not(None), StoredJob.ended_at < two_days))
