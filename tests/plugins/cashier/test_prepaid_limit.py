"""From which sum prepaid cards come by bank transfer: all that one bill sells counts together."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.audit import AuditEntry
from plugins.cards.models import Product
from plugins.cards.services.alone import sell_alone, take_owing
from plugins.cashier.api import Bill, Tender, add_line, lines_of
from plugins.cashier.models import OnlinePayment
from plugins.cashier.offers import Described
from plugins.cashier.services.online.ordering import check_prepaid
from plugins.cashier.services.prepaid import prepaid_notices
from plugins.membership.api import TransferOnly
from plugins.membership.services.id_documents import ASK, note_id
from plugins.membership.services.regions import COMPANY, LEGAL_FORM, SOLE_TRADER
from tests.support.cards import Shop, add_product, item, open_shop
from tests.support.till import add_to, add_top_up, bill_of, cash, new_key, pay

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
