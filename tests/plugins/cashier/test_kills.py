"""A till that dies in the middle of a settlement leaves all of it or nothing."""

from __future__ import annotations

import pytest
from flask import Flask

from console import api
from plugins.cashier.api import Bill, LinePart, Payment, Settlement
from plugins.ledger.services.verifying import verify
from tests.support.deaths import Deaths, together
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.salon import add_store
from tests.support.till import add_to, add_top_up, balance, bill_of, cash, pay, service_for

pytestmark = [pytest.mark.any_engine, pytest.mark.slow, together]

POINTS = ("before_settling", "after_legs:1", "after_legs:2", "after_settling", "before_commit")


def settle_it(bill_id: int) -> None:
    """Settle the bill, under the same key each time."""
    pay(bill_id, cash(500), balance(110), key="one form")


@pytest.mark.parametrize("point", [*POINTS, "after_commit"])
def test_a_settlement_is_whole_or_not_there_and_sent_again_it_is_whole(
    app: Flask, deaths: Deaths, point: str
) -> None:
    add_store("福田店")
    anna = int(join().id)
    bill_id = bill_of(anna)
    add_top_up(bill_id, 500, 50)
    add_to(bill_id, service_for(110))
    assert deaths.dies(point, settle_it, bill_id)
    done = point == "after_commit"
    api.db.session.rollback()
    assert api.db.session.get_one(Bill, bill_id).state == ("settled" if done else "open")
    assert api.db.session.query(Settlement).count() == int(done)
    assert api.db.session.query(Payment).count() == 2 * done
    assert bool(api.db.session.query(LinePart).count()) is done
    settle_it(bill_id)
    assert left(anna) == (40_000, 4_000)
    assert verify().findings == {}
