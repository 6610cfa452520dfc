"""Slowing down who guesses: counted in the database, so that no worker is asked in vain.

A try is counted as failed before it is looked at. A hundred tries at once are therefore
refused like a hundred in a row; the right one takes its own count back.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from console import clock
from console.db import db, insert_into
from console.security.models import SigninTry
from console.unit import unit

HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Limit:
    """How many fails are free, how many an hour takes at most, and the longest pause."""

    free: int = 5
    most: int = 20
    longest: int = 300


ACCOUNT = Limit()
#: All accounts tried from one address: a shop's whole staff may sit behind it.
ADDRESS = Limit(free=100, most=200)
PIN = Limit(free=5, most=10)


@dataclass(frozen=True)
class Answer:
    """Whether a try may be looked at, else after how many seconds, and if this was the last."""

    wait: int = 0
    just_locked: bool = False


def name(*parts: object) -> str:
    """Return the key under which tries are counted."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()


@unit
def count(key: str, limit: Limit) -> Answer:
    """Count a try as failed, or say how long to wait."""
    now = clock.now()
    row = _locked(key, now)
    if row.open_at > now:
        return Answer(max(1, round((row.open_at - now).total_seconds())))
    if now - row.since_at >= HOUR:
        row.fails, row.since_at = 0, now
    row.fails += 1
    if row.fails >= limit.most:
        row.open_at = now + HOUR
    elif row.fails >= limit.free:
        pause = min(limit.longest, 5 * 2 ** (row.fails - limit.free))
        row.open_at = now + dt.timedelta(seconds=pause)
    return Answer(just_locked=row.fails == limit.most)


@unit
def forgive(key: str) -> None:
    """Forget the fails that were counted under *key*, because one try was right."""
    db.session.execute(
        sa.delete(SigninTry)
        .where(SigninTry.key == key)
        .execution_options(synchronize_session=False)
    )


@unit
def take_back(key: str) -> None:
    """Take back one count: the try was right, and others from there keep theirs."""
    row = db.session.get(SigninTry, key)
    if row is not None and row.fails > 0:
        row.fails -= 1


@unit
def prune() -> None:
    """Forget what is older than a day."""
    old = clock.now() - dt.timedelta(days=1)
    db.session.execute(sa.delete(SigninTry).where(SigninTry.since_at < old))


def _locked(key: str, now: dt.datetime) -> SigninTry:
    query = sa.select(SigninTry).where(SigninTry.key == key).with_for_update()
    row = db.session.scalars(query).first()
    if row is not None:
        return row
    open_at = now - HOUR  # whoever looked at the clock just before must not find it shut
    if db.engine.dialect.name == "postgresql":
        values = {"key": key, "fails": 0, "since_at": now, "open_at": open_at}
        db.session.execute(insert_into(SigninTry).values(**values).on_conflict_do_nothing())
        return db.session.scalars(query).one()
    row = SigninTry(key=key, fails=0, since_at=now, open_at=open_at)
    db.session.add(row)
    db.session.flush()
    return row
