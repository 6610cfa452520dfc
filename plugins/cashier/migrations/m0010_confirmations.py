"""What members confirm on their phones before something is taken from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "cashier_confirmation"


def upgrade(op: Operations) -> None:
    """Add the table of confirmations."""
    op.create_table(
        TABLE,
        sa.Column("id", BIG, nullable=False),
        sa.Column("bill_id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("sign", sa.String(), nullable=False),
        sa.Column("value_fen", BIG, nullable=False),
        sa.Column("told", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", BIG, nullable=True),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settlement_id", BIG, nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'confirmed', 'refused', 'withdrawn', 'overridden')",
            name=op.f("ck_cashier_confirmation_state"),
        ),
        sa.CheckConstraint(
            "(state = 'asked') = (answered_at IS NULL)",
            name=op.f("ck_cashier_confirmation_answered"),
        ),
        sa.CheckConstraint(
            "state <> 'overridden' OR reason <> ''", name=op.f("ck_cashier_confirmation_reason")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_cashier_confirmation_{column}")
            )
            for column, target in (
                ("bill_id", "cashier_bill.id"),
                ("member_id", "membership_member.id"),
                ("store_id", "console_store.id"),
                ("asked_by", "console_user.id"),
                ("settlement_id", "cashier_settlement.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_confirmation")),
        sa.UniqueConstraint("settlement_id", name=op.f("uq_cashier_confirmation_settlement_id")),
    )
    op.create_index(op.f("ix_cashier_confirmation_bill_id"), TABLE, ["bill_id"])
    op.create_index("ix_cashier_confirmation_member_id_asked_at", TABLE, ["member_id", "asked_at"])
