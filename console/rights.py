"""What the database role that serves may do: all of the console's work, and no rewriting of books.

Only PostgreSQL knows roles. The tables belong to another role, who migrates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from console.plugin import Plugin

Kept = Mapping[str, tuple[str, ...]]
#: The host's tables whose rows are only added, each with the columns that may still change.
OWN: Kept = {
    "console_audit": ("title", "subject_label", "before", "after", "note"),
    "console_audit_erased": ("was", "now", "digest"),
    "console_audit_seal": (),
    "console_row_night": (),
    "console_row_seal": (),
}
#: Whoever serves may write here; it tells her from others.
TOLD_BY = "console_epoch"
OWNED = """
    SELECT coalesce(bool_and(pg_has_role(relowner, 'USAGE')), true) FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relname = 'console_migration'
"""
MAY = """
    SELECT bool_or(has_table_privilege(oid, right_) OR pg_has_role(relowner, 'MEMBER'))
    FROM pg_class, unnest(ARRAY['DELETE', 'TRUNCATE']) right_
    WHERE relnamespace = current_schema()::regnamespace AND relname = :name
"""
CHANGES = """
    SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = :name
    AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'UPDATE')
"""
SERVING = """
    SELECT DISTINCT r.rolname FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r
    ON r.oid = a.grantee WHERE c.relnamespace = current_schema()::regnamespace
    AND c.relname = :name AND a.privilege_type = 'INSERT' AND a.grantee <> c.relowner
"""


def kept_tables(manifests: Iterable[type[Plugin]]) -> dict[str, tuple[str, ...]]:
    """Return all tables whose rows are only added, with the columns that may still change."""
    found = dict(OWN)
    for manifest in manifests:
        found.update(manifest.append_only)
    return found


def grants(connection: sa.Connection, role: str, kept: Kept) -> Iterator[str]:
    """Yield the statements that let *role* serve, and take from it what it does not need.

    They may be run again and again, and must be after a migration made tables.
    """
    quote = connection.dialect.identifier_preparer.quote
    schema, name = quote(sa.inspect(connection).default_schema_name or "public"), quote(role)
    yield f"GRANT USAGE ON SCHEMA {schema} TO {name}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {name}"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {name}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {name}"
    waiting = "console_wait_for_writers(text, boolean)"
    yield f"GRANT EXECUTE ON FUNCTION {waiting} TO {name}"
    for table in sorted(sa.inspect(connection).get_table_names()):
        if table.endswith("_migration"):
            yield f"REVOKE INSERT, UPDATE, DELETE ON {quote(table)} FROM {name}"
        elif table in kept:
            yield f"REVOKE UPDATE, DELETE ON {quote(table)} FROM {name}"
            if kept[table]:
                columns = ", ".join(map(quote, kept[table]))
                yield f"GRANT UPDATE ({columns}) ON {quote(table)} TO {name}"


def grant(connection: sa.Connection, role: str, kept: Kept) -> None:
    """Let *role* serve, and no more; the connection is that of the tables' owner."""
    for statement in list(grants(connection, role, kept)):
        connection.exec_driver_sql(statement)


def renew(engine: sa.Engine, kept: Kept) -> list[str]:
    """Give every role that serves what new tables need, and name these roles."""
    if engine.dialect.name != "postgresql":
        return []
    with engine.connect() as connection, connection.begin():
        if not owns(connection):
            return []
        roles = list(connection.scalars(sa.text(SERVING), {"name": TOLD_BY}))
        for role in roles:
            grant(connection, role, kept)
    return roles


def owns(connection: sa.Connection) -> bool:
    """Tell whether who is connected may alter the tables, or there are none yet."""
    return connection.dialect.name != "postgresql" or bool(connection.scalar(sa.text(OWNED)))


def rewritable(connection: sa.Connection, kept: Kept) -> list[str]:
    """Name the tables whose rows who is connected could change or delete, were it not for triggers.

    On SQLite there are none: whoever writes the file may do anything, and triggers must do.
    """
    if connection.dialect.name != "postgresql":
        return []
    return [
        table
        for table, changing in sorted(kept.items())
        if connection.scalar(sa.text(MAY), {"name": table})
        or set(connection.scalars(sa.text(CHANGES), {"name": table})) - set(changing)
    ]
