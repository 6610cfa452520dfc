"""Turns: whose turn it is, why, and who is passed over without losing her place."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from console import api
from plugins.booking.api import Wish, turn_visit
from plugins.booking.services.turn_proposal import NextTurn, next_in_turn
from plugins.booking.services.turns import (
    ORDER,
    RULE,
    Step,
    note_turn,
    order_after,
    put_order,
    read_turns,
)
from tests.support.booking import MONDAY, Salon, at
from tests.support.salon import add_service, add_skill

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]
TEN = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


def order(*steps: Any, **more: Any) -> list[int]:
    """Return who is here after some steps, a minute between them."""
    told = [
        Step(TEN + dt.timedelta(minutes=n), one[0], one[1], minutes=one[2] if len(one) > 2 else 60)
        for n, one in enumerate(steps)
    ]
    return [one.staff_id for one in order_after(told, **more)]


def test_who_came_first_has_the_first_turn() -> None:
    assert order((2, "here"), (1, "here"), (3, "here")) == [2, 1, 3]


def test_who_served_a_guest_goes_to_the_end() -> None:
    assert order((1, "here"), (2, "here"), (3, "here"), (1, "walk_in")) == [2, 3, 1]


def test_who_is_skipped_goes_to_the_end() -> None:
    assert order((1, "here"), (2, "here"), (1, "skip")) == [2, 1]


def test_who_goes_home_is_gone_and_comes_back_last() -> None:
    steps = [(1, "here"), (2, "here"), (1, "gone")]
    assert order(*steps) == [2]
    assert order(*steps, (1, "here")) == [2, 1]


def test_a_break_keeps_the_place() -> None:
    assert order((1, "here"), (2, "here"), (1, "break"), (2, "walk_in")) == [1, 2]


def test_by_minutes_a_long_guest_counts_more_than_a_short_one() -> None:
    steps = [(1, "here"), (2, "here"), (1, "walk_in", 90), (2, "walk_in", 30)]
    assert order(*steps) == [1, 2]
    assert order(*steps, rule="minutes") == [2, 1]
    assert order(*steps, (2, "walk_in", 30), rule="minutes") == [2, 1]


def test_who_comes_late_does_not_serve_all_the_rest_of_the_day() -> None:
    steps = [(1, "here"), (2, "here"), (1, "walk_in", 90), (2, "walk_in", 60), (3, "here")]
    assert order(*steps, (2, "walk_in", 10), rule="minutes") == [3, 2, 1]
    assert order(*steps, (3, "walk_in", 40), rule="minutes") == [2, 1, 3]


def test_the_day_may_begin_with_a_set_order() -> None:
    places = {3: 0, 1: 1, 2: 2}
    begun = [(1, "here"), (2, "here"), (3, "here")]
    assert order(*begun, places=places) == [3, 1, 2]
    late = [(1, "here"), (2, "here"), (1, "walk_in"), (3, "here")]
    assert order(*late, places=places) == [2, 1, 3]


@pytest.fixture
def salon(app: Flask) -> Salon:
    salon = Salon(technicians=3)
    for number, staff_id in enumerate(salon.staff_ids):
        with api.at_moment(at(f"09:5{number}")):
            note_turn(salon.store_id, MONDAY, staff_id, "here")
    return salon


def proposed(salon: Salon, *variant_ids: int) -> NextTurn:
    store = api.db.session.get_one(api.Store, salon.store_id)
    return next_in_turn(store, MONDAY, variant_ids)


def said(salon: Salon, *variant_ids: int) -> tuple[str, list[str]]:
    """Return who is next, and who was passed over and why."""
    found = proposed(salon, *variant_ids)
    name = found.staff.name if found.staff else ""
    return name, [f"{each.staff.name} {each.why}" for each in found.passed]


def walk_in(salon: Salon, clock: str, staff_id: int, *, asked: bool = False) -> int:
    wishes = [Wish(salon.variant_id, staff_id, asked=asked)]
    return salon.book(clock, wishes=wishes, source="walk_in").id


def done(visit_id: int, clock: str) -> None:
    with api.at_moment(at(clock)):
        turn_visit(visit_id, "arrive")
        turn_visit(visit_id, "done")


def test_the_next_is_named_with_the_reason_and_who_cannot_keeps_her_place(salon: Salon) -> None:
    with api.at_moment(at("10:00")):
        assert said(salon, salon.variant_id) == ("Amy", [])
        assert str(proposed(salon).why) == "here since 09:50, 0 guests served in turn"
        assert [each.name for each in proposed(salon).later] == ["Coco", "Vivi"]
    salon.book("10:30", salon.staff[0])
    with api.at_moment(at("10:00")):
        assert said(salon, salon.variant_id) == ("Coco", ["Amy expects a guest at 10:30"])
    with api.at_moment(at("10:40")):
        assert said(salon) == ("Coco", ["Amy is busy until 11:30"])
    with api.at_moment(at("11:30")):
        assert said(salon) == ("Amy", [])
        note_turn(salon.store_id, MONDAY, salon.staff_ids[0], "break")
        assert said(salon) == ("Coco", ["Amy is on a break"])
        note_turn(salon.store_id, MONDAY, salon.staff_ids[0], "back")
        nails = add_service("Nails", skill_id=add_skill("Other").id).variants[0].id
        name, passed = said(salon, nails)
        assert (name, passed[0]) == ("", "Amy does not do this service")
        assert said(salon) == ("Amy", [])


def test_only_a_walk_in_in_turn_that_is_done_costs_the_turn(salon: Salon) -> None:
    turn_visit(walk_in(salon, "10:00", salon.staff_ids[0]), "cancel")
    done(walk_in(salon, "10:00", salon.staff_ids[0], asked=True), "10:50")
    with api.at_moment(at("11:00")):
        assert said(salon) == ("Amy", [])
    done(walk_in(salon, "11:00", salon.staff_ids[0]), "11:50")
    with api.at_moment(at("12:00")):
        assert said(salon) == ("Coco", [])
        line = read_turns(salon.store_id, MONDAY).line
    assert [(one.staff_id, one.guests) for one in line][-1] == (salon.staff_ids[0], 1)


def test_a_skip_needs_a_reason_and_who_is_not_here_cannot_rest(salon: Salon) -> None:
    with api.at_moment(at("10:00")):
        with pytest.raises(api.Refused, match="Say why"):
            note_turn(salon.store_id, MONDAY, salon.staff_ids[0], "skip")
        note_turn(salon.store_id, MONDAY, salon.staff_ids[0], "skip", reason="Fetches towels")
        assert said(salon) == ("Coco", [])
        assert read_turns(salon.store_id, MONDAY).steps[-1].reason == "Fetches towels"
        note_turn(salon.store_id, MONDAY, salon.staff_ids[2], "gone")
        with pytest.raises(api.Conflict, match="not here"):
            note_turn(salon.store_id, MONDAY, salon.staff_ids[2], "break")
        note_turn(salon.store_id, MONDAY, salon.staff_ids[0], "here")
    assert len(read_turns(salon.store_id, MONDAY).steps) == 5
    assert [each.name for each in read_turns(salon.store_id, MONDAY).absent] == ["Vivi"]


def test_a_store_decides_by_its_settings(salon: Salon) -> None:
    put_order(salon.store_id, salon.staff_ids[::-1])
    api.unit(lambda: ORDER.put("set", salon.store_id))()
    with api.at_moment(at("10:00")):
        assert said(salon)[0] == "Vivi"
    api.unit(lambda: RULE.put("minutes", salon.store_id))()
    assert read_turns(salon.store_id, MONDAY).rule == "minutes"
