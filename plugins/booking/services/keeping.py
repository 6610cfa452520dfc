"""Keeping a time for a member while she looks it over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from console import api
from plugins.booking.models import Visit
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
    """Return what is kept for a member at this moment, under a key or under any."""
    rows = sa.select(Visit).where(*_hers(member_id), Visit.hold_until > api.now())
    if key:
        rows = rows.where(Visit.key == key)
    found: Visit | None = api.db.session.scalar(rows.order_by(Visit.id.desc()).limit(1))
    return found


def _lapse(member_id: int, *, but: str) -> list[Hold]:
    """End what is kept for a member, and return it with its days."""
    lapse = sa.update(Visit).where(
        *_hers(member_id), Visit.key != but, Visit.hold_until > api.now()
    )
    ended = lapse.values(hold_until=api.now()).returning(Visit.id, Visit.day_on)
    rows = api.db.session.execute(ended.execution_options(synchronize_session=False))
    return [(number, day) for number, day in rows]


def _hers(member_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Visit.member_id == member_id,
        Visit.status == "hold",
        Visit.source == "phone",
    )
