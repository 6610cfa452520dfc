"""New databases for tests, on either engine, by one word."""

from __future__ import annotations

from console.testing.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.support import postgres
from tests.support.run_folder import run_folder

__all__ = ["ENGINES", "Databases", "databases_on"]

ENGINES = ("sqlite", "postgresql")


def databases_on(engine: str) -> Databases:
    """Return the maker of databases for one engine, in the folder or on the server of this run."""
    if engine == "sqlite":
        return SqliteDatabases(run_folder())
    postgres.start_server()
    return PostgresDatabases(postgres.server_url("postgres"))
