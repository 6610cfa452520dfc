"""Reopening settled bills on their own day, and making unpaid ones void."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from console import api
from console.testing.listening import Announced
from plugins.cashier.api import (
    Bill,
    Discount,
    Line,
    Order,
    Payment,
    Tender,
    cashier_bill_settled,
    cashier_bill_voided,
    change_price,
    hold_bill,
    lines_of,
    remove_line,
    undo_settlement,
    void_bill,
)
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.reports.fraud import oddities
from plugins.cashier.services.reports.spans import Span
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import Recharge, points_of, quote_recharge
from plugins.membership.services.points.history import history_of
from tests.support.ledger import balance as book
from tests.support.ledger import left
from tests.support.levels import build_ladder, level_name
from tests.support.membership import join
from tests.support.people import add_person
from tests.support.salon import add_store
from tests.support.till import (
    add_to,
    add_top_up,
    balance,
    bill_of,
    cash,
    pay,
    service_for,
    top_up,
)
from tests.support.value import offer

pytestmark = pytest.mark.either_engine


@pytest.fixture(autouse=True)
def store(app: Flask) -> Iterator[Any]:
    with api.speaking("en"):
        yield add_store("福田店")


@pytest.fixture
def anna(store: Any) -> int:
    return int(join().id)


def read(model: type[Any], number: int) -> Any:
    api.db.session.rollback()
    return api.db.session.get_one(model, number, populate_existing=True)


def revenue() -> int:
    return book(ledger.salon("revenue", 1))


def test_a_reopened_bill_gives_everything_back_and_is_settled_anew(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    add_top_up(bill_id, 500, 50)
    line_id = add_to(bill_id, service_for(110))
    pay(bill_id, cash(500), balance(110))
    undo_settlement(bill_id, "wrong service")
    bill = read(Bill, bill_id)
    assert (bill.state, bill.paid_fen, bill.settled_at) == ("open", 0, None)
    assert (left(anna), revenue(), book(ledger.salon("cash", 1))) == ((0, 0), 0, 0)
    assert read(Line, line_id).principal_fen == 0
    change_price(line_id, 9_000, "a friend")
    pay(bill_id, cash(500), balance(90))
    assert sum(left(anna)) == 55_000 - 9_000
    assert revenue() == 8_181
    assert verify().findings == {}


def test_a_part_paid_bill_is_reopened_with_all_its_settlements(app: Flask, anna: int) -> None:
    top_up(anna, 100)
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(300))
    pay(bill_id, cash(100))
    pay(bill_id, cash(50), balance(50))
    undo_settlement(bill_id, "wrong member")
    assert (revenue(), left(anna)) == (0, (10_000, 0))
    assert ledger.standings([anna], ["owing"])[anna]["owing"] == 0
    assert verify().findings == {}


def test_a_top_up_that_was_spent_elsewhere_is_not_taken_back(app: Flask, anna: int) -> None:
    first = bill_of(anna)
    add_top_up(first, 500)
    pay(first, cash(500))
    second = bill_of(anna)
    add_to(second, service_for(110))
    pay(second, balance(110))
    with pytest.raises(ledger.Insufficient):
        undo_settlement(first, "mistake")
    assert read(Bill, first).state == "settled"


def test_the_next_business_day_is_too_late(app: Flask) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(110))
    pay(bill_id, cash(110))
    tomorrow = api.now() + dt.timedelta(days=1)
    with api.at_moment(tomorrow), pytest.raises(api.Refused, match="day is over"):
        undo_settlement(bill_id, "late")


def test_a_voucher_is_free_again_and_its_payment_stays_in_sight(app: Flask) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(100))
    voucher = Tender("douyin", 10_000, voucher_code="D1")
    pay(bill_id, voucher)
    undo_settlement(bill_id, "wrong guest")
    pay(bill_id, voucher)
    states = [payment.state for payment in api.db.session.query(Payment).order_by(Payment.id)]
    assert states == ["undone", "confirmed"]


def test_reopening_needs_a_reason_and_a_settled_bill(app: Flask) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(100))
    with pytest.raises(api.Conflict, match="is open"):
        undo_settlement(bill_id, "why not")
    pay(bill_id, cash(100))
    with pytest.raises(api.Refused, match="Say why"):
        undo_settlement(bill_id, "  ")


def test_what_is_void_stays_void(app: Flask) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(100))
    hold_bill(bill_id, "12")
    void_bill(bill_id, "guest left")
    assert (read(Bill, bill_id).state, read(Order, 1).state) == ("void", "void")
    with pytest.raises(api.Conflict, match="void"):
        pay(bill_id, cash(100))
    assert revenue() == 0


def test_a_void_counts_for_who_made_it_void_on_that_day(app: Flask) -> None:
    opener, manager = add_person("front_desk", 1), add_person("manager", 1)
    with api.acting_as(api.Actor(opener, "Opener")):
        bill_id = bill_of()
    opened_on = today_of(1)
    with api.at_moment(api.now() + dt.timedelta(days=1)):
        with api.acting_as(api.Actor(manager, "Manager")):
            void_bill(bill_id, "guest left")
        now, voided_on = api.now(), today_of(1)
    odd = oddities(Span(voided_on, voided_on))
    assert [(one.kind, one.user_id, one.at) for one in odd] == [("void", manager, now)]
    assert oddities(Span(opened_on, opened_on)) == []


def test_the_growth_of_a_reopened_bill_is_taken_off(app: Flask, anna: int) -> None:
    from plugins.membership.services.growth import growth_of

    bill_id = bill_of(anna)
    add_to(bill_id, service_for(300))
    pay(bill_id, cash(300))
    today = api.today("Asia/Shanghai")
    assert growth_of(anna, today)["total"] == 30_000
    undo_settlement(bill_id, "mistake")
    assert growth_of(anna, today)["total"] == 0


def test_all_that_came_with_a_top_up_goes_when_its_bill_is_reopened(anna: int) -> None:
    offer(3_000, 600, points=200, most=1, level_id=build_ladder()["Gold"])
    bill_id = bill_of(anna)
    add_top_up(bill_id, 3_000)
    pay(bill_id, cash(3_000))
    assert (level_name(anna), points_of(anna), left(anna)) == ("Gold", 500, (300_000, 60_000))
    assert quote_recharge(anna, 300_000, store_id=1).bonus_fen == 0
    assert tie_out(whole_book()).differences == []
    assert {one.order.text for one in history_of(anna) if one.order} == {
        api.db.session.get_one(Bill, bill_id).number
    }
    undo_settlement(bill_id, "another member's money")
    assert (level_name(anna), points_of(anna), left(anna)) == (
        "Plain",
        300,
        (0, 0),
    )  # a level's gifts are kept
    assert quote_recharge(anna, 300_000, store_id=1).bonus_fen == 60_000
    assert api.db.session.query(Recharge).one().undone_at is not None
    assert tie_out(whole_book()).differences == []
    assert verify().findings == {}
    pay(bill_id, cash(3_000))
    assert (level_name(anna), points_of(anna), left(anna)) == ("Gold", 500, (300_000, 60_000))


def test_others_are_told_of_settling_and_reopening(app: Flask, announced: Announced) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(100))
    pay(bill_id, cash(100))
    undo_settlement(bill_id, "mistake")
    assert announced(cashier_bill_settled) == [{"bill_id": bill_id}]
    assert announced(cashier_bill_voided) == [{"bill_id": bill_id}]
    assert api.db.session.query(Discount).count() == 0


def test_a_line_that_was_paid_once_can_be_taken_off_a_reopened_bill(anna: int) -> None:
    top_up(anna, 100)
    bill_id = bill_of(anna)
    kept, dropped = add_to(bill_id, service_for(30)), add_to(bill_id, service_for(50))
    pay(bill_id, balance(50), cash(30))
    undo_settlement(bill_id, "wrong service")
    remove_line(dropped)
    assert [line.id for line in lines_of(bill_id)] == [kept]
    with pytest.raises(api.NotFound):
        remove_line(dropped)
    pay(bill_id, balance(30))
    assert read(Bill, bill_id).due_fen == 3_000
    assert (left(anna)[0], verify().findings) == (7_000, {})
    assert [one.words() for one in tie_out(whole_book()).differences] == []
