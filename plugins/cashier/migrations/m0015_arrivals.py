"""Arrivals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Arrivals."""
    op.create_table(
        "cashier_arrival",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("business_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_user", BIG, nullable=True),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.Column("settlement_id", BIG, nullable=True),
        sa.CheckConstraint(
            "ended_as IN ('settled', 'again', 'cancelled', 'left')",
            name=op.f("ck_cashier_arrival_ended"),
        ),
        sa.CheckConstraint(
            "settlement_id IS NULL OR ended_as = 'settled'", name=op.f("ck_cashier_arrival_served")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_cashier_arrival_ended_why")
        ),
        sa.ForeignKeyConstraint(
            ["by_user"], ["console_user.id"], name=op.f("fk_cashier_arrival_by_user")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_cashier_arrival_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["cashier_settlement.id"],
            name=op.f("fk_cashier_arrival_settlement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cashier_arrival_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_arrival")),
        sa.UniqueConstraint("key", name=op.f("uq_cashier_arrival_key")),
        sa.UniqueConstraint("settlement_id", name=op.f("uq_cashier_arrival_settlement_id")),
    )
    op.create_index("ix_cashier_arrival_about", "cashier_arrival", ["about"], unique=False)
    op.create_index(
        "ix_cashier_arrival_member_id_at", "cashier_arrival", ["member_id", "at"], unique=False
    )
    op.create_index(
        "ix_cashier_arrival_store_id_business_on",
        "cashier_arrival",
        ["store_id", "business_on"],
        unique=False,
    )
