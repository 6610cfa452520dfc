"""New databases for tests, on either engine, by one word."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url

from tests.support import postgres
from tests.support.run_folder import run_folder

ENGINES = ("sqlite", "postgresql")


class Databases(Protocol):
    """Makes and drops databases; a copy is quick, so that tests may share a migrated original."""

    def create(self, *, copy_of: str | None = None) -> str:
        """Return the URL of a new database; nobody may be connected to the original."""

    def drop(self, url: str) -> None:
        """Remove a database, cutting off whoever is connected."""


class SqliteDatabases:
    """Files in the folder of the run."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def create(self, *, copy_of: str | None = None) -> str:
        file = run_folder() / f"{os.getpid()}-{next(self._numbers)}.sqlite"
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
    """Databases on the one server of the run."""

    def __init__(self) -> None:
        postgres.start_server()
        self._numbers = count(1)

    def create(self, *, copy_of: str | None = None) -> str:
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        original = make_url(copy_of).database if copy_of else "template1"
        with postgres.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {original}".encode())
        return postgres.server_url(name)

    def drop(self, url: str) -> None:
        name = make_url(url).database
        with postgres.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def databases_on(engine: str) -> Databases:
    """Return the maker of databases for one engine."""
    return SqliteDatabases() if engine == "sqlite" else PostgresDatabases()
