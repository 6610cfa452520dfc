"""Who hears of a booking that was not made on a phone: each once, and never who acted."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask, current_app

from console import api
from console.inbox import Notice
from console.security.actors import Actor, acting_as
from console.worker import drain
from plugins.booking.api import Visit, change_visit, turn_visit
from plugins.booking.services.proposing import answer_proposal, propose_time
from plugins.booking.services.rating import ask_for_ratings
from plugins.booking.services.waiting_offers import take_offer
from plugins.messages.models import Delivery, Message
from plugins.salon.models import StoreProfile
from tests.plugins.booking.test_proposing import give_user
from tests.plugins.booking.test_waiting import full, wait_for
from tests.support.booking import Salon, at, new_key
from tests.support.membership import join
from tests.support.people import add_person
from tests.support.salon import add

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon()


@pytest.fixture
def amy(salon: Salon) -> int:
    """The user of the technician."""
    user = add_person("technician", salon.store_id)
    give_user(salon, user)
    return user


def rung(*, user: int | None = None) -> list[str]:
    """Return what the front desk, or a person, has been told."""
    drain(current_app)
    api.db.session.rollback()
    rows = api.db.session.query(Notice).filter(Notice.user_id == user).order_by(Notice.id)
    return [str(api.thaw(each.title)) for each in rows]


def open_todos() -> int:
    return api.db.session.query(Notice).filter(Notice.todo, Notice.done_at.is_(None)).count()


def booked_at_desk(salon: Salon) -> Visit:
    return salon.book("12:00", salon.staff[0], member_id=join("Chen Lin").id, source="desk")


def move(visit: Visit, clock: str) -> None:
    change_visit(visit.id, at(clock), key=new_key(), by_member=True)


def test_a_desk_booking_that_its_guest_moves_is_to_be_reviewed(salon: Salon, amy: int) -> None:
    visit = booked_at_desk(salon)
    assert rung() == []
    move(visit, "14:00")
    move(visit, "15:00")
    assert rung() == ["The booking of Chen Lin was changed"]
    assert open_todos() == 1
    unsure = "Your booking with Chen Lin has another time and awaits review"
    assert rung(user=amy)[1:] == [unsure]
    turn_visit(visit.id, "confirm")
    assert rung(user=amy)[2:] == ["Your booking with Chen Lin has another time"]
    assert (rung(), open_todos()) == (["The booking of Chen Lin was changed"], 0)


@pytest.mark.parametrize("act", ["reject", "cancel"])
def test_a_technician_hears_when_what_she_relied_on_is_not_to_be(
    salon: Salon, amy: int, act: str
) -> None:
    visit = booked_at_desk(salon)
    move(visit, "14:00")
    drain(current_app)
    turn_visit(visit.id, act, reason="Full")
    assert rung(user=amy)[-1] == "Your booking with Chen Lin is cancelled"


def test_a_technician_hears_of_a_time_that_the_store_proposes(salon: Salon, amy: int) -> None:
    visit = booked_at_desk(salon)
    drain(current_app)
    propose_time(visit.id, at("15:00"), key=new_key())
    assert rung(user=amy)[1:] == ["Your booking with Chen Lin has another time and awaits review"]
    answer_proposal(visit.id, accepted=False)
    assert rung(user=amy)[2:] == ["Your booking with Chen Lin is cancelled"]
    assert rung() == ["Chen Lin declined the proposed time"]


def test_a_desk_booking_rings_when_its_guest_cancels_and_not_when_the_desk_does(
    salon: Salon,
) -> None:
    turn_visit(booked_at_desk(salon).id, "cancel", by_member=True)
    assert rung() == ["Chen Lin has cancelled"]
    again = salon.book("16:00", member_id=join("Ada", phone="13900139000").id)
    turn_visit(again.id, "cancel")
    assert rung() == ["Chen Lin has cancelled"]


@pytest.mark.parametrize("at_desk", [False, True])
def test_an_offer_that_she_takes_with_a_tap_rings_at_the_desk(
    salon: Salon, amy: int, at_desk: bool
) -> None:
    visits = full(salon)
    wait = wait_for(salon)
    turn_visit(visits[2].id, "cancel")
    drain(current_app)
    before = rung()
    with acting_as(Actor(amy if at_desk else None)):
        take_offer(wait.id)
    told = [] if at_desk else [f"{wait.guest_name} has booked"]
    assert rung()[len(before) :] == told


def test_nobody_is_told_of_what_she_did_herself(salon: Salon, amy: int) -> None:
    with acting_as(Actor(amy)):
        visit = booked_at_desk(salon)
        change_visit(visit.id, at("14:00"), key=new_key())
    assert rung(user=amy) == []
    move(visit, "15:00")
    assert len(rung(user=amy)) == 1
    with acting_as(Actor(amy)):
        turn_visit(visit.id, "cancel")
    assert len(rung(user=amy)) == 1


@api.unit
def give_phone(salon: Salon) -> None:
    add(StoreProfile(store_id=salon.store_id, phone="0755-88886666"))


def messages() -> list[tuple[str, str]]:
    """Return the messages about how a visit ended."""
    drain(current_app)
    api.db.session.rollback()
    ends = ("booking.done", "booking.no_show", "booking.rate")
    rows = api.db.session.query(Message).filter(Message.kind.in_(ends)).order_by(Message.id)
    return [(each.kind, api.thaw(each.body)) for each in rows]


def test_a_guest_is_thanked_once_and_asked_later_how_it_was(salon: Salon) -> None:
    visit = booked_at_desk(salon)
    with api.at_moment(visit.starts_at):
        turn_visit(visit.id, "arrive")
        turn_visit(visit.id, "start")
        assert messages() == []
    with api.at_moment(visit.ends_at):
        turn_visit(visit.id, "done")
        (thanks,) = messages()
        assert "thank you for coming to 福田店" in thanks[1]
        ask_for_ratings()
        assert messages() == [thanks]
    with api.at_moment(visit.ends_at + dt.timedelta(hours=2)):
        ask_for_ratings()
        assert [kind for kind, _body in messages()] == ["booking.done", "booking.rate"]


def test_no_phone_rings_at_night_with_thanks_and_the_question_comes_after_them(
    salon: Salon,
) -> None:
    visit = booked_at_desk(salon)
    with api.at_moment(visit.starts_at):
        turn_visit(visit.id, "start")
    with api.at_moment(at("23:00")):
        turn_visit(visit.id, "done")
        assert [kind for kind, _body in messages()] == ["booking.done"]
    morning = at("09:00") + dt.timedelta(days=1)
    letters = api.db.session.query(Delivery).join(Message, Delivery.message_id == Message.id)
    assert letters.filter(Message.kind == "booking.done").one().due_at == morning
    for hours, count in ((0, 1), (2, 2)):
        with api.at_moment(morning + dt.timedelta(hours=hours)):
            ask_for_ratings()
            assert len(messages()) == count


def test_who_did_not_come_hears_how_to_book_again_and_whom_to_call(salon: Salon) -> None:
    give_phone(salon)
    visit = booked_at_desk(salon)
    with api.at_moment(at("12:30")):
        turn_visit(visit.id, "no_show")
        (missed,) = messages()
    assert "we missed you" in missed[1]
    assert "0755-88886666" in missed[1]


def test_what_is_only_put_right_days_later_is_not_told(salon: Salon) -> None:
    visit = booked_at_desk(salon)
    with api.at_moment(visit.ends_at + dt.timedelta(days=2)):
        turn_visit(visit.id, "no_show")
        assert messages() == []
