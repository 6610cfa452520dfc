"""What the worker does with jobs: runs them, takes them up again, and starts schedules."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from flask import current_app

from console import clock, outbox
from console.db import db, insert_into, shorten_log
from console.errors import Refused
from console.host.attempt import attempt
from console.jobs import JobFunction, JobRun, Schedule, StoredJob, find_job, is_swift, prune_jobs
from console.logs import scrub
from console.security import Actor, acting_as
from console.stores import Store
from console.unit import unit

log = logging.getLogger(__name__)

#: How often the worker may die on a job before it is given up.
TRIES = 5

_host_schedules: list[Schedule] = []


def add_schedule(schedule: Schedule) -> None:
    """Add a schedule of the host's own; plugins register theirs."""
    if schedule not in _host_schedules:
        _host_schedules.append(schedule)


def find_waiting(*, swift: bool | None = None) -> int | None:
    """Return the number of the job to run next; those of a disabled plugin wait.

    *swift* asks for one that is swift, or for one that is not.
    """
    active = [mounted.name for mounted in current_app.extensions["console"].active()]
    waiting = (
        sa.select(StoredJob.id)
        .where(StoredJob.state == "waiting", StoredJob.plugin.in_(["", *active]))
        .order_by(StoredJob.id)
        .limit(1)
    )
    return db.session.scalar(waiting.where(_is(swift)))


def _is(swift: bool | None) -> sa.ColumnElement[bool]:
    if swift is None:
        return sa.true()
    return is_swift() if swift else ~is_swift()


def run_job(number: int, beat: Callable[[], None] = lambda: None) -> None:
    """Run one waiting job; if it fails, note why. Call it outside any unit."""
    begun = _begin(number)
    if begun is None:
        return
    key, args, who = begun
    answers: list[dict[str, Any] | None] = []
    run = JobRun(number, beat)
    with acting_as(Actor(**who)):
        problem = attempt(lambda: answers.append(_function_of(key)(run, **args)))
    db.session.rollback()
    if problem is None:
        _end(number, "cancelled" if run.cancelled else "done", result=answers[0])
        return
    expected = isinstance(problem, Refused)
    if not expected:
        log.error("job %s failed: %s", number, key, exc_info=problem)
    words = str(problem) if expected else f"{type(problem).__name__}: {problem}"
    _end(number, "failed", problem=words)


def _function_of(key: str) -> JobFunction:
    job = find_job(key)
    if job is not None:
        return job.function
    for name, schedule in _schedules():
        if key == f"schedule:{name}.{schedule.name}":
            return lambda _run: schedule.run()
    raise LookupError(f"no job of this version is called {key}")


@unit
def _begin(number: int) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
    row = db.session.get(StoredJob, number, with_for_update={"skip_locked": True})
    if row is None or row.state != "waiting":
        return None
    row.state, row.started_at, row.problem = "running", clock.now(), ""
    return row.key, dict(row.args), dict(row.actor)


@unit
def _end(
    number: int, state: str, *, result: dict[str, Any] | None = None, problem: str = ""
) -> None:
    row = db.session.get(StoredJob, number, with_for_update=True)
    if row is None:
        return
    row.state, row.result, row.ended_at = state, result, clock.now()
    row.problem = scrub(problem)[:2000]


@unit
def note_death(number: int, reason: str) -> None:
    """Count that the worker died on a job, which is begun again unless that was once too often."""
    row = db.session.get(StoredJob, number, with_for_update=True)
    if row is None or row.state != "running":
        return
    row.tries += 1
    row.state = "waiting"
    if row.tries >= TRIES:
        row.state, row.problem, row.ended_at = "failed", reason, clock.now()


def resume_jobs(*, swift: bool | None = None) -> None:
    """Begin again what a worker left when it was told to end; call it when no such job runs."""
    left = sa.select(StoredJob.id).where(StoredJob.state == "running", _is(swift)).limit(1)
    if db.session.scalar(left) is not None:
        _resume(swift)


@unit
def _resume(swift: bool | None) -> None:
    running = sa.update(StoredJob).where(StoredJob.state == "running", _is(swift))
    db.session.execute(running.values(state="waiting"))


def start_schedules() -> None:
    """Store a job for each schedule whose slot has begun and has none yet."""
    time_zone = db.session.scalar(sa.select(Store.time_zone).order_by(Store.id).limit(1))
    slots: dict[str, tuple[str, str]] = {}
    for name, schedule in _schedules():
        key = f"schedule:{name}.{schedule.name}"
        slots[f"{key}:{schedule.slot(time_zone or 'Asia/Shanghai')}"] = (key, name)
    known = set(db.session.scalars(sa.select(StoredJob.slot).where(StoredJob.slot.in_(slots))))
    missing = {slot: owner for slot, owner in slots.items() if slot not in known}
    if missing:
        _store_slots(missing)


@unit
def _store_slots(slots: dict[str, tuple[str, str]]) -> None:
    for slot, (key, name) in slots.items():
        values = {
            "key": key,
            "plugin": "" if name == "console" else name,
            "slot": slot,
            "args": {},
            "actor": {"name": "console"},
            "stored_at": clock.now(),
        }
        db.session.execute(insert_into(StoredJob).values(**values).on_conflict_do_nothing())


def _schedules() -> Iterator[tuple[str, Schedule]]:
    for schedule in _host_schedules:
        yield "console", schedule
    for mounted in current_app.extensions["console"].active():
        for schedule in mounted.jobs:
            yield mounted.name, schedule


def prune() -> None:
    """Forget what is done with, and give back the room that a day's writing took."""
    outbox.prune()
    prune_jobs()
    shorten_log()


add_schedule(Schedule("prune", prune, daily_at="04:10"))
