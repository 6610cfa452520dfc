"""A crowd of fifty at once, over HTTP, at a console with four web processes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.booking.models import Seat, Visit
from plugins.booking.services.classes import ClassDraft, plan_classes
from tests.races.booking_storm import (
    CROWD,
    Act,
    House,
    accepted,
    clear,
    form_key,
    furnish,
    live_at,
    offered,
    overlaps,
    unclaimed,
)
from tests.support.booking import lies, new_key
from tests.support.crowd import Answer, rush, served_by
from tests.support.people import SignIn

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("staff_read_english")]
WORKERS, PLACES = 4, 5


@pytest.fixture
def house(app: Flask, migrated_url: str, sign_in: SignIn, tmp_path: Path) -> Iterator[House]:
    with served_by(WORKERS, migrated_url, tmp_path / "shop") as (port, _process):
        yield furnish(app, sign_in, port)


def test_a_crowd_gets_what_fits_and_everybody_else_reads_why(house: House) -> None:
    """One house for all races, for it takes seconds to open it."""
    for day, race in enumerate(RACES):
        answers = race(house, day)
        odd = [(answer.status, answer.text[:300]) for answer in answers if not clear(answer)]
        assert odd == [], race.__name__
        assert overlaps() == 0, race.__name__
        assert lies() == [], race.__name__
    assert unclaimed() == 0


def crowd(house: House, act: Any) -> list[Act]:
    return [act(number) for number in range(CROWD)]


def nearest_are_told(answers: list[Answer]) -> None:
    assert {offered(answer) for answer in answers if answer.status == 409} == {3}


def same_start(house: House, day: int) -> list[Answer]:
    answers = rush(crowd(house, lambda n: house.anybody(n, day, "12:00", 0)))
    assert accepted(answers) == len(live_at(house, day)) == 1
    nearest_are_told(answers)
    return answers


def overlapping_starts(house: House, day: int) -> list[Answer]:
    clocks = ("12:00", "12:15", "12:30", "12:45")
    answers = rush(crowd(house, lambda n: house.anybody(n, day, clocks[n // 2 % 4], 0)))
    assert accepted(answers) == len(live_at(house, day)) == 1
    nearest_are_told(answers)
    return answers


def two_technicians_one_room(house: House, day: int) -> list[Answer]:
    answers = rush(
        crowd(house, lambda n: house.anybody(n, day, "12:00", n // 2 % 2, variant=house.in_room))
    )
    assert accepted(answers) == len(live_at(house, day)) == 1
    nearest_are_told(answers)
    return answers


def any_of_three(house: House, day: int) -> list[Answer]:
    answers = rush(crowd(house, lambda n: house.anybody(n, day, "12:00")))
    visits = live_at(house, day)
    assert accepted(answers) == len(visits) == 3
    assert len({visit.items[0].staff_id for visit in visits}) == 3
    nearest_are_told(answers)
    return answers


def two_pending_are_approved(house: House, day: int) -> list[Answer]:
    """Both can be approved, for the time of both was kept; nobody gets in between."""
    asked = [
        house.visit(day, clock, member_id=house.members[n], source="phone")
        for n, clock in enumerate(("11:00", "12:00"))
    ]

    def act(number: int) -> Act:
        if number % 4 == 0:
            return house.turn(number, asked[number // 4 % 2], "confirm")
        return house.anybody(number, day, "11:30", 0)

    answers = rush(crowd(house, act))
    assert [(visit.id, visit.status) for visit in live_at(house, day)] == [
        (number, "confirmed") for number in asked
    ]
    assert accepted(answers) == len(range(0, CROWD, 4))
    return answers


def two_changes_into_one_time(house: House, day: int) -> list[Answer]:
    visits = [house.visit(day, clock) for clock in ("10:00", "15:00")]
    answers = rush(crowd(house, lambda n: house.change(n, visits[n % 2], day, "12:30")))
    there = [visit for visit in live_at(house, day) if visit.starts_at == house.at(day, "12:30")]
    assert len(there) == 1
    assert {n % 2 for n in range(CROWD) if answers[n].status == 302} == {visits.index(there[0].id)}
    nearest_are_told(answers)
    return answers


def change_and_new(house: House, day: int) -> list[Answer]:
    visit = house.visit(day, "10:00")

    def act(number: int) -> Act:
        if number == 0:
            return house.change(number, visit, day, "12:00")
        return house.anybody(number, day, "12:15", 0)

    answers = rush(crowd(house, act))
    assert accepted(answers) == 1
    assert len(live_at(house, day)) == 1 + (answers[0].status == 409)
    return answers


def cancel_and_rebook(house: House, day: int) -> list[Answer]:
    visit = house.visit(day, "12:00")

    def act(number: int) -> Act:
        if number == 0:
            return house.turn(number, visit, "cancel")
        return house.anybody(number, day, "12:00", 0)

    answers = rush(crowd(house, act))
    fresh = live_at(house, day)
    assert visit not in {each.id for each in fresh}
    assert len(fresh) == accepted(answers) - 1 <= 1
    return answers


def class_with_five_places(house: House, day: int) -> list[Answer]:
    draft = ClassDraft(
        house.salon.variant_id, house.salon.staff_ids[0], house.at(day, "12:00"), PLACES
    )
    [group] = plan_classes(house.salon.store_id, draft, key=new_key())
    number, own = group.id, group.visit_id
    desk, phone = f"/console/booking/classes/{number}/place", f"/booking/classes/{number}/book"

    def act(n: int) -> Act:
        if n % 2:
            return lambda: house.phones[n // 2].post(phone, key=form_key())
        return lambda: house.desks[n % 3].post(desk, guest=f"来电 {n}", key=form_key())

    answers = rush(crowd(house, act))
    assert accepted(answers) == PLACES
    assert len([visit for visit in live_at(house, day) if visit.id != own]) == PLACES
    assert api.db.session.query(Seat).filter_by(class_id=number).count() == PLACES
    return answers


def lapsed_hold(house: House, day: int) -> list[Answer]:
    """She who kept it may still get it, but as one of the crowd."""
    key = form_key()
    hold = house.visit(day, "12:00", member_id=house.members[0], source="phone", keep=True, key=key)
    api.unit(
        lambda: api.db.session.execute(
            sa.update(Visit)
            .where(Visit.id == hold)
            .values(hold_until=api.now() - dt.timedelta(seconds=1))
        )
    )()
    told = {
        "store": house.salon.store_id,
        "variant": house.salon.variant_id,
        "staff": house.salon.staff_ids[0],
        "at": house.at(day, "12:00").isoformat(),
        "key": key,
    }

    def act(number: int) -> Act:
        if number == 1:
            return lambda: house.phones[0].post("/booking/confirm", **told)
        return house.anybody(number, day, "12:00", 0)

    answers = rush(crowd(house, act))
    assert accepted(answers) == len(live_at(house, day)) == 1
    return answers


def one_form_sent_by_all(house: House, day: int) -> list[Answer]:
    key = form_key()
    answers = rush([house.anybody(0, day, "12:00", 0, key=key) for _n in range(CROWD)])
    assert accepted(answers) == CROWD
    assert len(live_at(house, day)) == 1
    return answers


def one_phone_sends_again_and_again(house: House, day: int) -> list[Answer]:
    phone = house.phones[0]
    told = {
        "store": house.salon.store_id,
        "variant": house.salon.variant_id,
        "at": house.at(day, "12:00").isoformat(),
    }
    kept = phone.post("/booking/keep", **told)
    key = kept.kept["key"]
    answers = rush([lambda: phone.post("/booking/confirm", **told, key=key)] * CROWD)
    assert {answer.leads_to for answer in answers} == {
        f"/booking/mine/{visit.id}" for visit in live_at(house, day)
    }
    assert len(live_at(house, day)) == 1
    return answers


def kept_times_are_exchanged(house: House, day: int) -> list[Answer]:
    """Each gives one time back for another, in opposite orders: nobody waits for ever."""
    store, staff = house.salon.store_id, house.salon.staff_ids[0]
    plain = {"store": store, "variant": house.salon.variant_id, "staff": staff}

    def tap(number: int, place: int) -> Act:
        when = house.at(day + place % 2 * 3, f"{10 + place // 2}:00").isoformat()
        return partial(house.phones[number].post, "/booking/keep", **plain, at=when)

    rush([tap(number, number) for number in range(16)])
    answers = rush([tap(number, number ^ 1) for number in range(16)])
    assert len(live_at(house, day)) <= 8
    return answers


RACES = (
    same_start,
    overlapping_starts,
    two_technicians_one_room,
    any_of_three,
    two_pending_are_approved,
    two_changes_into_one_time,
    change_and_new,
    cancel_and_rebook,
    class_with_five_places,
    lapsed_hold,
    one_form_sent_by_all,
    one_phone_sends_again_and_again,
    kept_times_are_exchanged,
)
