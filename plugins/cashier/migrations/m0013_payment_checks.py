"""Booked receipts that were checked against a statement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Create the table of checks of booked receipts."""
    op.create_table(
        "cashier_payment_check",
        sa.Column("id", BIG, nullable=False),
        sa.Column("payment_id", BIG, nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.Column("undo_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["cashier_payment.id"],
            name=op.f("fk_cashier_payment_check_payment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_payment_check")),
    )
    op.create_index(
        "ix_cashier_payment_check_payment_id", "cashier_payment_check", ["payment_id"], unique=False
    )
    op.create_index(
        "uq_cashier_payment_check_standing",
        "cashier_payment_check",
        ["payment_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
