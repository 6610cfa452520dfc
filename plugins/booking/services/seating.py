"""Finding who serves a visit at one time, under the lock of all who might."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import ResourceDay
from plugins.booking.services.capping import lock_cap
from plugins.booking.services.claiming import (
    Locked,
    Taken,
    claimed_keys,
    drop_holds,
    lapsed_holds,
    lock_days,
    release,
)
from plugins.booking.services.day_rows import add_days
from plugins.booking.services.days import ALL, cell_at, first_cell, moment_of, unpack
from plugins.booking.services.facts import StoreFacts, facts_of
from plugins.booking.services.planning import Planned, shared
from plugins.booking.services.reading import StoreDay, allowed_on, offered_between
from plugins.booking.services.slots import (
    Choice,
    Key,
    Plan,
    Units,
    assign,
    cost_of,
    nearest,
    starts,
)
from plugins.salon.api import Staff

#: The number of a time that was kept for too long, and its day.
Hold = tuple[int, dt.date]


@dataclass(frozen=True)
class Seat:
    """Where a visit fits: its plan, who does it, and the rows that are locked for it."""

    plan: Plan
    choices: tuple[Choice, ...]
    day: StoreDay
    start: int
    rows: Locked

    @property
    def starts_at(self) -> dt.datetime:
        """When the visit begins."""
        return moment_of(self.day.first + self.start)

    @property
    def ends_at(self) -> dt.datetime:
        """When the guest leaves."""
        return moment_of(self.day.first + self.start + self.plan.length)

    def staff_of(self, item: int) -> int | None:
        """Return the technician of one of the services."""
        leads = (c.key[1] for c in self.choices if c.role.leads and c.role.item == item)
        return next(leads, None)


@dataclass(frozen=True)
class Moved:
    """A visit that gives its time back before another is sought."""

    visit_id: int
    day_on: dt.date
    #: Cells before this one are not given back: they have passed.
    since: int = 0


def find_seat(
    store_id: int,
    planned: Planned,
    starts_at: dt.datetime,
    *,
    by_member: bool = False,
    force: bool = False,
    moved: Moved | None = None,
    holds: Sequence[Hold] | None = None,
) -> Seat:
    """Lock who might serve and choose among them; raises `Taken` with the nearest other times.

    With *force* roster and opening hours do not count; what is taken stays taken. *holds* are
    those that have lapsed near that day, if they were read before.
    """
    if by_member:
        lock_cap(store_id)
    facts = facts_of(store_id)
    day_on = facts.day_of(starts_at)
    if holds is None:
        holds = lapsed_holds(store_id, day_on)
    start = cell_at(starts_at) - first_cell(day_on, facts.zone)
    rows = _lock(store_id, planned, day_on, start, force=force, moved=moved, holds=holds)
    if moved is not None:
        release([moved.visit_id], rows, moved.since)
    day = _day(store_id, facts, planned, day_on, rows, force=force)
    allowed = 1 << start
    if by_member:
        allowed &= allowed_on(store_id, facts.zone, day, by_member=True)
    elif not force:
        allowed &= day.open
    cost = cost_of(day.free, day.load)
    for plan in planned.plans:
        if allowed and starts(plan, day.free, allowed):
            choices = assign(plan, start, day.free, cost)
            if choices is not None:
                return Seat(plan, choices, day, start, rows)
    relaxed = _day(store_id, facts, planned, day_on, rows, force=True)
    raise Taken(
        _why(planned, day, start),
        alternatives(store_id, planned, starts_at, by_member=by_member),
        forcible=not by_member and not force and _is_forcible(planned, relaxed, start),
    )


def alternatives(
    store_id: int, planned: Planned, starts_at: dt.datetime, *, by_member: bool = False
) -> list[dt.datetime]:
    """Return the three free times nearest to one that is taken."""
    around, wanted = dt.timedelta(days=1), cell_at(starts_at)
    day_on = facts_of(store_id).day_of(starts_at)
    for reach in (around, 7 * around):
        days = offered_between(
            store_id, planned, day_on - around, day_on + reach, by_member=by_member
        )
        found = nearest([cell for _day, cells in days for cell in cells if cell != wanted], wanted)
        if len(found) == 3:
            break
    return [moment_of(cell) for cell in found]


def _lock(
    store_id: int,
    planned: Planned,
    day_on: dt.date,
    start: int,
    *,
    force: bool,
    moved: Moved | None,
    holds: Sequence[Hold],
) -> Locked:
    keys = _pools(store_id, planned, day_on)
    wanted = {("place", number): units for number, units in planned.capacity.items()}
    if force:
        wanted |= {key: 1 for key in keys if key[0] == "staff"}
    days = {day_on, *(day for _hold, day in holds)}
    given = [number for number, _day in holds]
    cells: tuple[int, int] | None = None
    if moved is not None:
        given.append(moved.visit_id)
        days.add(moved.day_on)
    zone = planned.zone
    if given:
        keys |= claimed_keys(given)
    else:
        first = first_cell(day_on, zone) + start
        cells = first, first + max((plan.extent for plan in planned.plans), default=1)
    add_days(store_id, zone, {day_on: wanted})
    rows = lock_days(keys | wanted.keys(), days, cells)
    drop_holds([number for number, _day in holds], rows)
    return rows


def _pools(store_id: int, planned: Planned, day_on: dt.date) -> set[Key]:
    if planned.pools is not None:
        return set(planned.pools)
    keys = {key for plan in planned.plans for role in plan.roles for key in role.pool or ()}
    on_duty = sa.select(ResourceDay.resource_id).where(
        ResourceDay.store_id == store_id,
        ResourceDay.day_on == day_on,
        ResourceDay.kind == "staff",
    )
    return keys | {("staff", number) for number in api.db.session.scalars(on_duty)}


def _day(
    store_id: int,
    facts: StoreFacts,
    planned: Planned,
    day_on: dt.date,
    rows: Locked,
    *,
    force: bool,
) -> StoreDay:
    """Return the day of all who are locked; with *force* roster and hours do not count."""
    opened = ALL if force else facts.opened(day_on)
    free: dict[Key, Units] = {}
    load: dict[Key, int] = {}
    taken: dict[Key, dict[int, int]] = {}
    for place, (_start, busy) in rows.rows.items():
        if place[:2] != (store_id, day_on):
            continue
        key = place[2:4]
        if place[2] == "staff":
            there = ALL if force else unpack(rows.bases[place])
            free[key], load[key] = (there & opened & ~busy,), busy.bit_count()
        else:
            taken.setdefault(key, {})[place[4]] = busy
    for number, units in planned.capacity.items():
        used = taken.get(("place", number), {})
        there_too = tuple(ALL & ~used.get(unit, 0) for unit in range(units))
        free["place", number] = shared(planned, there_too)
    return StoreDay(day_on, first_cell(day_on, facts.zone), opened, free, load)


def _is_forcible(planned: Planned, relaxed: StoreDay, start: int) -> bool:
    """Tell whether only the roster or the opening hours stand in the way."""
    pools = (key for plan in planned.plans for role in plan.roles for key in role.pool or ())
    free = {**{key: (ALL,) for key in pools if key[0] == "staff"}, **relaxed.free}
    return any(starts(plan, free, 1 << start) for plan in planned.plans)


def _why(planned: Planned, day: StoreDay, start: int) -> object:
    """Say what stands in the way of the first plan."""
    if not day.open >> start & 1:
        return _("The store is closed at this time.")
    for role in planned.plans[0].roles if planned.plans else ():
        able = [key for key in role.pool or () if not _blocked(day, key, role.cells(start))]
        if role.pool is None or able:
            continue
        if not role.leads:
            return _("No room, device or helper is free at this time.")
        if len(role.pool) == 1:
            return _reason(day, role.pool[0], role.cells(start))
        return _("No technician is free at this time.")
    return _("This time is not free.")


def _blocked(day: StoreDay, key: Key, cells: int) -> bool:
    free = 0
    for unit in day.free.get(key, ()):
        free |= unit
    return bool(cells & ~free)


def _reason(day: StoreDay, key: Key, cells: int) -> object:
    staff = api.db.session.get(Staff, key[1])
    name = staff.name if staff is not None else ""
    if key not in day.free or (not day.free[key][0] and not day.load.get(key)):
        return _("%(name)s is not on duty at this time.", name=name)
    return _("%(name)s is not free at this time.", name=name)


def locked_for(visit_ids: Sequence[int], days: Sequence[dt.date]) -> Locked:
    """Lock what visits claim, to give it back."""
    return lock_days(claimed_keys(visit_ids), days)
