"""Fifty at once at four web processes, over HTTP: booking as it is, and without lock and keys."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from flask import Flask

from tests.faults.careless import lift_keys
from tests.faults.fault_ledger import show
from tests.races.booking_acts import PLACES, RACES
from tests.races.booking_storm import (
    CROWD,
    DAYS,
    House,
    accepted,
    furnish,
    overlaps,
    places_taken,
    unclaimed,
)
from tests.support.booking import lies
from tests.support.crowd import rush, served_by
from tests.support.people import SignIn

A_DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.timeout(0)


def run_races(house: House, engine: str, kind: str, tries: int = 1) -> list[tuple[str, int]]:
    """Run all races, one that does no harm some times; return how much harm each did."""
    found, days = [], iter(range(DAYS))
    for race in RACES:
        for _try in range(tries):
            day = next(days)
            got = accepted(rush(race(house, day)))
            double = overlaps(house.first_on + day * A_DAY)
            many = max(0, len(places_taken(house, day)) - PLACES)
            if double + many:
                break
        name = race.__name__.replace("_", " ")
        figures = f"{got} of {CROWD} accepted, {double} overlaps, {many} places too many"
        show(engine, f"booking {kind}: {name}", figures)
        found.append((name, double + many))
    return found


def test_of_fifty_at_four_processes_those_get_a_time_that_fit(
    app: Flask, migrated_url: str, sign_in: SignIn, engine: str, tmp_path: Path
) -> None:
    with served_by(4, migrated_url, tmp_path / "salon") as (port, _process):
        found = run_races(furnish(app, sign_in, port), engine, "as it is")
    assert [name for name, harm in found if harm] == []
    assert (lies(), unclaimed()) == ([], 0)


def test_without_lock_and_keys_every_race_books_somebody_twice(
    app: Flask, migrated_url: str, sign_in: SignIn, engine: str, tmp_path: Path
) -> None:
    """The control: the same races, where everybody looks first and writes later."""
    careless = "tests.faults.careless"
    with served_by(4, migrated_url, tmp_path / "salon", careless) as (port, _process):
        house = furnish(app, sign_in, port)
        lift_keys()
        found = run_races(house, engine, "without lock and keys", tries=3)
    assert [name for name, harm in found if not harm] == []
