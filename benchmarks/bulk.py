"""Writing millions of rows into either engine in one go."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Protocol

import psycopg
from sqlalchemy import make_url

CHUNK = 10_000
Row = Sequence[Any]


class Bulk(Protocol):
    """One connection that writes a great many rows."""

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Add *rows* to *table*."""

    def run(self, *statements: str) -> None:
        """Run statements as they stand."""

    def number_on(self, table: str) -> None:
        """Let the next row of *table* get a number that is free."""

    def indexes(self, table: str) -> dict[str, str]:
        """Return the indexes of *table* that are no constraints, by name, as SQL."""


class SqliteBulk:
    """Rows for SQLite, in the spelling in which SQLAlchemy and Django keep them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        self._connection.executemany(sql, ([_plain(v) for v in row] for row in rows))

    def run(self, *statements: str) -> None:
        for statement in statements:
            self._connection.execute(statement)

    def number_on(self, table: str) -> None:
        """Do nothing: SQLite counts on from the largest."""

    def indexes(self, table: str) -> dict[str, str]:
        asked = "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND type = 'index'"
        return {name: sql for name, sql in self._connection.execute(asked, [table]) if sql}


class PostgresBulk:
    """Rows for PostgreSQL, copied."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with self._connection.cursor() as cursor, cursor.copy(sql.encode()) as copy:
            for row in rows:
                copy.write_row([json.dumps(v) if isinstance(v, dict) else v for v in row])

    def run(self, *statements: str) -> None:
        for statement in statements:
            self._connection.execute(statement.encode())

    def number_on(self, table: str) -> None:
        last = f"(SELECT max(id) FROM {table})"
        self.run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")

    def indexes(self, table: str) -> dict[str, str]:
        asked = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN"
            " (SELECT conname FROM pg_constraint WHERE conrelid = tablename::regclass)"
        )
        return dict(self._connection.execute(asked, [table]).fetchall())


@contextmanager
def without_indexes(target: Bulk, *tables: str) -> Iterator[None]:
    """Leave the indexes of *tables* aside, and build them when all rows are there."""
    known = {name: sql for table in tables for name, sql in target.indexes(table).items()}
    target.run(*(f"DROP INDEX {name}" for name in known))
    yield
    target.run(*known.values())


@contextmanager
def bulk(url: str) -> Iterator[Bulk]:
    """Open one transaction for bulk writing, and commit it at the end."""
    place = make_url(url)
    if place.drivername.startswith("sqlite"):
        connection = sqlite3.connect(place.database or "", isolation_level=None)
        connection.execute("PRAGMA cache_size = -400000")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        yield SqliteBulk(connection)
        connection.execute("COMMIT")
        connection.close()
        return
    plain = place.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as server:
        yield PostgresBulk(server)
    with psycopg.connect(plain, autocommit=True) as server:
        server.execute("VACUUM (ANALYZE)")  # autovacuum would do so within a minute


def chunks(rows: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Cut *rows* into lists of *size*."""
    source = iter(rows)
    while piece := list(islice(source, size)):
        yield piece


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, dict) else value
