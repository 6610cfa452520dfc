"""Races for time: exactly what fits is accepted, and every refusal is a clear one."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.booking.api import Taken, Wish, book, change_visit, turn_visit
from plugins.booking.models import Cell, Claim, GroupClass, Seat, Visit
from plugins.booking.services.claiming import Locked, release
from plugins.booking.services.classes import (
    ClassDraft,
    Full,
    places_left,
    plan_classes,
    take_place,
)
from plugins.booking.services.days import cell_at
from plugins.booking.services.planning import plan_visit
from plugins.booking.services.reading import read_days
from plugins.booking.services.seating import locked_for
from plugins.booking.services.slots import Choice, assign, cost_of
from plugins.booking.services.taking import take
from tests.races.booking_storm import overlaps
from tests.support.booking import MONDAY, MORNING, Salon, add_rooms, at, cells, lies, new_key
from tests.support.membership import join
from tests.support.parallel import at_once
from tests.support.salon import add_service

#: Fifty at once come over HTTP, in test_booking_storm; more threads would look at the same code.
THREADS = 10
ONLOOKER = "看客"


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


@pytest.fixture
def salon(app: Flask) -> Salon:
    with api.at_moment(MORNING):
        return Salon()


def test_one_of_many_gets_the_same_start(app: Flask, salon: Salon) -> None:
    well, refused = race(app, lambda _n: salon_book(salon, "12:00"), threads=50)
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


def test_a_class_of_five_takes_five(app: Flask, salon: Salon) -> None:
    group_id = _class_of(salon, 5)
    well, refused = race(
        app, lambda n: take_place(group_id, key=new_key(), guest_name=f"客人 {n}").id
    )
    assert (len(well), len(refused)) == (5, THREADS - 5)
    assert all(isinstance(one, Full) for one in refused)


@dataclass(frozen=True)
class Wanted:
    """What is wanted in a race: at which times, of whom, whether in the one room, and how."""

    times: Sequence[str]
    staff: Sequence[int | None] = (0,)
    in_room: bool = False
    #: How many fit.
    fit: int = 1
    #: So many change a booking that they have, the others make a new one.
    changes: int = 0
    #: What is done with a booking in the race, before all look or after all have written.
    before: str = ""
    after: str = ""


RACES: dict[str, Wanted] = {
    "same start": Wanted(["12:00"]),
    "overlapping starts": Wanted(["12:00", "12:15", "12:30", "12:45"]),
    "two technicians, one room": Wanted(["12:00"], [0, 1], in_room=True),
    "any of three": Wanted(["12:00"], [None], fit=3),
    "two pending are approved": Wanted(["12:00", "12:30"], after="confirm"),
    "two changes into one time": Wanted(["12:30"], changes=THREADS),
    "change and new": Wanted(["12:00", "12:15"], changes=1),
    "cancelled and booked again": Wanted(["15:00"], before="cancel"),
    "lapsed hold": Wanted(["16:00"]),
}


@pytest.mark.parametrize("kind", RACES)
def test_without_lock_and_constraint_everybody_would_get_the_time(app: Flask, kind: str) -> None:
    """The control: the same acts, but each looks first and writes later, where no key forbids."""
    wanted = RACES[kind]
    with api.at_moment(MORNING):
        salon = Salon(technicians=3, rooms=1 if wanted.in_room else 0)
        there = salon_book(salon, "15:00", salon.staff_ids[0]) if wanted.before else 0
        salon.book("16:00", salon.staff[0], keep=True)
        own = _elsewhere(salon, wanted.changes)
    found = at_once(app, THREADS, _act_as_seen(salon, wanted, own, there))
    assert found == ["confirmed" if wanted.after else "written"] * THREADS
    assert overlaps() >= THREADS - bool(there) - wanted.fit
    _sweep()


def test_without_the_lock_the_primary_key_still_lets_one_through(app: Flask, salon: Salon) -> None:
    """Half a control: each looks first and writes later; the constraint alone decides."""
    found = at_once(app, THREADS, _act_as_seen(salon, RACES["same start"], forbidden=True))
    assert found.count("written") == 1
    assert all(isinstance(one, Taken) for one in found if one != "written")
    _sweep()


def test_without_lock_and_constraint_a_class_would_be_too_full(app: Flask, salon: Salon) -> None:
    """The control of classes: each sees the last places, and each gets one."""
    group_id, meeting = _class_of(salon, 5), threading.Barrier(THREADS)
    with api.at_moment(MORNING):
        visits = [_guest(salon) for _n in range(THREADS)]

    def act(number: int) -> int:
        left = places_left([api.db.session.get_one(GroupClass, group_id)])[group_id]
        api.db.session.rollback()
        meeting.wait()
        _sit_as_seen(group_id, visits[number], number)
        return left

    assert at_once(app, THREADS, act) == [5] * THREADS
    api.db.session.rollback()
    assert api.db.session.query(Seat).filter_by(class_id=group_id).count() == THREADS


def _class_of(salon: Salon, places: int) -> int:
    with api.at_moment(MORNING):
        draft = ClassDraft(salon.variant_id, salon.staff_ids[0], at("12:00"), places)
        return plan_classes(salon.store_id, draft, key=new_key())[0].id


@api.unit
def _sit_as_seen(class_id: int, visit_id: int, number: int) -> None:
    api.db.session.add(Seat(class_id=class_id, number=100 + number, visit_id=visit_id))


def _elsewhere(salon: Salon, count: int) -> list[int]:
    """Book visits of the other technicians that are to be changed."""
    starts = itertools.product((1, 2), ("10:00", "11:00", "12:00", "13:00", "14:00"))
    return [
        salon.book(clock, salon.staff[who], guest_name=ONLOOKER).id
        for who, clock in itertools.islice(starts, count)
    ]


def _act_as_seen(
    salon: Salon,
    wanted: Wanted,
    own: Sequence[int] = (),
    there: int = 0,
    *,
    forbidden: bool = False,
) -> Any:
    """Return what looks, waits until all have looked, and does its act without a lock.

    Each writes under a number of its own, which no key forbids, unless it is to be *forbidden*.
    """
    meeting = threading.Barrier(THREADS)
    late = MORNING + dt.timedelta(minutes=11)

    def act(number: int) -> str:
        with api.at_moment(late):
            if there and number == 0:
                turn_visit(there, wanted.before)
            meeting.wait()
            seen = None if there and number == 0 else _look(salon, wanted, number)
            meeting.wait()
            if seen is None:
                return "written"
            chosen, day_first, start = seen
            former = own[number] if number < len(own) else None
            written = _claim_as_seen(
                salon, chosen, day_first, start, unit=0 if forbidden else 1 + number, former=former
            )
            return turn_visit(written, wanted.after).status if wanted.after else "written"

    return act


def _look(salon: Salon, wanted: Wanted, number: int) -> tuple[Sequence[Choice], int, int]:
    """Return who would serve one of the crowd, and when; it is free for each of them."""
    who = wanted.staff[number % len(wanted.staff)]
    planned = plan_visit(
        salon.store_id, [Wish(salon.variant_id, None if who is None else salon.staff_ids[who])]
    )
    day = read_days(salon.store_id, planned, MONDAY, MONDAY)[0]
    start = cell_at(at(wanted.times[number % len(wanted.times)])) - day.first
    chosen = assign(planned.plans[0], start, day.free, cost_of(day.free, day.load))
    api.db.session.rollback()
    assert chosen is not None
    return chosen, day.first, start


@api.unit
def _claim_as_seen(
    salon: Salon,
    chosen: Sequence[Choice],
    first: int,
    start: int,
    *,
    unit: int,
    former: int | None,
) -> int:
    """Write what was chosen, for a new visit or for one that leaves its former time."""
    visit_id = former or _guest(salon)
    if former is not None:
        release([former], locked_for([former], [MONDAY]))
    choices = [
        replace(one, units=tuple((unit, bits) for _unit, bits in one.units)) for one in chosen
    ]
    take(visit_id, choices, first, start, Locked({}))
    return visit_id


@api.unit
def _guest(salon: Salon) -> int:
    """Write a request that claims nothing yet."""
    visit = Visit(
        store_id=salon.store_id,
        day_on=MONDAY,
        starts_at=at("12:00"),
        ends_at=at("13:00"),
        guest_name=ONLOOKER,
        key=new_key(),
        status="pending",
        source="desk",
        booked_at=MORNING,
    )
    api.db.session.add(visit)
    api.db.session.flush()
    return int(visit.id)


@api.unit
def _sweep() -> None:
    """Take away what was written without a lock."""
    gone = sa.select(Visit.id).where(Visit.guest_name == ONLOOKER)
    api.db.session.execute(sa.delete(Cell).where(Cell.visit_id.in_(gone)))
    api.db.session.execute(sa.delete(Claim).where(Claim.visit_id.in_(gone)))


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
