"""A worker or a web process that dies while it handles an online payment: nothing lost or twice."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from console import api
from plugins.cashier.api import OnlinePayment, Settlement
from plugins.cashier.services.online.advancing import advance, advance_due
from plugins.ledger.services.verifying import verify
from tests.support.deaths import Deaths, together
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.online import at_bank, change, fail, order, pay, payment, prepaid, shop

__all__ = ["shop"]

#: Where the worker dies while it orders at the provider, and while it books what was paid;
#: `make faults` goes through all points.
ORDERING = ("after_provider",)
BOOKING = ("after_provider", "before_online_booking", "after_commit:3")
pytestmark = [pytest.mark.slow, pytest.mark.any_engine, together]


@pytest.fixture
def anna(shop: Any) -> int:
    return int(join().id)


def bring_to_an_end(number: int) -> None:
    """Do what the worker does after the pauses."""
    change(number, due_at=api.now())
    advance_due()


@pytest.mark.parametrize("point", ORDERING)
def test_an_order_is_at_the_provider_once(
    app: Flask, anna: int, deaths: Deaths, point: str
) -> None:
    number = order(anna)
    assert deaths.dies(point, advance, number)
    assert payment(number).state in ("created", "prepaid")
    bring_to_an_end(number)
    assert payment(number).state == "prepaid"
    fail(silent=True)
    pay(number)
    bring_to_an_end(number)
    assert left(anna) == (50_000, 0)
    assert api.db.session.query(OnlinePayment).count() == 1


@pytest.mark.parametrize("point", BOOKING)
def test_what_was_paid_is_booked_once(app: Flask, anna: int, deaths: Deaths, point: str) -> None:
    fail(silent=True)
    number = prepaid(anna)
    pay(number)
    change(number, due_at=api.now())
    assert deaths.dies(point, advance, number)
    assert left(anna) in ((0, 0), (50_000, 0))
    if payment(number).state != "paid":
        bring_to_an_end(number)
    assert payment(number).state == "paid"
    assert left(anna) == (50_000, 0)
    assert at_bank(number).paid_fen == 50_000
    assert api.db.session.query(Settlement).count() == 1
    assert verify().findings == {}
