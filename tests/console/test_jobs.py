"""Jobs: run outside units, show how far they are, and survive the death of their worker."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from flask import Flask

from console import clock, jobs, work, worker
from console.db import db
from console.errors import NotFound, Refused
from console.host import states
from console.i18n import _
from console.jobs import JobRun, StoredJob
from console.security import Actor, acting_as, actor
from console.stores import Store
from console.unit import in_unit, unit
from console.work import prune
from tests.support.people import add_store

pytestmark = pytest.mark.slow

seen: list[object] = []


@jobs.job(_("Number"))
def look_around(run: JobRun) -> None:
    """Note who acts, and whether a unit is running."""
    seen.append((actor(), in_unit()))


@jobs.job(_("Number"))
def refuse(run: JobRun) -> None:
    """Fail in words for people."""
    raise Refused(_("Number"))


@jobs.job(_("Number"))
def break_down(run: JobRun) -> None:
    """Fail as code fails."""
    raise ZeroDivisionError("13800138000")


@jobs.job(_("Number"))
def count_to_ten(run: JobRun) -> dict[str, int]:
    """Show progress in and out of units, and stop when asked."""
    write = unit(lambda: run.progress(5, 10, "half"))
    write()
    row = read(run.id)
    seen.append((row.done, row.total, row.text))
    return {"stopped": run.cancelled}


start = unit(jobs.start_job)


def read(number: int) -> StoredJob:
    db.session.rollback()
    row = db.session.get(StoredJob, number)
    assert row is not None
    return row


@pytest.fixture(autouse=True)
def _forget() -> None:
    seen.clear()


def test_a_job_acts_for_the_person_who_started_it_and_in_no_unit(app: Flask) -> None:
    someone = Actor(user_id=7, name="Amy", store_id=3, request_id="abcdefgh")
    with acting_as(someone):
        number = start(look_around)
    worker.drain(app)
    assert seen == [(someone, False)]
    assert read(number).state == "done"


def test_a_job_shows_how_far_it_is(app: Flask) -> None:
    number = start(count_to_ten)
    worker.drain(app)
    assert seen == [(5, 10, "half")]
    assert read(number).result == {"stopped": False}


def test_a_job_that_is_refused_says_why_in_words(app: Flask) -> None:
    number = start(refuse)
    worker.drain(app)
    assert (read(number).state, read(number).problem) == ("failed", str(_("Number")))


def test_a_job_that_breaks_down_says_so_without_the_phone_number(app: Flask) -> None:
    number = start(break_down)
    worker.drain(app)
    assert read(number).problem == "ZeroDivisionError: 138****8000"


def test_a_failed_job_can_be_begun_again_and_a_finished_one_cannot(app: Flask) -> None:
    number = start(break_down)
    worker.drain(app)
    jobs.retry_job(number)
    assert read(number).state == "waiting"
    done = start(look_around)
    worker.drain(app)
    with pytest.raises(NotFound):
        jobs.retry_job(done)


def test_a_job_that_has_not_begun_is_cancelled_at_once(app: Flask) -> None:
    number = start(look_around)
    jobs.cancel_job(number)
    worker.drain(app)
    assert seen == []
    assert read(number).state == "cancelled"


def test_a_running_job_sees_the_stop_sign(app: Flask) -> None:
    number = start(count_to_ten)
    unit(lambda: setattr(db.session.get(StoredJob, number), "stopping", True))()
    worker.drain(app)
    assert read(number).state == "cancelled"


def test_a_job_that_the_worker_dies_on_is_begun_again_but_not_for_ever(app: Flask) -> None:
    number = start(look_around)
    for _death in range(work.TRIES):
        assert work.find_waiting() == number
        work._begin(number)
        work.note_death(number, "it took longer than 900 s")
    assert (read(number).state, read(number).problem) == ("failed", "it took longer than 900 s")
    assert seen == []


def test_a_job_that_was_cut_off_by_the_end_of_the_worker_is_not_blamed(app: Flask) -> None:
    number = start(look_around)
    for _stop in range(work.TRIES + 1):
        work._begin(number)
        work.resume_jobs()
    assert (read(number).state, read(number).tries) == ("waiting", 0)


def test_jobs_of_a_disabled_plugin_wait(bell_app: Flask, bell: ModuleType) -> None:
    number = start(bell.ring_often, times=2)
    assert read(number).plugin == "bell"
    states.disable(bell_app.extensions["console"], "bell")
    worker.drain(bell_app)
    assert read(number).state == "waiting"
    states.enable(bell_app.extensions["console"], "bell")
    worker.drain(bell_app)
    assert read(number).result == {"rings": 2}


def ticks(bell: ModuleType) -> int:
    db.session.rollback()
    return int(bell.count("tick"))


def run_schedules(app: Flask) -> None:
    with app.app_context():
        work.start_schedules()
    worker.drain(app)


def test_a_schedule_runs_once_per_day_and_makes_up_for_the_last_one_only(
    bell_app: Flask, bell: ModuleType
) -> None:
    unit(lambda: db.session.add(Store(name="A", time_zone="Asia/Shanghai")))()
    db.session.rollback()  # who reads all the while keeps the log of the database from being cut
    # 03:00 in Shanghai is 19:00 UTC of the day before.
    for day, hour, expected in ((9, 18, 1), (9, 19, 2), (9, 23, 2), (10, 18, 2), (14, 20, 3)):
        with clock.frozen(datetime(2027, 3, day, hour, 30, tzinfo=UTC)):
            run_schedules(bell_app)
            run_schedules(bell_app)
        assert ticks(bell) == expected


def test_a_schedule_of_a_disabled_plugin_does_not_run(bell_app: Flask, bell: ModuleType) -> None:
    states.disable(bell_app.extensions["console"], "bell")
    run_schedules(bell_app)
    assert ticks(bell) == 0


def test_a_schedule_says_either_how_often_or_when() -> None:
    with pytest.raises(ValueError, match="either"):
        jobs.Schedule("both", print)


def test_old_jobs_are_forgotten(app: Flask) -> None:
    start(look_around)
    worker.drain(app)
    with clock.frozen(clock.now() + jobs.KEPT * 2):
        jobs.prune_jobs()
    assert db.session.scalars(sa.select(StoredJob)).all() == []


@pytest.mark.any_engine
def test_the_log_of_the_database_is_cut_at_night(app: Flask, migrated_url: str) -> None:
    add_store()
    log = Path(f"{sa.make_url(migrated_url).database}-wal")
    assert log.stat().st_size > 0
    prune()
    assert log.stat().st_size == 0
