"""Races for places in a class and for what is offered to the waiting list."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.booking.api import turn_visit
from plugins.booking.models import GroupClass, Seat, Visit, Wait
from plugins.booking.services.classes import (
    ClassDraft,
    Full,
    places_left,
    plan_classes,
    take_place,
)
from plugins.booking.services.waiting import WaitDraft, join_waiting
from plugins.booking.services.waiting_offers import serve_waiting, take_offer
from tests.races.booking_storm import overlaps
from tests.races.test_booking import THREADS, race, salon
from tests.support.booking import MONDAY, MORNING, Salon, at, cells, lies, new_key
from tests.support.membership import join
from tests.support.parallel import at_once

__all__ = ["salon"]
PLACES = 3


@pytest.fixture(autouse=True)
def before(app: Flask) -> Iterator[None]:
    """Afterwards nobody is in two places, and the bits of the days agree with the cells."""
    yield
    assert lies() == []
    assert overlaps() == 0


@pytest.fixture
def class_id(salon: Salon) -> int:
    draft = ClassDraft(salon.variant_id, salon.staff_ids[0], at("12:00"), PLACES)
    with api.at_moment(MORNING):
        return plan_classes(salon.store_id, draft, key=new_key())[0].id


def taken(class_id: int) -> list[int]:
    """Return the numbers of the places that are taken."""
    api.db.session.rollback()
    rows = sa.select(Seat.number).where(Seat.class_id == class_id).order_by(Seat.number)
    return list(api.db.session.scalars(rows))


def sit(class_id: int, **more: Any) -> int:
    return take_place(class_id, **{"key": new_key(), "guest_name": "Wang", **more}).id


def test_a_class_of_three_takes_three_and_everybody_else_is_told(app: Flask, class_id: int) -> None:
    well, refused = race(app, lambda _n: sit(class_id))
    assert len(set(well)) == PLACES
    assert all(isinstance(one, Full) for one in refused)
    assert taken(class_id) == [1, 2, 3]


def test_one_member_on_many_phones_gets_one_place(app: Flask, class_id: int) -> None:
    with api.at_moment(MORNING):
        member_id = join().id
    well, refused = race(app, lambda _n: sit(class_id, member_id=member_id))
    assert (len(well), len(refused)) == (1, THREADS - 1)


def test_a_place_that_is_given_back_goes_to_one(app: Flask, class_id: int) -> None:
    with api.at_moment(MORNING):
        visits = [sit(class_id) for _n in range(PLACES)]

    def act(number: int) -> Any:
        return turn_visit(visits[0], "cancel").id if number == 0 else sit(class_id)

    race(app, act)
    assert len(taken(class_id)) in (PLACES - 1, PLACES)


def test_without_the_lock_the_keys_still_let_three_in(app: Flask, class_id: int) -> None:
    """Half a control: everybody sees the class empty and writes the first place; one gets it."""
    found = at_once(app, THREADS, _write_as_seen(class_id, lambda _n: 1))
    assert sum(1 for one in found if one is True) == 1


def test_without_lock_and_keys_everybody_would_get_a_place(app: Flask, class_id: int) -> None:
    """The control: who counts first and writes later lets ten into a class of three."""
    found = at_once(app, THREADS, _write_as_seen(class_id, lambda n: n + 1))
    assert found == [True] * THREADS
    assert len(taken(class_id)) > PLACES


def _write_as_seen(class_id: int, number: Any) -> Any:
    meeting = threading.Barrier(THREADS)
    with api.at_moment(MORNING):
        group = api.db.session.get_one(GroupClass, class_id)
        visits = [_visit_like(group.visit_id, n) for n in range(THREADS)]

    def act(n: int) -> bool:
        group = api.db.session.get_one(GroupClass, class_id)
        there = places_left([group])[class_id]
        api.db.session.rollback()
        meeting.wait()
        if there:
            _sit_as_seen(class_id, number(n), visits[n])
        return there > 0

    return act


@api.unit
def _visit_like(visit_id: int, number: int) -> int:
    led = api.db.session.get_one(Visit, visit_id)
    visit = Visit(
        store_id=led.store_id,
        day_on=led.day_on,
        starts_at=led.starts_at,
        ends_at=led.ends_at,
        status="confirmed",
        guest_name="Wang",
        key=f"control-{number}",
        booked_at=MORNING,
    )
    api.db.session.add(visit)
    api.db.session.flush()
    return visit.id


@api.unit
def _sit_as_seen(class_id: int, number: int, visit_id: int) -> None:
    api.db.session.add(Seat(class_id=class_id, number=number, visit_id=visit_id))


@pytest.fixture
def waits(salon: Salon) -> list[int]:
    """Three who wait for the only hour that is free."""
    with api.at_moment(MORNING):
        for hour in (10, 11, 13, 14, 15, 16, 17):
            salon.book(f"{hour}:00")
        draft = [
            WaitDraft(MONDAY, MONDAY, (salon.variant_id,), guest_name=f"Guest {n}")
            for n in range(3)
        ]
        return [join_waiting(salon.store_id, each, key=new_key()).id for each in draft]


def states(waits: list[int]) -> list[str]:
    api.db.session.rollback()
    rows = sa.select(Wait.state).where(Wait.id.in_(waits)).order_by(Wait.id)
    return list(api.db.session.scalars(rows))


def test_many_workers_offer_one_time_to_the_first_only(
    app: Flask, salon: Salon, waits: list[int]
) -> None:
    made, refused = race(app, lambda _n: serve_waiting(salon.store_id))
    assert (sum(made), refused) == (1, [])
    assert states(waits) == ["offered", "waiting", "waiting"]
    assert cells() == 8 * 12


def test_one_tap_on_many_phones_books_once(app: Flask, salon: Salon, waits: list[int]) -> None:
    with api.at_moment(MORNING):
        serve_waiting(salon.store_id)
    well, refused = race(app, lambda _n: take_offer(waits[0]).id)
    assert (len(set(well)), refused) == (1, [])
    assert states(waits) == ["taken", "waiting", "waiting"]


@pytest.mark.usefixtures("in_english")
def test_of_two_takers_of_a_lapsed_offer_one_wins_and_the_other_reads_why(
    app: Flask, salon: Salon, waits: list[int]
) -> None:
    with api.at_moment(MORNING):
        serve_waiting(salon.store_id)
    late = MORNING + dt.timedelta(minutes=16)

    def act(number: int) -> int:
        with api.at_moment(late):
            if number % 2:
                return take_offer(waits[0]).id
            serve_waiting(salon.store_id)
            return take_offer(waits[1]).id

    well, refused = race(app, act)
    assert len(set(well)) == 1
    assert all("kept for too long" in str(one) for one in refused)
    assert states(waits) == ["waiting", "taken", "waiting"]
    assert cells() == 8 * 12
