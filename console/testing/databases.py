"""New databases for tests, on either engine, by one word."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg
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
    """Databases on one server, which *url* leads to; its user may create databases."""

    def __init__(self, url: str) -> None:
        self._url: URL = make_url(url).set(drivername="postgresql")
        self._numbers = count(1)

    def create(self, *, copy_of: str | None = None) -> str:
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        original = make_url(copy_of).database if copy_of else "template1"
        with self._connect() as connection:
            # A small database is copied in half the time as files; older servers do so anyway.
            way = " STRATEGY FILE_COPY" if connection.info.server_version >= STRATEGIES else ""
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {original}{way}".encode())
        url = self._url.set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        name = make_url(url).database
        with self._connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def _connect(self) -> psycopg.Connection[Any]:
        address = self._url.render_as_string(hide_password=False)
        return psycopg.connect(address, autocommit=True)
