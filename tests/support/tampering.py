"""Writing to the database as somebody who owns it, past the program."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from console import api

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


@contextmanager
def owner_of_database() -> Iterator[sa.Connection]:
    """Connect as somebody who owns the database: past triggers, keys and constraints.

    Nothing that is written stays.
    """
    api.db.session.rollback()
    with api.db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for name in connection.scalars(sa.text(TRIGGERS)).all():
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(sa.text("SET session_replication_role = replica"))
        yield connection
        connection.rollback()
        connection.invalidate()


def another(column: Any, value: Any) -> Any:
    """Return another plausible value of a column."""
    kind = column.type
    if isinstance(kind, sa.JSON):
        return {"edited": True} if not isinstance(value, list) else [*value, "edited"]
    if isinstance(kind, sa.Boolean):
        return not value
    if isinstance(kind, sa.Integer):
        return (value or 0) + 1
    if isinstance(kind, sa.Numeric):
        return (value or Decimal(0)) + 1
    if isinstance(kind, api.UtcDateTime):
        return (value or dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) + dt.timedelta(hours=1)
    if isinstance(kind, sa.Date):
        return (value or dt.date(2026, 1, 1)) + dt.timedelta(days=1)
    if isinstance(kind, sa.Time):
        return dt.time(1, 2) if value != dt.time(1, 2) else dt.time(2, 1)
    if isinstance(kind, sa.LargeBinary):
        return bytes(value or b"") + b"x"
    return f"{value or ''}x"


def change(connection: sa.Connection, table: Any, row: Any, column: Any) -> bool:
    """Change one cell; tell whether the database let us."""
    values = {column.name: another(column, row[column.name])}
    return _try(connection, sa.update(table).where(same(table, row)).values(values))


def remove(connection: sa.Connection, table: Any, row: Any) -> bool:
    """Delete a row; tell whether the database let us."""
    return _try(connection, sa.delete(table).where(same(table, row)))


def copy(connection: sa.Connection, table: Any, row: Any) -> bool:
    """Add a copy of a row, with other keys where it needs them; tell whether we could."""
    values = {**row}
    unique = {each.name for each in table.columns if each.unique}
    for constraint in (*table.constraints, *(i for i in table.indexes if i.unique)):
        if not isinstance(constraint, (sa.ForeignKeyConstraint, sa.CheckConstraint)):
            columns = [each for each in constraint.columns if each.name not in unique]
            unique |= {columns[-1].name} if columns else set()
    for name in unique:
        values[name] = another(table.c[name], row[name])
    for each in table.primary_key.columns:
        if isinstance(each.type, sa.Integer):
            values[each.name] = row[each.name] + 1_000_000
    return _try(connection, sa.insert(table).values(values))


def same(table: Any, row: Any) -> Any:
    """Select a row by its key."""
    return sa.and_(*(each == row[each.name] for each in table.primary_key.columns))


def _try(connection: sa.Connection, statement: Any) -> bool:
    try:
        with connection.begin_nested():
            return bool(connection.execute(statement).rowcount)
    except sa.exc.IntegrityError:
        return False
