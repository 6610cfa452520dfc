"""Finding a member by what she knows exactly: her phone or her number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.membership.models import Alias, KnownStore, Member

CHUNK = 500


def find_by_phone(phone: str) -> Member | None:
    """Return the member with this phone, in whichever store of the chain she is known."""
    try:
        normalised = api.normalise_phone(phone)
    except api.Refused:
        return None
    found: Member | None = api.db.session.scalar(
        sa.select(Member).where(Member.phone == normalised)
    )
    return found


def find_by_number(number: str) -> list[Member]:
    """Return the members with this number or this earlier one, anywhere in the chain."""
    wanted = number.strip()
    said = {"current": wanted.upper(), "earlier": wanted}
    ids = api.db.session.connection().execute(_NUMBERED, said).scalars().all()
    if not ids:  # what is typed is mostly a name
        return []
    found = sa.select(Member).where(Member.id.in_(ids), Member.gone_at.is_(None))
    return list(api.db.session.scalars(found.order_by(Member.id).limit(20)))


def _numbered() -> Any:
    """Build once what is asked for with every guest that is typed."""
    member, alias = Member.__table__.c, Alias.__table__.c
    current = sa.select(member.id).where(member.number == sa.bindparam("current"))
    return current.union(sa.select(alias.member_id).where(alias.number == sa.bindparam("earlier")))


_NUMBERED = _numbered()


def find_exactly(text: str) -> list[Member]:
    """Return the members whose phone or number is exactly *text*, anywhere in the chain."""
    by_phone = find_by_phone(text)
    return [by_phone] if by_phone is not None else find_by_number(text)


def phones_taken(phones: Iterable[str]) -> dict[str, int]:
    """Return the numbers of the members who have these (normalised) phones, by phone."""
    wanted = list(dict.fromkeys(phones))
    taken: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = api.db.session.execute(
            sa.select(Member.phone, Member.id).where(
                Member.phone.in_(wanted[start : start + CHUNK])
            )
        )
        taken.update({phone: member_id for phone, member_id in rows if phone is not None})
    return taken


def is_known_in(member_id: int, stores: Sequence[int] | frozenset[int]) -> bool:
    """Tell whether one of the stores knows a member."""
    known = sa.exists().where(KnownStore.member_id == member_id, KnownStore.store_id.in_(stores))
    return bool(api.db.session.scalar(sa.select(known)))


def today_of_chain() -> dt.date:
    """Return the day that it still is in at least one store of the chain."""
    zones = api.db.session.scalars(sa.select(api.Store.time_zone).distinct())
    return min((api.today(zone) for zone in zones), default=api.today("Asia/Shanghai"))
