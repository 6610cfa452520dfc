"""Initial."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Initial."""
    op.create_table(
        "walkin_ticket",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_walkin_ticket_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walkin_ticket")),
        sa.UniqueConstraint(
            "store_id", "day_on", "number", name=op.f("uq_walkin_ticket_store_id_day_on_number")
        ),
    )
    op.create_index(
        op.f("ix_walkin_ticket_member_id"), "walkin_ticket", ["member_id"], unique=False
    )
