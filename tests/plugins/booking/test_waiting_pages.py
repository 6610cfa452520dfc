"""The pages of the waiting list, of turns and of classes: at the desk and on a phone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.booking.api import GroupClass, Visit, Wait, give_turn
from plugins.booking.models import Seat
from tests.support.booking import MONDAY, Salon, at
from tests.support.membership import PHONE, join
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.phones import phone_of

pytestmark = pytest.mark.any_engine
CLASSES, TURNS = "/console/booking/classes/", "/console/booking/turns/"
WAITING = "/console/booking/waiting/"
KEY = "booking:0123456789abcdef01234567"


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon(technicians=2)


@pytest.fixture
def manager(salon: Salon, sign_in: SignIn) -> FlaskClient:
    client = sign_in("manager", salon.store_id)
    client.set_cookie("console_language", "en")
    return client


def only(model: type[Any]) -> Any:
    api.db.session.rollback()
    return api.db.session.query(model).one()


def plan(salon: Salon, manager: FlaskClient, **more: Any) -> int:
    fields = {
        "store_id": salon.store_id,
        "variant_id": salon.variant_id,
        "leader_id": salon.staff_ids[0],
        "starts_at": f"{MONDAY}T12:00",
        "capacity": 1,
        "title": "Yoga",
        "key": KEY,
        **more,
    }
    post(manager, f"{CLASSES}plan", fields)
    return int(only(GroupClass).id)


def test_a_class_is_planned_filled_and_everybody_ticked_off(
    salon: Salon, manager: FlaskClient
) -> None:
    join()
    number = plan(salon, manager)
    post(manager, f"{CLASSES}{number}/place", {"guest": PHONE, "key": KEY[:-1] + "8"})
    page = words(manager.get(f"{CLASSES}{number}/").text)
    assert "She is here" in page
    assert "Yoga" in words(manager.get(CLASSES).text)
    visit = only(Seat).visit_id
    post(manager, f"{CLASSES}{number}/turn/arrive", {"visit_id": visit})
    assert "Arrived" in words(manager.get(f"{CLASSES}{number}/").text)
    assert post(manager, f"{CLASSES}{number}/cancel", {"reason": ""}).status_code == 422
    post(manager, f"{CLASSES}{number}/cancel", {"reason": "Amy is ill"})
    assert only(GroupClass).reason == "Amy is ill"


def test_a_leader_who_is_busy_leads_no_class(salon: Salon, manager: FlaskClient) -> None:
    salon.book("12:00", salon.staff[0])
    fields = {"store_id": salon.store_id, "variant_id": salon.variant_id, "capacity": 5}
    more = {"leader_id": salon.staff_ids[0], "starts_at": f"{MONDAY}T12:30", "key": KEY}
    answer = post(manager, f"{CLASSES}plan", {**fields, **more})
    assert answer.status_code == 409
    assert "Amy is not free" in words(answer.text)


def test_a_member_books_a_class_and_the_next_one_waits(
    app: Flask, salon: Salon, manager: FlaskClient
) -> None:
    number = plan(salon, manager)
    first, second = (phone_of(app, join(n, phone=f"1380013000{n}").id) for n in "12")
    assert "1 place left" in words(first.get(f"/booking/classes?store={salon.store_id}").text)
    booked = first.post(f"/booking/classes/{number}/book", key=KEY)
    assert "Confirmed" in words(booked.text)
    assert "Choose another time" not in words(booked.text)
    assert "Full" in words(second.get(f"/booking/classes/{number}").text)
    refused = second.post(f"/booking/classes/{number}/book", key=KEY[:-1] + "8")
    assert refused.status_code == 409
    assert "All places of this class are taken" in words(refused.text)
    waits = second.post(f"/booking/classes/{number}/wait", key=KEY[:-1] + "9")
    assert "Leave the waiting list" in words(waits.text)


def test_a_member_joins_the_list_and_takes_what_is_offered_with_one_tap(
    app: Flask, salon: Salon
) -> None:
    phone = phone_of(app, join().id)
    asked = {"store": salon.store_id, "variant": salon.variant_id}
    page = words(phone.get(f"/booking/wait?store={salon.store_id}&variant={salon.variant_id}").text)
    assert "Tell me when a time is free" in page
    fields = {**asked, "first_on": MONDAY, "from_time": "15:00", "to_time": "16:00", "key": KEY}
    offered = words(phone.post("/booking/wait", **fields).text)
    assert "Kept for you until" in offered
    assert "15:00" in offered
    wait = only(Wait)
    assert phone.get("/booking/waiting").status_code == 200
    stranger = phone_of(app, join("Li", phone="13800130002").id)
    assert stranger.get(f"/booking/waiting/{wait.id}").status_code == 404
    taken = phone.post(f"/booking/waiting/{wait.id}/take")
    assert "Confirmed" in words(taken.text)
    assert only(Visit).starts_at == at("15:00")


def test_a_late_tap_reads_why(app: Flask, salon: Salon) -> None:
    phone = phone_of(app, join().id)
    fields = {"store": salon.store_id, "variant": salon.variant_id, "first_on": MONDAY, "key": KEY}
    phone.post("/booking/wait", **fields)
    wait = only(Wait).id
    with api.at_moment(api.now() + dt.timedelta(minutes=16)):
        answer = phone.post(f"/booking/waiting/{wait}/take")
    assert answer.status_code == 409
    assert "kept for too long" in words(answer.text)


def test_the_desk_adds_a_guest_offers_a_time_and_removes_her(
    salon: Salon, manager: FlaskClient
) -> None:
    fields = {
        "store_id": salon.store_id,
        "guest": "Wang",
        "variant_id": salon.variant_id,
        "first_on": str(MONDAY),
        "last_on": str(MONDAY),
        "from_time": "09:00",
        "to_time": "09:30",
        "key": KEY,
    }
    wrong = post(manager, f"{WAITING}add", {**fields, "guest": ""})
    assert (wrong.status_code, "Say who waits" in words(wrong.text)) == (422, True)
    post(manager, f"{WAITING}add", fields)
    wait = only(Wait).id
    assert "15:00" in words(manager.get(f"{WAITING}{wait}/offer?day={MONDAY}").text)
    post(manager, f"{WAITING}{wait}/offer", {"starts_at": at("15:00").isoformat()})
    page = words(manager.get(f"{WAITING}{wait}/").text)
    assert "Kept for her until" in page
    assert "She has no member file: call her." in page
    post(manager, f"{WAITING}{wait}/decline", {})
    post(manager, f"{WAITING}{wait}/leave", {"reason": "Went elsewhere"})
    assert "Went elsewhere" in words(manager.get(f"{WAITING}{wait}/").text)


def test_the_page_of_turns_proposes_books_and_explains(salon: Salon, sign_in: SignIn) -> None:
    with api.at_moment(at("10:00")):
        manager = sign_in("manager", salon.store_id)
        manager.set_cookie("console_language", "en")
        for staff_id in salon.staff_ids:
            post(manager, TURNS, {"act": f"here:{staff_id}"})
        asked = {"staff_id": salon.staff_ids[0], "reason": "Fetches towels"}
        post(manager, f"{TURNS}skip", asked)
        page = words(manager.get(TURNS).text)
        assert "Walk-in with Coco, now" in page
        assert "Fetches towels" in page
        store = api.db.session.get_one(api.Store, salon.store_id)
        (given,) = give_turn(store, MONDAY, [salon.wish()])
        assert (given.staff_id, given.asked) == (salon.staff_ids[1], False)
        post(manager, f"{TURNS}walk-in", {"staff_id": salon.staff_ids[1], "key": KEY})
        assert "Coco is busy until 11:00" in words(manager.get(TURNS).text)
    item = only(Visit).items[0]
    assert (item.staff_id, item.requested) == (salon.staff_ids[1], False)
