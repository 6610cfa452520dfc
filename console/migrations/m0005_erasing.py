"""Let texts of the audit trail go when somebody's identity is erased, and only then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MESSAGE = "the audit trail is append-only"
#: What stays of every deed: who did what to which record, where and when.
FIXED = (
    "id",
    "at",
    "user_id",
    "user_name",
    "store_id",
    "till_id",
    "ip",
    "request_id",
    "act",
    "subject_table",
    "subject_id",
)
RUNNING = "SELECT 1 FROM console_erasing WHERE open"


def upgrade(op: Operations) -> None:
    """Let texts of the audit trail go when somebody's identity is erased, and only then."""
    op.create_table(
        "console_erasing",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject_table", sa.String(), nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_erasing")),
    )
    if op.get_bind().dialect.name == "sqlite":
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED)
        op.execute("DROP TRIGGER console_audit_no_update")
        op.execute(
            "CREATE TRIGGER console_audit_no_update BEFORE UPDATE ON console_audit"
            f" WHEN {changed} OR NOT EXISTS ({RUNNING})"
            f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        return
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED)
    op.execute(
        "CREATE OR REPLACE FUNCTION console_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql"
        f" AS $$ BEGIN IF TG_OP = 'UPDATE' THEN IF NOT ({changed}) AND EXISTS ({RUNNING}) THEN"
        f" RETURN NEW; END IF; END IF; RAISE EXCEPTION '{MESSAGE}'; END $$"
    )
