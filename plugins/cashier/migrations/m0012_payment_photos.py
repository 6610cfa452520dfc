"""Photos that prove booked receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Create the table of photos of booked receipts."""
    op.create_table(
        "cashier_payment_photo",
        sa.Column("id", BIG, nullable=False),
        sa.Column("payment_id", BIG, nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["cashier_payment.id"],
            name=op.f("fk_cashier_payment_photo_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["console_file.id"], name=op.f("fk_cashier_payment_photo_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_payment_photo")),
        sa.UniqueConstraint(
            "payment_id", "digest", name=op.f("uq_cashier_payment_photo_payment_id_digest")
        ),
    )
