"""Applying migrations: a history in one transaction, with SQLite's traps covered."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from console import clock
from console.backup import copy_database
from console.failpoints import fail_point
from console.host import faults
from console.host.attempt import attempt
from console.migrate.history import HOST, History, Migration, up_to_date
from console.row_migrating import Resealing

log = logging.getLogger(__name__)
FAULT = faults.Fault.__table__

#: The host's migration that brings the seals of rows.
SEALING = "m0009_row_seals"
#: Any constant will do, as long as nothing else in the database uses it as an advisory lock.
LOCK = 20_260_401
DROPPED = re.compile(r'\s*DROP\s+(?:INDEX|TRIGGER)\s+(?:IF\s+EXISTS\s+)?"?(\w+)"?', re.IGNORECASE)
ALTERED = re.compile(
    r"\s*(?:ALTER\s+TABLE|DROP\s+(?:TABLE|TRIGGER|FUNCTION)|UPDATE|DELETE\s+FROM|INSERT\s+INTO"
    r"|CREATE\s+OR\s+REPLACE\s+FUNCTION|TRUNCATE(?:\s+TABLE)?)"
    r'\s+(?:IF\s+EXISTS\s+|ONLY\s+)?"?(\w+)"?',
    re.IGNORECASE,
)
MOVED = re.compile(r'\s*ALTER\s+TABLE\s+"?_alembic_tmp_', re.IGNORECASE)


class MigrationFailed(Exception):
    """A migration left the tables in a state that would hurt; nothing of it was kept."""


@dataclass
class Report:
    """What was applied, by history, and which plugins' migrations failed, and why."""

    applied: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, BaseException] = field(default_factory=dict)
    copy: Path | None = None


def apply(
    engine: sa.Engine,
    histories: Sequence[History],
    *,
    backups: Path | None = None,
    key: bytes | None = None,
) -> Report:
    """Apply all that is pending, after copying the database to the folder *backups*.

    What fails in the host is raised. What fails in a plugin costs this plugin only: none of
    it is kept, and the plugin cannot be mounted until it is mended. With the seals' *key* the
    rows of altered tables are sealed as they are afterwards.
    """
    report = Report()
    with engine.connect() as connection:
        ready = up_to_date(connection, histories)
    waiting = [history for history in histories if history.name not in ready]
    if waiting and backups is not None and _is_copy_needed(engine, histories):
        report.copy = copy_database(engine, backups, "before-migration")
    for history in waiting:
        names: list[str] = []
        act = partial(_apply_history, engine, history, histories, key)
        problem = attempt(lambda: names.extend(act()))  # noqa: B023
        if problem is not None and history.name == HOST:
            raise problem
        if problem is not None:
            log.error("the migrations of %s failed", history.name, exc_info=problem)
            report.failed[history.name] = problem
        elif names:
            report.applied[history.name] = names
    return report


def remember_failures(engine: sa.Engine, report: Report) -> None:
    """Put what stopped a plugin's migrations on its page, or take it from there."""
    names = [name for name in (*report.applied, *report.failed) if name != HOST]
    if not names:
        return
    stale = sa.and_(FAULT.c.plugin.in_(names), FAULT.c.hook == "migration")
    with engine.connect().execution_options(console_writes=True) as connection:
        connection.execute(sa.delete(FAULT).where(stale))
        for name, problem in report.failed.items():
            said = f"{type(problem).__name__}: {problem}"[: faults.LONGEST]
            row = {"plugin": name, "hook": "migration", "problem": said, "times": 1}
            now = clock.now()
            connection.execute(sa.insert(FAULT), {**row, "first_at": now, "last_at": now})
        connection.commit()


def _is_copy_needed(engine: sa.Engine, histories: Sequence[History]) -> bool:
    """Tell whether tables that are in use are about to change; an empty database is not copied."""
    if engine.dialect.name != "sqlite":
        return False
    with engine.connect() as connection:
        pending = [h for h in histories if len(h.migrations()) > len(h.applied(connection))]
        return bool(pending) and any(h.applied(connection) for h in histories)


def _apply_history(
    engine: sa.Engine, history: History, histories: Sequence[History], key: bytes | None
) -> list[str]:
    with _migrating(engine) as connection:
        pending = history.pending(connection)
        if not pending:
            return []
        history.table.create(connection, checkfirst=True)
        rows = None if key is None else Resealing(connection, key)
        with _noting_altered(connection, rows) as altered:
            for step in pending:
                _apply_step(connection, history, step)
        if rows is not None:
            steps = {step.name for step in pending}
            rows.seal(_owners(connection, histories, {history.name, *altered}, steps))
        _check_keys(connection)
        _check_rows(connection, [each for each in histories if each.name in altered])
        fail_point("before_migration_commit")
    return [step.name for step in pending]


