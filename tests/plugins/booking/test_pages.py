"""The pages of booking: the desk, the board, the roster, and a member's phone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.booking.models import Leave, Visit
from plugins.booking.services.rosters import templates
from tests.support.booking import MONDAY, Salon, add_template, at
from tests.support.membership import PHONE, join
from tests.support.pages import words
from tests.support.people import SignIn, post

pytestmark = pytest.mark.any_engine
BOARD, NEW, VISITS = "/console/booking/board/", "/console/booking/new/", "/console/booking/visits/"
ROSTER, LEAVE = "/console/booking/roster/", "/console/booking/leave/"
KEY = "booking:0123456789abcdef01234567"


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon(technicians=2)


@pytest.fixture
def desk(salon: Salon, sign_in: SignIn) -> FlaskClient:
    return in_english(sign_in("front_desk", salon.store_id))


@pytest.fixture
def manager(salon: Salon, sign_in: SignIn) -> FlaskClient:
    return in_english(sign_in("manager", salon.store_id))


def in_english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("console_language", "en")
    return client


def the_visit() -> Visit:
    api.db.session.rollback()
    return api.db.session.query(Visit).one()


def asked(salon: Salon, **more: Any) -> dict[str, Any]:
    return {
        "store_id": salon.store_id,
        "guest": "王小姐",
        "variant_id": salon.variant_id,
        "day": str(MONDAY),
        "key": KEY,
        **more,
    }


def test_the_desk_sees_free_times_and_books_one(salon: Salon, desk: FlaskClient) -> None:
    page = desk.get(NEW, query_string=asked(salon))
    assert "10:15" in words(page.text)
    done = post(desk, NEW, asked(salon, starts_at=at("10:15").isoformat()))
    assert done.status_code == 302
    assert the_visit().starts_at == at("10:15")
    assert the_visit().status == "confirmed"


def test_a_guest_is_found_by_her_phone(salon: Salon, desk: FlaskClient) -> None:
    member_id = join().id
    post(desk, NEW, asked(salon, guest=PHONE, starts_at=at("10:15").isoformat()))
    assert the_visit().member_id == member_id


def test_a_taken_time_is_answered_with_409_and_other_times(salon: Salon, desk: FlaskClient) -> None:
    for staff in salon.staff:
        salon.book("12:00", staff)
    answer = post(desk, NEW, asked(salon, starts_at=at("12:00").isoformat()))
    assert answer.status_code == 409
    assert "No technician is free" in words(answer.text)
    assert "13:00" in words(answer.text)


def test_a_walk_in_begins_now(salon: Salon, sign_in: SignIn) -> None:
    with api.at_moment(at("12:03")):
        desk = in_english(sign_in("front_desk", salon.store_id))
        post(desk, NEW, asked(salon, now="1"))
    assert (the_visit().starts_at, the_visit().source) == (at("12:00"), "walk_in")


def test_the_board_shows_the_day(salon: Salon, desk: FlaskClient) -> None:
    salon.book("12:00", salon.staff[0])
    page = desk.get(BOARD, query_string={"day": str(MONDAY)}).text
    assert "12:00" in page
    told = desk.get(f"{BOARD}data", query_string={"day": str(MONDAY)}).json
    assert told is not None
    visit = told["visits"][0]
    assert (visit["span"], visit["label"]) == ("12:00–13:00", "Confirmed")  # noqa: RUF001
    first = told["columns"][0]["first"]
    assert visit["claims"] == [["staff", salon.staff_ids[0], first + 24, first + 36, 0]]
    assert [column["name"] for column in told["columns"]] == ["Amy", "Coco"]


def test_a_visit_is_dropped_on_another_technician(salon: Salon, desk: FlaskClient) -> None:
    number = salon.book("12:00", salon.staff[0]).id
    amy, coco = salon.staff_ids
    fields = {"visit_id": number, "source_id": amy, "target_id": coco, "key": KEY}
    answer = post(desk, f"{BOARD}move", {**fields, "starts_at": at("14:00").isoformat()})
    assert answer.json is not None
    assert answer.json["ok"]
    assert the_visit().items[0].staff_id == salon.staff_ids[1]


def test_a_drop_on_a_taken_time_says_why(salon: Salon, desk: FlaskClient) -> None:
    number = salon.book("12:00", salon.staff[0]).id
    salon.book("14:00", salon.staff[1])
    amy, coco = salon.staff_ids
    fields = {"visit_id": number, "source_id": amy, "target_id": coco, "key": KEY}
    answer = post(desk, f"{BOARD}move", {**fields, "starts_at": at("14:00").isoformat()})
    assert answer.status_code == 409
    assert answer.json is not None
    assert "Coco is not free" in answer.json["error"]
    assert [each["label"] for each in answer.json["times"]] == ["12:45", "13:00", "15:00"]
    assert not answer.json["forcible"]


def test_a_booking_is_reviewed_and_declined_with_a_reason(salon: Salon, desk: FlaskClient) -> None:
    number = salon.book("12:00", member_id=join().id, source="phone").id
    assert "Accept" in words(desk.get(f"{VISITS}{number}/").text)
    assert "Reason" in words(desk.get(f"{VISITS}{number}/turn/reject").text)
    assert post(desk, f"{VISITS}{number}/turn/reject", {}).status_code == 422
    post(desk, f"{VISITS}{number}/turn/reject", {"reason": "Amy is ill"})
    assert (the_visit().status, the_visit().reason) == ("rejected", "Amy is ill")


def test_a_visit_goes_from_arrival_to_done(salon: Salon, sign_in: SignIn) -> None:
    number = salon.book("12:00").id
    with api.at_moment(at("12:00")):
        desk = in_english(sign_in("front_desk", salon.store_id))
        for act in ("arrive", "start"):
            post(desk, f"{VISITS}{number}/turn/{act}", {})
        post(desk, f"{VISITS}{number}/extend/30", {})
        post(desk, f"{VISITS}{number}/turn/done", {})
    assert the_visit().status == "done"
    assert the_visit().ends_at == at("13:30")


def test_a_booking_gets_another_time(salon: Salon, desk: FlaskClient) -> None:
    number = salon.book("12:00").id
    assert "Change booking" in words(desk.get(f"{VISITS}{number}/change").text)
    fields = {"key": KEY, "starts_at": "2026-11-23T15:30"}
    post(desk, f"{VISITS}{number}/change", fields)
    assert the_visit().starts_at == at("15:30")


def test_a_week_is_planned_copied_and_published(salon: Salon, manager: FlaskClient) -> None:
    add_template("早班", 600, 900)
    early = templates()[0].id
    tuesday = MONDAY + dt.timedelta(days=1)
    field = f"shift-{salon.staff_ids[0]}-{tuesday}"
    post(manager, ROSTER, {"week": str(MONDAY), field: f"t{early}"})
    assert salon.free(day=tuesday) == []
    post(manager, f"{ROSTER}publish", {"week": str(MONDAY)})
    assert salon.free(day=tuesday)[-1] == "14:00"
    next_week = MONDAY + dt.timedelta(days=7)
    post(manager, f"{ROSTER}copy", {"week": str(next_week)})
    assert "not published" in words(manager.get(f"{ROSTER}?week={next_week}").text)


def test_leave_is_noted_and_approved(salon: Salon, manager: FlaskClient) -> None:
    salon.book("15:00", salon.staff[0])
    times = {"first_on": str(MONDAY), "begins": "14:00", "ends": "18:00"}
    post(manager, LEAVE, {"staff_id": salon.staff_ids[0], **times})
    leave = api.db.session.query(Leave).one()
    assert "15:00" in words(manager.get(f"{LEAVE}{leave.id}").text)
    post(manager, f"{LEAVE}{leave.id}", {"decision": "approve"})
    assert "16:00" not in salon.free(salon.wish(salon.staff[0]))


@pytest.mark.any_engine
def test_nobody_is_led_to_a_page_that_is_closed_to_her(salon: Salon, sign_in: SignIn) -> None:
    store = salon.store_id
    doors = (("board", "review", "technician"), ("attendance", "roster", "accountant"))
    for page, door, closed_to in doors:
        for role, led in (("manager", True), (closed_to, False)):
            told = sign_in(role, store).get(f"/console/booking/{page}/?store_id={store}")
            assert told.status_code == 200
            assert (f'href="/console/booking/{door}/?store_id={store}' in told.text) is led
