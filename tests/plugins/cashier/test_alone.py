"""What is sold at a member's file stands on a bill of its own, like everything at the till."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.cashier.models import Bill, Line, Order, Payment, PaymentKind, Seller, Settlement
from plugins.cashier.services.closing.days import close_day
from plugins.cashier.services.closing.drawer import cash_expected
from plugins.cashier.services.days import A_DAY
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.reports.receipts import receipts
from plugins.cashier.services.reports.spans import Span
from plugins.cashier.services.top_up_terms import TERMS
from plugins.membership.api import Member, membership_find_counter, purses_of
from tests.support.live import choose
from tests.support.membership import join
from tests.support.pages import field, words
from tests.support.people import SignIn, add_store, post
from tests.support.salon import add_staff
from tests.support.value import offer

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]
URL = "/console/membership/members/"


@pytest.fixture
def store(app: Flask) -> int:
    found = add_store("福田店")
    offer(500, 50, name="500+50")
    return found


@pytest.fixture
def desk(store: int, sign_in: SignIn) -> FlaskClient:
    browser = sign_in("front_desk", store)
    choose(api.db.session.scalar(sa.select(sa.func.max(api.User.id))) or 0, locale="en")
    return browser


def form_for(desk: FlaskClient, member_id: int, amount: str, **more: str) -> dict[str, str]:
    """Fill in the form of a top-up as it is shown for an amount."""
    page = desk.get(f"{URL}{member_id}/recharge?amount={amount}").text
    names = ("key", "amount", "tier", "purse", "store_id", "bonus_fen")
    told = {name: field(page.split("What she gets")[0], name) for name in names}
    return {**told, "means": "cash", **more}


def only_line() -> tuple[Bill, Line]:
    """Return the one bill that there is, and its one line."""
    bill = api.db.session.scalars(sa.select(Bill)).one()
    return bill, api.db.session.scalars(sa.select(Line).where(Line.bill_id == bill.id)).one()


@api.unit
def _put_terms(text: str) -> None:
    TERMS.put(text)


def test_a_top_up_at_her_file_has_bill_order_seller_receipt_and_no_place_past_the_till(
    desk: FlaskClient, store: int
) -> None:
    _put_terms("No cash back.")
    member = join(store=store)
    ada = add_staff("Ada", api.db.session.get_one(api.Store, store))
    page = words(desk.get(f"{URL}{member.id}/recharge?amount=500").text)
    assert "Ada" in page
    assert "No cash back." in page
    form = form_for(desk, member.id, "500", means="wechat", staff_id=str(ada.id))
    sold = [post(desk, f"{URL}{member.id}/recharge", form) for _sent in range(2)]
    bill, line = only_line()
    assert [one.location for one in sold] == [f"/console/cashier/till/{bill.id}"] * 2
    assert "¥550.00" in words(desk.get(sold[0].location).text)
    assert (bill.state, line.kind, line.due_fen) == ("settled", "top_up", 50_000)
    order = api.db.session.scalars(sa.select(Order)).one()
    assert (order.kind, order.number) == ("recharge", f"{bill.number}T")
    assert api.db.session.scalars(sa.select(Seller.staff_id)).all() == [ada.id]
    paid = sa.select(PaymentKind.code).join(Payment, Payment.kind_id == PaymentKind.id)
    assert api.db.session.scalars(paid).all() == ["wechat"]
    assert bill.receipt["terms"] == "No cash back."
    assert purses_of(member.id)[0].balance_fen == 55_000
    rows = receipts(Span(today_of(store), today_of(store), frozenset({store})))
    assert [(row.order_kind, row.kind_id is None, row.fen) for row in rows] == [
        ("recharge", False, 50_000)
    ]


def test_the_till_takes_what_staff_may_book_there(store: int) -> None:
    counter = api.first_answer(membership_find_counter, store_id=store)
    assert counter is not None
    assert {"cash", "wechat", "transfer"} <= set(counter.means)
    assert not {"balance", "meituan"} & set(counter.means)
    assert counter.find_bill("never") is None


def test_a_top_up_after_the_close_leaves_the_closed_day_as_it_was(
    desk: FlaskClient, store: int
) -> None:
    today, member = today_of(store), join(store=store)
    close_day(store, today, counted_fen=0, key="closed")
    assert post(desk, f"{URL}{member.id}/recharge", form_for(desk, member.id, "500")).location
    assert cash_expected(store, today) == 0
    assert cash_expected(store, today + A_DAY) == 50_000
    assert api.db.session.scalars(sa.select(Settlement.booked_on)).all() == [today + A_DAY]


def test_the_fee_for_a_lost_card_is_a_bill_and_is_taken_once(desk: FlaskClient, store: int) -> None:
    member = join(store=store)
    lost = member.number
    form = {"lost": lost, "fee": "10", "means": "cash", "key": "k" * 26}
    assert post(desk, f"{URL}{member.id}/value/replace", form).status_code == 302
    assert post(desk, f"{URL}{member.id}/value/replace", form).status_code == 409
    bill, line = only_line()
    assert (bill.state, line.kind, line.income_fen) == ("settled", "card_fee", 1_000)
    assert "Fee for a lost card" in words(desk.get(f"/console/cashier/till/{bill.id}").text)
    assert api.db.session.get_one(Member, member.id).number != lost


def test_a_fee_that_cannot_be_paid_leaves_her_number(desk: FlaskClient, store: int) -> None:
    member = join(store=store)
    form = {"lost": member.number, "fee": "10", "means": "nothing", "key": "k" * 26}
    answer = post(desk, f"{URL}{member.id}/value/replace", form)
    assert answer.status_code == 422
    assert "Choose how she pays." in words(answer.text)
    assert api.db.session.query(Bill).count() == 0
