"""Rates of stored-value cards by category and for products, and whether coupons count beside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KIND = "membership_purse_kind"
RATE = "membership_purse_rate"


def upgrade(op: Operations) -> None:
    """Add the rates; coupons count beside the kinds of cards that are there already."""
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE {KIND} ADD COLUMN products_percent {kind} "
        f"CONSTRAINT ck_{KIND}_products_percent CHECK (products_percent BETWEEN 1 AND 100)"
    )
    op.add_column(
        KIND,
        sa.Column("with_coupons", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.create_table(
        RATE,
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind_id", BIG, nullable=False),
        sa.Column("category_id", BIG, nullable=False),
        sa.Column("percent", BIG, nullable=False),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f(f"ck_{RATE}_percent")),
        sa.ForeignKeyConstraint(["kind_id"], [f"{KIND}.id"], name=op.f(f"fk_{RATE}_kind_id")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["salon_category.id"], name=op.f(f"fk_{RATE}_category_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{RATE}")),
        sa.UniqueConstraint("kind_id", "category_id", name=op.f(f"uq_{RATE}_kind_id_category_id")),
    )
    op.create_index(op.f(f"ix_{RATE}_category_id"), RATE, ["category_id"])
