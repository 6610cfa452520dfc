"""Top up contracts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Top up contracts."""
    op.create_table(
        "cashier_top_up_contract",
        sa.Column("id", BIG, nullable=False),
        sa.Column("recharge_id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "signed_by IN ('phone', 'paper')", name=op.f("ck_cashier_top_up_contract_signed_by")
        ),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by IS NULL)",
            name=op.f("ck_cashier_top_up_contract_signed_how"),
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["cashier_line.id"], name=op.f("fk_cashier_top_up_contract_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["membership_member.id"],
            name=op.f("fk_cashier_top_up_contract_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["recharge_id"],
            ["membership_recharge.id"],
            name=op.f("fk_cashier_top_up_contract_recharge_id"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cashier_top_up_contract_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_top_up_contract")),
        sa.UniqueConstraint("recharge_id", name=op.f("uq_cashier_top_up_contract_recharge_id")),
    )
    op.create_index(
        "ix_cashier_top_up_contract_line_id", "cashier_top_up_contract", ["line_id"], unique=False
    )
    op.create_index(
        "ix_cashier_top_up_contract_member_id",
        "cashier_top_up_contract",
        ["member_id"],
        unique=False,
    )
    op.create_index(
        "ix_cashier_top_up_contract_store_id", "cashier_top_up_contract", ["store_id"], unique=False
    )
