"""Vouchers of platforms: one line each, redeemed once, and what the platform owes for them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.cards.api import Card
from plugins.cashier.api import (
    Bill,
    Line,
    Payment,
    PaymentKind,
    preview,
    seed_payment_kinds,
    undo_settlement,
)
from plugins.cashier.models import Deal
from plugins.cashier.services.asking import line_kind
from plugins.cashier.services.refunding.showing import show_sheet
from plugins.cashier.services.tendering import plan
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.cashier.services.vouchers import VoucherUsed, put_voucher, voucher_tender
from plugins.ledger.api import platform, salon
from plugins.ledger.services.verifying import verify
from tests.support.cards import Shop, add_product, item, refused, use
from tests.support.ledger import balance as book
from tests.support.membership import join
from tests.support.people import SignIn, post
from tests.support.refunds import agree, alone_up_to, pay_out, refund, sheet_for
from tests.support.salon import add_store
from tests.support.stock import left, stocked
from tests.support.till import add_to, bill_of, cash, pay, service_for

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("staff_read_english")]
CODE, OTHER = "812345678901", "812345678902"


@pytest.fixture
def deal(app: Flask) -> int:
    """Meituan sells a service of ¥198 for ¥99, and keeps ¥9.90 of it."""
    add_store("福田店")
    return add_deal("双人头疗", 9_900, 10)


@api.unit
def add_deal(
    name: str, price_fen: int, percent: int, platform: str = "meituan", gives: str = ""
) -> int:
    seed_payment_kinds()
    kind = api.db.session.query(PaymentKind).filter_by(code=platform).one()
    gives = gives or f"service:{service_for(198).variants[0].id}"
    deal = Deal(kind_id=kind.id, name=name, gives=gives, price_fen=price_fen)
    deal.fee_percent = percent
    api.db.session.add(deal)
    api.db.session.flush()
    return deal.id


def redeem(deal: int, code: str = CODE) -> tuple[int, Line]:
    bill_id = bill_of()
    line = put_voucher(bill_id, deal, code)
    pay(bill_id, voucher_tender(line), agreed_by=None)
    return bill_id, line


def agrees() -> None:
    assert verify().findings == {}
    assert [one.words() for one in tie_out(whole_book()).differences] == []


def test_a_voucher_pays_what_it_gives_and_the_platform_owes_it_less_its_fee(deal: int) -> None:
    _bill_id, line = redeem(deal)
    assert (line.due_fen, line.income_fen) == (9_900, 9_900)
    assert line.variant_id is not None
    assert -book(platform("meituan")) == 8_910
    assert (book(salon("revenue", 1)), -book(salon("fee", 1))) == (9_900, 990)
    payment = api.db.session.query(Payment).one()
    assert (payment.voucher_code, payment.facts["fee_fen"]) == (f"meituan:{CODE}", 990)
    agrees()


def test_a_settlement_price_counts_before_a_percentage(deal: int) -> None:
    @api.unit
    def agree() -> None:
        api.db.session.get_one(Deal, deal).settlement_fen = 9_000

    agree()
    redeem(deal)
    assert -book(platform("meituan")) == 9_000


def test_a_voucher_is_redeemed_once_for_each_platform(deal: int) -> None:
    redeem(deal)
    with refused("redeemed before"):
        put_voucher(bill_of(), deal, CODE)
    redeem(add_deal("双人头疗", 9_900, 6, "douyin"))
    assert -book(platform("douyin")) == 9_306


def test_one_voucher_on_two_open_bills_pays_one_of_them(deal: int) -> None:
    bills = [bill_of() for _till in range(2)]
    lines = [put_voucher(bill_id, deal, CODE) for bill_id in bills]
    with pytest.raises(VoucherUsed):
        put_voucher(bills[0], deal, CODE)
    pay(bills[0], voucher_tender(lines[0]), agreed_by=None)
    with pytest.raises(VoucherUsed):
        pay(bills[1], voucher_tender(lines[1]), agreed_by=None)


def test_only_the_voucher_pays_its_line_and_cash_pays_the_rest(deal: int) -> None:
    bill_id = bill_of()
    extra = add_to(bill_id, service_for(50))
    line = put_voucher(bill_id, deal, CODE)
    assert preview(bill_id).due_fen == 14_900
    with refused("The voucher 812345678901 pays for"):
        pay(bill_id, cash(149), agreed_by=None)
    pay(bill_id, cash(50), voucher_tender(line), agreed_by=None)
    rows = api.db.session.execute(
        sa.text(
            "SELECT line_id, k.code, part.amount_fen FROM cashier_line_part part"
            " JOIN cashier_payment p ON p.id = part.payment_id"
            " JOIN cashier_payment_kind k ON k.id = p.kind_id ORDER BY line_id"
        )
    )
    assert [tuple(row) for row in rows] == [(extra, "cash", 5_000), (line.id, "meituan", 9_900)]
    agrees()


def test_a_reopened_bill_frees_the_voucher_and_takes_the_fee_back(deal: int) -> None:
    bill_id, line = redeem(deal)
    undo_settlement(bill_id, "wrong guest")
    assert (book(platform("meituan")), book(salon("fee", 1))) == (0, 0)
    agrees()
    pay(bill_id, voucher_tender(line), agreed_by=None)
    assert -book(platform("meituan")) == 8_910
    agrees()


def test_a_refunded_voucher_costs_no_fee(deal: int) -> None:
    alone_up_to(10_000)
    bill_id, line = redeem(deal)
    refund(bill_id, (line.id, 99, 1))
    assert (book(platform("meituan")), book(salon("fee", 1))) == (0, 0)
    agrees()


def test_a_voucher_gives_a_card_to_a_member(deal: int) -> None:
    product = add_product("头皮十次", 98_000, item(service_for(128), 10))
    bundle = add_deal("头皮十次", 68_800, 10, gives=f"card:{product.id}")
    with refused("need a member"):
        put_voucher(bill_of(), bundle, CODE)
    anna = join("Anna")
    bill_id = bill_of(anna.id)
    line = put_voucher(bill_id, bundle, CODE)
    with refused("pays for"):
        pay(bill_id, cash(688), agreed_by=None)
    pay(bill_id, voucher_tender(line), agreed_by=None)
    card = api.db.session.query(Card).one()
    assert (card.member_id, card.price_fen, card.parts[0].sessions) == (anna.id, 68_800, 10)
    assert (line.order_kind, -book(platform("meituan"))) == ("card", 61_920)
    agrees()
    undo_settlement(bill_id, "wrong guest")
    assert (card.state, book(platform("meituan")), book(salon("fee", 1))) == ("void", 0, 0)
    agrees()


def test_a_voucher_takes_its_product_off_the_shelf(deal: int) -> None:
    alone_up_to(100)
    oil = stocked(1, name="精油")
    bundle = add_deal("精油一瓶", 6_800, 10, gives=f"goods:{oil}")
    bill_id, line = redeem(bundle)
    assert (left(oil), line.order_kind, line.income_fen) == (0, "product", 6_800)
    second = put_voucher(bill_of(), bundle, OTHER)
    warn = line_kind(second.kind).warn
    assert warn is not None
    with api.speaking("en"):
        assert "Only 0 in stock" in warn(bill_at(second), second)
    undo_settlement(bill_id, "wrong guest")
    assert (left(oil), book(platform("meituan"))) == (1, 0)
    pay(bill_id, voucher_tender(line), agreed_by=None)
    assert left(oil) == 0
    refund(bill_id, (line.id, 68, 1, True))
    assert (left(oil), book(platform("meituan")), book(salon("fee", 1))) == (1, 0, 0)
    agrees()


def test_a_product_that_stays_with_the_guest_leaves_no_fee_either(deal: int) -> None:
    alone_up_to(100)
    oil = stocked(1, name="精油")
    bill_id, line = redeem(add_deal("精油一瓶", 6_800, 10, gives=f"goods:{oil}"))
    refund(bill_id, (line.id, 68, 1))
    assert (left(oil), book(salon("fee", 1))) == (0, 0)


def bill_at(line: Line) -> Bill:
    return api.db.session.get_one(Bill, line.bill_id)


def test_the_platforms_fee_of_a_card_takes_nothing_off_her_refund(deal: int) -> None:
    product = add_product("头皮十次", 98_000, item(service_for(128), 10))
    anna, code = join("Anna"), add_deal("头皮十次", 68_800, 10, gives=f"card:{product.id}")
    bill_id = bill_of(anna.id)
    line = put_voucher(bill_id, code, CODE)
    pay(bill_id, voucher_tender(line), agreed_by=None)
    alone_up_to(1_000)
    made = agree(sheet_for(anna.id, kind="card"))
    assert made.amount_fen == 68_800
    with api.speaking("en"):
        told = {one.label: one.figure for one in show_sheet(made.sheet).accounts[0].results}
    assert "¥68.80" in [told[label] for label in told if label.startswith("Platform fee")]
    pay_out(made)
    assert (book(platform("meituan")), book(salon("fee", 1))) == (0, 0)
    agrees()


def test_a_card_of_which_sessions_were_used_leaves_the_platform_its_fee(deal: int) -> None:
    service = service_for(128)
    product = add_product("头皮十次", 98_000, item(service, 10))
    anna, code = join("Anna"), add_deal("头皮十次", 68_800, 10, gives=f"card:{product.id}")
    bill_id = bill_of(anna.id)
    pay(bill_id, voucher_tender(put_voucher(bill_id, code, CODE)), agreed_by=None)
    use(Shop(api.db.session.get_one(api.Store, 1), anna, service), api.db.session.query(Card).one())
    alone_up_to(1_000)
    made = pay_out(agree(sheet_for(anna.id, kind="card")))
    assert made.amount_fen == 61_920
    assert (book(platform("meituan")), book(salon("fee", 1))) == (0, -6_880)
    agrees()


def test_a_voucher_gives_a_product(deal: int) -> None:
    _bill_id, line = redeem(add_deal("护发精油", 8_800, 5, gives="product"))
    assert (line.order_kind, line.title, line.income_fen) == ("product", "美团 · 护发精油", 8_800)
    assert -book(platform("meituan")) == 8_360
    agrees()


@pytest.fixture
def desk(deal: int, sign_in: SignIn) -> FlaskClient:
    client = sign_in("front_desk", 1)
    client.post("/console/preferences/language", data={"language": "en"})
    return client


def test_a_scanned_voucher_opens_a_bill_and_is_its_payment(desk: FlaskClient, deal: int) -> None:
    found = desk.get(f"/console/cashier/till/find?q={CODE}").get_data(as_text=True)
    assert f'value="{deal}:{CODE}"' in found
    told: dict[str, Any] = {"store_id": 1, "key": "till:1", "deal": f"{deal}:{CODE}"}
    opened = post(desk, "/console/cashier/till/open", told)
    assert opened.status_code == 302
    bill_id = api.db.session.query(Line).one().bill_id
    page = desk.get(f"/console/cashier/till/{bill_id}").get_data(as_text=True)
    assert f'name="voucher-1" value="{CODE}"' in page
    assert "Settle <b" in page
    chosen = plan(api.db.session.get_one(Bill, bill_id))
    assert [(one.kind, one.amount_fen) for one in chosen.choices] == [("meituan", 9_900)]


def test_what_a_platform_keeps_is_seen_by_those_alone_who_may(deal: int, sign_in: SignIn) -> None:
    place = "/console/cashier/deals/"
    seen = [sign_in(role, 1).get(place).text for role in ("front_desk", "manager")]
    assert all("双人头疗" in page for page in seen)
    assert ["Settlement price" in page for page in seen] == [False, True]
    assert ["Platform fee in percent" in page for page in seen] == [False, True]
