"""Keeping a time for a member while she looks it over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from console import api
from plugins.booking.models import Visit
from plugins.booking.services.booking import book
from plugins.booking.services.claiming import claimed_keys, drop_holds, lock_days
from plugins.booking.services.planning import Wish


@api.unit
def keep_time(
    store_id: int, starts_at: dt.datetime, wishes: Sequence[Wish], *, key: str, member_id: int
) -> Visit:
    """Keep a time for a member for some minutes, in place of what was kept for her before.

    Raises `Taken` with the nearest free times, and `Refused`; her former time is kept then.
    """
    let_go(member_id, but=key)
    return book(
        store_id, starts_at, wishes, key=key, member_id=member_id, source="phone", keep=True
    )


def kept_for(member_id: int, key: str = "") -> Visit | None:
    """Return what is kept for a member at this moment, under a key or under any."""
    rows = sa.select(Visit).where(*_hers(member_id), Visit.hold_until > api.now())
    if key:
        rows = rows.where(Visit.key == key)
    found: Visit | None = api.db.session.scalar(rows.order_by(Visit.id.desc()).limit(1))
    return found


@api.unit
def let_go(member_id: int, *, but: str = "") -> None:
    """Give back what is kept for a member."""
    rows = sa.select(Visit.id, Visit.day_on).where(*_hers(member_id), Visit.key != but)
    for visit_id, day_on in api.db.session.execute(rows.order_by(Visit.id)).all():
        locked = lock_days(claimed_keys([visit_id]), [day_on])
        lapse = sa.update(Visit).where(Visit.id == visit_id, Visit.status == "hold")
        api.db.session.execute(lapse.values(hold_until=api.now()))
        drop_holds([visit_id], locked)


def _hers(member_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Visit.member_id == member_id,
        Visit.status == "hold",
        Visit.source == "phone",
    )
