"""Who books: whether she may, and what she has booked already."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Visit
from plugins.booking.services.claiming import LAPSED_NEAR, near
from plugins.booking.services.days import cell_at, moment_of
from plugins.booking.services.facts import facts_of
from plugins.booking.services.rules import MOST_OPEN
from plugins.membership.api import active_name


def check_guest(
    member_id: int | None, guest_name: str, starts_at: dt.datetime, *, by_member: bool
) -> str:
    """Return who comes, and lock her for the count of what she has booked."""
    if moment_of(cell_at(starts_at)) != starts_at:
        raise api.Refused(_("Visits begin at full five minutes."))
    if starts_at < api.now() - dt.timedelta(days=1):
        raise api.Refused(_("This time has passed."))
    if member_id is not None:
        return active_name(member_id, locked=by_member)
    if not guest_name.strip():
        raise api.Refused(_("Say who comes: a member or a name."))
    return guest_name.strip()[:60]


@dataclass(frozen=True)
class Seen:
    """What is there before a booking: a visit of its key, lapsed holds, her open bookings."""

    known: int | None
    holds: list[tuple[int, dt.date]]
    open: int


def look_before(store_id: int, starts_at: dt.datetime, key: str, member_id: int | None) -> Seen:
    """Read all that with one query, after the member was locked."""
    day = facts_of(store_id).day_of(starts_at)
    values = {"key": key, "member": member_id or 0, **near(store_id, day)}
    rows = api.db.session.connection().execute(_LOOK, values).all()
    return Seen(
        next((number for what, number, _day in rows if what == "known"), None),
        sorted((number, day) for what, number, day in rows if what == "hold"),
        next((number for what, number, _day in rows if what == "open"), 0),
    )


def _looking() -> Any:
    """Build once what is asked for with every booking."""
    row, nothing, holds = Visit.__table__.c, sa.null().cast(sa.Date), LAPSED_NEAR.subquery().c
    return sa.union_all(
        sa.select(sa.literal("known"), row.id, nothing).where(row.key == sa.bindparam("key")),
        sa.select(sa.literal("hold"), holds.id, holds.day_on),
        _OPEN.with_only_columns(sa.literal("open"), sa.func.count(row.id), nothing),
    )


def open_of(visit: Any) -> sa.Select[int]:
    """Count what a member has booked and lies ahead, in a table of visits or an alias of it."""
    row = visit.c
    return sa.select(sa.func.count(row.id)).where(
        row.member_id == sa.bindparam("member"),
        row.status.in_(("pending", "confirmed")),
        row.starts_at > sa.bindparam("now", type_=row.starts_at.type),
    )


_OPEN = open_of(Visit.__table__)
_LOOK = _looking()


def count_open(member_id: int) -> int:
    """Return how many bookings of a member lie ahead."""
    asked = {"member": member_id, "now": api.now()}
    found: int = api.db.session.connection().execute(_OPEN, asked).scalar_one()
    return found


def check_count(count: int, store_id: int | None = None) -> None:
    """Refuse one more open booking than a member may have."""
    if count >= MOST_OPEN.get(store_id):
        raise api.Refused(
            _("You have %(count)s open bookings; more are not possible.", count=count)
        )
