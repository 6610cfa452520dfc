"""What the demo shows of products, stock and gifts: fourteen products, some weeks of movements."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.api import Tender, add_line, open_bill, settle
from plugins.membership.api import Member, points_of
from plugins.stock.models import Gift, Level, Product
from plugins.stock.permissions import HAND_GIFTS, SEE_STOCK
from plugins.stock.services.acts import (
    Counted,
    count_stock,
    deliver,
    transfer,
    use_goods,
    write_off,
)
from plugins.stock.services.gifts import PICKUP_DAYS, exchange, hand_over
from plugins.stock.services.lines import KIND
from plugins.stock.services.moving import add_levels, watch_level

FILE = Path(__file__).parent / "demo_data" / "stock.toml"
YUAN = 100
LOCALES = ("zh_Hant_TW", "en")
#: How many days ago the stock was counted in, filled up, used, and sold.
OPENED, DELIVERED, USED, SOLD = 40, 20, (12, 6, 3), (4, 3)
#: So many members had a gift; the first of them has not picked hers up.
GIFTS = 4


def load() -> None:
    """Make the products, count them into each store, and let some weeks pass."""
    _load(tomllib.loads(FILE.read_text("utf-8")))


@api.unit
def _load(told: Mapping[str, Any]) -> None:
    every = api.db.session.scalars(sa.select(api.Store).order_by(api.Store.id))
    stores = [store.id for store in every if not store.closed]
    products = {one["name"][0]: _add(place, one) for place, one in enumerate(told["products"])}
    add_levels(list(products.values()), stores)
    numbers = [(products[one["name"][0]], one) for one in told["products"]]
    for store_id in stores:
        _open(store_id, numbers)
        _use(store_id, numbers)
    _move(stores, products, told)
    for store_id in stores:
        _sell(store_id, numbers)
    _give(stores, numbers)


def _add(place: int, told: Mapping[str, Any]) -> int:
    product = Product(
        name=told["name"][0],
        names=dict(zip(LOCALES, told["name"][1:], strict=True)),
        purpose=told.get("purpose", "retail"),
        code=told.get("code"),
        price_fen=told["price"] * YUAN if "price" in told else None,
        cost_fen=told["cost"] * YUAN,
        introduction=told.get("introduction", ""),
        place=place,
    )
    api.db.session.add(product)
    api.db.session.flush()
    return int(product.id)


def _ago(days: int) -> dt.datetime:
    return api.now() - dt.timedelta(days=days)


def _open(store_id: int, numbers: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    with api.at_moment(_ago(OPENED)):
        counts = {product_id: Counted(told["pieces"], 0) for product_id, told in numbers}
        count_stock(store_id, counts, note="", key=f"demo:stock:{store_id}:opening")
    least = {product_id: told["least"] for product_id, told in numbers}
    for level in api.db.session.scalars(sa.select(Level).where(Level.store_id == store_id)):
        level.least = least[level.product_id]
        watch_level(level)


def _use(store_id: int, numbers: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    for days in USED:
        part = {
            product_id: told["used"] // len(USED) for product_id, told in numbers if "used" in told
        }
        with api.at_moment(_ago(days)):
            key = f"demo:stock:{store_id}:use:{days}"
            use_goods(store_id, {one: some for one, some in part.items() if some}, key=key)


def _move(stores: Sequence[int], products: Mapping[str, int], told: Mapping[str, Any]) -> None:
    """Let a delivery come to each store, one store send to another, and a bottle break."""
    came, sent, broke = told["delivery"], told["transfer"], told["loss"]
    for store_id in stores:
        with api.at_moment(_ago(DELIVERED)):
            pieces = {products[came["product"]]: came["pieces"]}
            key = f"demo:stock:{store_id}:delivery"
            deliver(store_id, pieces, note=came["note"], key=key)
    with api.at_moment(_ago(5)):
        if len(stores) > 1:
            pieces = {products[sent["product"]]: sent["pieces"]}
            transfer(stores[0], stores[1], pieces, key="demo:stock:transfer")
        lost = {products[broke["product"]]: 1}
        write_off(stores[0], lost, note=broke["note"], key="demo:stock:loss")


def _sell(store_id: int, numbers: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Sell products to walk-ins, two bills on each of some days."""
    sold = [(product_id, told) for product_id, told in numbers if "sold" in told]
    for place, days in enumerate(SOLD):
        for number in range(2):
            key = f"demo:stock:{store_id}:{days}:{number}"
            with api.at_moment(_ago(days) + dt.timedelta(minutes=11 * number)):
                _sell_some(store_id, sold[2 * place + number :: 4], len(SOLD), key)


def _sell_some(
    store_id: int, sold: Sequence[tuple[int, Mapping[str, Any]]], days: int, key: str
) -> None:
    bill = open_bill(store_id, key=key)
    due = 0
    for product_id, told in sold:
        pieces = max(told["sold"] // days, 1)
        add_line(bill.id, KIND, {"product_id": product_id}, quantity=pieces)
        due += pieces * told["price"] * YUAN
    settle(bill.id, [Tender("wechat", due)], key=f"{key}:settled")


def _give(stores: Sequence[int], numbers: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Put the gifts on the shelf, and let some members have one."""
    gifts: list[Gift] = []
    for product_id, told in numbers:
        if "points" in told:
            gift = Gift(product_id=product_id, points=told["points"])
            gift.per_member, gift.place = told["per_member"], len(gifts)
            api.db.session.add(gift)
            gifts.append(gift)
    api.db.session.flush()
    wanted = sa.select(Member).where(Member.gone_at.is_(None), Member.status == "active")
    wanted = wanted.where(Member.home_store_id.in_(stores)).order_by(Member.id)
    rich = [one for one in api.db.session.scalars(wanted.limit(60)) if points_of(one.id) >= 200]
    PICKUP_DAYS.put(30)
    for number, member in enumerate(rich[:GIFTS]):
        with api.at_moment(_ago(2) + dt.timedelta(minutes=number)):
            key = f"demo:gift:{member.id}"
            pickup = exchange(gifts[0].id, member.id, member.home_store_id, key=key)
            if number:
                hand_over(pickup.id)


PART = api.DemoPart(
    load,
    tour=(
        api.TourStop(
            "stock", _("See what is left in each store"), "/console/stock/levels/", SEE_STOCK
        ),
        api.TourStop(
            "gifts", _("Hand gifts over"), "/console/stock/pickups/?f.state.eq=waiting", HAND_GIFTS
        ),
    ),
)
