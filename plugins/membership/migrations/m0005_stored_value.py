"""Stored value: offers, stored-value cards, top-ups, freezes and PINs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Create the tables of stored value."""
    _create_kinds(op)
    _create_tiers(op)
    _create_purses(op)
    _create_recharges(op)
    _create_guards(op)


def _create_kinds(op: Operations) -> None:
    op.create_table(
        "membership_purse_kind",
        sa.Column("id", BIG, nullable=False),
        sa.Column("percent", BIG, nullable=False),
        sa.Column("applies_to", sa.String(), nullable=False),
        sa.Column("rank", BIG, nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "applies_to IN ('all', 'services', 'products')",
            name=op.f("ck_membership_purse_kind_applies_to"),
        ),
        sa.CheckConstraint(
            "percent BETWEEN 1 AND 100", name=op.f("ck_membership_purse_kind_percent")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_purse_kind")),
        sa.UniqueConstraint("name", name=op.f("uq_membership_purse_kind_name")),
    )
    op.create_table(
        "membership_purse_category",
        sa.Column("kind_id", BIG, nullable=False),
        sa.Column("category_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["salon_category.id"],
            name=op.f("fk_membership_purse_category_category_id"),
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"],
            ["membership_purse_kind.id"],
            name=op.f("fk_membership_purse_category_kind_id"),
        ),
        sa.PrimaryKeyConstraint(
            "kind_id", "category_id", name=op.f("pk_membership_purse_category")
        ),
    )
    op.create_index(
        op.f("ix_membership_purse_category_category_id"),
        "membership_purse_category",
        ["category_id"],
        unique=False,
    )


def _create_tiers(op: Operations) -> None:
    op.create_table(
        "membership_tier",
        sa.Column("id", BIG, nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("bonus_fen", BIG, nullable=False),
        sa.Column("points", BIG, nullable=False),
        sa.Column("level_id", BIG, nullable=True),
        sa.Column("gift", sa.String(), nullable=False),
        sa.Column("purse_kind_id", BIG, nullable=True),
        sa.Column("first_only", sa.Boolean(), nullable=False),
        sa.Column("most", BIG, nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_membership_tier_amount")),
        sa.CheckConstraint(
            "bonus_fen >= 0 AND points >= 0", name=op.f("ck_membership_tier_positive")
        ),
        sa.CheckConstraint("most > 0", name=op.f("ck_membership_tier_most")),
        sa.ForeignKeyConstraint(
            ["level_id"], ["membership_level.id"], name=op.f("fk_membership_tier_level_id")
        ),
        sa.ForeignKeyConstraint(
            ["purse_kind_id"],
            ["membership_purse_kind.id"],
            name=op.f("fk_membership_tier_purse_kind_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_tier")),
        sa.UniqueConstraint("name", name=op.f("uq_membership_tier_name")),
    )
    op.create_table(
        "membership_tier_store",
        sa.Column("tier_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_membership_tier_store_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["tier_id"], ["membership_tier.id"], name=op.f("fk_membership_tier_store_tier_id")
        ),
        sa.PrimaryKeyConstraint("tier_id", "store_id", name=op.f("pk_membership_tier_store")),
    )
    op.create_index(
        op.f("ix_membership_tier_store_store_id"),
        "membership_tier_store",
        ["store_id"],
        unique=False,
    )


def _create_guards(op: Operations) -> None:
    op.create_table(
        "membership_pin",
        sa.Column("member_id", BIG, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_pin_member_id")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_membership_pin")),
    )
    op.create_table(
        "membership_value_hold",
        sa.Column("member_id", BIG, autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_value_hold_member_id")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_membership_value_hold")),
    )


def _create_purses(op: Operations) -> None:
    op.create_table(
        "membership_purse",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("kind_id", BIG, nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["membership_purse_kind.id"], name=op.f("fk_membership_purse_kind_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_purse_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_purse")),
    )
    op.create_index(
        op.f("ix_membership_purse_kind_id"), "membership_purse", ["kind_id"], unique=False
    )
    op.create_index(
        op.f("ix_membership_purse_member_id"), "membership_purse", ["member_id"], unique=False
    )


def _create_recharges(op: Operations) -> None:
    op.create_table(
        "membership_recharge",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("tier_id", BIG, nullable=True),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("bonus_fen", BIG, nullable=False),
        sa.Column("points", BIG, nullable=False),
        sa.Column("gift", sa.String(), nullable=False),
        sa.Column("quote", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("over_cap_note", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_membership_recharge_amount")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_recharge_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_membership_recharge_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["tier_id"], ["membership_tier.id"], name=op.f("fk_membership_recharge_tier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_recharge")),
        sa.UniqueConstraint("key", name=op.f("uq_membership_recharge_key")),
    )
    op.create_index(
        "ix_membership_recharge_at_id", "membership_recharge", ["at", "id"], unique=False
    )
    op.create_index(
        "ix_membership_recharge_member_id_tier_id",
        "membership_recharge",
        ["member_id", "tier_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_membership_recharge_store_id"), "membership_recharge", ["store_id"], unique=False
    )
