"""A visit that lasts longer: until when it can, by how much, and in which other room."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.booking.api import Visit, Wish, extend_visit, turn_visit
from plugins.booking.models import Cell, GroupClass
from plugins.booking.services.arranging import stretch
from plugins.booking.services.classes import ClassDraft, plan_classes
from plugins.booking.services.extending import NextGuest
from plugins.salon.models import Equipment
from tests.support.booking import Salon, add_rooms, at, cells, new_key
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.salon import add_service

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]


def running(salon: Salon, clock: str = "12:00") -> Visit:
    """Begin a visit of the first technician."""
    visit = salon.book(clock, salon.staff[0])
    with api.at_moment(at(clock)):
        turn_visit(visit.id, "arrive")
        return turn_visit(visit.id, "start")


@pytest.fixture
def salon(app: Flask) -> Salon:
    """Two rooms, of which a visit has the first until 13:00, and a guest comes there at 13:25."""
    salon = Salon(technicians=2, rooms=2)
    running(salon)
    salon.book("13:25", salon.staff[1])
    return salon


def rooms_of(visit_id: int) -> list[int]:
    rows = sa.select(Cell.resource_id).where(Cell.visit_id == visit_id, Cell.kind == "place")
    return sorted(api.db.session.scalars(rows))


def test_who_cannot_stay_as_long_reads_until_when_and_in_which_other_room(salon: Salon) -> None:
    visit_id, (room, other) = 1, [each.id for each in api.db.session.query(Equipment)]
    assert set(rooms_of(visit_id)) == {room}
    before = cells()
    with pytest.raises(NextGuest, match="it can last until 13:25") as refused:
        extend_visit(visit_id, 60, key=new_key())
    assert (refused.value.longest, refused.value.rooms[0][0]) == (25, other)
    assert cells() == before
    visit = extend_visit(visit_id, 60, key=new_key(), room_id=other)
    assert visit.ends_at == at("14:00")
    assert (rooms_of(visit_id).count(room), rooms_of(visit_id).count(other)) == (12, 12)


def test_a_room_of_another_kind_is_refused(salon: Salon) -> None:
    stranger = add_rooms(salon.store, 1)
    elsewhere = api.db.session.query(Equipment).filter_by(kind_id=stranger).one().id
    with pytest.raises(api.NotFound):
        extend_visit(1, 60, key=new_key(), room_id=elsewhere)


def test_a_class_lasts_until_its_room_is_needed_and_keeps_all_of_it(app: Flask) -> None:
    salon = Salon(technicians=2)
    kind = add_rooms(salon.store, 1, capacity=3)
    yoga = add_service("Yoga", skill_id=salon.skill.id, room_kind_id=kind).variants[0].id
    draft = ClassDraft(yoga, salon.staff_ids[0], at("12:00"), 3)
    [group] = plan_classes(salon.store_id, draft, key=new_key())
    salon.book("13:30", wishes=[Wish(yoga, salon.staff_ids[1])])
    with pytest.raises(NextGuest, match="it can last until 13:30"):
        extend_visit(group.visit_id, 45, key=new_key())
    extend_visit(group.visit_id, 30, key=new_key())
    assert len(rooms_of(group.visit_id)) == 3 * 18
    assert api.db.session.get_one(GroupClass, group.id).ends_at == at("13:30")


def test_a_booking_that_is_made_longer_reads_until_when_and_when_else(app: Flask) -> None:
    salon = Salon()
    visit = salon.book("12:00")
    salon.book("13:30")
    with pytest.raises(NextGuest, match="it can last until 13:30") as refused:
        stretch(visit.id, 0, 120, key=new_key())
    assert refused.value.longest == 30
    assert len(refused.value.alternatives) == 3


@pytest.mark.usefixtures("staff_read_english")
def test_the_front_desk_extends_as_long_as_possible_or_elsewhere(
    salon: Salon, sign_in: SignIn
) -> None:
    desk, where = sign_in("front_desk", salon.store_id), "/console/booking/visits/1/extend"
    assert "It can last until 13:25." in words(desk.get(where).text)
    told = {"key": f"booking:{new_key():0>30}", "minutes": 60}
    refused = post(desk, where, told)
    assert refused.status_code == 409
    assert "25 minutes more, until 13:25" in words(refused.text)
    assert "60 minutes more in" in words(refused.text)
    post(desk, where, {**told, "minutes": 25})
    assert api.db.session.get_one(Visit, 1).ends_at == at("13:25")
    fields = {"visit_id": 1, "item": 0, "more": 15, "key": f"booking:{new_key():0>30}"}
    answer = post(desk, "/console/booking/board/stretch", fields)
    assert [each["label"][:15] for each in answer.json["offers"]] == ["15 minutes more"]
