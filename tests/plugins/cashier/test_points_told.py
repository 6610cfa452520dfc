"""What a member hears of her points when a bill is settled or taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from console import api
from plugins.cards.services.nightly import remind_members
from plugins.cashier.api import undo_settlement, use_points
from plugins.ledger.api import Entry, earn_points
from plugins.membership.api import award_task
from plugins.membership.hookspecs import membership_movement_orders
from plugins.membership.services.points.history import history_of
from plugins.membership.services.points.moving import expire_old_points
from plugins.membership.services.points.rules import last_day
from plugins.messages.api import Message
from tests.support.cards import add_product, item, open_shop, sell
from tests.support.membership import join
from tests.support.people import SignIn
from tests.support.phones import phone_of
from tests.support.salon import add_store
from tests.support.till import add_to, bill_of, cash, pay, service_for

pytestmark = pytest.mark.either_engine

DAY = dt.timedelta(days=1)


@pytest.fixture
def member(app: Flask) -> int:
    return join("Lin", add_store("Futian").id).id


def told() -> list[str]:
    """Return what members read, in English."""
    api.db.session.rollback()
    with api.speaking("en"):
        return [api.thaw(one.body) for one in api.db.session.query(Message).order_by(Message.id)]


def test_the_message_of_a_bill_tells_what_it_took_and_gave_of_points(member: int) -> None:
    earn_points(Entry(key="gift", code="earn_points", store_id=1), member, 1_000)
    bill = bill_of(member)
    add_to(bill, service_for(100))
    use_points(bill, 1_000)
    pay(bill, cash(90))
    number = undo_settlement(bill, "a mistake").number
    assert told() == [
        "Lin, you paid ¥90.00 at Futian. Balance: ¥0.00; points -1,000 / +90, now 90.",
        f"Lin, the bill {number} at Futian was taken back. Balance: ¥0.00; points +910, now 1,000.",
    ]


def test_each_movement_of_points_names_its_bill(app: Flask, member: int, sign_in: SignIn) -> None:
    bill = bill_of(member)
    add_to(bill, service_for(100))
    pay(bill, cash(100))
    number = undo_settlement(bill, "a mistake").number
    history = [(one.code, one.order and one.order.text) for one in history_of(member)]
    assert history == [("take_back_points", number), ("earn_points", number)]
    [answer] = api.answers(
        membership_movement_orders, journal_ids=[history_of(member)[0].journal_id]
    )
    assert [(one.text, one.own_url) for one in answer] == [(number, f"/cashier/receipts/{bill}")]
    own = phone_of(app, member).get("/membership/points")
    assert f'href="/cashier/receipts/{bill}"' in own.text
    page = sign_in("manager").get(f"/console/membership/points/{member}")
    assert f'href="/console/cashier/bills/{bill}/">{number}<' in page.text


def test_a_first_booking_is_thanked_for_and_signing_in_is_not(member: int) -> None:
    award_task(member, "sign_in")
    award_task(member, "first_booking")
    assert told() == ["Lin, your points changed by +50 at Futian: first booking. You have 51 now."]


def test_points_that_expire_are_told_thrice_before_and_once_after(member: int) -> None:
    month = "2027-03"
    earn_points(Entry(key="old", code="earn_points", store_id=1), member, 30, expires=month)
    earn_points(Entry(key="new", code="earn_points", store_id=1), member, 12)
    noon = dt.datetime(2027, 3, 31, 4, 0, tzinfo=dt.UTC)
    heard = []
    for days in (31, 30, 29, 7, 6, 1, 0, -1, -2):
        with api.at_moment(noon - days * DAY):
            expire_old_points()
        heard.append(len(told()))
    assert heard == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    soon = f"Lin, 30 of your 42 points expire on {last_day(month)}. Use them at Futian."
    assert told() == [soon] * 3 + [
        "Lin, 30 of your points at Futian have expired. You have 12 now."
    ]


def test_a_card_that_ends_says_what_is_left_of_it_and_where(app: Flask) -> None:
    shop = open_shop()
    sell(shop, add_product("Ten times", 98_000, item(shop.scalp, 10, free=2), valid_days=90))
    with api.at_moment(api.now() + 85 * DAY):
        remind_members()
    store = shop.store.name
    assert told()[-1].endswith(f"Sessions left: 12. Book in time at {store}.")
