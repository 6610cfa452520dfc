"""The desk and the review queue, as the front desk uses them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.booking.api import Visit, open_proposal, turn_visit
from tests.support.booking import MONDAY, Salon, at
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, post

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("staff_read_english")]
NEW, REVIEW = "/console/booking/new/", "/console/booking/review/"
KEY = "booking:0123456789abcdef01234567"


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon(technicians=2)


@pytest.fixture
def desk(salon: Salon, sign_in: SignIn) -> FlaskClient:
    return sign_in("front_desk", salon.store_id)


def the_visit() -> Visit:
    api.db.session.rollback()
    return api.db.session.query(Visit).order_by(Visit.id.desc()).first() or pytest.fail("none")


def sent_by(page: str, **tapped: str) -> dict[str, Any]:
    """Return what the form with the free times sends."""
    form = page[page.index('id="desk-when"') :]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    fields: dict[str, Any] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    fields.pop("csrf_token")
    return {**fields, **tapped}


def test_the_desk_says_how_long_the_time_is_kept_for_whoever_decides_on_the_spot(
    salon: Salon, desk: FlaskClient
) -> None:
    asked = {"store_id": salon.store_id, "day": str(MONDAY), "minutes": 90}
    page = desk.get(NEW, query_string=asked).text
    assert '<option value="90" selected>' in page
    post(desk, NEW, sent_by(page, starts_at=at("10:15").isoformat(), guest="Anna"))
    assert the_visit().ends_at == at("11:45")


def test_two_taps_after_finding_her_book_a_service(salon: Salon, desk: FlaskClient) -> None:
    member = join()
    asked = {"store_id": salon.store_id, "member_id": member.id, "day": str(MONDAY)}
    page = desk.get(NEW, query_string={**asked, "tap": f"service:{salon.variant_id}"}).text
    post(desk, NEW, sent_by(page, starts_at=at("10:15").isoformat()))
    visit = the_visit()
    assert (visit.member_id, visit.starts_at) == (member.id, at("10:15"))
    assert visit.items[0].variant_id == salon.variant_id


def test_one_tap_books_what_she_had_last_time(salon: Salon, sign_in: SignIn) -> None:
    member, monday = join(), MONDAY + dt.timedelta(days=7)
    number = salon.book("15:00", salon.staff[1], member_id=member.id).id
    with api.at_moment(at("15:00")):
        turn_visit(number, "arrive")
        turn_visit(number, "done")
    salon.roster(*salon.staff, day=monday)
    with api.at_moment(at("09:00", MONDAY + dt.timedelta(days=1))):
        desk = sign_in("front_desk", salon.store_id)
        asked = {"store_id": salon.store_id, "member_id": member.id}
        page = desk.get(NEW, query_string=asked).text
        assert "As last time" in words(page)
        post(desk, NEW, sent_by(page, again=at("15:00", monday).isoformat()))
    assert the_visit().starts_at == at("15:00", monday)
    assert the_visit().items[0].staff_id == salon.staff_ids[1]


def test_a_party_is_booked_at_once(salon: Salon, desk: FlaskClient) -> None:
    asked = {"store_id": salon.store_id, "guest": "Anna", "day": str(MONDAY), "tap": "more:"}
    page = desk.get(NEW, query_string={**asked, "wish": f"0:{salon.variant_id}"}).text
    assert "She has the same as the first guest" in words(page)
    post(desk, NEW, sent_by(page, starts_at=at("10:15").isoformat()))
    visit = the_visit()
    assert visit.party == 2
    assert {item.staff_id for item in visit.items} == set(salon.staff_ids)


def test_what_she_has_is_decided_on_the_spot(salon: Salon, desk: FlaskClient) -> None:
    asked = {"store_id": salon.store_id, "guest": "Anna", "day": str(MONDAY)}
    page = desk.get(NEW, query_string=asked).text
    post(desk, NEW, sent_by(page, starts_at=at("10:15").isoformat()))
    assert the_visit().items[0].variant_id is None


def test_members_are_found_by_their_name(salon: Salon, desk: FlaskClient) -> None:
    member = join()
    asked = {"store_id": salon.store_id, "guest": member.name}
    assert f'value="member:{member.id}"' in desk.get(NEW, query_string=asked).text
    found = desk.get(NEW, query_string={**asked, "tap": "enter:"}).text
    assert "Somebody else" in words(found)


def test_the_queue_is_worked_through(salon: Salon, desk: FlaskClient) -> None:
    number = salon.book("12:00", member_id=join().id, source="phone").id
    assert "12:00" in words(desk.get(REVIEW).text)
    where = f"/console/booking/visits/{number}"
    assert "10:00" in words(desk.get(f"{where}/propose?day={MONDAY}").text)
    fields = {"key": KEY, "at": at("15:00").isoformat(), "next": REVIEW}
    assert post(desk, f"{where}/propose", fields).location.endswith(REVIEW)
    assert open_proposal(number) is not None
    assert "Waiting for the member" in words(desk.get(REVIEW).text)
    post(desk, f"{where}/turn/confirm", {"next": REVIEW})
    assert the_visit().status == "confirmed"
    assert "No booking awaits review" in words(desk.get(REVIEW).text)


def test_a_taken_time_cannot_be_proposed_on_the_page(salon: Salon, desk: FlaskClient) -> None:
    number = salon.book("12:00", member_id=join().id, source="phone").id
    for staff in salon.staff:
        salon.book("15:00", staff)
    fields = {"key": KEY, "at": at("15:00").isoformat()}
    answer = post(desk, f"/console/booking/visits/{number}/propose", fields)
    assert answer.status_code == 409
    assert "The nearest free times" in words(answer.text)
