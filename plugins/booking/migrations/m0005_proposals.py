"""Other times that the store offers, and lengths that were agreed with a guest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Other times that the store offers, and lengths that were agreed with a guest."""
    op.create_table(
        "booking_proposal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("was_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", BIG, nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)",
            name=op.f("ck_booking_proposal_answered"),
        ),
        sa.CheckConstraint(
            "answer IN ('accepted', 'declined', 'lapsed')",
            name=op.f("ck_booking_proposal_answer"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["console_user.id"], name=op.f("fk_booking_proposal_made_by")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["booking_visit.id"],
            name=op.f("fk_booking_proposal_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_proposal")),
    )
    op.create_index(
        op.f("ix_booking_proposal_visit_id"), "booking_proposal", ["visit_id"], unique=False
    )
    op.add_column("booking_item", sa.Column("agreed_minutes", BIG, nullable=True))
