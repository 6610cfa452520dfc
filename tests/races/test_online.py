"""Races for online payments: one payment, many who bring the news; one sum, many refunds of it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.api import OnlinePayment, OnlineRefund, Settlement, Trade, give_back
from plugins.cashier.services.online.booking import take_payment
from plugins.ledger.services.verifying import verify
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.online import (
    at_bank,
    fail,
    notify,
    order,
    pay,
    payment,
    prepaid,
    shop,
)
from tests.support.parallel import at_once

__all__ = ["shop"]
THREADS = 8


@pytest.fixture
def anna(shop: Any) -> int:
    return int(join().id)


@pytest.fixture
def paid(anna: int) -> int:
    number = prepaid(anna, 500)
    pay(number)
    notify()
    return number


def refusals(found: list[Any]) -> list[type[BaseException]]:
    return [type(one) for one in found if isinstance(one, BaseException)]


def test_notification_and_query_at_once_settle_once(app: Flask, anna: int) -> None:
    fail(silent=True)
    number = prepaid(anna, 500)
    pay(number)
    row = at_bank(number)
    trade = Trade(row.out_trade_no, "paid", row.transaction_id or "", row.paid_fen)
    ways = ("notified", "queried")
    found = at_once(app, THREADS, lambda n: take_payment(number, trade, told_by=ways[n % 2]))
    assert found == ["paid"] * THREADS
    api.db.session.rollback()
    assert api.db.session.query(Settlement).count() == 1
    assert left(anna) == (50_000, 0)
    assert verify().findings == {}


def test_the_same_form_sent_by_many_threads_orders_once(app: Flask, anna: int) -> None:
    found = at_once(app, THREADS, lambda _n: order(anna, key="one form"))
    assert refusals(found) == []
    assert len(set(found)) == 1


def test_the_first_orders_of_many_members_at_once_all_succeed(app: Flask, shop: Any) -> None:
    members = [int(join(f"会员{n}", phone=f"1390000000{n}").id) for n in range(THREADS)]
    found = at_once(app, THREADS, lambda n: order(members[n]))
    assert refusals(found) == []
    assert len(set(found)) == THREADS


def test_refunds_in_parts_never_pass_what_was_paid(app: Flask, paid: int) -> None:
    found = at_once(
        app, THREADS, lambda n: give_back(paid, 20_000, key=f"part {n}", reason="part").id
    )
    assert len(refusals(found)) == THREADS - 2
    assert all(issubclass(each, api.Refused) for each in refusals(found))
    assert payment(paid).refunded_fen == 40_000
    assert api.db.session.query(OnlineRefund).count() == 2


def test_without_the_lock_every_refund_would_seem_to_fit(app: Flask, paid: int) -> None:
    """The control: each looks first and acts later, and the money goes out eight times."""
    meeting = threading.Barrier(THREADS)

    def act(_number: int) -> bool:
        wanted = sa.select(OnlinePayment.paid_fen, OnlinePayment.refunded_fen)
        have, gone = api.db.session.execute(wanted.where(OnlinePayment.id == paid)).one()
        api.db.session.rollback()
        meeting.wait()
        _refund_as_seen(paid, gone + 20_000)
        return gone + 20_000 <= (have or 0)

    assert at_once(app, THREADS, act) == [True] * THREADS
    assert payment(paid).refunded_fen == 20_000


@api.unit
def _refund_as_seen(number: int, gone_fen: int) -> None:
    change = sa.update(OnlinePayment).where(OnlinePayment.id == number)
    api.db.session.execute(change.values(refunded_fen=gone_fen))


def test_without_looking_under_the_lock_all_would_settle(app: Flask, anna: int) -> None:
    """The control: each sees that the payment is not booked yet, and would book it."""
    number = prepaid(anna, 500)
    pay(number)
    meeting = threading.Barrier(THREADS)

    def act(_number: int) -> bool:
        wanted = sa.select(OnlinePayment.state).where(OnlinePayment.id == number)
        state = api.db.session.scalar(wanted)
        api.db.session.rollback()
        meeting.wait()
        return state == "prepaid"

    assert at_once(app, THREADS, act) == [True] * THREADS
