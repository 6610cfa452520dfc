"""The worker as a process: killed, hung and started twice, it loses nothing."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from flask import Flask

from console import jobs
from console.db import db
from console.jobs import StoredJob
from console.outbox import Delivery
from console.unit import unit
from console.worker import Worker
from tests.support.bell import PLUGINS
from tests.support.processes import (
    console_environment,
    kill_all,
    members_of,
    started_console,
    wait_until,
)

pytestmark = [pytest.mark.either_engine, pytest.mark.slow]
start = unit(jobs.start_job)


@pytest.fixture
def environment(bell_url: str, tmp_path: Path) -> dict[str, str]:
    return console_environment(bell_url, tmp_path / "worker", CONSOLE_PLUGIN_FOLDER=str(PLUGINS))


def texts(bell: ModuleType) -> list[str]:
    db.session.rollback()
    rings = sa.select(bell.Ring.text).where(bell.Ring.text != "tick").order_by(bell.Ring.id)
    return list(db.session.scalars(rings))


def states() -> dict[str, str]:
    db.session.rollback()
    return {row.facts["text"]: row.state for row in db.session.scalars(sa.select(Delivery))}


def problems() -> str:
    db.session.rollback()
    return " ".join(db.session.scalars(sa.select(Delivery.problem)))


def test_every_event_is_heard_once_although_the_worker_is_killed(
    bell: ModuleType, environment: dict[str, str]
) -> None:
    wanted = [f"ring {number}" for number in range(60)]
    for text in wanted:
        bell.ring(text)
    for heard in (5, 25):
        with started_console(environment, "worker") as worker:
            wait_until(lambda h=heard: len(texts(bell)) >= h, what=f"{heard} rings")  # type: ignore[misc]
            kill_all(members_of(worker.pid))
    with started_console(environment, "worker"):
        wait_until(lambda: set(states().values()) == {"done"}, what="all rings")
    assert texts(bell) == wanted


@pytest.mark.parametrize(("mood", "reason"), [("hang", "longer than"), ("die", "died")])
def test_a_listener_that_hangs_or_dies_takes_only_its_hand_with_it(
    bell: ModuleType, environment: dict[str, str], mood: str, reason: str
) -> None:
    bell.ring("bad", mood)
    bell.ring("good")
    with started_console(environment, "worker", "--patience", "1"):
        wait_until(lambda: states()["good"] == "done", what="the good ring")
    assert texts(bell) == ["good"]
    assert states()["bad"] == "waiting"
    assert reason in problems()


def test_a_job_whose_worker_died_is_run_again(
    bell: ModuleType, environment: dict[str, str]
) -> None:
    number = start(bell.ring_often, times=3, die_at=2)
    with started_console(environment, "worker"):
        wait_until(lambda: job(number).state == "done", what="the job")
    assert (job(number).tries, job(number).result) == (1, {"rings": 3})
    assert (job(number).done, job(number).total) == (3, 3)


def test_a_swift_job_goes_past_one_that_takes_long(
    bell: ModuleType, environment: dict[str, str]
) -> None:
    long, swift = start(bell.ring_until_told), start(bell.ring_once)
    with started_console(environment, "worker"):
        wait_until(lambda: job(long).state == "done", what="the long job")
    assert job(swift).state == "done"


def job(number: int) -> StoredJob:
    db.session.rollback()
    row = db.session.get(StoredJob, number)
    assert row is not None
    return row


def keeper() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(Worker.process)) or 0


def test_a_second_worker_waits_until_the_first_is_gone(
    bell_app: Flask, environment: dict[str, str]
) -> None:
    with started_console(environment, "worker") as first:
        wait_until(lambda: keeper() == first.pid, what="the first worker")
        with started_console(environment, "worker") as second:
            wait_until(lambda: members_of(second.pid), what="the second worker")
            assert keeper() == first.pid
            kill_all(members_of(first.pid))
            wait_until(lambda: keeper() == second.pid, what="the second at work")


def test_a_worker_told_to_end_leaves_no_process(
    bell_app: Flask, environment: dict[str, str]
) -> None:
    with started_console(environment, "worker") as worker:
        wait_until(lambda: keeper() == worker.pid, what="the worker")
        worker.terminate()
        assert worker.wait(30) == 0
        assert members_of(worker.pid) == []


def test_the_hands_notice_that_their_keeper_was_killed(
    bell_app: Flask, environment: dict[str, str]
) -> None:
    with started_console(environment, "worker") as worker:
        wait_until(lambda: len(members_of(worker.pid)) == 4, what="keeper and hands")
        worker.kill()
        worker.wait(30)
        wait_until(lambda: members_of(worker.pid) == [], what="the end of the hands")
