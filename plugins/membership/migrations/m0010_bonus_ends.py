"""After how long the bonus of a top-up offer ends."""

from __future__ import annotations

from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the columns; the bonus of the offers that there are never ends."""
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for name in ("bonus_days", "bonus_months"):
        op.execute(
            f"ALTER TABLE membership_tier ADD COLUMN {name} {number} "
            f"CONSTRAINT ck_membership_tier_{name} CHECK ({name} > 0)"
        )
