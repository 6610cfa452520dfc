"""Seal each row of consequence as it is written, and let nobody change or remove a seal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MESSAGE = "the seals of rows are append-only"


def upgrade(op: Operations) -> None:
    """Seal each row of consequence as it is written, and let nobody change or remove a seal."""
    op.create_table(
        "console_row_seal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("row_id", BIG, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_row_seal")),
    )
    op.create_index(op.f("ix_console_row_seal_subject"), "console_row_seal", ["subject", "row_id"])
    op.create_table(
        "console_row_night",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after_id", BIG, nullable=False),
        sa.Column("through_id", BIG, nullable=False),
        sa.Column("seals", BIG, nullable=False),
        sa.Column("seals_digest", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_row_night")),
        sa.UniqueConstraint("after_id", name=op.f("uq_console_row_night_after_id")),
        sa.UniqueConstraint("through_id", name=op.f("uq_console_row_night_through_id")),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION console_refuse_row_seal_change() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
        )
    for table in ("console_row_seal", "console_row_night"):
        if sqlite:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act}"
                    f" ON {table} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                )
            continue
        for acts, row in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{row.lower()}_change BEFORE {acts} ON {table}"
                f" FOR EACH {row} EXECUTE FUNCTION console_refuse_row_seal_change()"
            )
