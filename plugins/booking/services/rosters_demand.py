"""What a proposal is worked out from: visits of the last weeks, leave, and what is planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from console import api
from plugins.booking.models import Item, Leave, Shift, Visit
from plugins.booking.services.days import first_cell, moment_of
from plugins.booking.services.rosters import A_DAY, A_WEEK, templates
from plugins.booking.services.rosters_leave import leaves_between
from plugins.booking.services.rosters_rules import (
    FILL,
    MARGIN,
    MAX_HOURS,
    MIN_COVER,
    REST_DAYS,
    TARGET_USE,
)
from plugins.booking.services.rosters_week import (
    SLOT,
    Kind,
    Need,
    Person,
    Rules,
    Span,
    Week,
)
from plugins.salon.api import Service, Staff, StaffStore, Variant, spans_between

#: So many weeks back visits are counted, and those of which kind.
WEEKS_BACK = 8
COUNTED = ("confirmed", "arrived", "in_service", "done")


def read_rules(store_id: int) -> Rules:
    """Return what the owner decided for a store."""
    return Rules(
        MIN_COVER.get(store_id),
        MAX_HOURS.get(store_id) * 60,
        REST_DAYS.get(store_id),
        TARGET_USE.get(store_id),
        FILL.get(store_id),
        MARGIN.get(store_id),
    )


def read_week(store: api.Store, monday: dt.date) -> Week:
    """Return a week's opening hours, and the visits to expect: the average of the last weeks."""
    days = [monday + n * A_DAY for n in range(7)]
    last = min(monday, api.today(store.time_zone)) - A_DAY
    first = last - WEEKS_BACK * A_WEEK + A_DAY
    by_weekday = _booked(store, first, last)
    past = spans_between(store.id, first, last)
    counted = [
        sum(bool(spans) for day, spans in past.items() if day.weekday() == n) for n in range(7)
    ]
    minutes: dict[Need, float] = {
        (day, slot, skill): total / max(1, counted[day.weekday()])
        for day in days
        for (weekday, slot, skill), total in by_weekday.items()
        if weekday == day.weekday()
    }
    return Week(days, spans_between(store.id, days[0], days[-1]), minutes)


def read_kinds(store_id: int) -> list[Kind]:
    """Return the usual shifts of a store that may be proposed."""
    return [
        Kind(template.id, template.span, tuple(template.rests))
        for template in templates(store_id)
        if template.span is not None
    ]


def read_people(store: api.Store, days: Sequence[dt.date]) -> list[Person]:
    """Return who could work in a week, by number: skills, absences, and what is planned."""
    staff = skilled_staff(store.id)
    numbers = [person.id for person in staff]
    low = moment_of(first_cell(days[0], store.time_zone))
    high = moment_of(first_cell(days[-1] + 2 * A_DAY, store.time_zone))
    leaves = leaves_between(numbers, low, high)
    shifts = list(api.db.session.scalars(_near(numbers, days)))
    return [
        Person(
            person.id,
            frozenset(skill.id for skill in person.skills),
            _away([one for one in leaves if one.staff_id == person.id], store, days),
            _elsewhere([one for one in shifts if one.staff_id == person.id], store.id),
            _wished([one for one in leaves if one.staff_id == person.id], store),
            {
                shift.day_on: _kind(shift)
                for shift in shifts
                if shift.staff_id == person.id and shift.store_id == store.id
            },
        )
        for person in staff
    ]


def skilled_staff(store_id: int) -> list[Staff]:
    """Return who works in a store and has a skill: the lines of its roster, by name."""
    works = sa.select(StaffStore.staff_id).where(StaffStore.store_id == store_id)
    rows = sa.select(Staff).where(Staff.left_on.is_(None), Staff.id.in_(works))
    found = api.db.session.scalars(
        rows.options(selectinload(Staff.skills)).order_by(Staff.name, Staff.id)
    )
    return [person for person in found if person.skills]


