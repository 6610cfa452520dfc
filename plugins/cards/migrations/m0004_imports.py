"""Card products remember the import that made them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Add the number of the import to card products."""
    op.add_column("cards_product", sa.Column("import_id", BIG, nullable=True))
