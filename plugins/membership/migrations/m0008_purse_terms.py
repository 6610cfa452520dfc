"""A stored-value card keeps its rates and scope, and kinds say whether they pay for cards."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

PURSE = sa.table(
    "membership_purse", sa.column("kind_id", sa.BigInteger()), sa.column("terms", sa.JSON())
)
KIND = sa.table(
    "membership_purse_kind",
    sa.column("id", sa.BigInteger()),
    sa.column("percent", sa.BigInteger()),
    sa.column("products_percent", sa.BigInteger()),
    sa.column("with_coupons", sa.Boolean()),
    sa.column("for_cards", sa.Boolean()),
    sa.column("applies_to", sa.String()),
)
CATEGORY = sa.table("membership_purse_category", sa.column("kind_id"), sa.column("category_id"))
RATE = sa.table(
    "membership_purse_rate", sa.column("kind_id"), sa.column("category_id"), sa.column("percent")
)


def upgrade(op: Operations) -> None:
    """Add both; the cards that are there keep what their kinds promise today."""
    op.add_column(
        "membership_purse_kind",
        sa.Column("for_cards", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column(
        "membership_purse",
        sa.Column("terms", sa.JSON(none_as_null=True), nullable=False, server_default="{}"),
    )
    bind = op.get_bind()
    for kind in bind.execute(sa.select(KIND)).mappings().all():
        own = sa.update(PURSE).where(PURSE.c.kind_id == kind["id"])
        bind.execute(own.values(terms=_terms(bind, dict(kind))))


def _terms(bind: sa.Connection, kind: dict[str, Any]) -> dict[str, Any]:
    number = kind.pop("id")
    categories = sa.select(CATEGORY.c.category_id).where(CATEGORY.c.kind_id == number)
    rates = sa.select(RATE.c.category_id, RATE.c.percent).where(RATE.c.kind_id == number)
    return {
        **kind,
        "categories": sorted(bind.scalars(categories)),
        "rates": sorted([category, percent] for category, percent in bind.execute(rates)),
    }
