"""Online payments, their refunds, and what happened to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Create the tables of online payments."""
    _create_payment(op)
    _create_note(op)
    _create_refund(op)
    _create_circuit(op)


def _create_payment(op: Operations) -> None:
    op.create_table(
        "cashier_online_payment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("out_trade_no", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("sold", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("prepaid", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=True),
        sa.Column("paid_fen", BIG, nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", BIG, nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bill_id", BIG, nullable=True),
        sa.Column("refunded_fen", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.CheckConstraint(
            "state <> 'paid' OR paid_fen = amount_fen",
            name=op.f("ck_cashier_online_payment_paid_fen"),
        ),
        sa.CheckConstraint(
            "state IN ('created', 'prepaid', 'unknown', 'closing', 'closed', 'confirmed', 'paid',"
            " 'mismatch', 'refunding', 'refunded')",
            name=op.f("ck_cashier_online_payment_state"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_cashier_online_payment_amount_fen")),
        sa.CheckConstraint(
            "refunded_fen = 0 OR refunded_fen BETWEEN 0 AND paid_fen",
            name=op.f("ck_cashier_online_payment_refunded_fen"),
        ),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["cashier_bill.id"], name=op.f("fk_cashier_online_payment_bill_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["membership_member.id"],
            name=op.f("fk_cashier_online_payment_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cashier_online_payment_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_online_payment")),
        sa.UniqueConstraint("key", name=op.f("uq_cashier_online_payment_key")),
        sa.UniqueConstraint("out_trade_no", name=op.f("uq_cashier_online_payment_out_trade_no")),
        sa.UniqueConstraint(
            "provider",
            "transaction_id",
            name=op.f("uq_cashier_online_payment_provider_transaction_id"),
        ),
    )
    op.create_index(
        "ix_cashier_online_payment_bill_id", "cashier_online_payment", ["bill_id"], unique=False
    )
    op.create_index(
        "ix_cashier_online_payment_member_id", "cashier_online_payment", ["member_id"], unique=False
    )
    op.create_index(
        "ix_cashier_online_payment_state_due_at",
        "cashier_online_payment",
        ["state", "due_at"],
        unique=False,
    )


def _create_note(op: Operations) -> None:
    op.create_table(
        "cashier_online_note",
        sa.Column("id", BIG, nullable=False),
        sa.Column("payment_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["cashier_online_payment.id"],
            name=op.f("fk_cashier_online_note_payment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_online_note")),
    )
    op.create_index(
        op.f("ix_cashier_online_note_payment_id"),
        "cashier_online_note",
        ["payment_id"],
        unique=False,
    )


def _create_refund(op: Operations) -> None:
    op.create_table(
        "cashier_online_refund",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payment_id", BIG, nullable=False),
        sa.Column("out_refund_no", sa.String(), nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", BIG, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", BIG, nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'done', 'failed')", name=op.f("ck_cashier_online_refund_state")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_cashier_online_refund_amount_fen")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["console_user.id"], name=op.f("fk_cashier_online_refund_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["cashier_online_payment.id"],
            name=op.f("fk_cashier_online_refund_payment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_online_refund")),
        sa.UniqueConstraint("key", name=op.f("uq_cashier_online_refund_key")),
        sa.UniqueConstraint("out_refund_no", name=op.f("uq_cashier_online_refund_out_refund_no")),
    )
    op.create_index(
        op.f("ix_cashier_online_refund_payment_id"),
        "cashier_online_refund",
        ["payment_id"],
        unique=False,
    )
    op.create_index(
        "ix_cashier_online_refund_state_due_at",
        "cashier_online_refund",
        ["state", "due_at"],
        unique=False,
    )


def _create_circuit(op: Operations) -> None:
    op.create_table(
        "cashier_online_circuit",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("failures", BIG, nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_cashier_online_circuit")),
    )
