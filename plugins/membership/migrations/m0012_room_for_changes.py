"""A member who changes keeps her place in PostgreSQL, so that her many index entries stay valid.

A page that is full sends a changed row elsewhere, and every index with it: 0.41 instead of 0.15 ms.
"""

from __future__ import annotations

from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Leave a tenth of each page free for rows that change."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE membership_member SET (fillfactor = 90)")
