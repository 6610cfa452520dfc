"""A search by the last digits of a phone reads an index alone, and no member's row."""

from __future__ import annotations

from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Replace the index of last digits by one that knows who is gone."""
    op.drop_index("ix_membership_member_phone_tail", "membership_member")
    op.create_index(
        "ix_membership_member_phone_tail_gone_at_id",
        "membership_member",
        ["phone_tail", "gone_at", "id"],
    )
