"""How many people somebody waits for."""

from __future__ import annotations

from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Add the column in place: a copied table would forget which ids were given on SQLite."""
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE booking_wait ADD COLUMN party {kind} DEFAULT 1 NOT NULL "
        "CONSTRAINT ck_booking_wait_party CHECK (party > 0)"
    )
