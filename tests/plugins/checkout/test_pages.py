"""Pages of bookings at the till: from a visit to its bill, deposits at the desk and on phones."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import api, demo
from console.testing.plugin import Work
from plugins.booking.api import Visit, turn_visit
from plugins.cashier.api import Bill, settle
from plugins.checkout.models import Deposit
from plugins.checkout.services.billing import bill_of, open_deposit_bill
from tests.support.booking import Salon, at
from tests.support.checkout import add_rule, deposit_now, pay_deposit, with_member
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.phones import phone_of
from tests.support.till import cash, new_key

pytestmark = pytest.mark.any_engine
VISITS, BILLS = "/console/booking/visits/", "/console/checkout/visits/"


@pytest.fixture
def salon(app: Flask) -> Salon:
    return Salon(technicians=2, price_fen=12_800)


@pytest.fixture
def desk(salon: Salon, sign_in: SignIn) -> FlaskClient:
    client = sign_in("front_desk", salon.store_id)
    client.set_cookie("console_language", "en")
    return client


def test_the_page_of_a_visit_leads_to_its_bill(salon: Salon, sign_in: SignIn) -> None:
    visit = with_member(salon)
    with api.at_moment(at("12:00")):
        desk = sign_in("front_desk", salon.store_id)
        desk.set_cookie("console_language", "en")
        turn_visit(visit.id, "arrive")
        assert "Open a bill" in words(desk.get(f"{VISITS}{visit.id}/").text)
        sent = post(desk, f"{BILLS}{visit.id}/bill", {})
        bill = bill_of(visit.id)
        assert bill is not None
        assert sent.location == f"/console/cashier/till/{bill.id}"
        assert "Show the bill" in words(desk.get(f"{VISITS}{visit.id}/").text)


def test_the_desk_takes_a_deposit_by_one_tap_and_no_bill_before_the_day(
    salon: Salon, desk: FlaskClient
) -> None:
    add_rule()
    visit = with_member(salon)
    page = words(desk.get(f"{VISITS}{visit.id}/").text)
    assert "Take the deposit" in page
    assert "Open a bill" not in page
    sent = post(desk, f"{BILLS}{visit.id}/deposit", {})
    again = post(desk, f"{BILLS}{visit.id}/deposit", {})
    assert sent.location == again.location
    assert api.db.session.query(Bill).one().due_fen == 5_000


def test_a_deposit_is_returned_with_a_reason(salon: Salon, desk: FlaskClient) -> None:
    add_rule()
    deposit = pay_deposit(with_member(salon))
    path = f"/console/checkout/deposits/{deposit.id}/return"
    assert "¥50.00 goes back the way it came" in words(desk.get(path).text)
    assert post(desk, path, {"reason": " "}).status_code == 422
    assert post(desk, path, {"reason": "we are closed"}).status_code == 302
    assert api.db.session.get_one(Deposit, deposit.id, populate_existing=True).state == "returned"


def test_a_rule_needs_a_sum(salon: Salon, sign_in: SignIn) -> None:
    manager = sign_in("manager", salon.store_id)
    fields = {"how": "fixed", "amount_fen": "0", "percent": "0", "in_use": "1"}
    assert post(manager, "/console/checkout/rules/new/", fields).status_code == 422
    fields["amount_fen"] = "50"
    assert post(manager, "/console/checkout/rules/new/", fields).status_code == 302


def test_a_rule_is_called_by_its_way_in_words(salon: Salon, sign_in: SignIn) -> None:
    rule = add_rule()
    page = sign_in("manager", salon.store_id).get(f"/console/checkout/rules/{rule.id}/").text
    assert re.search(r"<h1[^>]*>\s*固定金额\s*<", page)


def test_she_reads_the_terms_and_pays_before_the_time_is_hers(app: Flask, salon: Salon) -> None:
    api.unit(lambda: demo.STATE.put("on"))()
    add_rule()
    member = with_member(salon, "10:00").member_id or 0
    phone = phone_of(app, member)
    key = "booking:0123456789abcdef01234567"
    asked = f"store={salon.store_id}&variant={salon.variant_id}&at={at('14:00').isoformat()}"
    page = phone.get(f"/booking/confirm?{asked.replace('+', '%2B')}&key={key}")
    assert "Booking deposit: ¥50.00" in words(page.text)
    sent = phone.post(
        "/booking/confirm",
        store=salon.store_id,
        variant=salon.variant_id,
        at=at("14:00").isoformat(),
        key=key,
    )
    assert "You pay ¥50.00" in words(sent.text)
    visit = api.db.session.query(Visit).filter_by(status="hold").one()
    deposit = pay_deposit(visit)
    assert deposit.state == "paid"
    shown = phone.get(f"/booking/mine/{visit.id}")
    assert re.search(r"Booking deposit ¥50.00 · Paid", words(shown.text))


def test_money_for_a_time_that_is_gone_goes_back(salon: Salon, work: Work) -> None:
    add_rule()
    visit = with_member(salon)
    deposit_id = deposit_now(visit.id).id
    bill = open_deposit_bill(visit.id, key=new_key())
    turn_visit(visit.id, "cancel")
    settle(bill.id, [cash(50)], key=new_key())
    work()
    deposit = api.db.session.get_one(Deposit, deposit_id, populate_existing=True)
    assert deposit.state == "returned"
