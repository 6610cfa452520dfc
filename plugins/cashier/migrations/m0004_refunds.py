"""Refunds, the lines that they give back, and the ways that the money went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Create the tables of refunds."""
    _create_refunds(op)
    _create_lines(op)
    _create_payouts(op)


def _create_refunds(op: Operations) -> None:
    op.create_table(
        "cashier_refund",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=True),
        sa.Column("bill_id", BIG, nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("interest_fen", BIG, nullable=False),
        sa.Column("asked", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sheet", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("approval_id", BIG, nullable=True),
        sa.Column("approved_by", BIG, nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.String(), nullable=True),
        sa.Column("objection", sa.String(), nullable=False),
        sa.Column("opened_by", BIG, nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_by", BIG, nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'waiting', 'approved', 'paid', 'withdrawn')",
            name=op.f("ck_cashier_refund_state"),
        ),
        sa.CheckConstraint(
            "kind IN ('lines', 'stored_value', 'card')",
            name=op.f("ck_cashier_refund_kind"),
        ),
        sa.CheckConstraint(
            "amount_fen >= 0 AND interest_fen >= 0",
            name=op.f("ck_cashier_refund_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["paid_by"], ["console_user.id"], name=op.f("fk_cashier_refund_paid_by")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cashier_refund_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_cashier_refund_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["console_user.id"], name=op.f("fk_cashier_refund_approved_by")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["console_user.id"], name=op.f("fk_cashier_refund_opened_by")
        ),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["cashier_bill.id"], name=op.f("fk_cashier_refund_bill_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_refund")),
        sa.UniqueConstraint("key", name=op.f("uq_cashier_refund_key")),
        sa.UniqueConstraint("store_id", "number", name=op.f("uq_cashier_refund_store_id_number")),
    )
    op.create_index("ix_cashier_refund_bill_id", "cashier_refund", ["bill_id"])
    op.create_index("ix_cashier_refund_member_id", "cashier_refund", ["member_id"])
    op.create_index(
        "ix_cashier_refund_store_id_booked_on", "cashier_refund", ["store_id", "booked_on"]
    )


def _create_lines(op: Operations) -> None:
    op.create_table(
        "cashier_refund_line",
        sa.Column("id", BIG, nullable=False),
        sa.Column("refund_id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("quantity", BIG, nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("principal_fen", BIG, nullable=False),
        sa.Column("bonus_fen", BIG, nullable=False),
        sa.Column("income_fen", BIG, nullable=False),
        sa.Column("sessions", BIG, nullable=False),
        sa.CheckConstraint(
            "amount_fen >= 0 AND quantity >= 0",
            name=op.f("ck_cashier_refund_line_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["cashier_refund.id"], name=op.f("fk_cashier_refund_line_refund_id")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["cashier_line.id"], name=op.f("fk_cashier_refund_line_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_refund_line")),
        sa.UniqueConstraint(
            "refund_id", "line_id", name=op.f("uq_cashier_refund_line_refund_id_line_id")
        ),
    )
    op.create_index("ix_cashier_refund_line_line_id", "cashier_refund_line", ["line_id"])


def _create_payouts(op: Operations) -> None:
    op.create_table(
        "cashier_payout",
        sa.Column("id", BIG, nullable=False),
        sa.Column("refund_id", BIG, nullable=False),
        sa.Column("payment_id", BIG, nullable=True),
        sa.Column("kind_id", BIG, nullable=True),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "amount_fen > 0",
            name=op.f("ck_cashier_payout_amount_fen"),
        ),
        sa.CheckConstraint(
            "part IN ('refund', 'interest')",
            name=op.f("ck_cashier_payout_part"),
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["cashier_refund.id"], name=op.f("fk_cashier_payout_refund_id")
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["cashier_payment_kind.id"], name=op.f("fk_cashier_payout_kind_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["cashier_payment.id"], name=op.f("fk_cashier_payout_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_payout")),
    )
    op.create_index("ix_cashier_payout_payment_id", "cashier_payout", ["payment_id"])
    op.create_index("ix_cashier_payout_refund_id", "cashier_payout", ["refund_id"])
    op.create_index(
        "ix_cashier_payout_kind_id_booked_on", "cashier_payout", ["kind_id", "booked_on"]
    )
