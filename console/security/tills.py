"""Tills: browsers at a counter, known by a cookie of their own."""

from __future__ import annotations

import sqlalchemy as sa

from console import audit, clock
from console.db import db
from console.errors import NotFound, Refused
from console.i18n import _
from console.security import cookies, rights, sessions
from console.security.actors import actor
from console.security.models import Till
from console.unit import unit


def this_till() -> Till | None:
    """Return the till that this browser is registered as."""
    token = cookies.read(cookies.TILL)
    if not token:
        return None
    return db.session.scalars(
        sa.select(Till).where(Till.token_hash == sessions.digest(token), Till.revoked_at.is_(None))
    ).first()


@unit
def register_till(store_id: int, name: str) -> tuple[int, str]:
    """Register a browser as a till; return its number and the token for its cookie."""
    user_id = actor().user_id
    store = rights.read().store(store_id)
    if store is None or user_id is None:
        raise NotFound(_("There is no such store."))
    if not name.strip():
        raise Refused(_("Please enter a name."))
    token, now = sessions.new_token(), clock.now()
    till = Till(
        store_id=store_id,
        name=name.strip()[:40],
        token_hash=sessions.digest(token),
        registered_at=now,
        registered_by=user_id,
        seen_at=now,
    )
    db.session.add(till)
    db.session.flush()
    audit.record("register_till", till, after={"name": till.name}, store_id=store_id)
    return int(till.id), token


@unit
def revoke_till(till_id: int) -> None:
    """Take a till out of use: whoever sits at it is signed out."""
    till = db.session.get(Till, till_id)
    if till is None:
        raise NotFound(_("There is no such till."))
    if till.revoked_at is not None:
        return
    till.revoked_at = clock.now()
    sessions.end_of_till(till_id)
    audit.record("revoke_till", till, before={"name": till.name}, store_id=till.store_id)


@unit
def note_till(till_id: int) -> None:
    """Write down that somebody signed in at a till."""
    till = db.session.get(Till, till_id)
    if till is not None:
        till.seen_at = clock.now()
