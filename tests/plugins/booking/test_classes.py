"""Classes: so many places, one leader, one room, and everybody knows when it is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.testing.listening import Announced
from console.worker import drain
from plugins.booking.api import Taken, change_visit, turn_visit
from plugins.booking.hookspecs_waiting import booking_class_cancelled, booking_class_planned
from plugins.booking.models import Cell, GroupClass, Seat, Visit
from plugins.booking.services.board import Sight, tell_board
from plugins.booking.services.class_places import set_places
from plugins.booking.services.classes import (
    ClassDraft,
    Full,
    cancel_class,
    finish_class,
    places_left,
    plan_classes,
    seats_of,
    take_place,
)
from plugins.messages.models import Message
from tests.support.booking import MONDAY, Salon, add_rooms, at, cells, new_key
from tests.support.membership import join
from tests.support.salon import add_service

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]


def planned(salon: Salon, clock: str = "12:00", **more: Any) -> GroupClass:
    """Plan a class of the first technician."""
    weeks = more.pop("weeks", 1)
    more.setdefault("capacity", 2)
    more.setdefault("variant_id", salon.variant_id)
    draft = ClassDraft(leader_id=salon.staff_ids[0], starts_at=at(clock), title="Yoga", **more)
    return plan_classes(salon.store_id, draft, key=new_key(), weeks=weeks)[0]


def sit(group: GroupClass, name: str = "Wang", **more: Any) -> Visit:
    return take_place(group.id, key=new_key(), guest_name=name, **more)


def members(count: int) -> list[int]:
    return [join(f"Guest {n}", phone=f"1380013{n:04}").id for n in range(count)]


def test_a_class_claims_its_leader_until_it_is_cancelled(app: Flask, announced: Announced) -> None:
    salon = Salon()
    group = planned(salon)
    assert "12:00" not in salon.free()
    with pytest.raises(Taken, match="Amy is not free"):
        salon.book("12:30", salon.staff[0])
    cancel_class(group.id, "Amy is ill")
    for event in (booking_class_planned, booking_class_cancelled):
        assert announced(event) == [{"class_id": group.id}]


def test_a_class_has_its_room_to_itself(app: Flask) -> None:
    salon = Salon(technicians=2)
    room = add_rooms(salon.store, 1, capacity=4)
    yoga = add_service("Yoga", skill_id=salon.skill.id, room_kind_id=room).variants[0].id
    planned(salon, variant_id=yoga)
    assert api.db.session.query(Cell).filter(Cell.kind == "place").count() == 4 * 12
    with pytest.raises(Taken, match="No room"):
        salon.book("12:00", wishes=[type(salon.wish())(yoga, salon.staff_ids[1])])


def test_a_room_with_a_guest_in_it_takes_no_class(app: Flask) -> None:
    salon = Salon(technicians=2)
    room = add_rooms(salon.store, 1, capacity=4)
    yoga = add_service("Yoga", skill_id=salon.skill.id, room_kind_id=room).variants[0].id
    salon.book("12:00", wishes=[type(salon.wish())(yoga, salon.staff_ids[1])])
    before = cells()
    with pytest.raises(Taken, match="No room") as refused:
        planned(salon, variant_id=yoga)
    assert refused.value.alternatives == [at("10:45"), at("11:00"), at("13:00")]
    assert cells() == before


def test_a_class_of_two_takes_two_guests_and_no_third(app: Flask) -> None:
    group = planned(Salon())
    assert places_left([group]) == {group.id: 2}
    first, again = (take_place(group.id, key="form", guest_name="Wang").id for _n in range(2))
    assert first == again
    sit(group, "Li")
    with pytest.raises(Full, match=r"All places of this class are taken\.$"):
        sit(group, "Zhao")
    assert [seat.number for seat in seats_of(group.id)] == [1, 2]


def test_a_full_class_names_those_that_are_not(app: Flask) -> None:
    salon = Salon()
    group, late = planned(salon, capacity=1), planned(salon, "15:00")
    full = planned(salon, "14:00", capacity=1)
    for each in (group, full):
        sit(each)
    with pytest.raises(Full, match=f"There are some in: Yoga {MONDAY} 15:00") as refused:
        sit(group, "Li")
    assert refused.value.alternatives == [late.starts_at]


def test_a_member_has_one_place(app: Flask) -> None:
    group = planned(Salon())
    member = join().id
    visit = sit(group, member_id=member)
    assert (visit.status, visit.starts_at) == ("confirmed", at("12:00"))
    with pytest.raises(api.Conflict, match="has a place in this class already"):
        sit(group, member_id=member)
    assert places_left([group]) == {group.id: 1}


def test_who_cancels_and_a_hold_that_lapses_free_a_place(app: Flask) -> None:
    group = planned(Salon(), capacity=1)
    visit = sit(group)
    turn_visit(visit.id, "cancel")
    assert places_left([group]) == {group.id: 1}
    until = api.now() + dt.timedelta(minutes=15)
    sit(group, keep_until=until)
    with pytest.raises(Full):
        sit(group, "Li")
    with api.at_moment(until):
        assert places_left([group]) == {group.id: 1}
        sit(group, "Li")


def test_a_class_that_is_moved_takes_its_guests_along(app: Flask) -> None:
    salon = Salon(technicians=2)
    room = add_rooms(salon.store, 1, capacity=3)
    yoga = add_service("Yoga", skill_id=salon.skill.id, room_kind_id=room).variants[0].id
    group = planned(salon, variant_id=yoga)
    guest = sit(group).id
    with pytest.raises(api.Refused, match="A class has its own time"):
        change_visit(guest, at("15:00"), key=new_key())
    other = [type(salon.wish())(yoga, salon.staff_ids[1])]
    change_visit(group.visit_id, at("15:00"), other, key=new_key())
    assert (group.starts_at, group.leader.name) == (at("15:00"), "Coco")
    assert api.db.session.get_one(Visit, guest).starts_at == at("15:00")
    assert api.db.session.query(Cell).filter(Cell.kind == "place").count() == 3 * 12


def test_a_class_is_cancelled_for_everybody(app: Flask) -> None:
    salon = Salon()
    group = planned(salon)
    people = members(2)
    for member in people:
        sit(group, member_id=member)
    with pytest.raises(api.Refused, match="This is a class"):
        turn_visit(group.visit_id, "cancel")
    with pytest.raises(api.Refused, match="Say why"):
        cancel_class(group.id, " ")
    cancel_class(group.id, "Amy is ill")
    cancel_class(group.id, "Amy is ill")
    drain(app)
    told = sa.select(Message.member_id).where(Message.kind == "booking.cancelled")
    assert sorted(api.db.session.scalars(told)) == people
    assert cells() == 0
    assert api.db.session.query(Seat).count() == 0
    assert "12:00" in salon.free()
    with pytest.raises(api.Conflict, match="was cancelled"):
        sit(group)


def test_a_class_that_is_over_is_done_for_those_who_came(app: Flask) -> None:
    group = planned(Salon())
    came, stayed_away = sit(group).id, sit(group, "Li").id
    with pytest.raises(api.Refused, match="has not begun"):
        finish_class(group.id)
    with api.at_moment(at("12:55")):
        turn_visit(came, "arrive")
        finish_class(group.id)
    found = [api.db.session.get_one(Visit, number).status for number in (came, stayed_away)]
    assert found == ["done", "no_show"]
    assert group.visit.status == "done"


def test_a_class_is_planned_for_three_weeks_or_not_at_all(app: Flask) -> None:
    salon = Salon()
    weeks = [MONDAY + n * dt.timedelta(days=7) for n in range(3)]
    for day in weeks[1:]:
        salon.roster(salon.staff[0], day=day)
    planned(salon, weeks=3)
    starts = api.db.session.scalars(sa.select(GroupClass.starts_at).order_by(GroupClass.id))
    assert list(starts) == [at("12:00", day) for day in weeks]
    with pytest.raises(Taken, match="Amy is not on duty"):
        planned(salon, "14:00", weeks=4)
    assert api.db.session.query(GroupClass).count() == 3


def test_a_class_never_has_fewer_places_than_are_taken(app: Flask) -> None:
    salon = Salon()
    group = planned(salon, capacity=5)
    guests = [sit(group, name) for name in ("Wang", "Li", "Zhao")]
    turn_visit(guests[0].id, "cancel")
    with pytest.raises(api.Conflict, match="2 places"):
        set_places(group.id, 1)
    set_places(group.id, 2)
    with pytest.raises(Full):
        sit(group, "Zhou")
    board = tell_board(Sight(salon.store, (MONDAY,)))
    assert [visit["places"] for visit in board["visits"] if visit["places"]] == [(2, 2)]
    set_places(group.id, 3)
    assert sit(group, "Zhou").status == "confirmed"
