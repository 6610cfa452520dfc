"""Let a role that may only add rows wait for all others who add some."""

from __future__ import annotations

from alembic.operations import Operations

# PostgreSQL lets nobody lock a table against writers who may not change or delete its rows.
WAIT = """
CREATE FUNCTION console_wait_for_writers(name text, alone boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    EXECUTE format(
        'LOCK TABLE %I IN %s MODE',
        name, CASE WHEN alone THEN 'SHARE ROW EXCLUSIVE' ELSE 'SHARE' END
    );
END $$
"""


def upgrade(op: Operations) -> None:
    """Create the function where tables have owners."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(WAIT)
        op.execute("REVOKE ALL ON FUNCTION console_wait_for_writers(text, boolean) FROM PUBLIC")
