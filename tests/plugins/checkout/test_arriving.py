"""A member's code at the front desk: her booking is checked in, and she has agreed to the visit."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.booking.api import Visit, turn_visit
from plugins.booking.services.board import Sight, tell_board
from plugins.cashier.api import Arrival, arrive, find_arrival
from plugins.cashier.services.asking import guests_of
from plugins.checkout.services.billing import bill_visit
from plugins.membership.api import Member, show_code
from tests.support.booking import MONDAY, Salon, at
from tests.support.checkout import books_agree, with_member
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.phones import phone_of
from tests.support.till import new_key, top_up

pytestmark = pytest.mark.any_engine
ARRIVALS, VISITS = "/console/cashier/arrivals/", "/console/booking/visits/"
MEMBERS, TILL = "/console/membership/members/", "/console/cashier/till/"


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon(technicians=2, price_fen=12_800)


@pytest.fixture
def visit(salon: Salon) -> Visit:
    """A visit at noon of a member with ¥500 on balance."""
    made = with_member(salon)
    top_up(made.member_id or 0, 500, store_id=salon.store_id)
    return made


def at_desk(salon: Salon, sign_in: SignIn) -> FlaskClient:
    client = sign_in("front_desk", salon.store_id)
    client.set_cookie("console_language", "en")
    return client


def now(visit: Visit) -> Visit:
    api.db.session.rollback()
    return api.db.session.get_one(Visit, visit.id, populate_existing=True)


def scan(visit: Visit) -> Arrival:
    code = show_code(visit.member_id or 0)
    return arrive(visit.store_id, code, key=new_key())


def test_the_scan_at_check_in_pays_the_bill_of_the_visit(
    salon: Salon, visit: Visit, sign_in: SignIn
) -> None:
    with api.at_moment(at("11:50")):
        desk, where = at_desk(salon, sign_in), f"{VISITS}{visit.id}/"
        found = re.search(r'href="([^"]*cashier/arrivals/\?[^"]*)"', desk.get(where).text)
        assert found is not None
        page = desk.get(found[1].replace("&amp;", "&")).text
        assert visit.guest_name in page
        sent = {
            "store_id": salon.store_id,
            "code": show_code(visit.member_id or 0),
            "key": new_key(),
            "member_id": visit.member_id,
            "about": f"visit:{visit.id}",
            "next": where,
        }
        assert post(desk, f"{ARRIVALS}scan", sent).location.endswith(where)
        assert now(visit).status == "arrived"
        assert "Scan on arrival" not in words(desk.get(where).text)
        with api.speaking("en"):
            visits = tell_board(Sight(salon.store, (MONDAY,)))["visits"]
            assert [one["mark"] for one in visits] == ["Scanned on arrival 11:50"]
            assert "Scanned on arrival 11:50" in guests_of(salon.store_id)[0].note
        assert "11:50" in words(desk.get(f"/console/booking/board/visit/{visit.id}").text)
    with api.at_moment(at("13:00")):
        desk = at_desk(salon, sign_in)
        number = bill_visit(visit.id).id
        page = desk.get(f"{TILL}{number}").text
        assert "Scanned on arrival 11:50" in words(page)
        assert "She agrees by" not in words(page)
        fields = {"kind-1": "balance", "amount-1": "128.00", "key": new_key()}
        assert post(desk, f"{TILL}{number}/settle", fields).status_code == 302
        assert now(visit).status == "done"
        bill = words(desk.get(f"/console/cashier/bills/{number}/").text)
        assert "Scanned on arrival" in bill
        hers = phone_of(desk.application, visit.member_id or 0)
        assert "11:50" in words(hers.get(f"/cashier/receipts/{number}").text)
        assert books_agree()


def test_one_scan_anywhere_and_one_tap_on_her_page_say_that_she_is_here(
    salon: Salon, visit: Visit, sign_in: SignIn
) -> None:
    with api.at_moment(at("11:50")):
        desk = at_desk(salon, sign_in)
        scanned = post(desk, "/console/system/scan/", {"text": show_code(visit.member_id or 0)})
        page = desk.get(scanned.location).text
        found = re.search(r'data-post="([^"]*arrivals/scan[^"]*)"', page)
        assert found is not None
        for _time in range(2):
            sent = post(desk, found[1].replace("&amp;", "&"), {})
            assert sent.location.endswith(f"{MEMBERS}{visit.member_id}/")
        assert now(visit).status == "arrived"
        assert "11:50" in words(desk.get(f"{MEMBERS}{visit.member_id}/").text)
        assert api.db.session.query(Arrival).count() == 1


def test_a_walk_in_is_scanned_listed_and_billed(salon: Salon, sign_in: SignIn) -> None:
    member = join("林晓", store=salon.store_id)
    with api.at_moment(at("11:50")):
        desk = at_desk(salon, sign_in)
        assert "Nobody was scanned yet" in words(desk.get(ARRIVALS).text)
        sent = {"store_id": salon.store_id, "code": show_code(member.id), "key": new_key()}
        post(desk, f"{ARRIVALS}scan", sent)
        page = words(desk.get(ARRIVALS).text)
        assert "林晓" in page
        again = post(desk, f"{ARRIVALS}scan", {**sent, "key": new_key()})
        assert again.status_code == 422
        assert "was used already" in words(again.text)
        arrival = api.db.session.query(Arrival).one()
        opened = post(
            desk,
            f"{TILL}open",
            {"store_id": salon.store_id, "member_id": member.id, "key": new_key()},
        )
        assert "Scanned on arrival 11:50" in words(desk.get(opened.location).text)
        post(desk, f"{ARRIVALS}{arrival.id}/left", {})
        assert find_arrival(member.id, salon.store_id) is None
        assert post(desk, f"{ARRIVALS}999/left", {}).status_code == 404


def test_who_comes_for_the_evening_is_not_checked_in_at_noon(salon: Salon, visit: Visit) -> None:
    with api.at_moment(at("09:30")):
        assert scan(visit).about == ""
        assert now(visit).status == "confirmed"
    with api.at_moment(at("11:00")):
        assert scan(visit).about == f"visit:{visit.id}"
        assert now(visit).status == "arrived"


def test_a_visit_that_is_named_has_to_be_hers(salon: Salon, visit: Visit) -> None:
    other = join("林晓", store=salon.store_id, phone="13900139000")
    with api.at_moment(at("11:00")):
        about = f"visit:{visit.id}"
        arrival = arrive(salon.store_id, show_code(other.id), key=new_key(), about=about)
        assert arrival.about == ""
        assert now(visit).status == "confirmed"


def test_a_visit_that_is_cancelled_takes_her_consent_along(salon: Salon, visit: Visit) -> None:
    with api.at_moment(at("11:30")):
        scan(visit)
        turn_visit(visit.id, "cancel", reason="She has to go")
        assert find_arrival(visit.member_id or 0, salon.store_id) is None


def test_her_phone_says_that_she_was_scanned(app: Flask, salon: Salon, visit: Visit) -> None:
    with api.at_moment(at("11:30")):
        scan(visit)
        hers = phone_of(app, visit.member_id or 0)
        assert "11:30" in words(hers.get(f"/booking/mine/{visit.id}").text)
        assert "11:30" in words(hers.get("/membership/card").text)


def test_a_member_of_another_store_becomes_known_by_her_scan(salon: Salon, sign_in: SignIn) -> None:
    elsewhere = Salon(technicians=1, name="南山店")
    member: Member = join("林晓", store=elsewhere.store_id)
    desk = at_desk(salon, sign_in)
    assert desk.get(f"{ARRIVALS}?member={member.id}").status_code == 404
    forged = f"{ARRIVALS}scan?ticket=1.2.3&store_id={salon.store_id}"
    assert post(desk, forged, {}).status_code == 422
    sent = {"store_id": salon.store_id, "code": show_code(member.id), "key": new_key()}
    post(desk, f"{ARRIVALS}scan", sent)
    assert desk.get(f"{MEMBERS}{member.id}/").status_code == 200
