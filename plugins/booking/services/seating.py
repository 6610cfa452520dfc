"""Finding who serves a visit at one time, under the lock of all who might."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import ResourceDay
from plugins.booking.services.claiming import (
    Locked,
    Taken,
    add_days,
    claimed_keys,
    drop_holds,
    lapsed_holds,
    lock_days,
    release,
)
from plugins.booking.services.days import ALL, bits_of, cell_at, moment_of, spans_mask, unpack
from plugins.booking.services.days import first_cell as first_of
from plugins.booking.services.planning import Planned
from plugins.booking.services.reading import StoreDay, allowed_on, offered_on, read_days
from plugins.booking.services.slots import Choice, Key, Plan, assign, cost_of, nearest, starts
from plugins.salon.api import Staff, spans_between


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
) -> Seat:
    """Lock who might serve and choose among them; raises `Taken` with the nearest other times.

    With *force* roster and opening hours do not count; what is taken stays taken.
    """
    day_on = day_of(store_id, planned.zone, starts_at)
    rows = _lock(store_id, planned, day_on, force=force, moved=moved)
    if moved is not None:
        release([moved.visit_id], rows, moved.since)
    day = read_days(store_id, planned, day_on, day_on)[0]
    if force:
        day = _ignoring_rosters(store_id, day)
    start = cell_at(starts_at) - day.first
    allowed = 1 << start
    if by_member:
        allowed &= allowed_on(store_id, planned.zone, day, by_member=True)
    elif not force:
        allowed &= day.open
    cost = cost_of(day.free, day.load)
    for plan in planned.plans:
        if allowed and starts(plan, day.free, allowed):
            choices = assign(plan, start, day.free, cost)
            if choices is not None:
                return Seat(plan, choices, day, start, rows)
    raise Taken(
        _why(planned, day, start), alternatives(store_id, planned, starts_at, by_member=by_member)
    )


def alternatives(
    store_id: int, planned: Planned, starts_at: dt.datetime, *, by_member: bool = False
) -> list[dt.datetime]:
    """Return the three free times nearest to one that is taken."""
    around = dt.timedelta(days=1)
    day_on = day_of(store_id, planned.zone, starts_at)
    for reach in (around, 7 * around):
        cells = [
            day.first + bit
            for day in read_days(store_id, planned, day_on - around, day_on + reach)
            for bit in bits_of(offered_on(store_id, planned, day, by_member=by_member))
        ]
        found = nearest(cells, cell_at(starts_at))
        if len(found) == 3:
            break
    return [moment_of(cell) for cell in found]


def day_of(store_id: int, zone: str, moment: dt.datetime) -> dt.date:
    """Return the store's day in whose opening a moment lies; past midnight it is the last one."""
    local = moment.astimezone(ZoneInfo(zone)).date()
    before = local - dt.timedelta(days=1)
    opened = spans_mask(before, zone, spans_between(store_id, before, local)[before])
    bit = cell_at(moment) - first_of(before, zone)
    return before if opened >> bit & 1 and bit >= 0 else local


def _lock(
    store_id: int, planned: Planned, day_on: dt.date, *, force: bool, moved: Moved | None
) -> Locked:
    holds = lapsed_holds(store_id)
    given = [*holds, *([moved.visit_id] if moved else ())]
    keys = _pools(store_id, planned, day_on)
    places = {("place", number): units for number, units in planned.capacity.items()}
    staff = {key: 1 for key in keys if key[0] == "staff"} if force else {}
    add_days(store_id, planned.zone, day_on, {**places, **staff})
    if given:
        keys |= claimed_keys(given)
    days = {day_on, moved.day_on} if moved else {day_on}
    rows = lock_days(keys | places.keys(), days)
    drop_holds(holds, rows)
    return rows


def _pools(store_id: int, planned: Planned, day_on: dt.date) -> set[Key]:
    roles = [role for plan in planned.plans for role in plan.roles]
    keys = {key for role in roles for key in role.pool or ()}
    if any(role.pool is None for role in roles):
        on_duty = sa.select(ResourceDay.resource_id).where(
            ResourceDay.store_id == store_id,
            ResourceDay.day_on == day_on,
            ResourceDay.kind == "staff",
        )
        keys |= {("staff", number) for number in api.db.session.scalars(on_duty)}
    return keys


def _ignoring_rosters(store_id: int, day: StoreDay) -> StoreDay:
    rows = api.db.session.execute(
        sa.select(ResourceDay.resource_id, ResourceDay.busy).where(
            ResourceDay.store_id == store_id,
            ResourceDay.day_on == day.day,
            ResourceDay.kind == "staff",
        )
    )
    free = {("staff", number): (ALL & ~unpack(busy),) for number, busy in rows}
    return replace(day, free={**day.free, **free}, open=ALL)


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
