"""Products at the till: what may be sold, and what settling a line does to the stock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.api import (
    Asked,
    Bill,
    Described,
    Given,
    Goods,
    Line,
    LineKind,
    Settling,
    Taken,
)
from plugins.stock.models import Movement, Product
from plugins.stock.services.moving import left_in, levels_in, move_stock

KIND = "goods"


def describe(asked: Asked) -> Described:
    """Describe a product that is for sale: `product_id`."""
    product = api.db.session.get(Product, _number(asked.facts))
    if product is None or not product.in_use or product.purpose != "retail":
        raise api.NotFound(_("There is no such product on sale."))
    facts = {"product_id": product.id, "names": dict(product.names)}
    return Described(product.name, product.price_fen or 0, facts, scope="products")


def _number(facts: Mapping[str, Any]) -> int:
    number = facts.get("product_id")
    return number if isinstance(number, int) and not isinstance(number, bool) else 0


def settle(settling: Settling, line: Line, _money: Sequence[object]) -> list[Taken]:
    """Take what was sold out of the stock of the bill's store."""
    move_stock(
        _number(line.facts),
        settling.bill.store_id,
        -line.quantity,
        "sale",
        key=settling.entry("stock", "sale", line).key,
        line_id=line.id,
    )
    return []


def undo(settling: Settling, line: Line, reason: str) -> None:
    """Put what a reopened bill sold back, but for what came back before."""
    key = f"{settling.entry('stock', 'sale', line).key}:undo"
    _put_back(settling, line, _out(line.id), key, reason)


def give_back(settling: Settling, line: Line, quantity: int, reason: str) -> int:
    """Put refunded pieces back that the guest brought; it gives no sessions."""
    out = _out(line.id)
    key = f"{settling.entry('stock', 'sale', line).key}:back:{out}"
    _put_back(settling, line, min(quantity, out), key, reason)
    return 0


def _put_back(settling: Settling, line: Line, pieces: int, key: str, reason: str) -> None:
    if pieces > 0:
        move_stock(
            _number(line.facts),
            settling.bill.store_id,
            pieces,
            "return",
            key=key,
            reason=reason,
            line_id=line.id,
        )


def _out(line_id: int) -> int:
    """Return how many pieces of a line are with the guest."""
    moved = sa.select(sa.func.sum(Movement.quantity)).where(Movement.line_id == line_id)
    return -int(api.db.session.scalar(moved) or 0)


def warn(bill: Bill, line: Line) -> str:
    """Say that a line asks for more than is left."""
    left = left_in(bill.store_id, _number(line.facts))
    if left >= line.quantity:
        return ""
    return api.gettext("Only %(left)s in stock", left=max(left, 0))


def goods_given(_store_id: int | None) -> list[Given]:
    """Name the products that a platform's voucher may give; every store may have any of them."""
    wanted = sa.select(Product).where(Product.in_use, Product.purpose == "retail")
    rows = api.db.session.scalars(wanted.order_by(Product.place, Product.id))
    return [Given(one.id, one.shown_name, {"product_id": one.id}) for one in rows]


LINE = LineKind(
    KIND,
    "product",
    _("Product"),
    describe,
    settle,
    undo,
    give_back,
    comes_back=True,
    warn=warn,
    given=goods_given,
)


def goods_of(store_id: int) -> Iterator[Goods]:
    """Return what is for sale, with what is left of it in a store."""
    levels = levels_in(store_id)
    wanted = sa.select(Product).where(Product.in_use, Product.purpose == "retail")
    for product in api.db.session.scalars(wanted.order_by(Product.place, Product.id)):
        level = levels.get(product.id)
        left = level.on_hand if level is not None else 0
        yield Goods(
            key=f"{KIND}:{product.id}",
            kind=KIND,
            facts={"product_id": product.id},
            title=product.shown_name,
            price_fen=product.price_fen or 0,
            note=api.gettext("%(left)s left", left=left),
            low=left <= 0 or (level is not None and level.low),
            words=(product.name, *product.names.values()),
        )


def product_by_code(code: str) -> Product | None:
    """Return the product for sale whose barcode was scanned."""
    wanted = sa.select(Product).where(Product.code == code, Product.in_use)
    return api.db.session.scalar(wanted.where(Product.purpose == "retail"))
