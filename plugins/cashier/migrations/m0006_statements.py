"""Deals of platforms, and the statements of channels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Create the tables of deals and statements."""
    _create_deals(op)
    _create_statements(op)
    _create_lines(op)
    _create_indexes(op)


def _create_deals(op: Operations) -> None:
    op.create_table(
        "cashier_deal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind_id", BIG, nullable=False),
        sa.Column("deal_no", sa.String(), nullable=False),
        sa.Column("variant_id", BIG, nullable=False),
        sa.Column("price_fen", BIG, nullable=False),
        sa.Column("fee_percent", BIG, nullable=False),
        sa.Column("settlement_fen", BIG, nullable=True),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint("price_fen > 0", name=op.f("ck_cashier_deal_price_fen")),
        sa.CheckConstraint(
            "fee_percent BETWEEN 0 AND 100", name=op.f("ck_cashier_deal_fee_percent")
        ),
        sa.CheckConstraint(
            "settlement_fen BETWEEN 0 AND price_fen", name=op.f("ck_cashier_deal_settlement_fen")
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["cashier_payment_kind.id"], name=op.f("fk_cashier_deal_kind_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["salon_variant.id"], name=op.f("fk_cashier_deal_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_deal")),
        sa.UniqueConstraint("kind_id", "name", name=op.f("uq_cashier_deal_kind_id_name")),
    )
    op.create_index(
        op.f("ix_cashier_deal_variant_id"), "cashier_deal", ["variant_id"], unique=False
    )


def _create_statements(op: Operations) -> None:
    op.create_table(
        "cashier_statement",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind_id", BIG, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("trades", BIG, nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("fee_fen", BIG, nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_in_by", BIG, nullable=True),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_cashier_statement_days")),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["cashier_payment_kind.id"], name=op.f("fk_cashier_statement_kind_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_in_by"], ["console_user.id"], name=op.f("fk_cashier_statement_taken_in_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_statement")),
        sa.UniqueConstraint("kind_id", "digest", name=op.f("uq_cashier_statement_kind_id_digest")),
    )


def _create_lines(op: Operations) -> None:
    op.create_table(
        "cashier_statement_line",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind_id", BIG, nullable=False),
        sa.Column("statement_id", BIG, nullable=True),
        sa.Column("trade", sa.String(), nullable=False),
        sa.Column("trade_no", sa.String(), nullable=True),
        sa.Column("order_no", sa.String(), nullable=False),
        sa.Column("voucher_code", sa.String(), nullable=False),
        sa.Column("traded_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", BIG, nullable=True),
        sa.Column("fee_fen", BIG, nullable=False),
        sa.Column("our_fen", BIG, nullable=True),
        sa.Column("payment_id", BIG, nullable=True),
        sa.Column("payout_id", BIG, nullable=True),
        sa.Column("bill_id", BIG, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("by_amount", sa.Boolean(), nullable=False),
        sa.Column("settled_fen", BIG, nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", BIG, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('matched', 'amount', 'ours', 'theirs')",
            name=op.f("ck_cashier_statement_line_state"),
        ),
        sa.CheckConstraint(
            "trade IN ('payment', 'refund')", name=op.f("ck_cashier_statement_line_trade")
        ),
        sa.CheckConstraint(
            "trade_no IS NOT NULL OR payment_id IS NOT NULL OR payout_id IS NOT NULL",
            name=op.f("ck_cashier_statement_line_sides"),
        ),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["cashier_bill.id"], name=op.f("fk_cashier_statement_line_bill_id")
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["cashier_payment_kind.id"], name=op.f("fk_cashier_statement_line_kind_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["cashier_payment.id"],
            name=op.f("fk_cashier_statement_line_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["cashier_payout.id"], name=op.f("fk_cashier_statement_line_payout_id")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["console_user.id"], name=op.f("fk_cashier_statement_line_resolved_by")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["cashier_statement.id"],
            name=op.f("fk_cashier_statement_line_statement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_statement_line")),
        sa.UniqueConstraint(
            "kind_id",
            "trade",
            "trade_no",
            name=op.f("uq_cashier_statement_line_kind_id_trade_trade_no"),
        ),
        sa.UniqueConstraint("payment_id", name=op.f("uq_cashier_statement_line_payment_id")),
        sa.UniqueConstraint("payout_id", name=op.f("uq_cashier_statement_line_payout_id")),
    )


def _create_indexes(op: Operations) -> None:
    op.create_index(
        op.f("ix_cashier_statement_line_bill_id"),
        "cashier_statement_line",
        ["bill_id"],
        unique=False,
    )
    op.create_index(
        "ix_cashier_statement_line_kind_id_state",
        "cashier_statement_line",
        ["kind_id", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cashier_statement_line_statement_id"),
        "cashier_statement_line",
        ["statement_id"],
        unique=False,
    )
