"""A crowd of fifty at once, over HTTP, at a console with four web processes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from tests.races import booking_acts as acts
from tests.races.booking_acts import PLACES
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
    places_taken,
    unclaimed,
)
from tests.support.booking import lies
from tests.support.crowd import Answer, rush, served_by
from tests.support.people import SignIn

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("staff_read_english")]
WORKERS = 4


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


def nearest_are_told(answers: list[Answer]) -> None:
    assert {offered(answer) for answer in answers if answer.status == 409} == {3}


def same_start(house: House, day: int) -> list[Answer]:
    answers = rush(acts.same_start(house, day))
    assert accepted(answers) == len(live_at(house, day)) == 1
    nearest_are_told(answers)
    return answers


def overlapping_starts(house: House, day: int) -> list[Answer]:
    answers = rush(acts.overlapping_starts(house, day))
    assert accepted(answers) == len(live_at(house, day)) == 1
    nearest_are_told(answers)
    return answers


def two_technicians_one_room(house: House, day: int) -> list[Answer]:
    answers = rush(acts.two_technicians_one_room(house, day))
    assert accepted(answers) == len(live_at(house, day)) == 1
    nearest_are_told(answers)
    return answers


def any_of_three(house: House, day: int) -> list[Answer]:
    answers = rush(acts.any_of_three(house, day))
    visits = live_at(house, day)
    assert accepted(answers) == len(visits) == 3
    assert len({visit.items[0].staff_id for visit in visits}) == 3
    nearest_are_told(answers)
    return answers


def two_pending_are_approved(house: House, day: int) -> list[Answer]:
    """Both can be approved, for the time of both was kept; nobody gets in between."""
    ready = acts.two_pending_are_approved(house, day)
    asked = [visit.id for visit in live_at(house, day)]
    answers = rush(ready)
    assert [(visit.id, visit.status) for visit in live_at(house, day)] == [
        (number, "confirmed") for number in asked
    ]
    assert accepted(answers) == len(range(0, CROWD, 4))
    return answers


def two_changes_into_one_time(house: House, day: int) -> list[Answer]:
    ready = acts.two_changes_into_one_time(house, day)
    visits = [visit.id for visit in live_at(house, day)]
    answers = rush(ready)
    there = [visit for visit in live_at(house, day) if visit.starts_at == house.at(day, "12:30")]
    assert len(there) == 1
    assert {n % 2 for n in range(CROWD) if answers[n].status == 302} == {visits.index(there[0].id)}
    nearest_are_told(answers)
    return answers


def change_and_new(house: House, day: int) -> list[Answer]:
    answers = rush(acts.change_and_new(house, day))
    assert accepted(answers) == 1
    assert len(live_at(house, day)) == 1 + (answers[0].status == 409)
    return answers


def cancel_and_rebook(house: House, day: int) -> list[Answer]:
    ready = acts.cancel_and_rebook(house, day)
    [former] = [visit.id for visit in live_at(house, day)]
    answers = rush(ready)
    fresh = live_at(house, day)
    assert former not in {each.id for each in fresh}
    assert len(fresh) == accepted(answers) - 1 <= 1
    return answers


def class_with_five_places(house: House, day: int) -> list[Answer]:
    ready = acts.class_with_five_places(house, day)
    [own] = [visit.id for visit in live_at(house, day)]
    answers = rush(ready)
    assert accepted(answers) == PLACES
    assert len([visit for visit in live_at(house, day) if visit.id != own]) == PLACES
    assert len(places_taken(house, day)) == PLACES
    return answers


def lapsed_hold(house: House, day: int) -> list[Answer]:
    """She who kept it may still get it, but as one of the crowd."""
    answers = rush(acts.lapsed_hold(house, day))
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
