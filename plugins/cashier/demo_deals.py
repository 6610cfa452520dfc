"""What the demo shows of platforms: deals, vouchers that were redeemed, and their statement."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Deal, PaymentKind
from plugins.cashier.offers import Asked
from plugins.cashier.online import Traded
from plugins.cashier.permissions import RECONCILE
from plugins.cashier.services.asking import line_kind
from plugins.cashier.services.billing import open_bill
from plugins.cashier.services.paying import find_kind, seed_payment_kinds
from plugins.cashier.services.performers import who_performs
from plugins.cashier.services.settling import settle
from plugins.cashier.services.statements.taking import take_in
from plugins.cashier.services.vouchers import (
    deals_of,
    put_voucher,
    voucher_tender,
    what_vouchers_give,
)
from plugins.membership.api import Member
from plugins.salon.api import Service, Variant

#: The platform, and what it keeps in percent.
PLATFORMS = (("meituan", 8), ("douyin", 6))
DEALS = 3
FIRST_CODE = 812_345_678_901
FILE = Path(__file__).parent / "demo_data" / "deals.toml"
LOCALES = ("zh_Hant_TW", "en")
YUAN = 100


def load() -> None:
    """Let platforms sell some services, and let guests bring vouchers of them yesterday."""
    seed_payment_kinds()
    _load()


@api.unit
def _load() -> None:
    store = api.db.session.scalar(sa.select(api.Store).order_by(api.Store.id).limit(1))
    if store is None:
        return
    here = sa.or_(~Service.stores.any(), Service.stores.any(api.Store.id == store.id))
    rows = api.db.session.execute(
        sa.select(Service, Variant)
        .join(Variant, Variant.service_id == Service.id)
        .where(Service.on_sale, Service.extra.is_(False), Service.pricing == "fixed")
        .where(here, Variant.price_fen > 5_000)
        .order_by(Variant.id)
        .limit(DEALS)
    ).all()
    if not rows:
        return
    deals = [
        _deal(find_kind(code), service, variant, percent)
        for code, percent in PLATFORMS
        for service, variant in rows
    ]
    yesterday = api.now() - dt.timedelta(days=1)
    with api.at_moment(yesterday):
        for number, deal in enumerate(deals[:DEALS]):
            _redeem(store.id, deal, str(FIRST_CODE + number))
    _tell(find_kind("meituan"), deals[:DEALS], api.today(store.time_zone))


def _deal(kind: PaymentKind, service: Service, variant: Variant, percent: int) -> Deal:
    price = max((variant.price_fen or 0) * 6 // 1000 * 100 - 100, 1_000)
    deal = Deal(kind_id=kind.id, name=service.name, gives=f"service:{variant.id}", price_fen=price)
    deal.names, deal.fee_percent = dict(service.names), percent
    api.db.session.add(deal)
    api.db.session.flush()
    return deal


def finish() -> None:
    """Let a platform sell a product and a card too; cards are there once every plugin loaded."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    _finish(told["product"], told["card"])


@api.unit
def _finish(product: Mapping[str, Any], card: Mapping[str, Any]) -> None:
    store = api.db.session.scalar(sa.select(api.Store).order_by(api.Store.id).limit(1))
    if store is None or not deals_of(store.id):
        return
    kind, percent = find_kind(PLATFORMS[0][0]), PLATFORMS[0][1]
    # Where the shelves have it, the voucher takes it from there.
    known = what_vouchers_give(store.id).items()
    shelf = (key for key, one in known if one.title in product["name"] and key.startswith("goods"))
    gives = next(shelf, "product")
    oil = Deal(kind_id=kind.id, name=product["name"][0], gives=gives, fee_percent=percent)
    oil.names = dict(zip(LOCALES, product["name"][1:], strict=True))
    oil.price_fen = product["price"] * YUAN
    api.db.session.add(oil)
    api.db.session.flush()
    _redeem(store.id, oil, str(FIRST_CODE + DEALS))
    _finish_card(store.id, kind, card["percent_of_price"])


def _finish_card(store_id: int, kind: PaymentKind, part: int) -> None:
    """Let a platform sell the first card on the shelf for a part of its price, to a member."""
    given = what_vouchers_give(store_id)
    key = next((each for each in given if each.startswith("card:")), None)
    member_id = _somebody(store_id)
    if key is None or member_id is None:
        return
    code = str(FIRST_CODE + DEALS + 1)
    bill = open_bill(store_id, key=f"demo:voucher:{code}", member_id=member_id)
    sold = line_kind("card").describe(Asked(bill, facts=given[key].facts))
    deal = Deal(kind_id=kind.id, name=sold.title, names=dict(sold.facts["names"]), gives=key)
    deal.price_fen, deal.fee_percent = sold.unit_fen * part // 100, PLATFORMS[0][1]
    api.db.session.add(deal)
    api.db.session.flush()
    line = put_voucher(bill.id, deal.id, code)
    settle(bill.id, [voucher_tender(line)], key=f"demo:voucher:{code}:settled")


def _somebody(store_id: int) -> int | None:
    """Return the member who joined a store last."""
    wanted = sa.select(Member.id).where(
        Member.home_store_id == store_id, Member.status == "active", Member.gone_at.is_(None)
    )
    return api.db.session.scalar(wanted.order_by(Member.id.desc()).limit(1))


def _redeem(store_id: int, deal: Deal, code: str) -> None:
    bill = open_bill(store_id, key=f"demo:voucher:{code}")
    staff = who_performs(store_id)
    line = put_voucher(bill.id, deal.id, code, staff_id=staff[-1].id if staff else None)
    settle(bill.id, [voucher_tender(line)], key=f"demo:voucher:{code}:settled")


def _tell(kind: PaymentKind, deals: list[Deal], today: dt.date) -> None:
    """Let the platform tell of all but the last voucher, and of one that nobody knows."""
    day = today - dt.timedelta(days=1)
    trades = [
        Traded("payment", str(FIRST_CODE + number), deal.price_fen, deal.fee_fen, day)
        for number, deal in enumerate(deals[:-1])
    ]
    stray = deals[-1]
    number = str(FIRST_CODE + 90)
    trades.append(Traded("payment", number, stray.price_fen, stray.fee_fen, day))
    take_in(kind.id, trades, f"meituan-{day:%Y%m%d}.csv", days=(day, day))


TOUR = (
    api.TourStop(
        "reconcile",
        _("Compare the till with what channels say"),
        "/console/cashier/statements/reconcile",
        RECONCILE,
    ),
)
PART = api.DemoPart(load=load, finish=finish, tour=TOUR)
