"""Being the only worker of a database."""

from __future__ import annotations

import fcntl
import os
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from console.host.attempt import attempt

#: Any constant will do, as long as nothing else in the database uses it as an advisory lock.
LOCK = 20_260_402


class Lease(Protocol):
    """A right that one process has; it is freed when the process dies, however it dies."""

    def take(self) -> bool:
        """Take the lease; False when somebody else has it."""

    def is_held(self) -> bool:
        """Tell whether the lease is still ours."""

    def give_back(self) -> None:
        """Let the next one have it."""


class _FileLease:
    """A lock on a file beside an SQLite database."""

    def __init__(self, database: str) -> None:
        self._file = os.open(f"{database}.worker", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_held(self) -> bool:
        return True

    def give_back(self) -> None:
        os.close(self._file)


class _ServerLease:
    """A lock that PostgreSQL keeps for as long as a connection lives."""

    def __init__(self, url: sa.URL) -> None:
        engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._connection = engine.connect()

    def take(self) -> bool:
        ask = sa.text("SELECT pg_try_advisory_lock(:key)")
        return bool(self._connection.scalar(ask, {"key": LOCK}))

    def is_held(self) -> bool:
        return attempt(lambda: self._connection.scalar(sa.text("SELECT 1"))) is None

    def give_back(self) -> None:
        self._connection.close()


def lease_of(url: sa.URL) -> Lease:
    """Return the lease of a database, not taken yet."""
    return _FileLease(url.database or "") if url.drivername == "sqlite" else _ServerLease(url)
