"""The members of a level lie in the order in which their list is shown."""

from __future__ import annotations

from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Replace the index of levels by one that goes on with the day of joining."""
    op.drop_index("ix_membership_member_level_id_id", "membership_member")
    op.create_index(
        "ix_membership_member_level_id_joined_on_id",
        "membership_member",
        ["level_id", "joined_on", "id"],
    )
