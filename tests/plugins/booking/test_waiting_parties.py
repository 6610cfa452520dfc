"""Who waits with others is offered what fits all of them, and nothing else."""

from __future__ import annotations

import pytest
from flask import Flask

from console import api
from plugins.booking.api import WaitDraft, join_waiting, serve_waiting, take_offer
from plugins.booking.models import Wait
from plugins.messages.models import Message
from tests.plugins.booking.test_waiting import acts, member, offered_at, wait_for
from tests.support.booking import MONDAY, Salon, at, new_key
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.phones import phone_of

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]
FORM = {"first_on": MONDAY, "last_on": MONDAY, "key": "booking:0123456789abcdef01234567"}


@pytest.fixture
def salon(app: Flask) -> Salon:
    """Two technicians, of whom the second is free for an hour only, and the first for two."""
    salon = Salon(technicians=2)
    for hour in (10, 12, 13, 14, 15, 16, 17):
        salon.book(f"{hour}:00", salon.staff[0])
        salon.book(f"{hour}:00", salon.staff[1])
    return salon


def test_two_are_offered_a_time_at_which_both_are_free(salon: Salon) -> None:
    party = wait_for(salon, party=2)
    serve_waiting(salon.store_id)
    assert offered_at(party) == at("11:00")
    (told,) = api.db.session.query(Message).filter_by(kind="booking.offered")
    assert f"{salon.service.name} x2" in str(told.body)
    visit = take_offer(party.id)
    assert (visit.party, len({item.staff_id for item in visit.items})) == (2, 2)


def test_a_time_for_one_passes_over_two(salon: Salon) -> None:
    salon.book("11:00", salon.staff[0])
    party, alone = wait_for(salon, party=2), wait_for(salon)
    serve_waiting(salon.store_id)
    assert (offered_at(party), offered_at(alone)) == (None, at("11:00"))
    assert acts(party)[-1] == ("pass", "party")


def test_the_technician_who_was_asked_for_serves_the_first(salon: Salon) -> None:
    party = wait_for(salon, party=2, staff_id=salon.staff_ids[1])
    serve_waiting(salon.store_id)
    visit = take_offer(party.id)
    assert [(item.staff_id, item.requested) for item in visit.items] == [
        (salon.staff_ids[1], True),
        (salon.staff_ids[0], False),
    ]


def test_more_people_than_come_with_one_booking_are_refused(salon: Salon) -> None:
    draft = WaitDraft(MONDAY, MONDAY, (salon.variant_id,), member_id=member(), party=7)
    with pytest.raises(api.Refused, match="between one and 6"):
        join_waiting(salon.store_id, draft, key=new_key())


@pytest.mark.usefixtures("staff_read_english")
def test_the_front_desk_says_how_many_wait(salon: Salon, sign_in: SignIn) -> None:
    desk = sign_in("front_desk", salon.store_id)
    wish = {"store_id": salon.store_id, "guest": "Wang", "variant_id": salon.variant_id}
    done = post(desk, "/console/booking/waiting/add", {**FORM, **wish, "people": 2})
    assert "2 people" in words(desk.get(done.headers["Location"]).text)


def test_a_member_waits_with_whom_she_would_have_come(app: Flask, salon: Salon) -> None:
    phone = phone_of(app, join().id)
    chosen = {"store": salon.store_id, "variant": salon.variant_id, "people": 2}
    page = words(phone.get("/booking/wait", query_string=chosen).text)
    assert "2 people" in page
    offered = words(phone.post("/booking/wait", **FORM, **chosen).text)
    assert "Kept for you until" in offered
    assert "People 2" in offered
    assert api.db.session.query(Wait).one().party == 2
