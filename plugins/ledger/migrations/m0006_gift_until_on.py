"""The last day of the gift of a lot."""

from __future__ import annotations

from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the column; the gifts of the lots that were sold never end."""
    op.execute(
        "ALTER TABLE ledger_lot ADD COLUMN gift_until_on DATE "
        "CONSTRAINT ck_ledger_lot_gift_ends CHECK (gift_until_on IS NULL OR kind = 'money')"
    )
