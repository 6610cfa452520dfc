"""After how long the bonus of a top-up offer ends."""

from __future__ import annotations

from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the columns; the bonus of the offers that there are never ends."""
    for name in ("bonus_days", "bonus_months"):
        op.execute(
            f"ALTER TABLE membership_tier ADD COLUMN {name} INTEGER "
            f"CONSTRAINT ck_membership_tier_{name} CHECK ({name} > 0)"
        )
