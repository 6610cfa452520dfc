"""Orders, refunds and notifications of the sandbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Create the tables of the sandbox."""
    op.create_table(
        "sandboxpay_order",
        sa.Column("id", BIG, nullable=False),
        sa.Column("out_trade_no", sa.String(), nullable=False),
        sa.Column("prepay_id", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=True),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("paid_fen", BIG, nullable=False),
        sa.Column("refunded_fen", BIG, nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("notify_url", sa.String(), nullable=False),
        sa.Column("return_url", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('NOTPAY', 'SUCCESS', 'CLOSED', 'REFUND')",
            name=op.f("ck_sandboxpay_order_state"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_sandboxpay_order_amount_fen")),
        sa.CheckConstraint("refunded_fen >= 0", name=op.f("ck_sandboxpay_order_refunded_fen")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandboxpay_order")),
        sa.UniqueConstraint("out_trade_no", name=op.f("uq_sandboxpay_order_out_trade_no")),
        sa.UniqueConstraint("prepay_id", name=op.f("uq_sandboxpay_order_prepay_id")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_sandboxpay_order_transaction_id")),
    )
    op.create_table(
        "sandboxpay_notice",
        sa.Column("id", BIG, nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("resource", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sandboxpay_order.id"], name=op.f("fk_sandboxpay_notice_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandboxpay_notice")),
    )
    op.create_index(
        op.f("ix_sandboxpay_notice_order_id"), "sandboxpay_notice", ["order_id"], unique=False
    )
    op.create_index(
        "ix_sandboxpay_notice_state_due_at", "sandboxpay_notice", ["state", "due_at"], unique=False
    )
    op.create_table(
        "sandboxpay_refund",
        sa.Column("id", BIG, nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("out_refund_no", sa.String(), nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_sandboxpay_refund_amount_fen")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sandboxpay_order.id"], name=op.f("fk_sandboxpay_refund_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandboxpay_refund")),
        sa.UniqueConstraint("out_refund_no", name=op.f("uq_sandboxpay_refund_out_refund_no")),
    )
    op.create_index(
        op.f("ix_sandboxpay_refund_order_id"), "sandboxpay_refund", ["order_id"], unique=False
    )
