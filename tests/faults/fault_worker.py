"""Faults 2 and 22: the worker and the migration, killed at any moment, with figures.

`FAULT_EVENTS` (2000) is how many events wait, `FAULT_MIGRATIONS` (20) how often a migration
is killed.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.pool import NullPool

from console import migrate
from console.db import db
from console.migrate.write import differences
from console.outbox import Delivery
from console.unit import unit
from tests.support.bell import PLUGINS
from tests.support.databases import Databases
from tests.support.processes import (
    console_command,
    console_environment,
    kill_all,
    members_of,
    run_console,
    started_console,
)

EVENTS = int(os.environ.get("FAULT_EVENTS", "2000"))
MIGRATIONS = int(os.environ.get("FAULT_MIGRATIONS", "20"))
#: Seconds between two kills of the whole worker.
PACE = 3.0
pytestmark = pytest.mark.timeout(0)


def show(engine: str, row: str, figures: str) -> None:
    print(f"\n[{engine}] {row}: {figures}")


def waiting() -> int:
    db.session.rollback()
    left = sa.select(sa.func.count(Delivery.id)).where(Delivery.state == "waiting")
    return db.session.scalar(left) or 0


def test_events_while_their_worker_is_killed(
    bell_app: Flask, bell: ModuleType, bell_url: str, engine: str, tmp_path: Path
) -> None:
    unit(lambda: [bell.ring(str(number)) for number in range(EVENTS)])()
    environment = console_environment(bell_url, tmp_path, CONSOLE_PLUGIN_FOLDER=str(PLUGINS))
    begun, kills = time.monotonic(), 0
    while waiting():
        with started_console(environment, "worker") as worker:
            end = time.monotonic() + PACE
            while waiting() and time.monotonic() < end:
                time.sleep(0.1)
            kill_all(members_of(worker.pid))
            kills += 1
    heard = Counter(
        text for text in db.session.scalars(sa.select(bell.Ring.text)) if text != "tick"
    )
    lost = EVENTS - len(heard)
    twice = sum(1 for times in heard.values() if times > 1)
    seconds = time.monotonic() - begun
    figures = f"{EVENTS} events, {kills} kills, {lost} lost, {twice} twice, {seconds:.0f} s"
    show(engine, "2: kill -9 of the worker every 3 s", figures)
    assert (lost, twice) == (0, 0)


def test_migrations_that_are_killed(databases: Databases, engine: str, tmp_path: Path) -> None:
    chance = random.Random(int(time.time()))
    outcomes: Counter[str] = Counter()
    for turn in range(MIGRATIONS):
        url = databases.create()
        environment = console_environment(url, tmp_path / str(turn))
        process = subprocess.Popen(
            console_command("migrate"), env=environment, stdout=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.5, 3.0))
        process.kill()
        process.wait()
        outcomes[look_at(url)] += 1
        done = run_console(environment, "migrate")
        assert done.returncode == 0, done.stderr
        assert look_at(url) == "whole"
        databases.drop(url)
    show(engine, "22: kill -9 of a migration at a random moment", str(dict(outcomes)))
    assert outcomes["broken"] == 0


def look_at(url: str) -> str:
    """Tell whether the host's tables are all there, not there at all, or something between."""
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        tables = {n for n in sa.inspect(connection).get_table_names() if n.startswith("console_")}
        if not tables:
            return "none"
        history = migrate.history_of(migrate.HOST)
        whole = not differences(migrate.HOST, connection)
        return "whole" if whole and not history.lost_triggers(connection) else "broken"
