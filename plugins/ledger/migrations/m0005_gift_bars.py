"""What the gift of a lot does not pay for."""

from __future__ import annotations

from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the column; the gifts of the lots that were sold pay for everything."""
    op.execute(
        "ALTER TABLE ledger_lot ADD COLUMN gift_bars VARCHAR DEFAULT '' NOT NULL "
        "CONSTRAINT ck_ledger_lot_gift_bars_known CHECK (gift_bars IN ('', 'products'))"
    )
