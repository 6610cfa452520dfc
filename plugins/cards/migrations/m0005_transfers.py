"""Cards on their way from one member to another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Add the transfers."""
    op.create_table(
        "cards_transfer",
        sa.Column("id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=True),
        sa.Column("purse", sa.String(), nullable=False),
        sa.Column("giver_id", BIG, nullable=False),
        sa.Column("taker_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("giver_agreed", sa.String(), nullable=False),
        sa.Column("taker_agreed", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("journal_id", BIG, nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('offered', 'done', 'declined', 'withdrawn', 'lapsed')",
            name=op.f("ck_cards_transfer_state"),
        ),
        sa.ForeignKeyConstraint(
            ["card_id"], ["cards_card.id"], name=op.f("fk_cards_transfer_card_id")
        ),
        sa.ForeignKeyConstraint(
            ["giver_id"], ["membership_member.id"], name=op.f("fk_cards_transfer_giver_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cards_transfer_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["taker_id"], ["membership_member.id"], name=op.f("fk_cards_transfer_taker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_transfer")),
        sa.UniqueConstraint("key", name=op.f("uq_cards_transfer_key")),
    )
    op.create_index(op.f("ix_cards_transfer_card_id"), "cards_transfer", ["card_id"], unique=False)
    op.create_index(
        op.f("ix_cards_transfer_giver_id"), "cards_transfer", ["giver_id"], unique=False
    )
    op.create_index(
        "ix_cards_transfer_state_until_at", "cards_transfer", ["state", "until_at"], unique=False
    )
    op.create_index(
        op.f("ix_cards_transfer_taker_id"), "cards_transfer", ["taker_id"], unique=False
    )
