"""A deposit that is paid on the phone: the time is hers with the money, and it goes back online."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from console import api
from console.testing.live import Live
from plugins.booking.api import Visit, book, turn_visit
from plugins.booking.services.paying import send_visit
from plugins.cashier.api import order_online, refunds_of
from plugins.cashier.services.online.advancing import advance
from tests.support.booking import Salon, at, new_key
from tests.support.checkout import add_rule, deposit_now
from tests.support.membership import join
from tests.support.online import notify, open_sandbox, pay, payment

pytestmark = pytest.mark.any_engine


def test_she_pays_on_her_phone_and_gets_it_back_the_same_way(app: Flask, live: Live) -> None:
    with api.at_moment(dt.datetime.now(dt.UTC)):
        salon = Salon(technicians=1, price_fen=12_800)
        day = api.today(salon.store.time_zone) + dt.timedelta(days=2)
        salon.roster(*salon.staff, day=day)
        open_sandbox(live.url)
        add_rule(how="percent", percent=50)
        member, key = join(store=salon.store_id).id, new_key()
        times = (salon.store_id, at("12:00", day), [salon.wish()])
        book(*times, key=key, member_id=member, source="phone", keep=True)
        visit = send_visit(key, form={})
        form = {"visit_id": str(visit.id)}
        number = order_online(member, "deposit", form, key=new_key(), price_fen=6_400).id
        advance(number)
        assert api.db.session.get_one(Visit, visit.id).status == "hold"
        pay(number)
        notify()
        assert payment(number).state == "paid"
        assert deposit_now(visit.id).state == "paid"
        assert api.db.session.get_one(Visit, visit.id).status == "pending"
        turn_visit(visit.id, "cancel", by_member=True)
        assert deposit_now(visit.id).state == "returned"
        assert [refund.amount_fen for refund in refunds_of(number)] == [6_400]
