"""Points at the till: earned by own money, paying a part, taken back with the bill."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from console import api
from plugins.cashier.api import (
    Bill,
    Discount,
    RefundLine,
    add_line,
    lines_of,
    preview,
    today_of,
    undo_settlement,
    use_points,
)
from plugins.ledger.api import Account, Entry, earn_points, expire_points, spend_points
from plugins.ledger.services.verifying import verify
from plugins.membership.api import Member, points_of
from plugins.membership.hookspecs import membership_visit_days
from tests.support.cards import add_product, item, refused
from tests.support.membership import join
from tests.support.refunds import alone_up_to, refund
from tests.support.salon import add_store
from tests.support.till import add_to, add_top_up, balance, bill_of, cash, pay, service_for


@pytest.fixture
def member(app: Flask) -> Iterator[Member]:
    with api.speaking("en"):
        yield join(store=add_store("福田店").id)


def give(member: Member, points: int) -> None:
    earn_points(Entry(key=f"gift:{points}", code="earn_points"), member.id, points)


def test_own_money_earns_and_a_bonus_does_not(member: Member) -> None:
    number = bill_of(member.id)
    add_top_up(number, 500, 50)
    add_to(number, service_for(110))
    pay(number, cash(500), balance(110))
    assert points_of(member.id) == 100
    receipt = api.db.session.get_one(Bill, number).receipt["acts"][0]
    assert (receipt["before"]["all_points"], receipt["after"]["all_points"]) == (0, 100)


def test_a_walk_in_earns_nothing(member: Member) -> None:
    number = bill_of()
    add_to(number, service_for(128))
    pay(number, cash(128), agreed_by=None)
    assert points_of(member.id) == 0


def test_a_session_earns_by_its_price_and_the_card_itself_does_not(member: Member) -> None:
    service = service_for(128)
    product = add_product("10 次", 98_000, item(service, 10))
    number = bill_of(member.id)
    line = add_line(number, "card", {"product_id": product.id})
    facts = {"card_line_id": line.id, "variant_id": service.variants[0].id}
    add_line(number, "session", facts)
    pay(number, cash(980))
    assert points_of(member.id) == 98


def test_points_pay_a_part_of_a_bill_with_her_agreement(member: Member) -> None:
    give(member, 2_000)
    number = bill_of(member.id)
    add_to(number, service_for(128))
    assert preview(number).due_fen == 12_800
    use_points(number, 1_000)
    assert preview(number).due_fen == 11_800
    with refused("Ask the member for her code"):
        pay(number, cash(118), agreed_by=None)
    pay(number, cash(118))
    assert points_of(member.id) == 1_118
    discount = api.db.session.query(Discount).filter_by(step="points").one()
    assert discount.amount_fen == 1_000
    assert verify().findings == {}


def test_points_pay_half_of_a_bill_at_most_and_no_more_than_there_are(member: Member) -> None:
    give(member, 20_000)
    number = bill_of(member.id)
    add_to(number, service_for(128))
    use_points(number, 20_000)
    assert preview(number).due_fen == 6_400
    assert preview(number).points == 6_400
    with refused("fewer points"):
        use_points(number, 20_001)
    with refused("Only a member"):
        use_points(bill_of(), 1)
    use_points(number, 0)
    assert preview(number).due_fen == 12_800


def test_a_refund_takes_back_the_points_of_the_money_that_goes(member: Member) -> None:
    alone_up_to(100_000)
    number = bill_of(member.id)
    line_id = add_to(number, service_for(128))
    pay(number, cash(128))
    assert points_of(member.id) == 128
    refund(number, (line_id, 64))
    assert points_of(member.id) == 64
    refund(number, (line_id, 64))
    assert points_of(member.id) == 0


def test_points_that_paid_a_part_come_back_line_by_line_to_the_point(member: Member) -> None:
    alone_up_to(100_000)
    give(member, 1_000)
    number = bill_of(member.id)
    first, second = (add_to(number, service_for(yuan)) for yuan in (100, 35))
    use_points(number, 999)
    pay(number, cash(135 - 9.99))
    assert points_of(member.id) == 1 + 125
    dues = {line.id: line.due_fen for line in lines_of(number)}
    refund(number, (second, 10), (first, 0.01))
    refund(number, (second, 10))
    refund(number, (second, (dues[second] - 2_000) / 100))
    made = api.db.session.query(RefundLine).filter_by(line_id=second).order_by(RefundLine.id)
    assert [row.points_back for row in made] == [79, 80, 100]
    assert sum(row.points_taken for row in made) == 33
    refund(number, (first, (dues[first] - 1) / 100))
    assert points_of(member.id) == 1_000
    assert verify().findings == {}


@pytest.mark.any_engine
def test_a_session_that_is_given_back_takes_what_it_earned_along(member: Member) -> None:
    service = service_for(128)
    product = add_product("10 次", 98_000, item(service, 10))
    number = bill_of(member.id)
    card = add_line(number, "card", {"product_id": product.id})
    facts = {"card_line_id": card.id, "variant_id": service.variants[0].id}
    line = add_line(number, "session", facts).id
    paid = add_to(number, service_for(50))
    pay(number, cash(980 + 50))
    assert points_of(member.id) == 98 + 50
    refund(number, (line, 0, 1))
    assert points_of(member.id) == 50
    refund(number, (paid, 50))
    assert points_of(member.id) == 0


@pytest.mark.any_engine
def test_points_come_back_to_the_month_in_which_they_expire(member: Member) -> None:
    entry = Entry(key="old", code="earn_points")
    earn_points(entry, member.id, 500, expires="2020-01")
    earn_points(replace(entry, key="new"), member.id, 500, expires="2099-12")
    number = bill_of(member.id)
    line = add_to(number, service_for(100))
    use_points(number, 800)
    pay(number, cash(92))
    refund(number, (line, 46))
    held = api.db.session.query(Account).filter_by(kind="points", part="2099-12").one()
    assert held.credits - held.debits == 200 + 300 - 46
    refund(number, (line, 46))
    assert points_of(member.id) == 1_000
    expire_points(f"{api.today('Asia/Shanghai'):%Y-%m}")
    assert points_of(member.id) == 1_000


def test_reopening_gives_points_back_and_takes_back_what_was_earned(member: Member) -> None:
    give(member, 1_000)
    number = bill_of(member.id)
    add_to(number, service_for(128))
    use_points(number, 1_000)
    pay(number, cash(118))
    spend_points(Entry(key="shop", code="spend_points"), member.id, 100)
    undo_settlement(number, "做错")
    assert points_of(member.id) == 900
    assert verify().findings == {}


@pytest.mark.any_engine
def test_a_day_with_a_settled_service_is_a_visit(member: Member) -> None:
    number = bill_of(member.id)
    add_to(number, service_for(110))
    today = today_of(member.home_store_id)

    def days(last: dt.date) -> set[tuple[int, dt.date]]:
        told = api.answers(membership_visit_days, member_ids=[member.id], first=last, last=last)
        return {each for one in told for each in one}

    assert days(today) == set()
    pay(number, cash(110))
    assert days(today) == {(member.id, today)}
    assert days(today - dt.timedelta(days=1)) == set()
