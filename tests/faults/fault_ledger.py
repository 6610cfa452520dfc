"""Faults of the ledger: kills, fail points, races and the machine at random, with figures.

`FAULT_SECONDS` (60) is how long workers are killed on each engine, `FAULT_RUNS` (300) how many
runs the machine makes.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from console import api
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from tests.faults.hammer import Hammer
from tests.plugins.ledger.machine import LedgerMachine
from tests.plugins.ledger.seeds import SEEDS, plant
from tests.plugins.ledger.test_model import IN_PROGRAM, STEADY, hasty_app, is_found
from tests.races.test_ledger import RACES, split
from tests.races.test_ledger_kills import FAIL_POINTS
from tests.support.ledger import entry
from tests.support.parallel import at_once

__all__ = ["hasty_app"]

SECONDS = float(os.environ.get("FAULT_SECONDS", "60"))
RUNS = int(os.environ.get("FAULT_RUNS", "300"))
CROWD = 50
pytestmark = pytest.mark.timeout(0)


def show(engine: str, row: str, figures: str) -> None:
    """Print a row of figures."""
    print(f"\n[{engine}] {row}: {figures}")


def test_workers_killed_at_random(
    app: Flask, migrated_url: str, engine: str, tmp_path: Path
) -> None:
    hammer = Hammer(migrated_url, tmp_path, seed=int(time.time()))
    hammer.strike(SECONDS, every=1.5)
    figures = hammer.settle()
    show(
        engine,
        "1, 15: kill -9 of workers under load, a third of all requests repeated",
        str(figures),
    )
    assert figures.sound


def test_workers_that_die_at_every_fail_point(
    app: Flask, migrated_url: str, engine: str, tmp_path: Path
) -> None:
    hammer = Hammer(migrated_url, tmp_path, threads=1, seed=int(time.time()))
    for fail_point in FAIL_POINTS:
        for times in range(1, 6):
            hammer.die_at(f"{fail_point.partition(':')[0]}:{times}")
    figures = hammer.settle()
    show(engine, f"3, 4: death at {len(FAIL_POINTS)} of {len(FAIL_POINTS)} points", str(figures))
    assert figures.sound


@pytest.mark.parametrize("name", RACES)
def test_a_crowd_races_for_what_fits_once(app: Flask, engine: str, name: str) -> None:
    race = RACES[name]
    thing = race.prepare()
    found = at_once(app, CROWD, lambda number: race.careful(thing, number))
    won, refused = split(found, race.refusal)
    show(engine, f"16: {CROWD} race for {name}", f"{won} won, {refused} were refused")
    assert won == race.winners


def test_the_same_form_from_a_crowd(app: Flask, engine: str) -> None:
    cash, revenue = ledger.salon("cash"), ledger.salon("revenue")
    form = entry("sale")
    move = ledger.Move(cash, revenue, 5)
    found = at_once(app, CROWD, lambda _number: ledger.post(form, [move]))
    fresh = sum(one.fresh for one in found if isinstance(one, ledger.Posted))
    show(engine, f"15: the same form sent {CROWD} times at once", f"{fresh} journal")
    assert fresh == 1
    assert len(found) == CROWD


def test_the_machine_at_random(hasty_app: Flask, engine: str) -> None:
    start = time.monotonic()
    dice = settings(STEADY, derandomize=False, max_examples=RUNS)
    run_state_machine_as_test(LedgerMachine, settings=dice)
    journals = api.db.session.query(ledger.Journal).count()
    assert verify().findings == {}
    seconds = time.monotonic() - start
    show(
        engine,
        "30: the machine",
        f"{RUNS} runs, {journals} journals, {seconds:.0f} s, no counterexample",
    )


def test_planted_bugs(hasty_app: Flask, engine: str) -> None:
    """Those in the program, each in turn on one database; `make test` plants the others too."""
    missed, told = [], []
    for name in IN_PROGRAM:
        with pytest.MonkeyPatch.context() as monkeypatch:
            plant(SEEDS[name], engine, monkeypatch)
            start = time.monotonic()
            if not is_found():
                missed.append(name)
            told.append(f"{name} {time.monotonic() - start:.1f} s")
    found = len(told) - len(missed)
    show(engine, "30: planted bugs", f"{found} of {len(told)} found ({', '.join(told)})")
    assert missed == []
