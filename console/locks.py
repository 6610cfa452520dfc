"""Locks that are no row's: they are held until the unit ends, and cost nothing on SQLite.

There one unit runs at a time. On PostgreSQL many do.
"""

from __future__ import annotations

import sqlalchemy as sa

from console.db import db
from console.unit import in_unit

ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtext(:name), :number)")
SHARED = sa.text("SELECT pg_advisory_xact_lock_shared(hashtext(:name), :number)")
WAIT = sa.text("SELECT console_wait_for_writers(:name, :alone)")


def lock(name: str, number: int = 0, *, shared: bool = False) -> None:
    """Let nobody else hold *number* of *name* until the unit ends; who shares lets others share.

    What the lock guards is read after it. Outside a unit nothing is locked.
    """
    session = db.session()
    if not in_unit() or session.get_bind().dialect.name != "postgresql":
        return
    held: set[tuple[str, int, bool]] = session.info["locks"]
    if (name, number, shared) in held or (name, number, False) in held:
        return
    session.execute(SHARED if shared else ALONE, {"name": name, "number": number})
    if not session.in_nested_transaction():  # what a savepoint takes back is held no more
        held.add((name, number, shared))


def wait_for_writers(table: str, *, alone: bool = False) -> None:
    """Wait until all who write to *table* have ended; until the unit ends nobody else writes to it.

    *alone* keeps out others who wait for writers as well, for one who goes on to write herself.
    """
    session = db.session()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(WAIT, {"name": table, "alone": alone})
