"""Races for time: exactly what fits is accepted, and every refusal is a clear one."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import aliased

from console import api
from plugins.booking.api import Taken, Wish, book, change_visit, turn_visit
from plugins.booking.models import Cell, Claim, Visit
from plugins.booking.models.visits import LIVE
from tests.support.booking import MORNING, Salon, add_rooms, at, cells, lies, new_key
from tests.support.membership import join
from tests.support.parallel import at_once
from tests.support.salon import add_service

THREADS = 10


@pytest.fixture(autouse=True)
def before(app: Flask) -> Iterator[None]:
    """Afterwards nobody is in two places, and the bits of the days agree with the cells."""
    yield
    assert lies() == []
    assert overlaps() == 0


def race(app: Flask, act: Any, threads: int = THREADS) -> tuple[list[Any], list[BaseException]]:
    """Run an act in many threads, and return what went well and what was refused."""

    def run(number: int) -> Any:
        with api.at_moment(MORNING):
            return act(number)

    found = at_once(app, threads, run)
    refused = [one for one in found if isinstance(one, BaseException)]
    odd = [one for one in refused if not isinstance(one, api.Refused)]
    assert odd == []
    return [one for one in found if not isinstance(one, BaseException)], refused


def overlaps() -> int:
    """Return how many pairs of visits claim one person at the same time."""
    api.db.session.rollback()
    one, other = aliased(Claim), aliased(Claim)
    live = sa.select(Visit.id).where(Visit.status.in_(LIVE))
    pairs = sa.select(sa.func.count()).where(
        one.kind == "staff",
        other.kind == "staff",
        one.resource_id == other.resource_id,
        one.visit_id < other.visit_id,
        one.first_cell < other.last_cell,
        other.first_cell < one.last_cell,
        one.visit_id.in_(live),
        other.visit_id.in_(live),
    )
    return api.db.session.scalar(pairs) or 0


@pytest.fixture
def salon(app: Flask) -> Salon:
    with api.at_moment(MORNING):
        return Salon()


def test_one_of_many_gets_the_same_start(app: Flask, salon: Salon) -> None:
    well, refused = race(app, lambda _n: salon_book(salon, "12:00"))
    assert len(well) == 1
    assert all(isinstance(one, Taken) and len(one.alternatives) == 3 for one in refused)
    assert cells() == 12


def test_of_overlapping_starts_those_that_fit_are_accepted(app: Flask, salon: Salon) -> None:
    starts = ["12:00", "12:15", "12:30", "12:45"]
    well, _refused = race(app, lambda n: salon_book(salon, starts[n % 4]))
    assert len(well) == 1


def test_two_technicians_share_one_room_one_after_the_other(app: Flask) -> None:
    with api.at_moment(MORNING):
        salon = Salon(technicians=2, rooms=1)
    well, _refused = race(app, lambda n: salon_book(salon, "12:00", salon.staff_ids[n % 2]))
    assert len(well) == 1


def test_any_of_three_technicians_takes_three(app: Flask) -> None:
    with api.at_moment(MORNING):
        salon = Salon(technicians=3)
    well, _refused = race(app, lambda _n: salon_book(salon, "12:00"))
    assert len(well) == 3
    assert len(set(well)) == 3


def test_a_room_for_two_takes_two(app: Flask) -> None:
    with api.at_moment(MORNING):
        salon = Salon(technicians=4)
        from_kind = _room_for_two(salon)
    well, _refused = race(app, lambda _n: salon_book(salon, "12:00", variant=from_kind))
    assert len(well) == 2


def test_two_pending_for_one_time_cannot_both_be(app: Flask, salon: Salon) -> None:
    with api.at_moment(MORNING):
        members = [join(f"客人 {n}", phone=f"1380013{n:04}").id for n in range(2)]
    well, _refused = race(app, lambda n: salon_book(salon, "12:00", member=members[n]), threads=2)
    assert len(well) == 1
    approved, refused = race(app, lambda _n: turn_visit(well[0], "confirm").status)
    assert set(approved) == {"confirmed"}
    assert refused == []
    assert cells() == 12


def test_of_two_changes_into_one_time_one_is_done(app: Flask, salon: Salon) -> None:
    with api.at_moment(MORNING):
        visits = [salon_book(salon, clock) for clock in ("10:00", "15:00")]
    keys = [new_key(), new_key()]
    well, refused = race(
        app, lambda n: change_visit(visits[n], at("12:30"), key=keys[n]).id, threads=2
    )
    assert (len(well), len(refused)) == (1, 1)
    assert cells() == 24


def test_a_change_and_new_bookings_want_one_time(app: Flask, salon: Salon) -> None:
    with api.at_moment(MORNING):
        visit = salon_book(salon, "10:00")
    well, _refused = race(
        app,
        lambda n: (
            change_visit(visit, at("12:00"), key="change").id
            if n == 0
            else salon_book(salon, "12:15")
        ),
    )
    assert len(well) == 1
    assert cells() in (12, 24)


def test_a_cancelled_time_is_booked_by_one_of_those_who_wait(app: Flask, salon: Salon) -> None:
    with api.at_moment(MORNING):
        visit = salon_book(salon, "12:00")

    def act(number: int) -> Any:
        return turn_visit(visit, "cancel").id if number == 0 else salon_book(salon, "12:00")

    race(app, act)
    with api.at_moment(MORNING):
        fresh = api.db.session.query(Visit).filter(Visit.status == "confirmed").count()
    assert fresh <= 1
    assert cells() == 12 * fresh


def test_a_lapsed_hold_is_given_to_one(app: Flask, salon: Salon) -> None:
    with api.at_moment(MORNING):
        salon.book("12:00", keep=True)
    late = MORNING + dt.timedelta(minutes=11)

    def act(_number: int) -> int:
        with api.at_moment(late):
            return salon_book(salon, "12:00")

    well, _refused = race(app, act)
    assert len(well) == 1
    assert cells() == 12


def test_the_same_form_sent_by_many_threads_books_once_and_answers_all(
    app: Flask, salon: Salon
) -> None:
    well, refused = race(app, lambda _n: salon_book(salon, "12:00", key="form"))
    assert refused == []
    assert len(set(well)) == 1


def test_without_the_lock_the_primary_key_still_lets_one_through(app: Flask, salon: Salon) -> None:
    """Half a control: each looks first and writes later; the constraint alone decides."""
    found = at_once(app, THREADS, _write_as_seen(salon, unit=lambda _n: 0))
    assert sum(1 for one in found if one is True) == 1
    _sweep()


def test_without_lock_and_constraint_everybody_would_get_the_time(app: Flask, salon: Salon) -> None:
    """The control: each looks first and writes later, where no key forbids it."""
    found = at_once(app, THREADS, _write_as_seen(salon, unit=lambda n: n))
    assert found == [True] * THREADS
    _sweep()


def _write_as_seen(salon: Salon, unit: Any) -> Any:
    meeting = threading.Barrier(THREADS)
    with api.at_moment(MORNING):
        visit_id = salon.book("16:00").id
    staff_id = salon.staff_ids[0]

    def act(number: int) -> bool:
        taken = api.db.session.scalar(sa.select(sa.func.count()).where(Cell.cell == 7))
        api.db.session.rollback()
        meeting.wait()
        if not taken:
            _claim_as_seen(visit_id, staff_id, unit(number))
        return not taken

    return act


@api.unit
def _claim_as_seen(visit_id: int, staff_id: int, unit: int) -> None:
    api.db.session.add(
        Cell(kind="staff", resource_id=staff_id, cell=7, unit=unit, visit_id=visit_id)
    )


@api.unit
def _sweep() -> None:
    api.db.session.execute(sa.delete(Cell).where(Cell.cell == 7))


@api.unit
def _room_for_two(salon: Salon) -> int:
    kind = add_rooms(salon.store, 1, capacity=2)
    service = add_service("双人房", skill_id=salon.skill.id, room_kind_id=kind)
    return int(service.variants[0].id)


def salon_book(
    salon: Salon,
    clock: str,
    staff_id: int | None = None,
    *,
    key: str = "",
    member: int | None = None,
    variant: int | None = None,
) -> int:
    """Book from a thread and return the visit's number."""
    return book(
        salon.store_id,
        at(clock),
        [Wish(variant or salon.variant_id, staff_id)],
        key=key or new_key(),
        member_id=member,
        guest_name="王小姐",
        source="phone" if member else "desk",
    ).id
