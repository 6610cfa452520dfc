"""Refunds of top-ups and cards: from the sheet to the money, and what is refused on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.approval import agree as approve
from console.approval import decline
from console.inbox import Notice
from plugins.cards.models import Card
from plugins.cashier import demo_refunds
from plugins.cashier.api import (
    Payout,
    Tender,
    cashier_refund_made,
    cashier_refundables,
    undo_settlement,
)
from plugins.cashier.models import Refund
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.refunding.answering import object_to_refund
from plugins.cashier.services.refunding.cases import (
    ask_for_approval,
    open_refund,
    refundables_of,
    withdraw_refund,
)
from plugins.cashier.services.refunding.dues import remind_of_refunds
from plugins.cashier.services.refunding.paying_out import Ways, pay_refund
from plugins.cashier.services.reports.across import due_to_headquarters
from plugins.cashier.services.reports.spans import Span
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import transfer_value
from plugins.membership.services.regions import CITY
from plugins.messages.api import Message
from tests.support import cards as shop
from tests.support.ledger import balance as book
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.people import add_person
from tests.support.refunds import (
    agree,
    alone_up_to,
    asked,
    pay_out,
    proposed,
    refund,
    sheet_for,
    today,
)
from tests.support.salon import add_store
from tests.support.till import (
    add_to,
    add_top_up,
    balance,
    bill_of,
    cash,
    new_key,
    pay,
    service_for,
    top_up,
)


@pytest.fixture
def anna(app: Flask) -> int:
    add_store("福田店")
    alone_up_to(10_000)
    return int(join().id)


@pytest.fixture
def desk(app: Flask) -> Iterator[shop.Shop]:
    found = shop.open_shop()
    alone_up_to(10_000)
    yield found


def spend(member_id: int, yuan: int) -> None:
    bill_id = bill_of(member_id)
    add_to(bill_id, service_for(yuan))
    pay(bill_id, balance(yuan))


def books(*kinds: str) -> list[int]:
    return [book(ledger.salon(kind, 1)) for kind in kinds]


def test_a_top_up_is_refunded_by_the_salons_cause(app: Flask, anna: int) -> None:
    top_up(anna, 500, 50)
    spend(anna, 220)
    refund = agree(sheet_for(anna, "shop"))
    assert (refund.amount_fen, refund.state) == (30_000, "approved")
    assert pay_out(refund).state == "paid"
    assert left(anna) == (0, 0)
    assert books("cash", "revenue") == [-20_000, 20_000]
    assert verify().findings == {}


def test_a_top_up_is_refunded_by_her_own_cause_and_the_difference_is_income(
    app: Flask, anna: int
) -> None:
    top_up(anna, 500, 50)
    spend(anna, 220)
    refund = agree(sheet_for(anna, "member"))
    assert refund.amount_fen == 28_000
    pay_out(refund)
    assert books("cash", "revenue") == [-22_000, 22_000]
    assert verify().findings == {}


def test_520_used_of_550_gives_back_27_27_and_voids_the_bonus(app: Flask, anna: int) -> None:
    top_up(anna, 500, 50)
    spend(anna, 520)
    refund = agree(sheet_for(anna, "shop"))
    assert refund.amount_fen == 2_727
    pay_out(refund)
    assert left(anna) == (0, 0)
    assert books("revenue") == [47_273]
    assert verify().findings == {}


def test_nothing_is_asked_of_her_when_she_used_more_than_she_paid(app: Flask, anna: int) -> None:
    top_up(anna, 500, 50)
    spend(anna, 520)
    refund = agree(sheet_for(anna, "member"))
    assert (refund.amount_fen, refund.sheet["accounts"][0]["floored"]) == (0, True)
    pay_out(refund)
    assert books("revenue") == [50_000]
    assert api.db.session.query(Payout).count() == 0


def test_money_goes_back_by_each_payment_up_to_what_it_brought(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    add_top_up(bill_id, 500)
    pay(bill_id, Tender("wechat", 30_000), cash(200))
    refund = pay_out(agree(sheet_for(anna)))
    rows = api.db.session.scalars(sa.select(Payout).order_by(Payout.id)).all()
    assert [row.amount_fen for row in rows] == [30_000, 20_000]
    assert all(row.ref for row in rows)
    assert book(ledger.platform("wechat")) == 0
    assert books("cash") == [0]
    assert refund.state == "paid"


def test_a_payment_gives_back_no_more_than_it_brought(app: Flask, anna: int) -> None:
    bill_id = bill_of(anna)
    add_top_up(bill_id, 500)
    pay(bill_id, Tender("wechat", 30_000), cash(200))
    refund = agree(sheet_for(anna))
    ref = api.db.session.scalar(sa.select(ledger.Payment.ref).order_by(ledger.Payment.id).limit(1))
    with pytest.raises(ledger.RefundTooBig):
        pay_refund(refund.id, Ways({str(ref): 40_000}, "cash", "her wish"))
    assert left(anna) == (50_000, 0)


def test_what_another_member_gave_does_not_go_back_to_whoever_paid(anna: int) -> None:
    bill_id = bill_of(anna)
    add_top_up(bill_id, 500, 50)
    pay(bill_id, Tender("wechat", 50_000))
    bella = int(join("Bella", phone="13900139000").id)
    given = ledger.Entry(key=new_key(), code="transfer", store_id=1, agreed_by="pin")
    transfer_value(given, anna, bella)
    with shop.refused("given to another member"):
        undo_settlement(bill_id, "a mistake")
    refund = agree(sheet_for(bella))
    assert proposed(refund).amounts == {}
    pay_refund(refund.id, Ways({}, "transfer", "she was given it"))
    [payout] = api.db.session.query(Payout)
    assert (payout.amount_fen, payout.payment_id, payout.note) == (50_000, None, "she was given it")
    assert verify().findings == {}


@pytest.mark.parametrize(("kind", "due"), [("cash", [9_000, -9_000]), ("transfer", [0, 0])])
def test_a_refund_in_another_store_is_that_of_the_store_whose_money_paid_it(
    anna: int, kind: str, due: list[int]
) -> None:
    """Sold 100, used 10; 30 used at the other store went back; then 90 is refunded there."""
    other = add_store("南山店").id
    bill_id = bill_of(anna)
    add_top_up(bill_id, 100)
    pay(bill_id, Tender(kind, 10_000))
    for place, yuan in ((1, 10), (other, 30)):
        bill_id = bill_of(anna, place)
        line_id = add_to(bill_id, service_for(yuan))
        pay(bill_id, balance(yuan))
    refund(bill_id, (line_id, 30))
    day = today_of(other)
    now = due_to_headquarters(Span(day, day))
    assert [(one.topped_up_fen, one.used_fen) for one in now] == [(10_000, 1_000), (0, 0)]
    pay_out(agree(sheet_for(anna, told={"store_id": other})))
    drawers = [-book(ledger.salon("cash", one)) for one in (1, other)]
    assert drawers == ([10_000, -9_000] if kind == "cash" else [0, 0])
    assert [one.pays_fen for one in due_to_headquarters(Span(day, day))] == due
    assert tie_out(whole_book()).ok


def test_another_way_than_it_came_needs_a_reason(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    refund = agree(sheet_for(anna))
    for ways in (Ways({}), Ways({}, "transfer"), Ways({}, "balance", "her wish")):
        with pytest.raises(api.Refused):
            pay_refund(refund.id, ways)
    pay_refund(refund.id, Ways({}, "transfer", "the cash is at the bank"))
    assert books("bank") == [50_000]


def test_interest_is_a_payout_of_its_own(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    later = api.today("Asia/Shanghai") + dt.timedelta(days=365)
    refund = agree(sheet_for(anna, "shop", paid_on=later))
    assert (refund.amount_fen, refund.interest_fen) == (50_000, 1_500)
    pay_out(refund)
    assert books("interest", "cash") == [-1_500, 1_500]
    parts = api.db.session.scalars(sa.select(Payout.part).order_by(Payout.id)).all()
    assert parts == ["refund", "interest"]
    assert verify().findings == {}


def test_nothing_is_paid_before_she_agreed(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    refund = sheet_for(anna)
    with pytest.raises(api.Refused):
        pay_refund(refund.id, Ways({}, "cash", "her wish"))
    object_to_refund(refund.id, "I never had the second facial")
    with pytest.raises(api.Refused):
        pay_refund(refund.id, Ways({}, "cash", "her wish"))
    assert api.db.session.query(Notice).count() >= 1


def test_a_sheet_that_is_out_of_date_is_not_paid(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    refund = agree(sheet_for(anna))
    spend(anna, 100)
    with pytest.raises(api.Conflict):
        pay_out(refund)
    assert left(anna) == (40_000, 0)


def test_a_refund_is_paid_once_however_often_it_is_sent(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    refund = agree(sheet_for(anna))
    ways = Ways({}, "cash", "her wish")
    assert pay_refund(refund.id, ways).id == pay_refund(refund.id, ways).id
    assert books("cash") == [0]


def test_the_same_form_makes_one_sheet(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    keys, key = [one.key for one in refundables_of(anna)], new_key()
    made = [
        open_refund(anna, keys, asked(), store_id=1, reason="moved", key=key).id
        for _each in range(2)
    ]
    assert made[0] == made[1]


def test_a_large_refund_waits_for_a_second_person(app: Flask, anna: int) -> None:
    alone_up_to(100)
    top_up(anna, 500)
    first = add_person("front_desk")
    second = add_person("manager")
    refund = agree(sheet_for(anna))
    with api.acting_as(api.Actor(first, "desk")):
        assert refund.state == "open"
        ask_for_approval(refund.id)
        with pytest.raises(api.Conflict):
            ask_for_approval(refund.id)
        with pytest.raises(api.Conflict):
            pay_refund(refund.id, Ways({}, "cash", "her wish"))
    with api.acting_as(api.Actor(second, "manager")):
        approve(refund.approval_id or 0)
    pay_refund(refund.id, Ways({}, "cash", "her wish"))
    assert (refund.approved_by, left(anna)) == (second, (0, 0))


def test_what_was_declined_can_be_asked_for_again(app: Flask, anna: int) -> None:
    alone_up_to(100)
    top_up(anna, 500)
    second = add_person("manager")
    refund = sheet_for(anna)
    ask_for_approval(refund.id)
    with api.acting_as(api.Actor(second, "manager")):
        decline(refund.approval_id or 0)
    ask_for_approval(refund.id)
    assert refund.state == "waiting"


def test_a_withdrawn_refund_moves_nothing(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    refund = agree(sheet_for(anna))
    withdraw_refund(refund.id, "she stays")
    with pytest.raises(api.Conflict):
        pay_refund(refund.id, Ways({}, "cash", "her wish"))
    assert left(anna) == (50_000, 0)


def test_seven_days_are_refused_when_they_are_over(app: Flask, anna: int) -> None:
    with api.at_moment(api.now() - dt.timedelta(days=9)):
        top_up(anna, 500)
    with pytest.raises(api.Refused) as told:
        sheet_for(anna, "seven_days")
    with api.speaking("en"):
        assert "seven days" in str(told.value)


def test_a_session_card_is_refunded_by_either_cause(desk: shop.Shop) -> None:
    product = shop.add_product("头皮十次", 98_000, shop.item(desk.scalp, 10))
    card = shop.sell(desk, product)
    for _each in range(4):
        shop.use(desk, card)
    told = {"store_id": desk.store.id}
    hers = sheet_for(desk.member.id, "member", kind="card", told=told)
    assert hers.amount_fen == 46_800
    refund = agree(sheet_for(desk.member.id, "shop", kind="card", told=told))
    assert refund.amount_fen == 58_800
    pay_out(refund)
    assert api.db.session.get_one(Card, card.id).state == "refunded"
    assert refundables_of(desk.member.id) == []
    assert book(ledger.salon("cash", desk.store.id)) == -39_200
    assert verify().findings == {}


def test_a_pass_is_refunded_by_the_time_that_is_left(desk: shop.Shop) -> None:
    product = shop.add_product("年卡", 365_000, shop.item(desk.scalp), kind="pass", valid_days=365)
    with api.at_moment(api.now() - dt.timedelta(days=100)):
        shop.sell(desk, product)
    told = {"store_id": desk.store.id}
    refund = agree(sheet_for(desk.member.id, "member", kind="card", told=told))
    assert refund.amount_fen == 265_000
    pay_out(refund)
    assert book(ledger.salon("revenue", desk.store.id)) == 100_000
    assert verify().findings == {}


def test_what_is_owing_for_a_card_is_forgiven(desk: shop.Shop) -> None:
    product = shop.add_product("头皮十次", 100_000, shop.item(desk.scalp, 10))
    card = shop.sell(desk, product, 60_000)
    shop.use(desk, card)
    told = {"store_id": desk.store.id}
    refund = agree(sheet_for(desk.member.id, "shop", kind="card", told=told))
    assert refund.amount_fen == 50_000
    pay_out(refund)
    owing = ledger.standings([desk.member.id], ["owing"])[desk.member.id]["owing"]
    assert owing == 0
    assert verify().findings == {}


def test_she_hears_of_the_sheet_and_of_the_money(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    pay_out(agree(sheet_for(anna)))
    kinds = api.db.session.scalars(sa.select(Message.kind).order_by(Message.id)).all()
    assert [kind for kind in kinds if "refund" in kind] == [
        "cashier.refund_sheet",
        "cashier.refunded",
    ]


def test_whoever_approves_hears_of_a_large_refund(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    refund = pay_out(agree(sheet_for(anna)))
    urls = api.db.session.scalars(sa.select(Notice.url)).all()
    assert f"/console/cashier/refunds/{refund.id}/" in urls


def test_numbers_count_by_store_and_day(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    numbers = [sheet_for(anna).number for _each in range(2)]
    assert [number[-4:] for number in numbers] == ["-001", "-002"]
    assert api.db.session.query(Refund).count() == 2


def test_the_demo_shows_a_sheet_and_a_refunded_line(app: Flask, anna: int) -> None:
    top_up(anna, 500, 50)
    spend(anna, 220)
    walk_in = bill_of()
    add_to(walk_in, service_for(100))
    pay(walk_in, cash(100), agreed_by=None)
    demo_refunds.load()
    made = api.db.session.scalars(sa.select(Refund).order_by(Refund.id)).all()
    assert [(one.kind, one.amount_fen) for one in made] == [
        ("lines", 2_000),
        ("stored_value", 30_000),
    ]
    assert verify().findings == {}


def test_a_top_up_is_offered_to_be_refunded_and_the_refund_is_announced(
    app: Flask, anna: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    top_up(anna, 500)
    offered = api.answers(cashier_refundables, member_id=anna)
    assert [one.key for some in offered for one in some] == ["lot:1"]
    announced: list[str] = []
    host = app.extensions["console"]
    find = host.listeners

    def listeners(hook: str) -> Any:
        announced.append(hook)
        return find(hook)

    monkeypatch.setattr(host, "listeners", listeners)
    pay_out(agree(sheet_for(anna)))
    assert cashier_refund_made.__name__ in announced


def test_what_was_not_paid_in_cash_goes_back_in_cash_up_to_the_figure_of_the_rules(
    app: Flask, anna: int
) -> None:
    bill_id = bill_of(anna)
    add_top_up(bill_id, 500)
    pay(bill_id, Tender("wechat", 30_000), cash(200))
    refund = agree(sheet_for(anna))
    wechat = api.db.session.scalars(sa.select(ledger.Payment.ref).order_by(ledger.Payment.id)).all()
    with pytest.raises(api.Refused, match=r"¥100\.01 .* ¥100\.00"):
        pay_refund(refund.id, Ways({wechat[0]: 19_999}, "cash", "her wish"))
    assert left(anna) == (50_000, 0)
    pay_refund(refund.id, Ways({wechat[0]: 20_000}, "cash", "her wish"))
    assert books("cash") == [10_000]


def test_a_refund_is_due_in_fifteen_days_and_its_to_do_goes_when_it_is_paid(
    app: Flask, anna: int
) -> None:
    top_up(anna, 500)
    _live_in("beijing")
    first_week = sheet_for(anna, "seven_days")
    assert first_week.due_on == today() + dt.timedelta(days=5)
    withdraw_refund(first_week.id, "she stays")
    asked_on = today() - dt.timedelta(days=13)
    refund = agree(sheet_for(anna, asked_on=asked_on))
    assert refund.due_on == asked_on + dt.timedelta(days=15)
    for _morning in range(2):
        remind_of_refunds()
    notice = api.db.session.scalars(sa.select(Notice).where(Notice.todo, _REMINDS)).one()
    assert str(refund.due_on) in str(api.thaw(notice.title))
    pay_out(refund)
    waits = sa.select(Notice).where(Notice.todo, _REMINDS, Notice.done_at.is_(None))
    assert api.db.session.scalars(waits).all() == []


_REMINDS = Notice.key.startswith("cashier.refund_due:")


@api.unit
def _live_in(city: str) -> None:
    CITY.put(city)
