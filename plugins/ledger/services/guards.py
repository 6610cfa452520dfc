"""The triggers and constraints that must be there: without them the rest is only hope."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from plugins.ledger.services.invariants import TABLES

SQLITE = {
    "ledger_account": "frozen moved delete replaced ignored",
    "ledger_handover": "bump update delete replaced replaced_journal_id",
    "ledger_journal": "update delete replaced replaced_reverses_id ignored",
    "ledger_leg": "bump update delete replaced",
    "ledger_link": "update delete replaced_account_id",
    "ledger_lot": "update delete replaced replaced_journal_id replaced_paid_account_id",
    "ledger_payment": "frozen delete replaced replaced_ref",
    "ledger_refund": "bump update delete replaced",
    "ledger_seal": "update delete replaced replaced_after_id replaced_through_id",
    "ledger_use": "update delete replaced replaced_lot_id",
}
POSTGRESQL = {
    "ledger_account": "append_only frozen moved",
    "ledger_handover": "append_only bump",
    "ledger_journal": "append_only",
    "ledger_leg": "append_only bump",
    "ledger_link": "append_only",
    "ledger_lot": "append_only",
    "ledger_payment": "append_only frozen",
    "ledger_refund": "append_only bump",
    "ledger_seal": "append_only",
    "ledger_use": "append_only",
}


def missing_guards(connection: sa.Connection) -> Iterator[str]:
    """Yield the names of triggers and check constraints that are missing or switched off."""
    if connection.dialect.name == "sqlite":
        wanted = SQLITE
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        wanted = POSTGRESQL
        query = (
            "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
            " AND c.relnamespace = current_schema()::regnamespace"
        )
    there = set(connection.scalars(sa.text(query)))
    names = {f"{table}_{act}" for table, acts in wanted.items() for act in acts.split()}
    yield from sorted(names - there)
    inspector = sa.inspect(connection)
    for table in TABLES:
        found = {check["name"] for check in inspector.get_check_constraints(table.name)}
        checks = {c.name for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        yield from sorted(str(name) for name in checks - found)
