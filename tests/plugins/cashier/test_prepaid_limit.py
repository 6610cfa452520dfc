"""From which sum prepaid cards come by bank transfer: all that one bill sells counts together."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.audit import AuditEntry
from plugins.cards.models import Product
from plugins.cards.services.alone import sell_alone, take_owing
from plugins.cashier.api import Bill, Tender, add_line, lines_of, undo_settlement
from plugins.cashier.models import OnlinePayment
from plugins.cashier.offers import Described
from plugins.cashier.services.online.ordering import check_prepaid
from plugins.cashier.services.prepaid import prepaid_notices
from plugins.membership.api import TransferOnly
from plugins.membership.services.id_documents import ASK, note_id
from plugins.membership.services.regions import COMPANY, LEGAL_FORM, SOLE_TRADER
from tests.support.cards import Shop, add_product, item, open_shop
from tests.support.membership import join
from tests.support.till import add_to, add_top_up, balance, bill_of, cash, new_key, pay

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]
TOGETHER = r"come to ¥5,000\.00 together\. From ¥5,000\.00 at once"


def bank(yuan: int) -> Tender:
    """Make a tender by bank transfer."""
    return Tender("transfer", yuan * 100)


@api.unit
def settle_law(form: str) -> None:
    LEGAL_FORM.put(form)
    ASK.put("never")


@pytest.fixture
def shop(app: Flask) -> Shop:
    """A company with a member whose document is a business licence."""
    found = open_shop()
    settle_law(COMPANY)
    note_id(found.member.id, "licence", "91350100M000100Y43")
    return found


@pytest.fixture
def card(shop: Shop) -> Product:
    return add_product("Ten times", 200_000, item(shop.scalp, 10))


def bill_with(shop: Shop, card: Product, yuan: int) -> int:
    """Open a bill that sells the card and a top-up."""
    bill = bill_of(shop.member.id)
    add_top_up(bill, yuan)
    add_line(bill, "card", {"product_id": card.id})
    return bill


def test_two_lines_together_are_paid_in_cash_just_below_the_limit_and_not_at_it(
    shop: Shop, card: Product
) -> None:
    bill = bill_with(shop, card, 3000)
    notices = prepaid_notices(api.db.session.get_one(Bill, bill), lines_of(bill))
    assert "come to ¥5,000.00 together" in notices[0][0]
    with pytest.raises(TransferOnly, match=TOGETHER):
        pay(bill, cash(5000))
    with pytest.raises(TransferOnly, match=TOGETHER):
        pay(bill, bank(4999), cash(1))
    assert pay(bill_with(shop, card, 2999), cash(4999)).paid_fen == 499_900


def test_cash_pays_the_service_and_the_transfer_what_is_prepaid(shop: Shop, card: Product) -> None:
    bill = bill_with(shop, card, 3000)
    add_to(bill, shop.scalp)
    with pytest.raises(TransferOnly):
        pay(bill, cash(129), bank(4999))
    assert pay(bill, cash(128), bank(5000)).paid_fen == 512_800


def test_a_card_that_was_owing_is_paid_by_transfer_as_well(shop: Shop) -> None:
    dear = add_product("A hundred times", 600_000, item(shop.scalp, 100))
    who, key = shop.member.id, new_key()
    sold = sell_alone(shop.store.id, who, dear.id, "transfer", key=key, paid_fen=500_000)
    with pytest.raises(TransferOnly, match=r"^From ¥5,000\.00 at once"):
        take_owing(sold, "cash", 100_000, key=new_key())
    take_owing(sold, "transfer", 100_000, key=new_key())


def test_a_sole_trader_takes_it_and_the_whole_sum_is_written_down(
    shop: Shop, card: Product
) -> None:
    settle_law(SOLE_TRADER)
    pay(bill_with(shop, card, 3000), cash(5000))
    noted = sa.select(AuditEntry).where(AuditEntry.act == "membership.no_transfer")
    assert api.db.session.scalars(noted).one().note.startswith("¥5,000.00")


def test_orders_on_the_phone_that_wait_for_payment_count_together(shop: Shop) -> None:
    wait_for(shop, 300_000)
    order(shop, 199_999)
    with pytest.raises(TransferOnly, match=TOGETHER):
        order(shop, 200_000)


@api.unit
def order(shop: Shop, fen: int) -> None:
    check_prepaid(shop.member, Described("Top-up", fen))


@api.unit
def wait_for(shop: Shop, fen: int) -> None:
    """Let an order of hers wait for its payment."""
    now = api.now()
    told: dict[str, Any] = {"lines": [{"order_kind": "recharge", "facts": {}}]}
    row = OnlinePayment(key="first", out_trade_no="1", provider="sandbox", kind="top_up", sold=told)
    row.store_id, row.member_id, row.amount_fen = shop.store.id, shop.member.id, fen
    row.title, row.state = "Top-up", "prepaid"
    row.created_at = row.expires_at = now
    api.db.session.add(row)


def top_up_bill(shop: Shop, yuan: int) -> int:
    bill = bill_of(shop.member.id)
    add_top_up(bill, yuan)
    return bill


TODAY = r"With what she was sold earlier today .* come to ¥5,000\.00"


def test_several_bills_of_one_day_count_together(shop: Shop, card: Product) -> None:
    pay(top_up_bill(shop, 3000), cash(3000))
    bill = bill_of(shop.member.id)
    add_line(bill, "card", {"product_id": card.id})
    notices = prepaid_notices(api.db.session.get_one(Bill, bill), lines_of(bill))
    assert "sold earlier today" in notices[0][0]
    with pytest.raises(TransferOnly, match=TODAY):
        pay(bill, cash(2000))
    assert pay(bill, bank(2000)).paid_fen == 200_000


def test_the_next_day_and_another_member_begin_anew(shop: Shop) -> None:
    pay(top_up_bill(shop, 3000), cash(3000))
    other = join("李四", phone="13900139000", store=shop.store.id)
    note_id(other.id, "licence", "91350100M000100Y43")
    bill = bill_of(other.id)
    add_top_up(bill, 3000)
    pay(bill, cash(3000))
    with api.at_moment(api.now() + dt.timedelta(days=1)):
        assert pay(top_up_bill(shop, 1999), cash(1999)).paid_fen == 199_900


def test_what_was_taken_back_does_not_count(shop: Shop) -> None:
    first = top_up_bill(shop, 3000)
    pay(first, cash(3000))
    undo_settlement(first, "the wrong member")
    assert pay(top_up_bill(shop, 3000), cash(3000)).paid_fen == 300_000


def test_a_sole_trader_counts_each_bill_by_itself(shop: Shop, card: Product) -> None:
    settle_law(SOLE_TRADER)
    pay(top_up_bill(shop, 3000), cash(3000))
    bill = bill_of(shop.member.id)
    add_line(bill, "card", {"product_id": card.id})
    pay(bill, cash(2000))
    noted = sa.select(AuditEntry).where(AuditEntry.act == "membership.no_transfer")
    assert api.db.session.scalars(noted).first() is None


def test_on_the_phone_what_was_sold_today_counts(shop: Shop) -> None:
    pay(top_up_bill(shop, 3000), cash(3000))
    order(shop, 199_999)
    with pytest.raises(TransferOnly, match=TODAY):
        order(shop, 200_000)


def test_what_balance_paid_for_a_card_does_not_count_again(shop: Shop, card: Product) -> None:
    with api.at_moment(api.now() - dt.timedelta(days=1)):
        pay(top_up_bill(shop, 4000), cash(4000))
    bill = bill_of(shop.member.id)
    add_line(bill, "card", {"product_id": card.id})
    pay(bill, balance(2000))
    assert pay(top_up_bill(shop, 2999), cash(2999)).paid_fen == 299_900
