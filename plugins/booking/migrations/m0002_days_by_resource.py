"""Find the days of a resource in whatever store."""

from __future__ import annotations

from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Find the days of a resource in whatever store."""
    op.create_index(
        "ix_booking_day_kind_resource_id_day_on",
        "booking_day",
        ["kind", "resource_id", "day_on"],
        unique=False,
    )
