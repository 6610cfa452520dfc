"""Makers of products, stock and gifts for tests."""

from __future__ import annotations

from itertools import count
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cashier.api import add_line
from plugins.stock.models import Gift, Level, Movement, Product
from plugins.stock.services.acts import Counted, count_stock
from plugins.stock.services.moving import watch_level
from tests.support.till import bill_of, cash, new_key, pay

_numbers = count(1)


@api.unit
def add_product(name: str = "", yuan: int | None = 168, **more: Any) -> int:
    """Add a product for sale and return its number."""
    product = Product(name=name or f"产品 {next(_numbers)}", **more)
    product.price_fen = None if yuan is None else yuan * 100
    api.db.session.add(product)
    api.db.session.flush()
    return int(product.id)


def put_in(product_id: int, pieces: int, store_id: int = 1) -> None:
    """Count pieces into a store that has none of the product yet."""
    count_stock(store_id, {product_id: Counted(pieces, 0)}, note="", key=new_key())


def stocked(pieces: int, store_id: int = 1, **more: Any) -> int:
    """Add a product of which so many pieces lie in a store."""
    product_id = add_product(**more)
    put_in(product_id, pieces, store_id)
    return product_id


@api.unit
def add_gift(product_id: int, points: int = 100, **more: Any) -> int:
    """Put a product on the gifts shelf and return the gift's number."""
    gift = Gift(product_id=product_id, points=points, **more)
    api.db.session.add(gift)
    api.db.session.flush()
    return int(gift.id)


@api.unit
def set_least(product_id: int, least: int, store_id: int = 1) -> None:
    """Set the minimum of a product in a store."""
    level = level_of(product_id, store_id)
    level.least = least
    watch_level(level)


def level_of(product_id: int, store_id: int = 1) -> Level:
    """Return what is left of a product in a store."""
    wanted = sa.select(Level).where(Level.product_id == product_id, Level.store_id == store_id)
    return api.db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def left(product_id: int, store_id: int = 1) -> int:
    """Return how many pieces are left, which is the sum of all movements."""
    level = level_of(product_id, store_id)
    moved = sa.select(sa.func.sum(Movement.quantity)).where(
        Movement.product_id == product_id, Movement.store_id == store_id
    )
    assert level.on_hand == api.db.session.scalar(moved)
    return int(level.on_hand)


def sell(product_id: int, quantity: int = 1, yuan: int = 168, store_id: int = 1) -> tuple[int, int]:
    """Sell pieces to a walk-in for cash; return the numbers of bill and line."""
    bill_id = bill_of(store_id=store_id)
    line = add_line(bill_id, "goods", {"product_id": product_id}, quantity=quantity)
    pay(bill_id, cash(yuan * quantity), agreed_by=None)
    return bill_id, int(line.id)
