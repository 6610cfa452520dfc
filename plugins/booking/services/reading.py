"""Reading who is free when, for one day or a month, with a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from plugins.booking.models import Cell, ResourceDay, Visit
from plugins.booking.services.days import (
    ALL,
    BITS,
    bits_of,
    cell_at,
    first_cell,
    mask,
    moment_of,
    spans_mask,
    steps,
    unpack,
)
from plugins.booking.services.planning import Planned, Wish, plan_visit
from plugins.booking.services.rules import HORIZON, LEAD, STEP
from plugins.booking.services.slots import Free, Key, Units, starts
from plugins.salon.api import spans_between

#: Kind, number and unit of a resource, and its bits: there, and taken.
DayRow = tuple[str, int, int, bytes, bytes]


@dataclass(frozen=True)
class StoreDay:
    """A store's day: its first cell, when it is open, who is free, and how much they have."""

    day: dt.date
    first: int
    open: int
    free: Free
    load: Mapping[Key, int]


def free_times(
    store_id: int,
    wishes: Sequence[Wish],
    first_on: dt.date,
    last_on: dt.date,
    *,
    by_member: bool = False,
) -> dict[dt.date, list[dt.datetime]]:
    """Return when what is wanted can begin on each of some days, with five queries in all.

    Members are offered times within lead time and horizon of the store, staff all that are to
    come. Raises `Refused` for services that nobody could ever do.
    """
    planned = plan_visit(store_id, wishes)
    return {
        day.day: [moment_of(day.first + bit) for bit in bits_of(found)]
        for day in read_days(store_id, planned, first_on, last_on)
        for found in [offered_on(store_id, planned, day, by_member=by_member)]
    }


def offered_on(store_id: int, planned: Planned, day: StoreDay, *, by_member: bool) -> int:
    """Return the bits of a day at which a visit is offered."""
    allowed = allowed_on(store_id, planned.zone, day, by_member=by_member)
    found = 0
    for plan in planned.plans:
        found |= starts(plan, day.free, allowed)
    return found


def allowed_on(store_id: int, zone: str, day: StoreDay, *, by_member: bool) -> int:
    """Return the bits at which visits may begin on a day, whoever is free."""
    now = api.now()
    earliest = cell_at(now)
    if by_member:
        if (day.day - api.today(zone)).days > HORIZON.get(store_id):
            return 0
        earliest = -(-int(now.timestamp() + LEAD.get(store_id) * 60) // 300)
    return day.open & steps(STEP.get(store_id)) & ~mask(0, earliest - day.first) & ALL


def read_days(
    store_id: int, planned: Planned, first_on: dt.date, last_on: dt.date
) -> list[StoreDay]:
    """Read the days of a store, with three queries."""
    openings = spans_between(store_id, first_on, last_on)
    rows = api.db.session.execute(
        sa.select(
            ResourceDay.day_on,
            ResourceDay.kind,
            ResourceDay.resource_id,
            ResourceDay.unit,
            ResourceDay.base,
            ResourceDay.busy,
        ).where(
            ResourceDay.store_id == store_id,
            ResourceDay.day_on >= first_on,
            ResourceDay.day_on <= last_on,
        )
    ).all()
    lapsed = _lapsed_cells(store_id, api.now())
    by_day: dict[dt.date, list[DayRow]] = {}
    for day, kind, number, unit, base, busy in rows:
        by_day.setdefault(day, []).append((kind, number, unit, base, busy))
    return [
        _store_day(day, planned, spans, by_day.get(day, ()), lapsed)
        for day, spans in openings.items()
    ]


def _store_day(
    day: dt.date,
    planned: Planned,
    spans: Sequence[tuple[int, int]],
    rows: Iterable[DayRow],
    lapsed: Mapping[tuple[str, int, int], list[int]],
) -> StoreDay:
    first, opened = first_cell(day, planned.zone), spans_mask(day, planned.zone, spans)
    free: dict[Key, Units] = {}
    load: dict[Key, int] = {}
    for place, capacity in planned.capacity.items():
        free["place", place] = (ALL,) * capacity
    for kind, number, unit, base, busy in rows:
        key, taken = (kind, number), unpack(busy)
        if lapsed:
            taken &= ~sum(
                1 << c - first for c in lapsed.get((*key, unit), ()) if 0 <= c - first < BITS
            )
        if kind == "staff":
            free[key], load[key] = (unpack(base) & opened & ~taken,), taken.bit_count()
        elif key in free and unit < len(free[key]):
            units = free[key]
            free[key] = (*units[:unit], ALL & ~taken, *units[unit + 1 :])
    return StoreDay(day, first, opened, free, load)


def _lapsed_cells(store_id: int, now: dt.datetime) -> dict[tuple[str, int, int], list[int]]:
    rows = api.db.session.execute(
        sa.select(Cell.kind, Cell.resource_id, Cell.unit, Cell.cell)
        .join(Visit, Visit.id == Cell.visit_id)
        .where(Visit.status == "hold", Visit.hold_until <= now, Visit.store_id == store_id)
    )
    found: dict[tuple[str, int, int], list[int]] = {}
    for kind, number, unit, cell in rows:
        found.setdefault((kind, number, unit), []).append(cell)
    return found
