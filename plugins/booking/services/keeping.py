"""Keeping a time for a member while she looks it over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.booking.models import Seat, Visit
from plugins.booking.services.booking import Booked, book_briefly
from plugins.booking.services.planning import Wish
from plugins.booking.services.seating import Hold


@api.unit
def keep_time(
    store_id: int, starts_at: dt.datetime, wishes: Sequence[Wish], *, key: str, member_id: int
) -> Booked:
    """Keep a time for a member for some minutes, in place of what was kept for her before.

    Raises `Taken` with the nearest free times, and `Refused`; her former time is kept then.
    """
    # Given back under the lock of the new time: two who exchange theirs would wait for each other.
    former = _lapse(member_id, but=key)
    return book_briefly(
        store_id,
        starts_at,
        wishes,
        key=key,
        member_id=member_id,
        source="phone",
        keep=True,
        former=former,
    )


def kept_for(member_id: int, key: str = "") -> Visit | None:
    """Return the time that is kept for a member at this moment, under a key or under any."""
    rows = sa.select(Visit).where(
        *_hers(member_id),
        Visit.hold_until > api.now(),
        ~sa.exists().where(Seat.visit_id == Visit.id),
    )
    if key:
        rows = rows.where(Visit.key == key)
    found: Visit | None = api.db.session.scalar(rows.order_by(Visit.id.desc()).limit(1))
    return found


def _lapse(member_id: int, *, but: str) -> list[Hold]:
    """End what is kept for a member, and return it with its days."""
    values = {"member": member_id, "but": but, "now": api.now()}
    rows = api.db.session.connection().execute(_LAPSE, values)
    return [(number, day) for number, day in rows]


def _lapsing() -> Any:
    """Build once what is asked for with every time that is kept."""
    visit = Visit.__table__
    row, now = visit.c, sa.bindparam("now", type_=visit.c.hold_until.type)
    hers = (row.member_id == sa.bindparam("member"), row.status == "hold", row.source == "phone")
    ended = sa.update(visit).where(*hers, row.key != sa.bindparam("but"), row.hold_until > now)
    return ended.values(hold_until=now).returning(row.id, row.day_on)


_LAPSE = _lapsing()


def _hers(member_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Visit.member_id == member_id,
        Visit.status == "hold",
        Visit.source == "phone",
    )
