"""What is paid after the day was closed, or entered late: terms count from the day it was paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cards.models import Card, CardUse
from plugins.cashier.api import add_line
from plugins.cashier.models import Bill
from plugins.cashier.services.closing.days import close_day
from plugins.cashier.services.closing.drawer import cash_expected
from plugins.cashier.services.closing.late import open_late_bill
from plugins.cashier.services.days import A_DAY
from plugins.cashier.services.numbers import today_of
from plugins.ledger.api import Account, Journal, Lot
from plugins.membership.models import Growth, Recharge
from plugins.membership.services.points.rules import expiry_of
from tests.support.cards import Shop, add_product, item, open_shop
from tests.support.till import add_top_up, bill_of, cash, new_key, pay, top_up
from tests.support.value import offer

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]


NOON = dt.datetime(2026, 3, 18, 4, tzinfo=dt.UTC)


@pytest.fixture
def shop(app: Flask) -> Iterator[Shop]:
    with api.at_moment(NOON):
        yield open_shop()


def close(day: dt.date) -> None:
    """Close a day of the store as counted."""
    close_day(1, day, counted_fen=cash_expected(1, day), key=new_key(), anyway=True)


def days_of(bill_id: int) -> tuple[dt.date, dt.date]:
    """Return the day of the service of a bill, and that of the books."""
    api.db.session.rollback()
    bill = api.db.session.get_one(Bill, bill_id)
    journals = sa.select(Journal.business_on).where(Journal.ref == f"bill:{bill_id}")
    assert set(api.db.session.scalars(journals)) == {bill.booked_on}
    return bill.business_on, bill.booked_on


def only(model: Any) -> Any:
    return api.db.session.scalars(sa.select(model)).one()


def test_a_top_up_after_the_day_was_closed_was_paid_today(shop: Shop) -> None:
    today = today_of(1)
    close(today)
    top_up(shop.member.id, 500)
    assert days_of(only(Bill).id) == (today, today + A_DAY)
    assert only(Lot).sold_on == today
    assert only(Recharge).quote["on"] == today.isoformat()


def test_a_top_up_entered_late_gets_the_offer_and_the_term_of_the_day_it_was_paid(
    shop: Shop,
) -> None:
    today = today_of(1)
    paid_on = today.replace(day=1) - A_DAY
    offer(500, 50, points=70, until_on=paid_on)
    close(today - A_DAY)
    bill = open_late_bill(1, paid_on, "Found a slip", key="l", member_id=shop.member.id).id
    add_top_up(bill, 500)
    pay(bill, cash(500))
    assert days_of(bill) == (paid_on, today)
    lot = only(Lot)
    assert (lot.sold_on, lot.price_fen) == (paid_on, 50_000)
    assert (only(Recharge).bonus_fen, only(Recharge).quote["on"]) == (5_000, paid_on.isoformat())
    assert only(Growth).counted_on == paid_on
    points = sa.select(Account.part).where(Account.kind == "points", Account.owner == "member")
    assert api.db.session.scalars(points).one() == expiry_of(paid_on) != expiry_of(today)


def test_an_offer_for_the_first_top_up_counts_once_also_when_it_is_entered_late(
    shop: Shop,
) -> None:
    yesterday = today_of(1) - A_DAY
    offer(500, 100, first_only=True)
    top_up(shop.member.id, 500)
    bill = open_late_bill(1, yesterday, "Found a slip", key="l", member_id=shop.member.id).id
    add_top_up(bill, 500)
    pay(bill, cash(500))
    given = api.db.session.scalars(sa.select(Recharge.bonus_fen).order_by(Recharge.id)).all()
    assert given == [10_000, 0]


def test_a_card_sold_and_used_after_the_day_was_closed_counts_from_today(shop: Shop) -> None:
    today = today_of(1)
    day_card = add_product("One day", 20_000, item(shop.scalp, 2), valid_days=1, starts="sale")
    close(today)
    bill = bill_of(shop.member.id)
    add_line(bill, "card", {"product_id": day_card.id})
    pay(bill, cash(200))
    card = only(Card)
    assert (card.sold_on, card.starts_on, card.until_on) == (today, today, today)
    used = bill_of(shop.member.id)
    add_line(used, "session", {"part_id": card.parts[0].id, "variant_id": shop.variant_id})
    pay(used, agreed_by="staff_only")
    assert only(CardUse).used_on == today
    assert days_of(used) == (today, today + A_DAY)
