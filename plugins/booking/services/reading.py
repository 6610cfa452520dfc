"""Reading who is free when, for one day or a month, with a fixed number of queries.

The days of a resource lie in one number, one after the other (`in_a_row`), so that a month costs
little more arithmetic than a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.booking.models import Cell, ResourceDay, Visit
from plugins.booking.services.capping import full_starts
from plugins.booking.services.claiming import any_of
from plugins.booking.services.days import (
    ALL,
    BITS,
    BYTES,
    STRIDE,
    bits_of,
    cell_at,
    first_cell,
    in_a_row,
    mask,
    moment_of,
    steps,
)
from plugins.booking.services.facts import facts_of
from plugins.booking.services.planning import Planned, Wish, plan_visit, shared
from plugins.booking.services.rules import HORIZON, LEAD, STEP
from plugins.booking.services.slots import Free, Key, Plan, Units, starts

#: Kind, number and unit of a resource.
Place = tuple[str, int, int]
#: Only for so few resources it pays to leave the others out of the query.
FEW = 12
EMPTY = bytes(BYTES)


@dataclass(frozen=True)
class StoreDay:
    """A store's day: its first cell, when it is open, who is free, and how much they have."""

    day: dt.date
    first: int
    open: int
    free: Free
    load: Mapping[Key, int] = field(default_factory=dict)


@dataclass(frozen=True)
class StoreDays:
    """Days of a store: their first cells, when it is open, and who is free, days in a row."""

    days: Sequence[dt.date]
    firsts: Sequence[int]
    opens: Sequence[int]
    free: Mapping[Key, Units]

    def day(self, number: int) -> StoreDay:
        """Return one of the days."""
        by = number * STRIDE
        free = {key: tuple(unit >> by & ALL for unit in units) for key, units in self.free.items()}
        return StoreDay(self.days[number], self.firsts[number], self.opens[number], free)


def free_times(
    store_id: int,
    wishes: Sequence[Wish],
    first_on: dt.date,
    last_on: dt.date,
    *,
    by_member: bool = False,
    moved: int | None = None,
) -> dict[dt.date, list[dt.datetime]]:
    """Return when what is wanted can begin on each of some days, with two queries in all.

    Members are offered times within lead time and horizon of the store, staff all that are to
    come. A visit that is to be *moved* does not stand in its own way, which takes a third query.
    Raises `Refused` for services that nobody could ever do.
    """
    planned = plan_visit(store_id, wishes)
    offered = offered_between(
        store_id, planned, first_on, last_on, by_member=by_member, moved=moved
    )
    return {day: [moment_of(cell) for cell in cells] for day, cells in offered}


def offered_between(
    store_id: int,
    planned: Planned,
    first_on: dt.date,
    last_on: dt.date,
    *,
    by_member: bool,
    moved: int | None = None,
) -> Iterator[tuple[dt.date, list[int]]]:
    """Yield days with the cells at which a visit is offered."""
    days = _read(store_id, planned, first_on, last_on, moved)
    allow = _allower(store_id, planned.zone, by_member=by_member)
    allowed = list(map(allow, days.days, days.firsts, days.opens))
    found = 0
    for plan in planned.plans:
        found |= _offered(plan, days, allowed)
    for number, (day, first) in enumerate(zip(days.days, days.firsts, strict=True)):
        yield day, [first + bit for bit in bits_of(found >> number * STRIDE & ALL)]


def allowed_on(store_id: int, zone: str, day: StoreDay, *, by_member: bool) -> int:
    """Return the bits at which visits may begin on a day, whoever is free."""
    return _allower(store_id, zone, by_member=by_member)(day.day, day.first, day.open)


def read_days(
    store_id: int, planned: Planned, first_on: dt.date, last_on: dt.date
) -> list[StoreDay]:
    """Read the days of a store one by one, all its staff and the places of a plan."""
    days = _read(store_id, replace(planned, plans=[]), first_on, last_on)
    return [days.day(number) for number in range(len(days.days))]


def _offered(plan: Plan, days: StoreDays, allowed: Sequence[int]) -> int:
    """Return the bits at which a plan can begin: within its day, where all of it has room."""
    room = ALL >> (plan.extent - 1)
    wanted = [bits & room for bits in allowed]
    if not plan.crowded:
        return starts(plan, days.free, in_a_row(wanted))
    return in_a_row(starts(plan, days.day(n).free, bits) for n, bits in enumerate(wanted))


