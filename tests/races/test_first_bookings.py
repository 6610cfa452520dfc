"""The first bookings of a day, when rows are made that nobody can have locked yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.db import db
from plugins.booking.api import Wish, book
from plugins.booking.models import ResourceDay
from plugins.booking.services.rosters import publish
from plugins.booking.services.rules import SLOT_CAP
from tests.console.admin.test_queries import listening
from tests.races.booking_storm import overlaps
from tests.support.booking import MONDAY, MORNING, Salon, at, cells, lies, new_key
from tests.support.membership import join
from tests.support.parallel import at_once

THREADS = 8
STAFF, ROOMS = 4, 3
pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def salon(app: Flask) -> Salon:
    with api.at_moment(MORNING):
        salon = Salon(technicians=STAFF, rooms=ROOMS)
        api.unit(lambda: SLOT_CAP.put(99, salon.store_id))()
        return salon


@api.unit
def forget_rooms() -> None:
    """Let the rooms of the day be as new ones are, of which no day has rows."""
    api.db.session.execute(sa.delete(ResourceDay).where(ResourceDay.kind == "place"))


def rooms_of_the_day() -> int:
    rows = sa.select(sa.func.count()).select_from(ResourceDay)
    return api.db.session.scalar(rows.where(ResourceDay.kind == "place")) or 0


@contextmanager
def deadlocks() -> Iterator[list[str]]:
    """Note what the database had to break up."""
    found: list[str] = []

    def note(context: Any) -> None:
        if getattr(context.original_exception, "sqlstate", None) == "40P01":
            found.append(str(context.original_exception))

    sa.event.listen(db.engine, "handle_error", note)
    try:
        yield found
    finally:
        sa.event.remove(db.engine, "handle_error", note)


def test_first_bookings_in_rooms_wait_for_one_another_and_never_in_a_circle(
    app: Flask, salon: Salon
) -> None:
    """At the desk and on phones, of anybody and somebody, while the roster is published."""
    with api.at_moment(MORNING):
        members = [join(f"客人 {n}", phone=f"1380013{n:04}").id for n in range(THREADS)]

    def act(number: int) -> int:
        staff_id = salon.staff_ids[number % STAFF] if number % 3 else None
        with api.at_moment(MORNING):
            if number == THREADS - 1:
                return publish(salon.store_id, MONDAY, MONDAY + dt.timedelta(days=1))
            return book(
                salon.store_id,
                at("12:00"),
                [Wish(salon.variant_id, staff_id)],
                key=new_key(),
                member_id=members[number],
                source="phone" if number % 2 else "desk",
            ).id

    forget_rooms()
    with deadlocks() as broken:
        found = at_once(app, THREADS, act)
    assert broken == []
    odd = [one for one in found if isinstance(one, BaseException)]
    assert [one for one in odd if not isinstance(one, api.Refused)] == []
    assert cells() == 2 * 12 * ROOMS
    assert (lies(), overlaps()) == ([], 0)


def test_rows_are_made_before_any_is_locked(salon: Salon) -> None:
    forget_rooms()
    with api.at_moment(MORNING), listening() as asked:
        salon.book("12:00")
    texts = [text for text, _values in asked if "booking_day" in text]
    made = next(n for n, text in enumerate(texts) if text.startswith("INSERT"))
    read = next(n for n, text in enumerate(texts) if "booking_day.busy" in text)
    assert made < read
    assert rooms_of_the_day() == ROOMS


def test_who_publishes_a_roster_makes_the_rows_of_the_rooms(salon: Salon) -> None:
    assert rooms_of_the_day() == ROOMS
