"""Who serves the next walk-in: the first in turn who can, and why the others cannot now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import ResourceDay
from plugins.booking.services.days import ALL, cell_at, cells_for, mask, moment_of, unpack
from plugins.booking.services.planning import Wish, plan_visit
from plugins.booking.services.showing import clock_of
from plugins.booking.services.slots import Plan
from plugins.booking.services.turns import Standing, TurnDay, read_turns
from plugins.salon.api import Staff

#: How long a guest is taken to stay who decides on the spot.
UNDECIDED = 60


@dataclass(frozen=True)
class Passed:
    """Somebody whose turn it is not now, with the reason; she keeps her place."""

    staff: Staff
    why: Any


@dataclass
class NextTurn:
    """Who serves the next walk-in, why she does, and who was passed over before her."""

    staff: Staff | None = None
    why: Any = ""
    passed: list[Passed] = field(default_factory=list)
    #: The rest of the list, after her.
    later: list[Staff] = field(default_factory=list)


def next_in_turn(
    store: api.Store, day: dt.date, variant_ids: Sequence[int] = (), turns: TurnDay | None = None
) -> NextTurn:
    """Return who serves a guest who walks in now and wants these services.

    Who rests, is busy, has no time left before her next guest, or lacks the skill is passed
    over and keeps her place.
    """
    turns = turns or read_turns(store.id, day)
    needed = _needed(store.id, variant_ids)
    hours = _hours(store.id, day, [one.staff_id for one in turns.line])
    found = NextTurn()
    for one in turns.line:
        staff = turns.staff[one.staff_id]
        if found.staff is not None:
            found.later.append(staff)
            continue
        why = _hindrance(one, needed, hours.get(one.staff_id), store)
        if why is None:
            found.staff, found.why = staff, _because(one, turns, store)
        else:
            found.passed.append(Passed(staff, why))
    return found


def give_turn(store: api.Store, day: dt.date, wishes: Sequence[Wish]) -> list[Wish]:
    """Give a guest who walks in to whose turn it is, unless somebody was asked for.

    A party is served by whoever is free, as is everybody where nobody takes turns.
    """
    alone = len({wish.guest for wish in wishes}) == 1
    turns = read_turns(store.id, day)
    if not alone or turns.rule == "off" or any(wish.staff_id is not None for wish in wishes):
        return list(wishes)
    wanted = [wish.variant_id for wish in wishes if wish.variant_id is not None]
    staff = next_in_turn(store, day, wanted, turns).staff
    if staff is None:
        return list(wishes)
    return [replace(wish, staff_id=staff.id, asked=False) for wish in wishes]


#: The cells that each person would work, from the beginning of the visit; None: anybody.
Needed = dict[int, int] | None


def _needed(store_id: int, variant_ids: Sequence[int]) -> Needed:
    if not variant_ids:
        return None
    planned = plan_visit(store_id, [Wish(number) for number in variant_ids])
    found: dict[int, int] = {}
    for plan in planned.plans:
        for staff_id in _leads_all(plan, len(variant_ids)):
            cells = 0
            for role in plan.roles:
                if role.leads:
                    cells |= role.cells(0)
            found.setdefault(staff_id, cells)
    return found


def _leads_all(plan: Plan, count: int) -> set[int]:
    """Return who could do every service of a plan herself."""
    pools = [{key[1] for key in role.pool or ()} for role in plan.roles if role.leads]
    return set.intersection(*pools) if len(pools) == count else set()


@dataclass(frozen=True)
class _Hours:
    first: int
    base: int
    busy: int


def _hours(store_id: int, day: dt.date, staff_ids: Sequence[int]) -> dict[int, _Hours]:
    rows = api.db.session.execute(
        sa.select(
            ResourceDay.resource_id, ResourceDay.first_cell, ResourceDay.base, ResourceDay.busy
        ).where(
            ResourceDay.store_id == store_id,
            ResourceDay.day_on == day,
            ResourceDay.kind == "staff",
            ResourceDay.resource_id.in_(staff_ids),
        )
    )
    return {number: _Hours(first, unpack(base), unpack(busy)) for number, first, base, busy in rows}


def _hindrance(one: Standing, needed: Needed, hours: _Hours | None, store: api.Store) -> Any:
    """Say why somebody cannot serve a guest who is here now; None when she can."""
    if one.resting:
        return _("is on a break")
    if needed is not None and one.staff_id not in needed:
        return _("does not do this service")
    if hours is None:
        return _("is not on the roster")
    start = cell_at(api.now()) - hours.first
    wanted = mask(0, cells_for(UNDECIDED)) if needed is None else needed[one.staff_id]
    wanted = (wanted << start) & ALL
    if hours.busy >> start & 1:
        return _("is busy until %(clock)s", clock=_free_again(hours, start, store))
    if hours.busy & wanted:
        first = (hours.busy & wanted) & -(hours.busy & wanted)
        clock = clock_of(moment_of(hours.first + first.bit_length() - 1), store.time_zone)
        return _("expects a guest at %(clock)s", clock=clock)
    if wanted & ~hours.base:
        return _("is not on duty for so long")
    return None


def _free_again(hours: _Hours, start: int, store: api.Store) -> str:
    rest = ~hours.busy >> start
    bit = (rest & -rest).bit_length() - 1
    return clock_of(moment_of(hours.first + start + bit), store.time_zone)


def _because(one: Standing, turns: TurnDay, store: api.Store) -> Any:
    came = clock_of(one.here_at, store.time_zone)
    if turns.rule == "minutes":
        return _(
            "here since %(clock)s, %(minutes)s minutes served in turn",
            clock=came,
            minutes=one.minutes,
        )
    return _("here since %(clock)s, %(count)s guests served in turn", clock=came, count=one.guests)
