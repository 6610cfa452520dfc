"""When a member was there last: by her bills, her cards and her bookings."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from console import api
from plugins.booking.api import turn_visit
from plugins.cards.api import undo_use
from plugins.membership.api import last_visit_on
from plugins.membership.hookspecs import membership_last_visits
from tests.support.booking import MONDAY, MORNING, Salon, at
from tests.support.cards import add_product, item, open_shop, sell, use
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn
from tests.support.salon import add_store
from tests.support.till import add_to, add_top_up, bill_of, cash, pay, service_for, top_up

pytestmark = pytest.mark.either_engine

DAY = dt.timedelta(days=1)


def last(member_id: int) -> dt.date | None:
    """Ask anew, as the next page would."""
    api.db.session.rollback()
    return last_visit_on(member_id)


def test_a_bill_that_was_paid_in_cash_is_a_visit_and_a_top_up_is_none(
    app: Flask, sign_in: SignIn
) -> None:
    store = add_store("福田店")
    member = join("Lin", store.id).id
    now = api.now()
    day = api.business_day(now - 5 * DAY, store.time_zone, store.cut_off_minutes)
    with api.at_moment(now - 5 * DAY):
        top_up(member, 500, store_id=store.id)
        assert last(member) is None
        bill = bill_of(member, store.id)
        add_to(bill, service_for(128))
        assert last(member) is None
        pay(bill, cash(128))
    assert last(member) == day
    desk = sign_in("front_desk", store.id)
    desk.set_cookie("console_language", "en")
    with api.at_moment(now):
        waiting = bill_of(member, store.id)
        add_top_up(waiting, 100)
        for url in ("membership/members/1/", f"cashier/till/{waiting}"):
            assert f"Last visit {day} 5 days ago" in words(desk.get(f"/console/{url}").text)


def test_a_pass_that_was_used_is_a_visit_until_it_is_undone(app: Flask) -> None:
    shop = open_shop()
    product = add_product("Year pass", 120_000, item(shop.scalp), kind="pass", valid_days=365)
    card = sell(shop, product)
    assert last(shop.member.id) is None
    used = use(shop, card)
    assert last(shop.member.id) == used.used_on
    told = api.answers(membership_last_visits, member_ids=[shop.member.id, 99])
    assert [one for answer in told for one in answer] == [(shop.member.id, used.used_on)]
    undo_use(used.id, "a mistake")
    assert last(shop.member.id) is None


def test_a_booking_is_a_visit_once_it_is_done(app: Flask) -> None:
    salon = Salon()
    member = join("Lin", salon.store_id).id
    with api.at_moment(MORNING):
        visit = salon.book("12:00", member_id=member)
    for act, clock, day in (
        ("arrive", "12:00", None),
        ("start", "12:05", None),
        ("done", "13:00", MONDAY),
    ):
        with api.at_moment(at(clock, MONDAY)):
            turn_visit(visit.id, act)
        assert last(member) == day
