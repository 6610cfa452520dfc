"""Initial."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Initial."""
    op.create_table(
        "drink_favourite",
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("drink", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_drink_favourite_member_id")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_drink_favourite")),
    )
    op.create_index(op.f("ix_drink_favourite_drink"), "drink_favourite", ["drink"], unique=False)
