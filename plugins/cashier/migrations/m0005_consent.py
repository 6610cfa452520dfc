"""Signatures, objections, points of refunds, and lines that were taken off a reopened bill."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Add signatures, objections, points of refunds, and when a line was taken off."""
    op.add_column(
        "cashier_line", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True)
    )
    for name in ("points_back", "points_taken"):
        column = sa.Column(name, BIG, nullable=False, server_default="0")
        op.add_column("cashier_refund_line", column)
    _create_signatures(op)
    _create_objections(op)


def _create_signatures(op: Operations) -> None:
    op.create_table(
        "cashier_signature",
        sa.Column("id", BIG, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_user", BIG, nullable=True),
        sa.CheckConstraint("way IN ('drawn', 'photo')", name=op.f("ck_cashier_signature_way")),
        sa.ForeignKeyConstraint(
            ["by_user"], ["console_user.id"], name=op.f("fk_cashier_signature_by_user")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["console_file.id"], name=op.f("fk_cashier_signature_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_cashier_signature_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cashier_signature_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_signature")),
    )
    op.create_index("ix_cashier_signature_purpose", "cashier_signature", ["purpose"])
    op.create_index(op.f("ix_cashier_signature_member_id"), "cashier_signature", ["member_id"])


def _create_objections(op: Operations) -> None:
    op.create_table(
        "cashier_objection",
        sa.Column("id", BIG, nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("bill_id", BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("evidence", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_cashier_objection_answered_with_outcome"),
        ),
        sa.CheckConstraint(
            "outcome IN ('explained', 'given_back', 'made_good')",
            name=op.f("ck_cashier_objection_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["cashier_bill.id"], name=op.f("fk_cashier_objection_bill_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_cashier_objection_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cashier_objection_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_objection")),
        sa.UniqueConstraint("about", name=op.f("uq_cashier_objection_about")),
    )
    op.create_index(op.f("ix_cashier_objection_member_id"), "cashier_objection", ["member_id"])
    op.create_index(op.f("ix_cashier_objection_bill_id"), "cashier_objection", ["bill_id"])
    op.create_index(
        "ix_cashier_objection_store_id_answered_at",
        "cashier_objection",
        ["store_id", "answered_at"],
    )
