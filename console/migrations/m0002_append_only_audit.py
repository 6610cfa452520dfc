"""Let nobody change or remove what stands in the audit trail."""

from __future__ import annotations

from alembic.operations import Operations

MESSAGE = "the audit trail is append-only"
ACTS = ("UPDATE", "DELETE")


def upgrade(op: Operations) -> None:
    """Let nobody change or remove what stands in the audit trail."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ACTS:
            op.execute(
                f"CREATE TRIGGER console_audit_no_{act.lower()} BEFORE {act} ON console_audit"
                f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION console_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER console_audit_no_change BEFORE UPDATE OR DELETE ON console_audit"
        " FOR EACH ROW EXECUTE FUNCTION console_refuse_audit_change()"
    )
    op.execute(
        "CREATE TRIGGER console_audit_no_truncate BEFORE TRUNCATE ON console_audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION console_refuse_audit_change()"
    )
