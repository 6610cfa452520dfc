"""Objections to sessions go where all others are: into those of the till."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

OLD = sa.table(
    "cards_objection",
    *(
        sa.column(name)
        for name in (
            "use_id",
            "member_id",
            "store_id",
            "at",
            "text",
            "outcome",
            "answer",
            "answered_at",
            "answered_by",
        )
    ),
)
USES = sa.table("cards_use", sa.column("id"), sa.column("journal_id"))
NEW = sa.table(
    "cashier_objection",
    *(sa.column(name, sa.JSON(none_as_null=True)) for name in ("title", "evidence")),
    *(
        sa.column(name)
        for name in (
            "about",
            "digest",
            "member_id",
            "store_id",
            "at",
            "text",
            "outcome",
            "answer",
            "answered_at",
            "answered_by",
        )
    ),
)


def upgrade(op: Operations) -> None:
    """Move the objections to sessions to those of the till."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(OLD, USES.c.journal_id).join(USES, USES.c.id == OLD.c.use_id)
    )
    for row in rows.mappings().all():
        told = dict(row)
        use_id, journal_id = told.pop("use_id"), told.pop("journal_id")
        about = f"journal:{journal_id}" if journal_id else f"use:{use_id}"
        title = {"message": "Session", "values": {}}
        kept = {"title": title, "evidence": {}, "digest": "", "about": about}
        connection.execute(sa.insert(NEW).values(**told, **kept))
    op.drop_table("cards_objection")
