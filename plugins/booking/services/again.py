"""The same as last time: a guest's services and technician, on her weekday at her hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from plugins.booking.models import Visit
from plugins.booking.services.booking import wishes_of
from plugins.booking.services.planning import Wish
from plugins.booking.services.reading import free_times

#: Other times are looked for so many days around the one that she would want.
AROUND, MOST = 7, 3


@dataclass(frozen=True)
class Again:
    """What she had last time, when it would be again, and the free times nearest to that."""

    visit: Visit
    wishes: Sequence[Wish]
    wanted_at: dt.datetime
    times: Sequence[dt.datetime]

    @property
    def exact(self) -> bool:
        """Whether her weekday and hour are free."""
        return self.wanted_at in self.times


def again_for(member_id: int, store: api.Store) -> Again | None:
    """Return how a member's last visit of a store is booked once more, with whom she had it.

    Where that technician does not do it any more, anybody does. None for who never came, or
    whose services are no longer offered.
    """
    visit = last_visit(member_id, store.id)
    if visit is None:
        return None
    wanted = _next_like(visit, store)
    same = [
        replace(wish, staff_id=item.staff_id, length=None)
        for wish, item in zip(wishes_of(visit), visit.items, strict=True)
    ]
    anybody = [replace(wish, staff_id=None) for wish in same]
    for wishes in (same, anybody):
        times = _times_near(store, wishes, wanted)
        if times:
            return Again(visit, wishes, wanted, times)
    return None


def last_visit(member_id: int, store_id: int) -> Visit | None:
    """Return the last visit that a member came to."""
    rows = sa.select(Visit).where(
        Visit.member_id == member_id,
        Visit.store_id == store_id,
        Visit.status.in_(("done", "in_service", "arrived")),
    )
    found: Visit | None = api.db.session.scalar(rows.order_by(Visit.starts_at.desc()).limit(1))
    return found


def _next_like(visit: Visit, store: api.Store) -> dt.datetime:
    """Return the next moment on the weekday and at the hour of a visit, from tomorrow on."""
    zone = ZoneInfo(store.time_zone)
    local = visit.starts_at.astimezone(zone)
    tomorrow = api.today(store.time_zone) + dt.timedelta(days=1)
    ahead = (local.weekday() - tomorrow.weekday()) % 7
    day = tomorrow + dt.timedelta(days=ahead)
    return dt.datetime.combine(day, local.time(), zone).astimezone(dt.UTC)


def _times_near(store: api.Store, wishes: Sequence[Wish], wanted: dt.datetime) -> list[dt.datetime]:
    day = wanted.astimezone(ZoneInfo(store.time_zone)).date()
    first = max(day - dt.timedelta(days=AROUND), api.today(store.time_zone))
    try:
        free = free_times(store.id, wishes, first, day + dt.timedelta(days=AROUND))
    except api.Refused:
        return []
    every = [moment for each in free.values() for moment in each]
    return sorted(sorted(every, key=lambda each: abs(each - wanted))[:MOST])
