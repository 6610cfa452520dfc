"""What must hold of stock, for the tie-out."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.api import TieRule
from plugins.stock.models import Level, Movement, Product


def _levels() -> Any:
    """What is left of a product in a store is the sum of its movements."""
    moved = sa.select(sa.func.coalesce(sa.func.sum(Movement.quantity), 0)).where(
        Movement.product_id == Level.product_id, Movement.store_id == Level.store_id
    )
    return sa.select(
        Level.store_id.label("store_id"),
        sa.literal(api.now().date()).label("day"),
        sa.null().label("bill_id"),
        Product.name.label("what"),
        moved.scalar_subquery().label("expected"),
        Level.on_hand.label("found"),
    ).join(Product, Product.id == Level.product_id)


RULES = (
    TieRule("stock_levels", _("Stock that is not the sum of its movements"), _levels, unit="count"),
)
