"""Staff sessions: kept in the database, so that each can be ended from outside."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import g
from flask_login import UserMixin

from console import clock
from console.db import db
from console.epoch import Epoch
from console.security import rights
from console.security.models import StaffSession, Till, User
from console.security.settings import IDLE_MINUTES, SESSION_HOURS, TILL_LOCK_MINUTES
from console.unit import unit

#: How exactly the last use of a session is known.
TOUCH = dt.timedelta(minutes=1)
#: How long a rotated token still serves requests that were under way.
SPARE = dt.timedelta(seconds=30)
KEEP_ENDED = dt.timedelta(days=30)


@dataclass
class Person(UserMixin):  # type: ignore[misc]
    """The person at the other end of a request, as plain values that outlive transactions."""

    id: int
    login: str
    name: str
    locale: str | None
    theme: str
    density: str
    session_id: int
    #: The store she works in at the moment; None stands for all of hers.
    store_id: int | None
    till_id: int | None
    by_pin: bool
    locked: bool
    preferences: dict[str, Any] = field(default_factory=dict)

    def get_id(self) -> str:
        return str(self.id)


@dataclass(frozen=True)
class Found:
    """A living session: who it belongs to, and what has to be written about it."""

    person: Person
    seen_at: dt.datetime
    rotate: bool


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find(token: str) -> Found | None:
    """Return the living session of a token, with one query, which reads the epoch as well."""
    hashed, now = digest(token), clock.now()
    row = db.session.connection().execute(_living(), {"hashed": hashed, "now": now}).first()
    if row is None:
        return None
    g.setdefault("console_epoch", row.epoch or 0)
    if row.revoked_at is not None or has_expired(row, now):
        return None
    return Found(_person(row, now), row.seen_at, row.rotate and row.token_hash == hashed)


@cache
def _living() -> Any:
    """Return the query of every request, put together once."""
    # Tables, not classes: making objects of them would take as long as the query itself.
    session, person, till = StaffSession.__table__, User.__table__, Till.__table__
    epoch = Epoch.__table__
    held = sa.or_(
        session.c.token_hash == sa.bindparam("hashed"),
        sa.and_(
            session.c.spare_hash == sa.bindparam("hashed"),
            session.c.spare_until > sa.bindparam("now"),
        ),
    )
    return (
        sa.select(
            *(session.c[name] for name in OF_SESSION),
            *(person.c[name] for name in OF_PERSON),
            till.c.revoked_at,
            epoch.c.number.label("epoch"),
        )
        .join(person, person.c.id == session.c.user_id)
        .outerjoin(till, till.c.id == session.c.till_id)
        .outerjoin(epoch, epoch.c.id == 1)
        .where(held, session.c.ended_at.is_(None), person.c.active)
    )


#: What every request reads of a session, and of the person it belongs to.
OF_SESSION = (
    "id",
    "token_hash",
    "rotate",
    "user_id",
    "till_id",
    "store_id",
    "by_pin",
    "locked",
    "created_at",
    "seen_at",
)
OF_PERSON = ("login", "name", "locale", "theme", "density", "preferences")


def has_expired(session: Any, now: dt.datetime) -> bool:
    """Tell whether a session has come to its end by the clock.

    On a till it lasts as long as the store's business day and locks instead of ending.
    """
    if session.till_id is None:
        idle = now - session.seen_at
        age = now - session.created_at
        longest = dt.timedelta(hours=SESSION_HOURS.get())
        return bool(idle > dt.timedelta(minutes=IDLE_MINUTES.get()) or age > longest)
    store = rights.read().store(session.store_id)
    if store is None:
        return True
    days = [
        clock.business_day(at, store.time_zone, store.cut_off_minutes)
        for at in (session.created_at, now)
    ]
    return days[0] != days[1]


def _person(row: Any, now: dt.datetime) -> Person:
    limit = dt.timedelta(minutes=TILL_LOCK_MINUTES.get(row.store_id))
    locked = row.till_id is not None and (row.locked or now - row.seen_at > limit)
    return Person(
        id=row.user_id,
        login=row.login,
        name=row.name,
        locale=row.locale,
        theme=row.theme,
        density=row.density,
        session_id=row.id,
        store_id=row.store_id,
        till_id=row.till_id,
        by_pin=row.by_pin,
        locked=locked,
        preferences=dict(row.preferences),
    )


@unit
def start(
    user_id: int,
    *,
    ip: str,
    user_agent: str,
    till: tuple[int, int] | None = None,
    by_pin: bool = False,
    replaces: int | None = None,
) -> str:
    """Start a session and return its token; *till* is its number and its store's.

    *replaces* ends the session that was on the same browser.
    """
    if replaces is not None:
        end(replaces)
    now, token = clock.now(), new_token()
    till_id, store_id = till or (None, None)
    db.session.add(
        StaffSession(
            token_hash=digest(token),
            user_id=user_id,
            till_id=till_id,
            store_id=store_id if till else _only_store(user_id),
            by_pin=by_pin,
            ip=ip[:45],
            user_agent=user_agent[:200],
            created_at=now,
            seen_at=now,
        )
    )
    return token


def _only_store(user_id: int) -> int | None:
    places = rights.read().places(user_id)
    return next(iter(places)) if places is not None and len(places) == 1 else None


@unit
def touch(session_id: int) -> None:
    """Write down that a session was used just now."""
    _change(StaffSession.id == session_id, seen_at=clock.now())


@unit
def rotate(session_id: int) -> str:
    """Give a session a new token and return it; the old one dies within half a minute."""
    token, now = new_token(), clock.now()
    session = db.session.get_one(StaffSession, session_id)
    session.spare_hash, session.spare_until = session.token_hash, now + SPARE
    session.token_hash, session.rotate = digest(token), False
    return token


@unit
def end(session_id: int) -> None:
    """End one session."""
    _change(StaffSession.id == session_id, ended_at=clock.now())


@unit
def end_all(user_id: int, *, but: int | None = None) -> None:
    """End all sessions of a person, *but* the one she sits at."""
    _change(StaffSession.user_id == user_id, StaffSession.id != (but or 0), ended_at=clock.now())


@unit
def end_of_till(till_id: int) -> None:
    """End the sessions on a till."""
    _change(StaffSession.till_id == till_id, ended_at=clock.now())


@unit
def rotate_all(user_id: int) -> None:
    """Let every session of a person get a new token, because her rights changed."""
    _change(StaffSession.user_id == user_id, rotate=True)


@unit
def choose_store(session_id: int, store_id: int | None) -> None:
    """Put a session into another store, or into all that the person may see."""
    _change(StaffSession.id == session_id, store_id=store_id)


@unit
def lock(session_id: int) -> None:
    """Lock a till's session until somebody types her PIN."""
    _change(StaffSession.id == session_id, locked=True)


@unit
def prune() -> None:
    """Forget sessions that ended a month ago."""
    db.session.execute(
        sa.delete(StaffSession).where(StaffSession.seen_at < clock.now() - KEEP_ENDED)
    )


def living(user_id: int) -> list[StaffSession]:
    """Return the sessions of a person that still open pages, the last used first."""
    rows = db.session.scalars(
        sa.select(StaffSession)
        .where(StaffSession.user_id == user_id, StaffSession.ended_at.is_(None))
        .order_by(StaffSession.seen_at.desc())
    )
    return [row for row in rows if not has_expired(row, clock.now())]


def _change(*where: sa.ColumnElement[bool], **values: Any) -> None:
    db.session.execute(
        sa.update(StaffSession)
        .where(*where, StaffSession.ended_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
