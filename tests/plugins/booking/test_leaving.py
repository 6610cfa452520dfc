"""Somebody leaves: what guests have booked with her goes to who takes over, or is to be placed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from console import api
from console.inbox import Notice
from plugins.booking.models import GroupClass, Visit, Wait
from plugins.booking.services.classes import ClassDraft, plan_classes, take_place
from plugins.booking.services.rosters_moving import visits_alone
from plugins.booking.services.waiting import WaitDraft, join_waiting
from plugins.salon.services.staffing import end_employment, leaving_consequences
from tests.support.booking import MONDAY, MORNING, Salon, at, lies, new_key
from tests.support.salon import add_skill

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("app", "in_english")]


def leave(salon: Salon, successor: int | None = None) -> None:
    """Let the first technician leave, to be followed by another one."""
    successor_id = None if successor is None else salon.staff_ids[successor]
    end_employment(salon.staff_ids[0], last_on=MORNING.date(), successor_id=successor_id)


def servants(*numbers: int) -> list[int | None]:
    visits = [api.db.session.get_one(Visit, number) for number in numbers]
    return [item.staff_id for visit in visits for item in visit.items]


def notices() -> list[Notice]:
    rows = sa.select(Notice).where(Notice.url.startswith("/console/booking/roster/"))
    return list(api.db.session.scalars(rows))


def test_her_visits_go_to_who_takes_over_and_the_rest_waits_for_somebody() -> None:
    salon = Salon(technicians=3)
    amy, coco, vivi = salon.staff
    free = salon.book("10:00", amy).id
    clash = salon.book("12:00", amy, guest_name="李小姐").id
    salon.book("12:00", coco)
    others = salon.book("15:00", vivi).id
    leave(salon, successor=1)
    assert servants(free, clash, others) == [coco.id, amy.id, vivi.id]
    assert [(v.id, who) for v, who in visits_alone(salon.store_id)] == [(clash, amy.id)]
    (told,) = notices()
    assert (told.store_id, told.permission) == (salon.store_id, "booking.edit_visits")
    assert "李小姐 2026-11-23 12:00" in str(told.body)
    assert lies() == []
    assert amy.left_on == MORNING.date()


def test_who_lacks_the_skill_takes_over_no_visit() -> None:
    salon = Salon(technicians=2)
    amy, coco = salon.staff

    @api.unit
    def learn_something_else() -> None:
        coco.skills[:] = [add_skill("身体护理")]
        api.raise_epoch()

    learn_something_else()
    number = salon.book("10:00", amy).id
    leave(salon, successor=1)
    assert servants(number) == [amy.id]
    assert len(notices()) == 1


def test_without_a_successor_her_visits_wait_and_nobody_books_her_any_more() -> None:
    salon = Salon(technicians=1)
    number = salon.book("12:00").id
    assert any("1 booking ahead" in line for line in leaving_consequences(salon.staff[0]))
    leave(salon)
    assert salon.free() == []
    assert [visit.id for visit, _who in visits_alone(salon.store_id)] == [number]


def test_a_visit_of_her_last_day_is_to_be_placed_though_she_is_on_the_roster() -> None:
    salon = Salon(technicians=1)
    with api.at_moment(at("11:00")):
        number = salon.book("16:00").id
        end_employment(salon.staff_ids[0], last_on=MONDAY)
        assert [visit.id for visit, _who in visits_alone(salon.store_id)] == [number]


def test_her_classes_go_to_who_takes_over_with_all_their_guests() -> None:
    salon = Salon(technicians=2)
    draft = ClassDraft(salon.variant_id, salon.staff_ids[0], at("12:00"), 2)
    (group,) = plan_classes(salon.store_id, draft, key=new_key())
    seat = take_place(group.id, key=new_key(), guest_name="王小姐").id
    leave(salon, successor=1)
    group = api.db.session.get_one(GroupClass, group.id)
    assert group.leader_id == salon.staff_ids[1]
    assert servants(group.visit_id, seat) == [salon.staff_ids[1]] * 2


def test_who_waits_for_her_is_offered_what_is_free_with_anybody() -> None:
    salon = Salon(technicians=2)
    amy, coco = salon.staff
    for each in (amy, coco):
        salon.book("12:00", each)
    wished = WaitDraft(
        MONDAY, MONDAY, variant_ids=(salon.variant_id,), staff_id=amy.id, guest_name="李小姐"
    )
    wait = join_waiting(salon.store_id, wished, key=new_key())
    leave(salon)
    assert api.db.session.get_one(Wait, wait.id).staff_id is None
