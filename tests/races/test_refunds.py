"""Races of refunds: parts of one payment, one refund paid twice, a sheet and a purchase at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.models import Bill, Payout, Refund
from plugins.cashier.services.refunding.lines import Wanted as Piece
from plugins.cashier.services.refunding.lines import check_wanted, lines_to_refund
from plugins.cashier.services.refunding.paying_out import Ways, pay_refund
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from tests.support.ledger import balance as book
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.parallel import at_once
from tests.support.refunds import agree, alone_up_to, refund, sheet_for
from tests.support.salon import add_store
from tests.support.till import add_to, balance, bill_of, cash, new_key, pay, service_for, top_up

CROWD = 50
PART = 30


@pytest.fixture
def anna(app: Flask) -> int:
    add_store("福田店")
    alone_up_to(10_000)
    return int(join().id)


def refusals(found: list[Any]) -> list[type[BaseException]]:
    return [type(one) for one in found if isinstance(one, BaseException)]


def refunded() -> int:
    api.db.session.rollback()
    return api.db.session.scalar(sa.select(sa.func.sum(Payout.amount_fen))) or 0


def test_fifty_partial_refunds_of_one_payment_never_pass_it(app: Flask, anna: int) -> None:
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(100), agreed_by=None)
    keys = [new_key() for _ in range(CROWD)]
    found = at_once(app, CROWD, lambda n: refund(bill_id, (line_id, PART), key=keys[n]).id)
    refused = refusals(found)
    assert len(refused) == CROWD - 3
    assert all(issubclass(each, api.Refused) for each in refused)
    assert refunded() == 9_000
    assert book(ledger.salon("cash", 1)) == -1_000
    assert verify().findings == {}


def test_fifty_partial_refunds_of_one_balance_never_pass_what_was_taken(
    app: Flask, anna: int
) -> None:
    top_up(anna, 500, 50)
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(110))
    pay(bill_id, balance(110))
    keys = [new_key() for _ in range(CROWD)]
    found = at_once(app, CROWD, lambda n: refund(bill_id, (line_id, 55), key=keys[n]).id)
    assert len(refusals(found)) == CROWD - 2
    assert left(anna) == (50_000, 5_000)
    assert verify().findings == {}


def test_the_same_form_sent_by_fifty_refunds_once_and_answers_all(app: Flask, anna: int) -> None:
    bill_id, key = bill_of(), new_key()
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(100), agreed_by=None)
    found = at_once(app, CROWD, lambda _n: refund(bill_id, (line_id, PART), key=key).id)
    assert refusals(found) == []
    assert len(set(found)) == 1
    assert refunded() == 3_000


def test_a_sheet_is_paid_out_once_by_fifty(app: Flask, anna: int) -> None:
    top_up(anna, 500, 50)
    made = agree(sheet_for(anna)).id
    found = at_once(app, CROWD, lambda _n: pay_refund(made, Ways({}, "cash", "her wish")).id)
    assert set(found) == {made}
    assert (refunded(), left(anna)) == (50_000, (0, 0))
    assert verify().findings == {}


def test_a_purchase_and_a_payout_never_both_take_the_same_money(app: Flask, anna: int) -> None:
    top_up(anna, 100)
    made = agree(sheet_for(anna)).id
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(100))
    key = new_key()

    def act(number: int) -> Any:
        if number % 2:
            return pay_refund(made, Ways({}, "cash", "her wish")).id
        return pay(bill_id, balance(100), key=key).id

    found = at_once(app, 8, act)
    assert len(refusals(found)) == 4
    assert left(anna) == (0, 0)
    assert verify().findings == {}


def test_without_lock_and_cap_two_who_look_first_would_both_give_back(
    app: Flask, anna: int
) -> None:
    """The control: each sees that all of it is left, and each would pay it out."""
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(100), agreed_by=None)
    threads = 8
    meeting = threading.Barrier(threads)

    def act(_number: int) -> int:
        bill = api.db.session.get_one(Bill, bill_id)
        fen = check_wanted(bill, [Piece(line_id, 10_000)])
        api.db.session.rollback()
        meeting.wait()
        _pay_as_seen(bill_id, fen)
        return fen

    assert at_once(app, threads, act) == [10_000] * threads
    assert refunded() == threads * 10_000
    state = lines_to_refund(api.db.session.get_one(Bill, bill_id))[0]
    assert state.left_fen == 10_000


@api.unit
def _pay_as_seen(bill_id: int, fen: int) -> None:
    """Note a payout as if neither the bill was locked nor the ledger asked."""
    key = new_key()
    row = Refund(number=key, kind="lines", state="paid", store_id=1, bill_id=bill_id, key=key)
    row.opened_at, row.booked_on = api.now(), api.today("Asia/Shanghai")
    api.db.session.add(row)
    api.db.session.flush()
    payout = Payout(refund_id=row.id, amount_fen=fen, booked_on=row.booked_on)
    api.db.session.add(payout)
