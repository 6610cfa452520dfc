"""Sessions of members on their phones: kept in the database, so that each can be ended at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.membership.models import CodeUse, Identity, Member, MemberCard, VisitorSession

IDLE_DAYS = api.Setting(
    "membership.phone_idle_days",
    _("Sign members out of their phones after days without use"),
    180,
    least=1,
    most=720,
)
LONGEST = dt.timedelta(days=730)
#: How exactly the last use of a session is known.
TOUCH = dt.timedelta(hours=1)
KEEP_ENDED = dt.timedelta(days=90)
KEEP_USES = dt.timedelta(days=400)


@dataclass(frozen=True)
class Found:
    """A living session and whose it is, as plain values."""

    session_id: int
    member_id: int
    name: str
    locale: str | None
    seen_at: dt.datetime

    @property
    def is_stale(self) -> bool:
        """Whether its last use should be written down again."""
        return api.now() - self.seen_at > TOUCH


def digest(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_session(token: str) -> Found | None:
    """Return the living session of a token, with one query."""
    now = api.now()
    row = (
        api.db.session.connection()
        .execute(
            _FIND,
            {
                "token": digest(token),
                "used": now - dt.timedelta(days=IDLE_DAYS.get()),
                "made": now - LONGEST,
            },
        )
        .first()
    )
    return None if row is None else Found(*row)


def _finding() -> Any:
    """Build once what every page of a member asks."""
    session, member, card = VisitorSession.__table__, Member.__table__, MemberCard.__table__
    return (
        sa.select(
            session.c.id, session.c.member_id, member.c.name, card.c.locale, session.c.seen_at
        )
        .join(member, member.c.id == session.c.member_id)
        .outerjoin(card, card.c.member_id == session.c.member_id)
        .where(
            session.c.token_hash == sa.bindparam("token"),
            session.c.ended_at.is_(None),
            session.c.seen_at > sa.bindparam("used"),
            session.c.created_at > sa.bindparam("made"),
            member.c.gone_at.is_(None),
        )
    )


_FIND = _finding()


@api.unit
def start_session(member_id: int, *, ip: str = "", user_agent: str = "", former: str = "") -> str:
    """Sign a member in on a phone and return the new token; *former* is what the phone had."""
    if former:
        end_session(former)
    token, now = secrets.token_urlsafe(32), api.now()
    session = VisitorSession(
        token_hash=digest(token),
        member_id=member_id,
        ip=ip[:45],
        user_agent=user_agent[:200],
        created_at=now,
        seen_at=now,
    )
    api.db.session.add(session)
    if api.db.session.get(MemberCard, member_id) is None:
        api.db.session.add(MemberCard(member_id=member_id, bound_at=now, series=0))
    return token


@api.unit
def touch_session(session_id: int) -> None:
    """Write down that a session was used just now."""
    _change(VisitorSession.id == session_id, seen_at=api.now())


@api.unit
def end_session(token: str) -> None:
    """End the session of a token; a copy of the cookie is dead at once."""
    _change(VisitorSession.token_hash == digest(token), ended_at=api.now())


@api.unit
def end_phone_access(member_id: int) -> None:
    """Shut a member's card wherever it is open, unbind it, and void the codes it has shown."""
    _change(VisitorSession.member_id == member_id, ended_at=api.now())
    api.db.session.execute(
        sa.delete(Identity)
        .where(Identity.member_id == member_id)
        .execution_options(synchronize_session=False)
    )
    card = api.db.session.get(MemberCard, member_id)
    if card is not None:
        card.series += 1


@api.unit
def put_language(member_id: int, locale: str) -> None:
    """Keep the language in which a member reads on her phone."""
    card = api.db.session.get(MemberCard, member_id)
    if card is not None:
        card.locale = locale


@api.unit
def forget_phones() -> None:
    """Forget sessions that nobody can use any more, and what codes were used for long ago."""
    old = api.now() - max(KEEP_ENDED, dt.timedelta(days=IDLE_DAYS.get()))
    for row in (
        sa.delete(VisitorSession).where(VisitorSession.seen_at < old),
        sa.delete(CodeUse).where(CodeUse.used_at < api.now() - KEEP_USES),
    ):
        api.db.session.execute(row.execution_options(synchronize_session=False))


def _change(*where: sa.ColumnElement[bool], **values: Any) -> None:
    api.db.session.execute(
        sa.update(VisitorSession)
        .where(*where, VisitorSession.ended_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
