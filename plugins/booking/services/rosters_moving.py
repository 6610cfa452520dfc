"""Visits whose technician will not be there, and the ways out: a colleague, or another time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from console import api
from plugins.booking.models import Claim, ResourceDay, Visit
from plugins.booking.services.booking import MOVABLE, change_visit
from plugins.booking.services.days import cell_at, mask, unpack
from plugins.booking.services.planning import Planned, Wish, plan_visit
from plugins.booking.services.reading import StoreDay, read_days
from plugins.booking.services.seating import alternatives
from plugins.booking.services.slots import Key, Plan, Units, starts
from plugins.salon.api import Staff

#: Visits that nobody serves are looked for so far ahead.
AHEAD = dt.timedelta(days=60)


@dataclass(frozen=True)
class WaysOut:
    """How a visit can be kept: who is free at its time, and when else it could be."""

    colleagues: Sequence[Staff]
    times: Sequence[dt.datetime]


def ways_out(visit: Visit, staff_id: int) -> WaysOut:
    """Return who could serve instead of somebody at the same time, and the nearest other times."""
    planned = plan_visit(visit.store_id, _without(visit, staff_id))
    day = read_days(visit.store_id, planned, visit.day_on, visit.day_on)[0]
    free = _giving_back(day, visit, staff_id)
    start = cell_at(visit.starts_at) - day.first
    items = {n for n, item in enumerate(visit.items) if item.staff_id == staff_id}
    able = [
        number
        for number in sorted(_candidates(planned, day, items) - {staff_id})
        if any(starts(_with(plan, items, number), free, 1 << start) for plan in planned.plans)
    ]
    people = {each.id: each for each in api.db.session.scalars(_people(able))}
    times = alternatives(visit.store_id, planned, visit.starts_at)
    return WaysOut([people[number] for number in able if number in people], times)


@api.unit
def hand_over(
    visit_id: int,
    from_id: int,
    to_id: int | None,
    *,
    key: str,
    starts_at: dt.datetime | None = None,
    reason: str = "",
) -> Visit:
    """Give what one person was to do in a visit to another, or to anybody; the guest is told.

    Raises `Taken` (409) with the nearest free times, and `Refused`.
    """
    visit = api.db.session.get_one(Visit, visit_id)
    wishes = [
        replace(wish, staff_id=to_id, asked=False) if item.staff_id == from_id else wish
        for wish, item in zip(_wishes(visit), visit.items, strict=True)
    ]
    return change_visit(visit_id, starts_at or visit.starts_at, wishes, key=key, reason=reason)


@api.unit
def hand_over_day(
    store_id: int, from_id: int, to_id: int, day: dt.date, *, key: str
) -> list[Visit]:
    """Give the visits of one person's day whom the roster leaves alone to another.

    Returns those that she cannot take; they stay as they are. The guests of the others are told.
    """
    left = []
    for visit, staff_id in visits_alone(store_id):
        if staff_id != from_id or visit.day_on != day:
            continue
        try:
            with api.db.session.begin_nested():
                hand_over(visit.id, from_id, to_id, key=f"{key}:{visit.id}")
        except api.Refused:
            left.append(visit)
    return left


def visits_alone(store_id: int) -> list[tuple[Visit, int]]:
    """Return the visits to come whose technician is not there then, with her number.

    She is not on the roster, or has left.
    """
    today = api.now().date() - dt.timedelta(days=1)
    rows = api.db.session.execute(
        sa.select(Visit, Claim, ResourceDay.base, ResourceDay.first_cell, Staff.left_on)
        .join(Claim, Claim.visit_id == Visit.id)
        .join(Staff, Staff.id == Claim.resource_id)
        .outerjoin(
            ResourceDay,
            sa.and_(
                ResourceDay.store_id == Visit.store_id,
                ResourceDay.day_on == Visit.day_on,
                ResourceDay.kind == Claim.kind,
                ResourceDay.resource_id == Claim.resource_id,
                ResourceDay.unit == 0,
            ),
        )
        .where(
            Visit.store_id == store_id,
            Visit.day_on.between(today, today + AHEAD),
            Visit.status.in_(MOVABLE),
            Visit.starts_at > api.now(),
            sa.or_(Visit.forced.is_(False), Staff.left_on.is_not(None)),
            Claim.kind == "staff",
        )
        .order_by(Visit.starts_at, Visit.id, Claim.first_cell)
    )
    found: dict[tuple[int, int], tuple[Visit, int]] = {}
    for visit, claim, base, first, left_on in rows:
        taken = mask(claim.first_cell - first, claim.last_cell - first) if base is not None else 1
        if left_on is not None or taken & ~(unpack(base) if base is not None else 0):
            found.setdefault((visit.id, claim.resource_id), (visit, claim.resource_id))
    return list(found.values())


def _wishes(visit: Visit) -> list[Wish]:
    return [
        Wish(
            item.variant_id,
            item.staff_id,
            item.guest,
            item.minutes,
            asked=item.requested,
            length=item.agreed_minutes,
        )
        for item in visit.items
    ]


def _without(visit: Visit, staff_id: int) -> list[Wish]:
    return [
        replace(wish, staff_id=None) if wish.staff_id == staff_id else wish
        for wish in _wishes(visit)
    ]


def _giving_back(day: StoreDay, visit: Visit, staff_id: int) -> dict[Key, Units]:
    """Return who is free on a day, as if the visit itself took nothing but her who is away."""
    free = dict(day.free)
    free.pop(("staff", staff_id), None)
    back: dict[Key, int] = {}
    for claim in visit.claims:
        key = (claim.kind, claim.resource_id)
        bits = mask(claim.first_cell - day.first, claim.last_cell - day.first)
        back[key] = back.get(key, 0) | bits
    for key, bits in back.items():
        if key in free:
            free[key] = (*free[key], bits)
    return free


def _candidates(planned: Planned, day: StoreDay, items: set[int]) -> set[int]:
    found = set[int]()
    for plan in planned.plans:
        for role in plan.roles:
            if role.leads and role.item in items:
                pool = day.free if role.pool is None else role.pool
                found |= {number for kind, number in pool if kind == "staff"}
    return found


def _with(plan: Plan, items: set[int], staff_id: int) -> Plan:
    """Return a plan in which one person does some of the services, if she does all of them."""
    key: Key = ("staff", staff_id)
    roles = tuple(
        replace(role, pool=(key,) if role.pool is None or key in role.pool else ())
        if role.leads and role.item in items
        else role
        for role in plan.roles
    )
    return Plan(roles, plan.length, plan.times)


def _people(numbers: Sequence[int]) -> sa.Select[Staff]:
    return sa.select(Staff).where(Staff.id.in_(numbers), Staff.left_on.is_(None))
