"""Where products went: sold, used in the salon, given for points; and what is left is worth."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from plugins.cashier.api import Line, Refund, RefundLine
from plugins.stock.models import Level, Movement, Product


@dataclass(frozen=True)
class Row:
    """A product in a span of days: pieces by where they went, money, and what is left now.

    `sold` counts what was sold less what came back; `revenue_fen` is what it came to, less
    refunds. Salon use has pieces and cost, and is no revenue.
    """

    product: Product
    came: int
    sold: int
    revenue_fen: int
    used: int
    gifts: int
    lost: int
    left: int

    @property
    def used_fen(self) -> int:
        """What was used in the salon cost."""
        return self.used * (self.product.cost_fen or 0)

    @property
    def worth_fen(self) -> int:
        """What is left cost; nothing where more was sold than counted in."""
        return max(self.left, 0) * (self.product.cost_fen or 0)


def rows_of(first: dt.date, last: dt.date, stores: frozenset[int] | None) -> list[Row]:
    """Return a row for each product that moved in the span or is in stock."""
    moved, left = _moved(first, last, stores), _left(stores)
    earned = _revenue(first, last, stores)
    rank = sa.case({"retail": 0, "salon": 1}, value=Product.purpose, else_=2)
    products = sa.select(Product).order_by(rank, Product.place, Product.id)
    found = []
    for product in api.db.session.scalars(products):
        some = moved.get(product.id, {})
        on_hand = left.get(product.id, 0)
        if not some and not on_hand and product.id not in earned:
            continue
        found.append(
            Row(
                product,
                came=some.get("delivery", 0) + some.get("opening", 0) + some.get("transfer", 0),
                sold=-some.get("sale", 0) - some.get("return", 0),
                revenue_fen=earned.get(product.id, 0),
                used=-some.get("use", 0),
                gifts=-some.get("gift", 0),
                lost=-some.get("loss", 0) - some.get("count", 0),
                left=on_hand,
            )
        )
    return found


def _moved(
    first: dt.date, last: dt.date, stores: frozenset[int] | None
) -> dict[int, dict[str, int]]:
    wanted = (
        sa.select(Movement.product_id, Movement.kind, sa.func.sum(Movement.quantity))
        .where(Movement.booked_on.between(first, last))
        .group_by(Movement.product_id, Movement.kind)
    )
    if stores is not None:
        wanted = wanted.where(Movement.store_id.in_(stores))
    found: dict[int, dict[str, int]] = {}
    for product_id, kind, pieces in api.db.session.execute(wanted):
        found.setdefault(product_id, {})[kind] = int(pieces)
    return found


def _left(stores: frozenset[int] | None) -> dict[int, int]:
    wanted = sa.select(Level.product_id, sa.func.sum(Level.on_hand)).group_by(Level.product_id)
    if stores is not None:
        wanted = wanted.where(Level.store_id.in_(stores))
    return {number: int(pieces) for number, pieces in api.db.session.execute(wanted)}


def _revenue(first: dt.date, last: dt.date, stores: frozenset[int] | None) -> dict[int, int]:
    """Return by product what its lines came to on the days of their sale, less refunds of them."""
    lines = (
        sa.select(Movement.product_id, Line.id, Line.due_fen)
        .join(Line, Line.id == Movement.line_id)
        .where(Movement.kind == "sale", Movement.booked_on.between(first, last))
        .where(Line.state != "open")
        .distinct()
    )
    refunded = (
        sa.select(Movement.product_id, RefundLine.id, RefundLine.amount_fen)
        .join(RefundLine, RefundLine.line_id == Movement.line_id)
        .join(Refund, Refund.id == RefundLine.refund_id)
        .where(Movement.kind == "sale", Refund.state == "paid")
        .where(Refund.booked_on.between(first, last))
        .distinct()
    )
    if stores is not None:
        lines = lines.where(Movement.store_id.in_(stores))
        refunded = refunded.where(Movement.store_id.in_(stores))
    found: dict[int, int] = {}
    for asked, sign in ((lines, 1), (refunded, -1)):
        for product_id, _number, fen in api.db.session.execute(asked):
            found[product_id] = found.get(product_id, 0) + sign * int(fen)
    return found
