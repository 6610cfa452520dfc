"""Seal the audit trail, and let nobody change or remove a seal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MESSAGE = "the seals of the audit trail are append-only"


def upgrade(op: Operations) -> None:
    """Seal the audit trail, and let nobody change or remove a seal."""
    op.create_table(
        "console_audit_erased",
        sa.Column("entry_id", BIG, autoincrement=False, nullable=False),
        sa.Column("was", sa.String(), nullable=False),
        sa.Column("now", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_console_audit_erased")),
    )
    op.create_table(
        "console_audit_seal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after_id", BIG, nullable=False),
        sa.Column("through_id", BIG, nullable=False),
        sa.Column("entries", BIG, nullable=False),
        sa.Column("entries_digest", sa.String(), nullable=False),
        sa.Column("heads", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_audit_seal")),
        sa.UniqueConstraint("after_id", name=op.f("uq_console_audit_seal_after_id")),
        sa.UniqueConstraint("through_id", name=op.f("uq_console_audit_seal_through_id")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER console_audit_seal_no_{act.lower()} BEFORE {act}"
                f" ON console_audit_seal BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION console_refuse_seal_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
    )
    for acts, row in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER console_audit_seal_no_{row.lower()}_change BEFORE {acts}"
            f" ON console_audit_seal FOR EACH {row} EXECUTE FUNCTION console_refuse_seal_change()"
        )
