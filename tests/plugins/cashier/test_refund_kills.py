"""A till that dies in the middle of a refund leaves all of it or nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.models import Payout
from plugins.cashier.refunds import ALONE_MOST
from plugins.ledger.services.verifying import verify
from tests.support.deaths import Deaths, together
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.refunds import refund
from tests.support.salon import add_store
from tests.support.till import add_to, balance, bill_of, cash, pay, service_for, top_up

pytestmark = [pytest.mark.any_engine, pytest.mark.slow, together]


def refund_it(bill_id: int, line_id: int) -> None:
    """Refund the line, under the same key each time."""
    refund(bill_id, (line_id, 100), key="one form")


@pytest.mark.parametrize(
    "point", ["before_refund", "after_legs:1", "after_refund", "before_commit", "after_commit"]
)
def test_a_refund_is_whole_or_not_there_and_sent_again_it_is_whole(
    app: Flask, deaths: Deaths, point: str
) -> None:
    add_store("福田店")
    anna = int(join().id)
    top_up(anna, 60)
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, balance(60), cash(40))
    assert ALONE_MOST.get() >= 10_000
    assert deaths.dies(point, refund_it, bill_id, line_id)
    done = point == "after_commit"
    api.db.session.rollback()
    assert left(anna) == ((6_000, 0) if done else (0, 0))
    assert api.db.session.query(Payout).count() == 2 * done
    refund_it(bill_id, line_id)
    assert left(anna) == (6_000, 0)
    assert api.db.session.scalar(sa.select(sa.func.sum(Payout.amount_fen))) == 10_000
    assert verify().findings == {}
