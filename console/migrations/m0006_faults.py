"""Keep what plugins did wrong."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Keep what plugins did wrong."""
    op.create_table(
        "console_fault",
        sa.Column("plugin", sa.String(), nullable=False),
        sa.Column("hook", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("times", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("plugin", "hook", name=op.f("pk_console_fault")),
    )