def _allower(store_id: int, zone: str, *, by_member: bool) -> Callable[[dt.date, int, int], int]:
    """Return what tells, of a day, its first cell and its open bits, when visits may begin."""
    now = api.now()
    earliest, last, full = cell_at(now), dt.date.max, list[int]()
    if by_member:
        full = full_starts(store_id)
        last = api.today(zone) + dt.timedelta(days=HORIZON.get(store_id))
        earliest = -(-int(now.timestamp() + LEAD.get(store_id) * 60) // 300)
    stepped = steps(STEP.get(store_id))

    def allow(day: dt.date, first: int, opened: int) -> int:
        if day > last:
            return 0
        gone = mask(0, earliest - first)
        for cell in full:
            gone |= mask(cell - first, cell - first + 1)
        return opened & stepped & ~gone & ALL

    return allow


def _read(
    store_id: int,
    planned: Planned,
    first_on: dt.date,
    last_on: dt.date,
    moved: int | None = None,
) -> StoreDays:
    facts = facts_of(store_id)
    days = [first_on + dt.timedelta(days=n) for n in range((last_on - first_on).days + 1)]
    firsts = [first_cell(day, facts.zone) for day in days]
    opens = [facts.opened(day) for day in days]
    there, taken = _bits(store_id, planned, days, firsts)
    given_back = _lapsed_cells(store_id, api.now())
    for place, cells in (_own_cells(moved) if moved is not None else {}).items():
        given_back.setdefault(place, []).extend(cells)
    for place, cells in given_back.items():
        if place in taken:
            freed = [_within(cells, first) for first in firsts]
            taken[place] &= ~in_a_row(freed)
    opened, whole = in_a_row(opens), in_a_row([ALL] * len(days))
    free: dict[Key, Units] = {}
    for number, capacity in planned.capacity.items():
        units = tuple(whole & ~taken.get(("place", number, unit), 0) for unit in range(capacity))
        free["place", number] = shared(planned, units)
    for (kind, number, unit), bits in there.items():
        if kind == "staff":
            free[kind, number] = (bits & opened & ~taken[kind, number, unit],)
    return StoreDays(days, firsts, opens, free)


def _bits(
    store_id: int, planned: Planned, days: Sequence[dt.date], firsts: Sequence[int]
) -> tuple[dict[Place, int], dict[Place, int]]:
    """Read when resources are there and when they are taken, days in a row."""
    rows = sa.select(
        ResourceDay.first_cell,
        ResourceDay.kind,
        ResourceDay.resource_id,
        ResourceDay.unit,
        ResourceDay.base,
        ResourceDay.busy,
    ).where(
        ResourceDay.store_id == store_id,
        ResourceDay.day_on >= days[0],
        ResourceDay.day_on <= days[-1],
    )
    wanted = planned.pools
    if wanted is not None and len(wanted) <= FEW:
        rows = rows.where(any_of(ResourceDay, wanted))
    index = {first: number for number, first in enumerate(firsts)}
    found: dict[Place, tuple[list[bytes], list[bytes]]] = {}
    for first, kind, number, unit, base, busy in api.db.session.connection().execute(rows).all():
        if first not in index or (wanted is not None and (kind, number) not in wanted):
            continue
        place = (kind, number, unit)
        if place not in found:
            found[place] = [EMPTY] * len(days), [EMPTY] * len(days)
        bases, busies = found[place]
        bases[index[first]], busies[index[first]] = base, busy
    there = {place: _joined(bases) for place, (bases, _busy) in found.items()}
    return there, {place: _joined(busies) for place, (_base, busies) in found.items()}


def _joined(days: Sequence[bytes]) -> int:
    return int.from_bytes(b"".join(days), "little")


def _within(cells: Sequence[int], first: int) -> int:
    return sum(1 << cell - first for cell in cells if 0 <= cell - first < BITS)


def _lapsed_cells(store_id: int, now: dt.datetime) -> dict[Place, list[int]]:
    rows = api.db.session.connection().execute(_LAPSED, {"store": store_id, "now": now})
    return _by_place(rows)


def _own_cells(visit_id: int) -> dict[Place, list[int]]:
    rows = sa.select(Cell.kind, Cell.resource_id, Cell.unit, Cell.cell)
    return _by_place(api.db.session.execute(rows.where(Cell.visit_id == visit_id)))


def _by_place(rows: Iterable[Any]) -> dict[Place, list[int]]:
    found: dict[Place, list[int]] = {}
    for kind, number, unit, cell in rows:
        found.setdefault((kind, number, unit), []).append(cell)
    return found


def _selecting_lapsed() -> Any:
    visit, cell = Visit.__table__.c, Cell.__table__.c
    return (
        sa.select(cell.kind, cell.resource_id, cell.unit, cell.cell)
        .join(Visit.__table__, visit.id == cell.visit_id)
        .where(
            visit.status == "hold",
            visit.hold_until <= sa.bindparam("now"),
            visit.store_id == sa.bindparam("store"),
        )
    )


_LAPSED = _selecting_lapsed()
