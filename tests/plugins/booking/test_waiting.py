"""The waiting list: a freed time is offered in order, kept for some minutes, taken by one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.inbox import Notice
from console.testing.listening import Announced
from console.worker import drain
from plugins.booking.api import turn_visit
from plugins.booking.hookspecs_waiting import (
    booking_time_offered,
    booking_wait_ended,
    booking_wait_joined,
)
from plugins.booking.models import Visit, Wait, WaitAct
from plugins.booking.services.classes import cancel_class
from plugins.booking.services.waiting import WaitDraft, join_waiting
from plugins.booking.services.waiting_offers import (
    decline_offer,
    has_offer,
    leave_waiting,
    offer_time,
    serve_waiting,
    take_offer,
)
from plugins.messages.models import Message
from tests.plugins.booking.test_classes import planned, sit
from tests.support.booking import MONDAY, MORNING, Salon, at, new_key
from tests.support.membership import join

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]
_numbers = iter(range(1000))


def member() -> int:
    number = next(_numbers)
    return join(f"Guest {number}", phone=f"1390013{number:04}").id


def wait_for(salon: Salon, **more: Any) -> Wait:
    """Put a member on the list for the Monday."""
    more = {"first_on": MONDAY, "last_on": MONDAY, "variant_ids": (salon.variant_id,), **more}
    if "guest_name" not in more:
        more.setdefault("member_id", member())
    return join_waiting(salon.store_id, WaitDraft(**more), key=new_key())


def full(salon: Salon) -> list[Visit]:
    """Book the day out, and return the visits."""
    return [salon.book(f"{hour}:00") for hour in range(10, 18)]


def offered_at(wait: Wait) -> dt.datetime | None:
    api.db.session.rollback()
    return wait.visit.starts_at if has_offer(wait) and wait.visit else None


def acts(wait: Wait) -> list[tuple[str, str]]:
    api.db.session.rollback()
    rows = sa.select(WaitAct.act, WaitAct.why).where(WaitAct.wait_id == wait.id)
    return [(act, why) for act, why in api.db.session.execute(rows.order_by(WaitAct.id))]


def later(minutes: int) -> Any:
    return api.at_moment(MORNING + dt.timedelta(minutes=minutes))


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon()


def test_a_cancelled_time_is_offered_to_who_came_first(app: Flask, salon: Salon) -> None:
    visits = full(salon)
    first, second = wait_for(salon), wait_for(salon)
    turn_visit(visits[2].id, "cancel")
    drain(app)
    assert (offered_at(first), offered_at(second)) == (at("12:00"), None)
    assert salon.free() == []
    told = sa.select(Message).where(Message.kind == "booking.offered")
    (message,) = api.db.session.scalars(told).all()
    assert (message.member_id, message.url) == (first.member_id, f"/booking/waiting/{first.id}")


def test_taking_it_makes_a_confirmed_booking_once(
    app: Flask, salon: Salon, announced: Announced
) -> None:
    turn_visit(full(salon)[2].id, "cancel")
    wait = wait_for(salon)
    serve_waiting(salon.store_id)
    visit = take_offer(wait.id)
    assert take_offer(wait.id).id == visit.id
    assert (visit.status, visit.source, visit.member_id) == ("confirmed", "waiting", wait.member_id)
    assert wait.state == "taken"
    assert announced(booking_time_offered) == [{"wait_id": wait.id}]
    assert announced(booking_wait_ended) == [{"wait_id": wait.id, "state": "taken"}]
    assert booking_wait_joined.__name__ == "booking_wait_joined"


def test_who_does_not_answer_is_passed_over_and_the_next_is_offered_it(salon: Salon) -> None:
    turn_visit(full(salon)[2].id, "cancel")
    first, second = wait_for(salon), wait_for(salon)
    serve_waiting(salon.store_id)
    with later(14):
        serve_waiting(salon.store_id)
        assert offered_at(first) == at("12:00")
    with later(15):
        with pytest.raises(api.Conflict, match="kept for too long"):
            take_offer(first.id)
        serve_waiting(salon.store_id)
        assert (offered_at(first), offered_at(second)) == (None, at("12:00"))
        assert acts(first)[-2:] == [("lapse", ""), ("pass", "lapse")]
        assert take_offer(second.id).starts_at == at("12:00")


def test_a_lapsed_offer_is_free_although_no_job_ran(salon: Salon) -> None:
    turn_visit(full(salon)[2].id, "cancel")
    wait = wait_for(salon)
    serve_waiting(salon.store_id)
    with later(15):
        assert salon.free() == ["12:00"]
        salon.book("12:00")
        with pytest.raises(api.Conflict, match="kept for too long"):
            take_offer(wait.id)
        serve_waiting(salon.store_id)
        assert wait.state == "waiting"


def test_declining_gives_it_to_the_next_at_once(salon: Salon) -> None:
    turn_visit(full(salon)[2].id, "cancel")
    first, second = wait_for(salon), wait_for(salon)
    serve_waiting(salon.store_id)
    decline_offer(first.id)
    assert (offered_at(first), offered_at(second)) == (None, at("12:00"))
    assert first.state == "waiting"


def test_hours_days_and_technician_decide_who_is_passed_over_and_why(app: Flask) -> None:
    salon = Salon(technicians=2)
    for clock in (10, 11, 12, 13, 14, 15, 16, 17):
        for staff in salon.staff:
            salon.book(f"{clock}:00", staff)
    evening = wait_for(salon, from_minute=17 * 60, to_minute=20 * 60)
    tuesday = MONDAY + dt.timedelta(days=1)
    other_day = wait_for(salon, first_on=tuesday, last_on=tuesday)
    coco = wait_for(salon, staff_id=salon.staff_ids[1])
    anybody = wait_for(salon)
    visit = api.db.session.query(Visit).filter(Visit.starts_at == at("12:00")).first()
    assert visit is not None
    turn_visit(visit.id, "cancel")
    serve_waiting(salon.store_id)
    assert offered_at(anybody) == at("12:00")
    assert acts(evening)[-1] == ("pass", "hours")
    assert acts(coco)[-1] == ("pass", "technician")
    assert acts(other_day) == [("join", "")]


def test_times_that_begin_too_soon_are_not_offered(salon: Salon) -> None:
    visits = full(salon)
    wait = wait_for(salon)
    with api.at_moment(at("11:15")):
        turn_visit(visits[2].id, "cancel")
        serve_waiting(salon.store_id)
        assert wait.state == "waiting"


def test_who_let_three_offers_lapse_waits_no_longer(salon: Salon) -> None:
    wait = wait_for(salon)
    for round_ in range(4):
        with later(20 * round_):
            serve_waiting(salon.store_id)
    assert (wait.state, acts(wait)[-1]) == ("removed", ("remove", "unanswered"))


def test_the_list_ends_when_its_days_have_passed(app: Flask, salon: Salon) -> None:
    full(salon)
    wait = wait_for(salon)
    with api.at_moment(at("09:00", MONDAY + dt.timedelta(days=1))):
        serve_waiting(salon.store_id)
    assert wait.state == "over"
    told = sa.select(Message.kind).where(Message.member_id == wait.member_id)
    assert list(api.db.session.scalars(told)) == ["booking.nothing_free"]


def test_staff_offer_a_time_outside_her_hours_and_remove_her(salon: Salon) -> None:
    wait = wait_for(salon, from_minute=600, to_minute=601)
    salon.book("10:00")
    serve_waiting(salon.store_id)
    assert wait.state == "waiting"
    offer_time(wait.id, at("15:00"))
    assert offered_at(wait) == at("15:00")
    with pytest.raises(api.Conflict, match="does not wait for a time"):
        offer_time(wait.id, at("16:00"))
    leave_waiting(wait.id, "Found another day")
    assert (wait.state, acts(wait)[-1]) == ("removed", ("remove", "Found another day"))
    assert "15:00" in salon.free()
    with pytest.raises(api.Conflict, match="no longer on the waiting list"):
        take_offer(wait.id)


def test_a_guest_without_a_member_file_is_to_be_called(salon: Salon) -> None:
    wait = wait_for(salon, guest_name="Wang")
    serve_waiting(salon.store_id)
    rings = sa.select(Notice.key, Notice.done_at).where(Notice.key == f"booking.wait:{wait.id}")
    (ring,) = api.db.session.execute(rings).all()
    assert ring.done_at is None
    take_offer(wait.id)
    assert api.db.session.execute(rings).one().done_at is not None


def test_what_could_never_be_offered_is_refused(salon: Salon) -> None:
    yesterday = MORNING.date() - dt.timedelta(days=1)
    for more, why in (
        ({"last_on": yesterday, "first_on": yesterday}, "still to come"),
        ({"last_on": MONDAY + dt.timedelta(days=90)}, "within the next 30 days"),
        ({"from_minute": 900, "to_minute": 600}, "hours"),
        ({"variant_ids": ()}, "Choose a service"),
        ({"guest_name": " "}, "Say who waits"),
    ):
        with pytest.raises(api.Refused, match=why):
            wait_for(salon, **more)
    who = member()
    for _n in range(5):
        wait_for(salon, member_id=who, source="phone")
    with pytest.raises(api.Refused, match="more are not possible"):
        wait_for(salon, member_id=who, source="phone")


def test_a_place_in_a_class_goes_to_who_waits_first(salon: Salon) -> None:
    group = planned(salon, capacity=1)
    visit = sit(group)
    first, second = (wait_for(salon, class_id=group.id, variant_ids=()) for _n in range(2))
    serve_waiting(salon.store_id)
    assert first.state == "waiting"
    turn_visit(visit.id, "cancel")
    serve_waiting(salon.store_id)
    assert (offered_at(first), offered_at(second)) == (at("12:00"), None)
    decline_offer(first.id)
    assert (first.state, offered_at(second)) == ("removed", at("12:00"))
    taken = take_offer(second.id)
    assert (taken.status, taken.member_id) == ("confirmed", second.member_id)


def test_nobody_waits_for_a_class_that_is_cancelled(app: Flask, salon: Salon) -> None:
    group = planned(salon, capacity=1)
    sit(group)
    wait = wait_for(salon, class_id=group.id, variant_ids=())
    cancel_class(group.id, "Amy is ill")
    drain(app)
    api.db.session.rollback()
    assert (wait.state, acts(wait)[-1]) == ("over", ("over", "cancelled"))