def _owners(
    connection: sa.Connection, histories: Sequence[History], owners: set[str], steps: set[str]
) -> set[str]:
    """Name whose rows are sealed: these owners', and everybody's where *steps* bring the seals.

    Whoever still waits for migrations of her own is sealed by these.
    """
    ready = {
        each.name
        for each in histories
        if not {step.name for step in each.migrations()} - {*each.applied(connection)}
    }
    return ready if SEALING in steps else ready & owners


def _apply_step(connection: sa.Connection, history: History, step: Migration) -> None:
    # A console whose tables are up to date starts without it, a seventh of a second sooner.
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    module = step.load()
    operations = Operations(MigrationContext.configure(connection))
    with _kept_objects(connection):
        module.upgrade(operations)
    row = {
        "name": step.name,
        "applied_at": clock.now().isoformat(),
        "triggers": sorted(history.find_triggers(connection)),
    }
    connection.execute(sa.insert(history.table), row)
    fail_point("after_migration_step")


@contextmanager
def _migrating(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Begin the one transaction of a history, alone with the tables."""
    with engine.connect().execution_options(console_writes=True) as connection:
        if engine.dialect.name == "sqlite":
            with _without_keys(connection), connection.begin():
                yield connection
            return
        with connection.begin():
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
            yield connection


@contextmanager
def _without_keys(connection: sa.Connection) -> Iterator[None]:
    """Switch foreign keys off, which SQLite does only outside a transaction.

    With them on, Alembic's way of altering a table (copy, drop, rename) would delete the rows
    of its children.
    """
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _kept_objects(connection: sa.Connection) -> Iterator[None]:
    """Bring back the triggers and indexes that SQLite dropped together with an altered table.

    Those that the step drops by name stay dropped.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    before, dropped = _objects(connection), set()

    def watch(_c: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if read := DROPPED.match(statement):
            dropped.add(read[1])
        # A rename checks all triggers; those that name the table just dropped would fail.
        legacy = "ON" if MOVED.match(statement) else "OFF"
        cursor.execute(f"PRAGMA legacy_alter_table={legacy}")

    sa.event.listen(connection, "before_cursor_execute", watch)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression")
            yield
    finally:
        sa.event.remove(connection, "before_cursor_execute", watch)
    after, tables = _objects(connection), sa.inspect(connection).get_table_names()
    for name in sorted(before.keys() - after.keys() - dropped):
        table, sql = before[name]
        if table in tables:
            connection.exec_driver_sql(sql)


def _objects(connection: sa.Connection) -> dict[str, tuple[str, str]]:
    """Return table and text of the triggers, and of the indexes that Alembic cannot see."""
    rows = connection.exec_driver_sql(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
        " OR (type = 'index' AND sql IS NOT NULL AND name IN (SELECT m.name FROM sqlite_master m,"
        " pragma_index_xinfo(m.name) i WHERE m.type = 'index' AND i.cid = -2))"
    )
    return {name: (table, sql) for name, table, sql in rows}


def _check_keys(connection: sa.Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        tables = sorted({row[0] for row in orphans})
        raise MigrationFailed(f"rows without their parent in {', '.join(tables)}")


@contextmanager
def _noting_altered(connection: sa.Connection, rows: Resealing | None) -> Iterator[set[str]]:
    """Collect the names of the histories whose tables, rows or guards are altered meanwhile.

    Their *rows* are looked at before.
    """
    names: set[str] = set()

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        read = ALTERED.match(statement)
        name = read[1].partition("_")[0] if read else ""
        if read and name not in names and not read[1].endswith("_migration"):
            names.add(name)
            if rows is not None:
                rows.look(name)

    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        yield names
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)


def _check_rows(connection: sa.Connection, altered: Iterable[History]) -> None:
    """Refuse to commit what would break the rows of a plugin, which alone knows how they are."""
    for history in altered:
        # Of tables that still wait for their own migrations nothing can be said.
        if history.check is None or history.pending(connection):
            continue
        found = list(history.check(connection))
        if found:
            raise MigrationFailed(f"{history.name} would not be sound: {'; '.join(found)}")
