"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """The first tables."""
    op.create_table(
        "sample_entry",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_sample_entry_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_entry")),
    )
    op.create_index(
        op.f("ix_sample_entry_store_id"), "sample_entry", ["store_id"], unique=False
    )
