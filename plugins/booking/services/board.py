"""What the booking board shows of some days of a store, read with a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from plugins.booking.models import Claim, Item, Leave, ResourceDay, Shift, Visit
from plugins.booking.services.class_places import places_of_classes
from plugins.booking.services.days import (
    ALL,
    MINUTES,
    SECONDS,
    cell_at,
    first_cell,
    mask,
    runs_of,
    spans_mask,
    unpack,
)
from plugins.booking.services.proposing import visits_proposed
from plugins.booking.services.rules import ALERT
from plugins.booking.services.showing import LABELS, clock_of, marks_of
from plugins.membership.api import Member
from plugins.salon.api import Equipment, EquipmentKind, Service, Staff, Variant, spans_between

#: What is gone is not drawn.
SHOWN = ("pending", "confirmed", "arrived", "in_service", "done", "no_show")
HOUR = 60 // MINUTES
#: Kind, number, first cell, the cell after the last, and the place among the services.
Stretch = tuple[str, int, int, int, int]
#: The cells that visits take of each resource on each day.
Taken = dict[tuple[int, dt.date], list[tuple[int, int]]]


@dataclass
class Column:
    """One column of the board: somebody's or something's time on one day."""

    kind: str
    number: int
    day: dt.date
    name: str
    title: str
    #: The cell of the day's local midnight.
    start: int
    #: Bits that are shaded, by why.
    off: dict[str, int] = field(default_factory=dict)
    #: Bits of the roster or the opening hours, and of the visits.
    there: int = 0
    booked: int = 0


@dataclass(frozen=True)
class Sight:
    """What somebody looks at: whose columns, on which days, one resource only or all."""

    store: api.Store
    days: tuple[dt.date, ...]
    kind: str = "staff"
    only: int | None = None

    @property
    def overview(self) -> bool:
        """Tell whether it is several days of everybody: a row for each, a cell for each day."""
        return len(self.days) > 1 and self.only is None


def tell_board(sight: Sight) -> dict[str, Any]:
    """Return all that the board draws, times as cells since 1970-01-01T00:00Z."""
    zone = sight.store.time_zone
    spans = spans_between(sight.store.id, sight.days[0], sight.days[-1])
    opened = {day: spans_mask(day, zone, spans[day]) for day in sight.days}
    stretches, taken = _read_claims(sight)
    columns = _columns(sight, opened, taken)
    low, high = _hours(sight, opened, stretches)
    now = cell_at(api.now())
    return {
        "cells": high - low,
        "seconds": SECONDS,
        "hours": [
            {"cell": cell, "label": f"{(low + cell) // HOUR % 24:02}:00"}
            for cell in range(0, high - low, HOUR)
        ],
        "now": now if low <= now - first_cell(_today(sight), zone) < high else None,
        "today": str(_today(sight)),
        "days": [str(day) for day in sight.days],
        "columns": [_tell_column(each, low, high, sight) for each in columns],
        "visits": _tell_visits(sight, stretches),
    }


def waiting_for_review(store_id: int) -> int:
    """Return how many bookings of a store await review, on whatever day."""
    rows = sa.select(sa.func.count(Visit.id)).where(
        Visit.store_id == store_id,
        Visit.status == "pending",
        Visit.id.not_in(visits_proposed(store_id)),
    )
    return api.db.session.scalar(rows) or 0


def _today(sight: Sight) -> dt.date:
    store = sight.store
    return api.business_day(api.now(), store.time_zone, store.cut_off_minutes)


def _of(sight: Sight) -> tuple[sa.ColumnElement[bool], ...]:
    first, last = sight.days[0], sight.days[-1]
    return (
        Visit.store_id == sight.store.id,
        Visit.day_on.between(first, last),
        Visit.status.in_(SHOWN),
    )


def _read_claims(sight: Sight) -> tuple[dict[int, list[Stretch]], Taken]:
    """Return the stretches of each visit, those that touch as one, and what each column has."""
    rows = api.db.session.execute(
        sa.select(
            Claim.visit_id,
            Claim.kind,
            Claim.resource_id,
            Claim.first_cell,
            Claim.last_cell,
            Claim.item,
            Visit.day_on,
        )
        .join(Visit, Visit.id == Claim.visit_id)
        .where(*_of(sight))
        .order_by(Claim.visit_id, Claim.kind, Claim.resource_id, Claim.first_cell)
    )
    found: dict[int, list[Stretch]] = {}
    taken: Taken = {}
    for number, kind, resource, first, last, item, day in rows:
        if kind == sight.kind:
            taken.setdefault((resource, day), []).append((first, last))
        mine = found.setdefault(number, [])
        before = mine[-1] if mine else None
        if before and before[:2] == (kind, resource) and before[3] == first:
            mine[-1] = (kind, resource, before[2], last, item)
        else:
            mine.append((kind, resource, first, last, item))
    return found, taken


def _hours(
    sight: Sight, opened: Mapping[dt.date, int], stretches: Mapping[int, Sequence[Stretch]]
) -> tuple[int, int]:
    """Return from which cell to which a day is drawn: opening hours, and whatever is outside."""
    zone, low, high = sight.store.time_zone, list[int](), list[int]()
    for bits in opened.values():
        if bits:
            low.append((bits & -bits).bit_length() - 1)
            high.append(bits.bit_length())
    starts = [first_cell(day, zone) for day in sight.days]
    for first, last in ((c[2], c[3]) for each in stretches.values() for c in each):
        start = max((s for s in starts if s <= first), default=starts[0])
        low.append(first - start)
        high.append(last - start)
    if not low:
        low, high = [9 * HOUR], [21 * HOUR]
    return max(min(low), 0) // HOUR * HOUR, -(-max(high) // HOUR) * HOUR


def _columns(sight: Sight, opened: Mapping[dt.date, int], taken: Taken) -> list[Column]:
    if sight.kind == "place":
        return _places(sight, opened, taken)
    shifts, leaves = _read_shifts(sight), _read_leaves(sight)
    found = []
    for person, day, base, busy in _read_days(sight):
        start = first_cell(day, sight.store.time_zone)
        there = unpack(base) & opened[day]
        own = _union(taken.get((person.id, day), ()), start)
        if not there and not own and sight.only is None:
            continue
        shift = shifts.get((person.id, day), 0)
        away = _union(leaves.get(person.id, ()), start)
        column = Column("staff", person.id, day, person.name, person.shown_title, start)
        column.there, column.booked = there, own
        column.off = {
            "leave": away & opened[day],
            "break": shift & ~there & ~away & opened[day],
            "off": ALL & ~there & ~shift & ~away | ALL & ~opened[day],
            "taken": unpack(busy) & ~own & there,
        }
        found.append(column)
    return found


def _union(spans: Iterable[tuple[int, int]], start: int) -> int:
    found = 0
    for first, last in spans:
        found |= mask(first - start, last - start)
    return found


def _read_days(sight: Sight) -> list[tuple[Staff, dt.date, bytes, bytes]]:
    rows = (
        sa.select(Staff, ResourceDay.day_on, ResourceDay.base, ResourceDay.busy)
        .join(Staff, Staff.id == ResourceDay.resource_id)
        .where(
            ResourceDay.kind == "staff",
            ResourceDay.store_id == sight.store.id,
            ResourceDay.day_on.between(sight.days[0], sight.days[-1]),
        )
        .order_by(ResourceDay.day_on, Staff.name, Staff.id)
    )
    if sight.only is not None:
        rows = rows.where(Staff.id == sight.only)
    return [
        (person, day, base, busy)
        for person, day, base, busy in api.db.session.execute(rows).unique()
    ]


def _read_shifts(sight: Sight) -> dict[tuple[int, dt.date], int]:
    """Return the bits of published shifts, breaks included."""
    rows = sa.select(Shift.staff_id, Shift.day_on, Shift.begins, Shift.ends).where(
        Shift.store_id == sight.store.id,
        Shift.day_on.between(sight.days[0], sight.days[-1]),
        Shift.published,
    )
    zone = sight.store.time_zone
    return {
        (staff_id, day): spans_mask(day, zone, [(begins, ends or begins)])
        for staff_id, day, begins, ends in api.db.session.execute(rows)
        if begins is not None
    }


def _read_leaves(sight: Sight) -> dict[int, list[tuple[int, int]]]:
    zone = ZoneInfo(sight.store.time_zone)
    since = dt.datetime.combine(sight.days[0], dt.time.min, zone).astimezone(dt.UTC)
    until = dt.datetime.combine(sight.days[-1], dt.time.min, zone).astimezone(dt.UTC)
    rows = sa.select(Leave.staff_id, Leave.starts_at, Leave.ends_at).where(
        Leave.state == "approved",
        Leave.ends_at > since,
        Leave.starts_at < until + dt.timedelta(days=2),
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for staff_id, begins, ends in api.db.session.execute(rows):
        found.setdefault(staff_id, []).append((cell_at(begins), cell_at(ends)))
    return found


def _places(sight: Sight, opened: Mapping[dt.date, int], taken: Taken) -> list[Column]:
    rows = (
        sa.select(Equipment, EquipmentKind)
        .join(EquipmentKind, EquipmentKind.id == Equipment.kind_id)
        .where(Equipment.store_id == sight.store.id, Equipment.in_use)
        .order_by(Equipment.kind_id, Equipment.name, Equipment.id)
    )
    if sight.only is not None:
        rows = rows.where(Equipment.id == sight.only)
    found = []
    for each, kind in api.db.session.execute(rows).all():
        for day in sight.days:
            start = first_cell(day, sight.store.time_zone)
            column = Column("place", each.id, day, each.shown_name, kind.shown_name, start)
            column.there = opened[day]
            column.booked = _union(taken.get((each.id, day), ()), start)
            column.off = {"off": ALL & ~opened[day]}
            found.append(column)
    return found


def _tell_column(column: Column, low: int, high: int, sight: Sight) -> dict[str, Any]:
    off = []
    for why, bits in column.off.items():
        if sight.overview and why != "leave":
            continue
        for first, last in runs_of(bits):
            first, last = max(first, low), min(last, high)
            if last > first:
                off.append([first - low, last - low, why])
    return {
        "kind": column.kind,
        "id": column.number,
        "day": str(column.day),
        "name": column.name,
        "title": column.title,
        "first": column.start + low,
        "off": off,
        "planned": column.there.bit_count() * MINUTES,
        "booked": column.booked.bit_count() * MINUTES,
    }


def _tell_visits(sight: Sight, stretches: Mapping[int, Sequence[Stretch]]) -> list[dict[str, Any]]:
    rows = api.db.session.execute(
        sa.select(Visit, Member.allergies, Visit.id.in_(visits_proposed(sight.store.id)))
        .join(Member, Member.id == Visit.member_id, isouter=True)
        .where(*_of(sight))
        .order_by(Visit.starts_at, Visit.id)
    ).all()
    items, names = _read_items(sight)
    marks = marks_of([visit.id for visit, _allergies, _proposed in rows])
    classes = [visit.id for visit, _allergies, _proposed in rows if visit.source == "class"]
    places = places_of_classes(classes) if classes else {}
    late = api.now() - dt.timedelta(minutes=ALERT.get())
    found = []
    for visit, allergies, proposed in rows:
        mine = items.get(visit.id, [])
        waits = visit.status == "pending" and not proposed
        word = api.gettext("Awaits her answer") if proposed else str(LABELS[visit.status])
        found.append(
            {
                **_tell_times(visit, sight.store.time_zone),
                "what": api.gettext(", ").join(names.get(i.variant_id) or _title(i) for i in mine),
                "with": api.gettext(", ").join(dict.fromkeys(i.staff_name or "" for i in mine)),
                "items": [[names.get(i.variant_id) or _title(i), i.minutes] for i in mine],
                "asked": sorted({i.staff_id for i in mine if i.requested}),
                "label": word,
                "mark": marks.get(visit.id, ""),
                "late": waits and visit.booked_at <= late,
                "allergies": bool(allergies),
                "places": places.get(visit.id),
                "claims": stretches.get(visit.id, []),
            }
        )
    return found


def _tell_times(visit: Visit, zone: str) -> dict[str, Any]:
    begins, ends = clock_of(visit.starts_at, zone), clock_of(visit.ends_at, zone)
    return {
        "id": visit.id,
        "version": visit.version,
        "day": str(visit.day_on),
        "name": visit.guest_name,
        "begins": begins,
        "span": f"{begins}–{ends}",  # noqa: RUF001 - how a stretch of time is written
        "starts": cell_at(visit.starts_at),
        "party": visit.party,
        "status": visit.status,
        "note": visit.note,
        "movable": visit.status in ("pending", "confirmed"),
        "running": visit.status in ("arrived", "in_service"),
    }


def _read_items(sight: Sight) -> tuple[dict[int, list[Any]], dict[int | None, str]]:
    """Return the services of each visit, and the names of their variants."""
    rows = (
        sa.select(
            Item.visit_id,
            Item.variant_id,
            Item.staff_id,
            Item.requested,
            Item.minutes,
            Item.title,
            Staff.name.label("staff_name"),
        )
        .join(Visit, Visit.id == Item.visit_id)
        .join(Staff, Staff.id == Item.staff_id, isouter=True)
        .where(*_of(sight))
        .order_by(Item.visit_id, Item.id)
    )
    items: dict[int, list[Any]] = {}
    for row in api.db.session.execute(rows):
        items.setdefault(row.visit_id, []).append(row)
    wanted = {row.variant_id for each in items.values() for row in each if row.variant_id}
    priced = sa.select(Variant, Service).join(Service, Service.id == Variant.service_id)
    names: dict[int | None, str] = {}
    for variant, service in api.db.session.execute(priced.where(Variant.id.in_(wanted))):
        more = variant.shown_name if variant.name else ""
        names[variant.id] = f"{service.shown_name} {more}".strip()
    return items, names


def _title(item: Any) -> str:
    return item.title or api.gettext("Decided on the spot")
