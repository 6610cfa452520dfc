"""New databases for tests, on either engine, by one word."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import URL, make_url

#: The first PostgreSQL that asks how to copy a database.
STRATEGIES = 150_000


class Databases(Protocol):
    """Makes and drops databases; a copy is quick, so that tests may share a migrated original."""

    def create(self, *, copy_of: str | None = None) -> str:
        """Return the URL of a new database; nobody may be connected to the original."""

    def drop(self, url: str) -> None:
        """Remove a database, cutting off whoever is connected."""


class SqliteDatabases:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def create(self, *, copy_of: str | None = None) -> str:
        file = self._folder / f"{os.getpid()}-{next(self._numbers)}.sqlite"
        if copy_of:
            with (
                closing(sqlite3.connect(make_url(copy_of).database or "")) as original,
                closing(sqlite3.connect(file)) as copy,
            ):
                original.backup(copy)
        return f"sqlite:///{file}"

    def drop(self, url: str) -> None:
        file = Path(make_url(url).database or "")
        for path in file.parent.glob(f"{file.name}*"):
            path.unlink()


class PostgresDatabases:
    """Databases on one server, which *url* leads to; its user may create databases.

    A copy is not dropped but emptied for the next one who wants a copy of the same original,
    which takes a tenth of the time. One whose tables a test altered is dropped.
    """

    def __init__(self, url: str) -> None:
        self._url: URL = make_url(url).set(drivername="postgresql")
        self._numbers = count(1)
        self._free: dict[str, list[str]] = {}
        self._copies: dict[str, EmptiedCopy] = {}

    def create(self, *, copy_of: str | None = None) -> str:
        free = self._free.get(copy_of or "")
        if free:
            return free.pop()
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        original = make_url(copy_of).database if copy_of else "template1"
        with self._connect() as connection:
            # A small database is copied in half the time as files; older servers do so anyway.
            way = " STRATEGY FILE_COPY" if connection.info.server_version >= STRATEGIES else ""
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {original}{way}".encode())
        made = self._url.set(drivername="postgresql+psycopg", database=name)
        url = made.render_as_string(hide_password=False)
        if copy_of:
            with self._connect(name) as connection:
                self._copies[url] = EmptiedCopy(copy_of, connection)
        return url

    def drop(self, url: str) -> None:
        name = make_url(url).database or ""
        copy = self._copies.get(url)
        if copy is not None and copy.may_serve_again:
            with self._connect(name) as connection:
                if copy.restore(connection):
                    self._free.setdefault(copy.original, []).append(url)
                    return
        self._copies.pop(url, None)
        with self._connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def _connect(self, name: str | None = None) -> psycopg.Connection[Any]:
        address = self._url.set(database=name) if name else self._url
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)


#: Where a PostgreSQL notes what its tables are; each change of one gives the line a new writer.
CATALOGUES = (
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_index",
    "pg_proc",
    "pg_statistic",
    "pg_trigger",
)
SHAPE = " UNION ALL ".join(
    f"SELECT count(*), sum(xmin::text::bigint) FROM {name}"  # noqa: S608
    for name in CATALOGUES
)
#: The tables in which anything was ever written.
WRITTEN = """
    SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
"""
COUNTERS = """
    SELECT quote_ident(sequencename), start_value, last_value
    FROM pg_sequences WHERE schemaname = 'public'
"""
OTHERS_END = """
    SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class EmptiedCopy:
    """A copy of a database, and what has to be in it when the next test begins."""

    #: Emptied rows leave room that is not used again, and tables that a test filled stay large.
    TIMES, MOST_BYTES = 60, 16 * 1024**2

    def __init__(self, original: str, connection: psycopg.Connection[Any]) -> None:
        self.original, self._served = original, 1
        self._shape = connection.execute(SHAPE).fetchall()
        self._counters = {name: last for name, _first, last in connection.execute(COUNTERS)}
        tables = [name for name, _size in connection.execute(WRITTEN)]
        self._rows = {name: self._read(connection, name) for name in tables}

    @property
    def may_serve_again(self) -> bool:
        """Whether emptying it is worth the while."""
        return self._served < self.TIMES and sum(map(len, self._rows.values())) < self.MOST_BYTES

    def restore(self, connection: psycopg.Connection[Any]) -> bool:
        """Bring back the rows of the original; False when that is not enough."""
        self._served += 1
        connection.execute(OTHERS_END)
        written = connection.execute(WRITTEN).fetchall()
        if sum(size for _name, size in written) > self.MOST_BYTES:
            return False
        if connection.execute(SHAPE).fetchall() != self._shape:
            return False
        try:
            with connection.transaction():
                connection.execute("SET LOCAL session_replication_role = replica")  # no triggers
                for name, _size in written:
                    connection.execute(SQL("DELETE FROM {}").format(Identifier(name)))
                for name, rows in self._rows.items():
                    self._write(connection, name, rows)
                self._set_counters(connection)
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True

    def _set_counters(self, connection: psycopg.Connection[Any]) -> None:
        moved = [
            (name, self._counters.get(name), first)
            for name, first, last in connection.execute(COUNTERS)
            if last != self._counters.get(name)
        ]
        for name, last, first in moved:
            called = last is not None
            connection.execute("SELECT setval(%s, %s, %s)", (name, last or first, called))

    @staticmethod
    def _read(connection: psycopg.Connection[Any], table: str) -> bytes:
        with (
            connection.cursor() as cursor,
            cursor.copy(SQL("COPY {} TO STDOUT (FORMAT binary)").format(Identifier(table))) as rows,
        ):
            return b"".join(rows)

    @staticmethod
    def _write(connection: psycopg.Connection[Any], table: str, rows: bytes) -> None:
        with (
            connection.cursor() as cursor,
            cursor.copy(
                SQL("COPY {} FROM STDIN (FORMAT binary)").format(Identifier(table))
            ) as target,
        ):
            target.write(rows)
