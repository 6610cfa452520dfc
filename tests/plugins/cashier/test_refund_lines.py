"""Refunds of lines of a bill: each part goes back to where it came from, and never too much."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cashier.api import (
    Bill,
    Line,
    Order,
    Refund,
    RefundLine,
    Tender,
    add_line,
    refund_lines,
    undo_settlement,
)
from plugins.cashier.services.refunding.lines import lines_to_refund
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import transfer_value
from plugins.membership.services.growth import growth_of
from plugins.messages.api import Message
from plugins.salon.api import Variant
from tests.support import cards as shop
from tests.support.ledger import balance as book
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.refunds import agree, alone_up_to, pay_out, refund, sheet_for
from tests.support.salon import add_store
from tests.support.till import add_to, balance, bill_of, cash, new_key, pay, service_for, top_up

pytestmark = pytest.mark.either_engine


@pytest.fixture
def anna(app: Flask) -> int:
    add_store("福田店")
    return int(join().id)


@pytest.fixture(autouse=True)
def _limits(app: Flask) -> None:
    alone_up_to(10_000)


def drawer() -> int:
    return -book(ledger.salon("cash", 1))


def revenue() -> int:
    return book(ledger.salon("revenue", 1))


def state_of(bill_id: int) -> str:
    return str(api.db.session.scalar(sa.select(Bill.state).where(Bill.id == bill_id)))


def test_cash_goes_back_as_cash_and_takes_the_revenue_along(app: Flask, anna: int) -> None:
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(100), agreed_by=None)
    made = refund(bill_id, (line_id, 30))
    assert (made.state, made.amount_fen) == ("paid", 3_000)
    assert (drawer(), revenue()) == (7_000, 7_000)
    assert state_of(bill_id) == "settled"
    assert verify().findings == {}


def test_balance_goes_back_to_the_same_lots_in_the_same_proportion(app: Flask, anna: int) -> None:
    top_up(anna, 500, 50)
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(110))
    pay(bill_id, balance(110))
    assert revenue() == 10_000
    refund(bill_id, (line_id, 55))
    assert left(anna) == (45_000, 4_500)
    assert revenue() == 5_000
    refund(bill_id, (line_id, 55))
    assert left(anna) == (50_000, 5_000)
    assert (revenue(), state_of(bill_id)) == (0, "refunded")
    assert verify().findings == {}


def test_what_was_paid_two_ways_goes_back_both_ways_in_proportion(app: Flask, anna: int) -> None:
    top_up(anna, 60)
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, balance(60), cash(40))
    refund(bill_id, (line_id, 50))
    assert left(anna)[0] == 3_000
    assert drawer() == 6_000 + 4_000 - 2_000
    kept = api.db.session.scalars(sa.select(RefundLine)).one()
    assert (kept.principal_fen, kept.income_fen) == (3_000, 5_000)


def test_two_partial_refunds_never_pass_what_was_paid(app: Flask, anna: int) -> None:
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(100), agreed_by=None)
    refund(bill_id, (line_id, 60))
    with pytest.raises(api.Refused) as told:
        refund(bill_id, (line_id, 41))
    with api.speaking("en"):
        assert "¥40.00 can go back" in str(told.value)
    refund(bill_id, (line_id, 40))
    assert drawer() == 0
    assert verify().findings == {}


def test_pieces_of_a_line_go_back_at_what_each_came_to(app: Flask, anna: int) -> None:
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(33), quantity=3)
    pay(bill_id, cash(99), agreed_by=None)
    bill = api.db.session.get_one(Bill, bill_id)
    state = lines_to_refund(bill)[0]
    assert state.price_of(1) == 3_300
    refund(bill_id, (line_id, 33, 1))
    state = lines_to_refund(bill)[0]
    assert (state.quantity_left, state.left_fen, state.price_of(2)) == (2, 6_600, 6_600)
    with pytest.raises(api.Refused):
        refund(bill_id, (line_id, 10, 3))


def test_a_closed_day_can_still_be_refunded_in_the_books_of_today(app: Flask, anna: int) -> None:
    with api.at_moment(api.now() - dt.timedelta(days=40)):
        bill_id = bill_of()
        line_id = add_to(bill_id, service_for(100))
        pay(bill_id, cash(100), agreed_by=None)
    made = refund(bill_id, (line_id, 100))
    assert made.booked_on == api.today("Asia/Shanghai")
    code = sa.select(ledger.Journal.business_on).where(ledger.Journal.code == "refund")
    assert api.db.session.scalars(code).all() == [made.booked_on]


def test_the_same_form_sent_twice_refunds_once(app: Flask, anna: int) -> None:
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(100), agreed_by=None)
    key = new_key()
    first, second = (refund(bill_id, (line_id, 30), key=key) for _each in range(2))
    assert first.id == second.id
    assert drawer() == 7_000


def test_what_is_owing_is_forgiven_before_money_goes_back(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(60))
    assert state_of(bill_id) == "part_paid"
    refund(bill_id, (line_id, 50))
    assert ledger.standings([anna], ["owing"])[anna]["owing"] == 0
    assert (drawer(), revenue(), state_of(bill_id)) == (5_000, 5_000, "settled")
    assert verify().findings == {}


def test_growth_towards_a_level_goes_with_the_refund(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(100))
    refund(bill_id, (line_id, 40))
    assert growth_of(anna, api.today("Asia/Shanghai"))["year"] == 6_000


def test_a_refunded_bill_cannot_be_reopened(app: Flask, anna: int) -> None:
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(100), agreed_by=None)
    refund(bill_id, (line_id, 10))
    with pytest.raises(api.Refused) as told:
        undo_settlement(bill_id, "mistake")
    with api.speaking("en"):
        assert "was refunded" in str(told.value)


def test_a_top_up_is_refunded_by_a_sheet_not_by_its_line(app: Flask, anna: int) -> None:
    top_up(anna, 100)
    line = api.db.session.scalars(sa.select(Line)).one()
    with pytest.raises(api.NotFound):
        refund(line.bill_id, (line.id, 100))


def test_nothing_asked_for_is_refused(app: Flask, anna: int) -> None:
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(100), agreed_by=None)
    for wanted in ((), ((line_id, 0),)):
        with pytest.raises(api.Refused):
            refund(bill_id, *wanted)
    with pytest.raises(api.Refused):
        refund_lines(bill_id, [], reason="", key=new_key())


def test_orders_say_when_all_of_them_was_refunded(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, Tender("wechat", 10_000))
    refund(bill_id, (line_id, 100))
    assert api.db.session.scalars(sa.select(Order.state)).all() == ["refunded"]
    assert book(ledger.platform("wechat")) == 0


def test_she_is_told_what_came_back(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(100))
    refund(bill_id, (line_id, 40))
    kinds: Any = api.db.session.scalars(sa.select(Message.kind)).all()
    assert "cashier.refunded" in kinds


def test_above_the_limit_nothing_moves_before_a_second_person_agrees(app: Flask, anna: int) -> None:
    alone_up_to(50)
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(100), agreed_by=None)
    made = refund(bill_id, (line_id, 60))
    assert (made.state, drawer()) == ("waiting", 10_000)
    assert api.db.session.query(Refund).count() == 1


def test_sessions_of_a_bill_go_back_to_their_card_on_a_later_day(app: Flask) -> None:
    desk = shop.open_shop()
    product = shop.add_product("头皮十次", 98_000, shop.item(desk.scalp, 10))
    card = shop.sell(desk, product)
    with api.at_moment(api.now() + dt.timedelta(days=3)):
        bill_id = bill_of(desk.member.id, desk.store.id)
        facts = {"part_id": card.parts[0].id, "variant_id": desk.variant_id}
        line_id = add_line(bill_id, "session", facts, quantity=2).id
        pay(bill_id)
    lot_id = card.parts[0].lot_id or 0
    assert sessions_left(desk.member.id, lot_id) == 8
    with api.at_moment(api.now() + dt.timedelta(days=9)):
        refund(bill_id, (line_id, 0, 1))
        assert sessions_left(desk.member.id, lot_id) == 9
        refund(bill_id, (line_id, 0, 1))
    assert sessions_left(desk.member.id, lot_id) == 10
    assert (state_of(bill_id), revenue()) == ("refunded", 0)
    assert verify().findings == {}


def test_a_supplement_that_went_back_leaves_the_session_to_give_back(app: Flask) -> None:
    desk = shop.open_shop()
    card = shop.sell(desk, shop.add_product("头皮十次", 98_000, shop.item(desk.scalp, 10)))
    raise_price(desk.variant_id, 15_000)
    bill_id = bill_of(desk.member.id, desk.store.id)
    facts = {"part_id": card.parts[0].id, "variant_id": desk.variant_id}
    line_id = add_line(bill_id, "session", facts).id
    pay(bill_id, cash(22))
    refund(bill_id, (line_id, 22))
    assert state_of(bill_id) == "settled"
    refund(bill_id, (line_id, 0, 1))
    assert state_of(bill_id) == "refunded"
    assert sessions_left(desk.member.id, card.parts[0].lot_id or 0) == 10


def test_sessions_of_a_card_that_was_refunded_do_not_go_back_to_it(app: Flask) -> None:
    desk = shop.open_shop()
    card = shop.sell(desk, shop.add_product("头皮十次", 98_000, shop.item(desk.scalp, 10)))
    bill_id = bill_of(desk.member.id, desk.store.id)
    facts = {"part_id": card.parts[0].id, "variant_id": desk.variant_id}
    line_id = add_line(bill_id, "session", facts).id
    pay(bill_id)
    pay_out(agree(sheet_for(desk.member.id, kind="card")))
    with shop.refused("refunded or swapped since"):
        refund(bill_id, (line_id, 0, 1))
    with shop.refused("refunded or swapped since"):
        undo_settlement(bill_id, "a mistake")


def test_balance_that_was_given_away_since_does_not_go_back_to_the_other(anna: int) -> None:
    top_up(anna, 500)
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, balance(100))
    bella = int(join("Bella", phone="13900139000").id)
    given = ledger.Entry(key=new_key(), code="transfer", store_id=1, agreed_by="pin")
    transfer_value(given, anna, bella)
    with shop.refused("given to another member since"):
        refund(bill_id, (line_id, 100))
    with shop.refused("given to another member since"):
        undo_settlement(bill_id, "a mistake")
    assert (left(anna), left(bella)) == ((0, 0), (40_000, 0))


@api.unit
def raise_price(variant_id: int, fen: int) -> None:
    api.db.session.get_one(Variant, variant_id).price_fen = fen


def sessions_left(member_id: int, lot_id: int) -> int:
    lots = ledger.lots_of(member_id, "sessions", spent=True)
    return next(lot.left for lot in lots if lot.id == lot_id)