def planned_cover(shifts: Sequence[Shift], staff: Mapping[int, Staff]) -> dict[Need, int]:
    """Return how many people are planned in each half hour, for everybody and by skill."""
    found: dict[Need, int] = {}
    for shift in shifts:
        if shift.span is None or shift.staff_id not in staff:
            continue
        skills = [skill.id for skill in staff[shift.staff_id].skills]
        for slot in Kind(0, shift.span, tuple(shift.rests)).slots:
            for skill in (None, *skills):
                key = (shift.day_on, slot, skill)
                found[key] = found.get(key, 0) + 1
    return found


def _booked(
    store: api.Store, first: dt.date, last: dt.date
) -> dict[tuple[int, int, int | None], float]:
    """Return the minutes of visits for each weekday, half hour and skill, in all."""
    rows = api.db.session.execute(
        sa.select(Visit.day_on, Visit.starts_at, Item.offset, Item.minutes, Service.skill_id)
        .join(Item, Item.visit_id == Visit.id)
        .outerjoin(Variant, Variant.id == Item.variant_id)
        .outerjoin(Service, Service.id == Variant.service_id)
        .where(
            Visit.store_id == store.id,
            Visit.day_on.between(first, last),
            Visit.status.in_(COUNTED),
        )
    )
    zone = ZoneInfo(store.time_zone)
    found: dict[tuple[int, int, int | None], float] = {}
    for day, starts_at, offset, minutes, skill in rows:
        local = starts_at.astimezone(zone)
        begins = (local.date() - day).days * 1440 + local.hour * 60 + local.minute + offset
        for slot in range(begins // SLOT, -(-(begins + minutes) // SLOT)):
            inside = min(begins + minutes, (slot + 1) * SLOT) - max(begins, slot * SLOT)
            key = (day.weekday(), slot, skill)
            found[key] = found.get(key, 0) + inside
    return found


def _near(numbers: Sequence[int], days: Sequence[dt.date]) -> sa.Select[Shift]:
    return sa.select(Shift).where(
        Shift.staff_id.in_(numbers), Shift.day_on.between(days[0] - A_DAY, days[-1] + A_DAY)
    )


def _kind(shift: Shift) -> Kind | None:
    return None if shift.span is None else Kind(0, shift.span, tuple(shift.rests))


def _elsewhere(shifts: Sequence[Shift], store_id: int) -> dict[dt.date, list[Span]]:
    found: dict[dt.date, list[Span]] = {}
    for shift in shifts:
        if shift.store_id != store_id and shift.span is not None:
            found.setdefault(shift.day_on, []).append(shift.span)
    return found


def _away(
    leaves: Sequence[Leave], store: api.Store, days: Sequence[dt.date]
) -> dict[dt.date, list[Span]]:
    zone = ZoneInfo(store.time_zone)
    found: dict[dt.date, list[Span]] = {}
    for leave in leaves:
        if leave.state != "approved":
            continue
        for day in days:
            midnight = dt.datetime.combine(day, dt.time.min, zone)
            first = int((leave.starts_at - midnight).total_seconds()) // 60
            last = -(-int((leave.ends_at - midnight).total_seconds()) // 60)
            if first < 2160 and last > 0:
                found.setdefault(day, []).append((max(0, first), min(2160, last)))
    return found


def _wished(leaves: Sequence[Leave], store: api.Store) -> frozenset[dt.date]:
    """Return the days for which leave was asked and not decided: wishes, kept if they can be."""
    zone = ZoneInfo(store.time_zone)
    found = set[dt.date]()
    for leave in leaves:
        if leave.state == "asked":
            first = leave.starts_at.astimezone(zone).date()
            last = (leave.ends_at - dt.timedelta(minutes=1)).astimezone(zone).date()
            found |= {first + n * A_DAY for n in range((last - first).days + 1)}
    return frozenset(found)
