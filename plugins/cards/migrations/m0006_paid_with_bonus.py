"""What of the price of a card was bonus that it was paid with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Add the column; cards that are there were paid with money."""
    column = sa.Column("bonus_fen", BIG, nullable=False, server_default="0")
    op.add_column("cards_card", column)
