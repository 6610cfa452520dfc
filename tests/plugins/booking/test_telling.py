"""Who hears of a booking: the member, the front desk, other plugins."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from console import api
from console.hookspecs import hookimpl
from console.inbox import Notice
from console.testing.listening import Announced
from console.worker import drain
from plugins.booking.api import (
    booking_check_visit,
    booking_visit_booked,
    booking_visit_moved,
    booking_visit_status_changed,
    change_visit,
    turn_visit,
)
from plugins.booking.jobs import alert_reviews, check_all_days, tidy
from plugins.booking.models import Visit
from plugins.booking.services.telling import remind_guests
from plugins.membership.api import points_of
from plugins.messages.api import Message
from tests.support.booking import MONDAY, MORNING, Salon, at, cells, new_key
from tests.support.membership import join

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]


class Strict:
    """Another plugin, which lets nobody book."""

    @hookimpl
    def booking_check_visit(self, visit_id: int, act: str) -> str | None:
        """Object to booking."""
        return "She owes for the last visit." if act == "book" else None


def kinds() -> list[str]:
    api.db.session.rollback()
    return [message.kind for message in api.db.session.query(Message).order_by(Message.id)]


def test_another_plugin_may_object_and_nothing_is_booked(app: Flask) -> None:
    salon = Salon()
    host = app.extensions["console"]
    label = host.pm.register(Strict(), "salon:strict")
    try:
        with pytest.raises(api.Refused, match="owes for the last"):
            salon.book("12:00")
    finally:
        host.pm.unregister(name=label)
    assert booking_check_visit.__name__ == "booking_check_visit"
    assert api.db.session.query(Visit).count() == 0
    assert cells() == 0


def test_a_member_and_other_plugins_hear_what_becomes_of_her_booking(
    app: Flask, announced: Announced
) -> None:
    salon, member = Salon(), join()
    number = salon.book("12:00", member_id=member.id, source="phone").id
    drain(app)
    turn_visit(number, "confirm")
    drain(app)
    change_visit(number, at("14:00"), key=new_key())
    drain(app)
    turn_visit(number, "cancel")
    drain(app)
    told = ["booking.asked", "booking.confirmed", "booking.moved", "booking.cancelled"]
    assert kinds() == told
    assert announced(booking_visit_booked) == [{"visit_id": number}]
    assert announced(booking_visit_moved) == [{"visit_id": number}]
    statuses = [(each["before"], each["after"]) for each in announced(booking_visit_status_changed)]
    assert statuses == [("pending", "confirmed"), ("confirmed", "cancelled")]


def test_the_first_booking_that_was_kept_earns_its_points_once(app: Flask) -> None:
    salon, member = Salon(), join()
    for clock in ("12:00", "14:00"):
        number = salon.book(clock, member_id=member.id).id
        assert points_of(member.id) == (0 if clock == "12:00" else 50)
        with api.at_moment(at(clock)):
            for step in ("arrive", "start", "done"):
                turn_visit(number, step)
            drain(app)
    assert points_of(member.id) == 50


def test_a_booking_rings_at_the_desk_until_it_is_reviewed(app: Flask) -> None:
    salon, member = Salon(), join()
    number = salon.book("12:00", member_id=member.id, source="phone").id
    drain(app)
    assert open_notices() == 1
    with api.at_moment(MORNING + dt.timedelta(minutes=31)):
        alert_reviews()
        assert open_notices() == 1
        turn_visit(number, "confirm")
        drain(app)
    assert open_notices() == 0


def test_a_guest_is_reminded_a_day_and_two_hours_before_and_once_each(app: Flask) -> None:
    salon, member = Salon(), join()
    salon.book("12:00", member_id=member.id)
    noon = at("12:00")
    for before in (26, 24, 23, 3):
        with api.at_moment(noon - dt.timedelta(hours=before)):
            remind_guests()
    assert kinds().count("booking.soon") == 1
    for minutes in (119, 60):
        with api.at_moment(noon - dt.timedelta(minutes=minutes)):
            remind_guests()
    assert kinds().count("booking.soon") == 2


def test_reminders_go_with_a_visit_that_moves_and_stop_when_it_is_cancelled(app: Flask) -> None:
    salon = Salon(technicians=2)
    member = join()
    moved, gone = (
        salon.book(clock, member_id=member.id, day=MONDAY) for clock in ("12:00", "16:00")
    )
    with api.at_moment(at("12:00") - dt.timedelta(hours=24)):
        remind_guests()
        change_visit(moved.id, at("11:00"), key=new_key())
        turn_visit(gone.id, "cancel")
    assert kinds().count("booking.soon") == 1
    for clock, told in (("08:30", 1), ("09:30", 2), ("09:35", 2), ("15:00", 2)):
        with api.at_moment(at(clock)):
            remind_guests()
        assert kinds().count("booking.soon") == told


def test_what_has_passed_is_tidied_and_what_comes_stays(app: Flask) -> None:
    salon = Salon()
    salon.book("12:00")
    salon.book("15:00", keep=True)
    with api.at_moment(at("09:00")):
        tidy()
        check_all_days()
        assert cells() == 12
    with api.at_moment(at("12:00") + dt.timedelta(days=5)):
        tidy()
    assert cells() == 0


def open_notices() -> int:
    api.db.session.rollback()
    return api.db.session.query(Notice).filter(Notice.todo, Notice.done_at.is_(None)).count()
