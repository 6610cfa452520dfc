"""What a member owes: a frozen one may pay it with money, and a payment of it is taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from console import api
from plugins.cards.services.accounts import owing_of
from plugins.cards.services.lines import card_of
from plugins.cashier.api import (
    Bill,
    Line,
    Payment,
    add_line,
    refund_lines,
    undo_payment,
    undo_settlement,
)
from plugins.cashier.services.closing.sheets import write_sheet
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.refunding.lines import Wanted
from plugins.cashier.services.reports.fraud import KINDS, oddities
from plugins.cashier.services.reports.spans import Span
from plugins.cashier.services.slips import slip_of
from plugins.cashier.services.tendering import plan
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import (
    ValueFrozen,
    freeze_member,
    freeze_value,
    points_of,
)
from tests.support.cards import add_product, item
from tests.support.ledger import balance as book
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.people import SignIn, post
from tests.support.salon import add_store
from tests.support.till import add_to, balance, bill_of, cash, pay, service_for, top_up

KINDS_OF_UNDOING = ("unpaid", "reopened")


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


def clean() -> bool:
    api.db.session.rollback()
    return not verify().findings and tie_out(whole_book()).ok


def owes(member_id: int) -> int:
    return -ledger.standings([member_id], ["owing"])[member_id]["owing"]


def owing_bill(member_id: int, yuan: int = 300, paid: float = 100) -> tuple[int, int]:
    """Return a bill of a service that was paid in part, and its line."""
    bill_id = bill_of(member_id)
    line_id = add_to(bill_id, service_for(yuan))
    pay(bill_id, cash(paid))
    return bill_id, line_id


def test_a_frozen_member_pays_what_she_owes_in_cash(anna: int) -> None:
    bill_id, _line = owing_bill(anna)
    freeze_member(anna, "lost phone")
    pay(bill_id, cash(200), agreed_by=None)
    assert (read(Bill, bill_id).state, owes(anna)) == ("settled", 0)
    assert clean()


def test_a_frozen_balance_pays_no_debt_but_money_does(anna: int) -> None:
    top_up(anna, 500)
    bill_id, _line = owing_bill(anna)
    freeze_value(anna, "lost card")
    assert plan(read(Bill, bill_id)).purses == ()
    with pytest.raises(ValueFrozen):
        pay(bill_id, balance(200))
    pay(bill_id, cash(200), agreed_by=None)
    assert (owes(anna), left(anna)) == (0, (50_000, 0))
    assert clean()


def test_a_frozen_member_pays_no_debt_from_balance(anna: int) -> None:
    top_up(anna, 500)
    bill_id, _line = owing_bill(anna)
    freeze_member(anna, "lost phone")
    with pytest.raises(api.Refused, match="frozen"):
        pay(bill_id, balance(200))
    assert owes(anna) == 20_000


def test_a_payment_of_a_debt_is_taken_back_by_itself(anna: int) -> None:
    bill_id, line_id = owing_bill(anna)
    top_up(anna, 500, 50)
    points = points_of(anna)
    second = pay(bill_id, cash(50), balance(110))
    assert points_of(anna) > points
    undo_payment(bill_id, second.number, "the wrong guest")
    bill, line = read(Bill, bill_id), read(Line, line_id)
    assert (bill.state, bill.paid_fen, bill.owing_fen) == ("part_paid", 10_000, 20_000)
    assert (line.owing_fen, line.income_fen) == (20_000, 30_000)
    assert (line.principal_fen, line.bonus_fen) == (0, 0)
    assert (owes(anna), left(anna), points_of(anna)) == (20_000, (50_000, 5_000), points)
    assert book(ledger.salon("revenue", 1)) == 30_000
    states = [one.state for one in api.db.session.query(Payment).filter_by(bill_id=bill_id)]
    assert states == ["confirmed", "undone", "undone"]
    assert clean()


def test_the_fraud_sheet_tells_a_payment_taken_back_from_a_bill_reopened(anna: int) -> None:
    bill_id, _line = owing_bill(anna)
    second = pay(bill_id, cash(200))
    undo_payment(bill_id, second.number, "the wrong guest")
    day = today_of(1)
    assert write_sheet(1, day)["counts"]["reopened"] == 0
    pay(bill_id, cash(200))
    undo_settlement(bill_id, "all wrong")
    odd = [one for one in oddities(Span(day, day)) if one.kind in KINDS_OF_UNDOING]
    assert [(str(KINDS[one.kind]), one.fen, one.reason) for one in odd] == [
        ("Bill reopened", 30_000, "all wrong"),
        ("A payment was taken back", 20_000, "the wrong guest"),
    ]
    assert write_sheet(1, day)["counts"]["reopened"] == 1


def test_it_is_taken_back_once_and_the_receipt_says_so(anna: int) -> None:
    bill_id, _line = owing_bill(anna)
    second = pay(bill_id, cash(200))
    for _time in range(2):
        undo_payment(bill_id, second.number, "the wrong guest")
    slip = [row.left for row in slip_of(read(Bill, bill_id)).rows]
    assert slip.count("Payment taken back: the wrong guest") == 1
    assert [row.right for row in slip_of(read(Bill, bill_id)).rows if row.left == "Owing"] == [
        "¥200.00"
    ]
    third = pay(bill_id, cash(200))
    assert (third.number, owes(anna)) == (3, 0)
    undo_settlement(bill_id, "all of it")
    assert (read(Bill, bill_id).state, owes(anna)) == ("open", 0)
    assert clean()


def test_only_the_last_payment_of_a_debt_is_taken_back(anna: int) -> None:
    bill_id, _line = owing_bill(anna)
    with pytest.raises(api.Conflict, match="Only the last payment"):
        undo_payment(bill_id, 1, "no debt")
    second, third = pay(bill_id, cash(50)), pay(bill_id, cash(150))
    with pytest.raises(api.Conflict, match="Only the last payment"):
        undo_payment(bill_id, second.number, "not the last one")
    undo_payment(bill_id, third.number, "first this")
    undo_payment(bill_id, second.number, "then this")
    assert owes(anna) == 20_000
    assert clean()


def test_it_needs_a_reason_and_the_day_of_the_payment(anna: int) -> None:
    bill_id, _line = owing_bill(anna)
    tomorrow = api.now() + dt.timedelta(days=1)
    with api.at_moment(tomorrow):
        second = pay(bill_id, cash(200))
        with pytest.raises(api.Refused, match="Say why"):
            undo_payment(bill_id, second.number, " ")
        undo_payment(bill_id, second.number, "the wrong guest")
        third = pay(bill_id, cash(200))
    with (
        api.at_moment(tomorrow + dt.timedelta(days=1)),
        pytest.raises(api.Refused, match="day is over"),
    ):
        undo_payment(bill_id, third.number, "too late")
    assert clean()


def test_what_was_refunded_meanwhile_keeps_the_payment(anna: int) -> None:
    bill_id, line_id = owing_bill(anna)
    second = pay(bill_id, cash(200))
    refund_lines(bill_id, [Wanted(line_id, 3_000)], reason="too hot", key="r1")
    with pytest.raises(api.Refused, match="was refunded"):
        undo_payment(bill_id, second.number, "the wrong guest")
    assert clean()


def test_a_card_owes_again_unless_its_sessions_were_used(anna: int) -> None:
    service = service_for(128)
    product = add_product("十次卡", 98_000, item(service, 10))
    bill_id = bill_of(anna)
    line = add_line(bill_id, "card", {"product_id": product.id})
    pay(bill_id, cash(98))
    second = pay(bill_id, cash(882))
    undo_payment(bill_id, second.number, "the wrong guest")
    card = card_of(read(Line, line.id))
    assert (owing_of(card), owes(anna)) == (88_200, 88_200)
    third = pay(bill_id, cash(882))
    visit = bill_of(anna)
    facts = {"part_id": card.parts[0].id, "variant_id": service.variants[0].id}
    for _time in range(2):
        add_line(visit, "session", facts)
    pay(visit)
    with pytest.raises(api.Refused, match="Sessions were used"):
        undo_payment(bill_id, third.number, "the wrong guest")
    assert clean()


def test_the_till_offers_it_to_those_who_may_reopen(anna: int, store: Any, sign_in: SignIn) -> None:
    bill_id, _line = owing_bill(anna)
    second = pay(bill_id, cash(200))
    address = f"/console/cashier/till/{bill_id}"
    assert "till-unpay" not in sign_in("front_desk", store.id).get(address).text
    manager = sign_in("manager", store.id)
    assert "till-unpay" in manager.get(address).text
    told = {"settlement": second.number, "reason": "the wrong guest"}
    for _time in range(2):
        assert post(manager, f"{address}/unpay", told).status_code == 302
    assert owes(anna) == 20_000
    assert "the wrong guest" in manager.get(f"/console/cashier/bills/{bill_id}/").text
