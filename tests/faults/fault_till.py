"""Death at every fail point of what the till does besides plain sales, and crowds at the till.

Each act dies in a process of its own; what it left is compared with what was there before, and
sent again it must come to what an undisturbed act comes to.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from plugins.cards.models import Card, Contract
from plugins.cashier.api import (
    Payment,
    PaymentKind,
    Settlement,
    Tender,
    add_line,
    seed_payment_kinds,
    use_points,
)
from plugins.cashier.models import Day, Deal, StatementLine
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.cashier.services.vouchers import put_voucher
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from tests.faults.dying import ACTS
from tests.faults.fault_ledger import show
from tests.support.cards import Shop, add_product, item, open_shop, sell
from tests.support.deaths import Deaths
from tests.support.till import add_to, bill_of, cash, new_key, pay, service_for

POINTS = ("before_journal", "before_settling", "after_settling", "before_commit", "after_commit")
#: As often the same fail point may be passed in one act.
MOST_LEGS = 5
ROWS = (Settlement, Payment, Day, StatementLine, ledger.Journal, ledger.Leg, ledger.Lot)
pytestmark = pytest.mark.timeout(0)


def points(shop: Shop) -> int:
    ledger.earn_points(ledger.Entry(key=new_key(), code="earn_points"), shop.member.id, 1_000)
    bill_id = bill_of(shop.member.id, shop.store.id)
    add_to(bill_id, service_for(100))
    use_points(bill_id, 1_000)
    return bill_id


def card_of(shop: Shop) -> Card:
    return sell(shop, add_product(new_key(), 98_000, item(shop.scalp, 10)))


def swap(shop: Shop) -> int:
    bigger = add_product(new_key(), 180_000, item(shop.scalp, 20)).id
    bill_id = bill_of(shop.member.id, shop.store.id)
    facts = {"card_id": card_of(shop).id, "product_id": bigger}
    add_line(bill_id, "card_swap", facts)
    return bill_id


def part_payment(shop: Shop) -> int:
    product = add_product(new_key(), 98_000, item(shop.scalp, 10))
    bill_id = bill_of(shop.member.id, shop.store.id)
    add_line(bill_id, "card", {"product_id": product.id})
    pay(bill_id, cash(300))
    return bill_id


@api.unit
def add_deal() -> int:
    kind = api.db.session.query(PaymentKind).filter_by(code="meituan").one()
    variant = service_for(198).variants[0].id
    deal = Deal(kind_id=kind.id, name=new_key(), gives=f"service:{variant}", price_fen=9_900)
    deal.fee_percent = 10
    api.db.session.add(deal)
    api.db.session.flush()
    return deal.id


def voucher(shop: Shop) -> int:
    bill_id = bill_of(None, shop.store.id)
    put_voucher(bill_id, add_deal(), "812345678901")
    return bill_id


def day(shop: Shop) -> int:
    bill_id = bill_of(None, shop.store.id)
    add_to(bill_id, service_for(100))
    pay(bill_id, cash(100), agreed_by=None)
    return shop.store.id


def statement(shop: Shop) -> int:
    bill_id = bill_of(None, shop.store.id)
    add_to(bill_id, service_for(128))
    pay(bill_id, Tender("wechat", 12_800, trade_no="42001"), agreed_by=None)
    return int(api.db.session.query(PaymentKind.id).filter_by(code="wechat").scalar())


def contract(shop: Shop) -> int:
    return card_of(shop).id


MAKERS: dict[str, Callable[[Shop], int]] = {
    "points": points,
    "swap": swap,
    "part payment": part_payment,
    "voucher": voucher,
    "day close": day,
    "statement": statement,
    "contract": contract,
}


def counts() -> list[int]:
    """Return how many rows there are of what an act may write."""
    api.db.session.rollback()
    found = [api.db.session.scalar(sa.select(sa.func.count()).select_from(one)) for one in ROWS]
    signed = sa.select(sa.func.count(Contract.id)).where(Contract.signed_at.is_not(None))
    return [*(int(one or 0) for one in found), int(api.db.session.scalar(signed) or 0)]


@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_dies_at_every_point_is_whole_or_not_there(
    app: Flask, deaths: Deaths, engine: str, act: str
) -> None:
    shop = open_shop()
    seed_payment_kinds()
    number = MAKERS[act](shop)
    before, left = counts(), [*POINTS, *(f"after_legs:{n}" for n in range(1, MOST_LEGS + 1))]
    left.remove("after_commit")
    died = [point for point in left if dies_whole(deaths, act, number, point, before)]
    assert deaths.dies("after_commit", ACTS[act], number)
    done = counts()
    assert done != before
    for _again in range(2):
        ACTS[act](number)
        assert counts() == done
    assert verify().findings == {}
    assert [one.words() for one in tie_out(whole_book()).differences] == []
    show(engine, f"3, 4: death of {act}", f"{len(died) + 1} points, nothing lost, nothing twice")


def dies_whole(deaths: Deaths, act: str, number: int, point: str, before: list[int]) -> bool:
    """Let an act die before its commit; nothing of it may be there. False where it passes none."""
    if not _passes(act, point):
        return False
    assert deaths.dies(point, ACTS[act], number), f"{act} does not pass {point}"
    assert counts() == before
    return True


#: How many journals each act writes; a settlement passes the points of settlements.
JOURNALS = {
    "points": 3,
    "swap": 2,
    "part payment": 1,
    "voucher": 2,
    "day close": 1,
    "statement": 1,
    "contract": 0,
}
SETTLED = ("points", "swap", "part payment", "voucher")


def _passes(act: str, point: str) -> bool:
    name, _colon, times = point.partition(":")
    if name == "after_legs":
        return int(times) <= JOURNALS[act]
    if name == "before_journal":
        return JOURNALS[act] > 0
    return act in SETTLED or name not in ("before_settling", "after_settling")
