"""The prices of a bill as the front desk sees them: ways to pay, what counts and what does not."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.cashier.api import Bill, preview, proposals_for
from plugins.membership.api import Benefit, Level
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.salon import add_store
from tests.support.till import add_to, bill_of, service_for, top_up

pytestmark = [pytest.mark.either_engine, pytest.mark.usefixtures("staff_read_english")]

HOME = "/console/cashier/till/"


@pytest.fixture
def desk(app: Flask, sign_in: SignIn) -> FlaskClient:
    client = sign_in("front_desk", add_store("福田店").id)
    client.post("/console/preferences/language", data={"language": "en"})
    return client


@api.unit
def give_level() -> None:
    level = Level(name="Gold", place=1, threshold_fen=None)
    api.db.session.add(level)
    api.db.session.flush()
    for percent in (90, 95):
        one = Benefit(level_id=level.id, kind="discount", name="Discount", percent=percent)
        api.db.session.add(one)
    api.db.session.execute(sa.text("UPDATE membership_member SET level_id = :id"), {"id": level.id})


@pytest.fixture
def bill_id(desk: FlaskClient) -> int:
    anna = join()
    give_level()
    top_up(anna.id, 50)
    number = bill_of(anna.id)
    add_to(number, service_for(100))
    return number


def test_the_till_says_what_counts_and_what_does_not(desk: FlaskClient, bill_id: int) -> None:
    page = words(desk.get(f"{HOME}{bill_id}").text)
    assert "Level Gold: 90 % of the price" in page
    assert "Benefits that do not count: 1" in page
    assert "A better one counts: Level Gold: 90 % of the price" in page


def test_a_way_to_pay_is_chosen_and_fills_in_the_payment(desk: FlaskClient, bill_id: int) -> None:
    page = words(desk.get(f"{HOME}{bill_id}/ways").text)
    assert "¥50.00 from: Balance" in page
    assert "¥40.00 with money" in page
    way = proposals_for(bill_id)[0]
    assert way.purses == ((None, 5_000),)
    shown = post(desk, f"{HOME}{bill_id}/ways", {"sign": way.sign})
    assert shown.status_code == 200
    assert 'name="amount-1" value="50.00"' in shown.text
    stale = post(desk, f"{HOME}{bill_id}/ways", {"sign": "no such way"})
    assert stale.status_code == 409
    assert "The price of this bill has changed" in words(stale.text)


def test_a_benefit_is_left_out_and_counts_again(desk: FlaskClient, bill_id: int) -> None:
    key = preview(bill_id).lines[0].steps[0].key
    assert post(desk, f"{HOME}{bill_id}/benefit", {"act": "decline", "key": key}).location
    assert "It was declined." in words(desk.get(f"{HOME}{bill_id}/ways").text)
    api.db.session.rollback()
    assert api.db.session.get_one(Bill, bill_id).due_fen == 9_500
    post(desk, f"{HOME}{bill_id}/benefit", {"act": "accept", "key": key})
    api.db.session.rollback()
    assert api.db.session.get_one(Bill, bill_id).due_fen == 9_000
    gone = post(desk, f"{HOME}{bill_id}/benefit", {"act": "coupon", "key": "none"})
    assert gone.status_code == 404
