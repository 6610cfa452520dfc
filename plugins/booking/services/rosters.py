"""Rosters: what is planned and published for whom, and the bits that bookings read of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Leave, ResourceDay, Shift, Template
from plugins.booking.services.claiming import lock_days
from plugins.booking.services.day_rows import add_days
from plugins.booking.services.days import ALL, cell_at, first_cell, mask, pack, spans_mask
from plugins.booking.services.facts import facts_of
from plugins.booking.services.rosters_telling import tell_published
from plugins.salon.api import Staff

Span = tuple[int, int]
#: A person and a day: a cell of the roster of a store.
Place = tuple[int, dt.date]
A_DAY = dt.timedelta(days=1)
A_WEEK = dt.timedelta(days=7)
#: A shift begins on its day and ends until noon of the next.
MIDNIGHT, LATEST = 1440, 2160


@dataclass(frozen=True)
class ShiftDraft:
    """What somebody is to work on a day; without *span* she has it off.

    *published* says whether guests may book it; None leaves that as it is.
    """

    staff_id: int
    day: dt.date
    span: Span | None
    breaks: Sequence[Span] = ()
    template_id: int | None = None
    published: bool | None = None
    #: Why it is proposed, as kept words.
    why: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Whose cell of the roster it is."""
        return self.staff_id, self.day


@api.unit
def put_shifts(store_id: int, drafts: Iterable[ShiftDraft]) -> None:
    """Plan shifts of a store; days that were published change for guests at once.

    Raises `Refused` when somebody would work in two stores at the same time.
    """
    drafts = list(drafts)
    near = _read_near(drafts)
    rebuilt = set[dt.date]()
    for draft in drafts:
        _check_hours(draft)
        shift = near.get((store_id, *draft.place)) or Shift(
            store_id=store_id, staff_id=draft.staff_id, day_on=draft.day, published=False
        )
        was_published = shift.published
        shift.begins, shift.ends = draft.span or (None, None)
        shift.breaks = {"spans": [list(each) for each in draft.breaks]} if draft.breaks else {}
        shift.template_id, shift.why = draft.template_id, dict(draft.why)
        shift.published = was_published if draft.published is None else draft.published
        near[store_id, *draft.place] = shift
        if shift.published or was_published:
            rebuilt.add(draft.day)
    for draft in drafts:
        _check_elsewhere(store_id, draft, near)
    api.db.session.add_all(near[store_id, *draft.place] for draft in drafts)
    api.db.session.flush()
    rebuild(store_id, rebuilt)


@api.unit
def drop_shifts(store_id: int, places: Iterable[Place]) -> None:
    """Plan nothing for some people on some days."""
    by_day: dict[dt.date, set[int]] = {}
    for staff_id, day in places:
        by_day.setdefault(day, set()).add(staff_id)
    for day, people in by_day.items():
        gone = Shift.store_id == store_id, Shift.staff_id.in_(people), Shift.day_on == day
        api.db.session.execute(sa.delete(Shift).where(*gone))
    rebuild(store_id, by_day)


def drop_shift(store_id: int, staff_id: int, day: dt.date) -> None:
    """Plan nothing for somebody on a day."""
    drop_shifts(store_id, [(staff_id, day)])


@api.unit
def publish(store_id: int, first_on: dt.date, last_on: dt.date) -> int:
    """Let guests book the shifts of some days; return how many are new to them.

    Who works them is told.
    """
    fresh = sa.select(Shift).where(
        Shift.store_id == store_id,
        Shift.day_on.between(first_on, last_on),
        Shift.published.is_(False),
    )
    shifts = list(api.db.session.scalars(fresh.order_by(Shift.day_on, Shift.id)))
    for shift in shifts:
        shift.published = True
    api.db.session.flush()
    rebuild(store_id, {shift.day_on for shift in shifts})
    tell_published(store_id, shifts)
    if shifts:
        api.record_audit(
            "booking.roster_published",
            api.db.session.get_one(api.Store, store_id),
            store_id=store_id,
            after={"first_on": first_on.isoformat(), "last_on": last_on.isoformat()},
            title=_("Published the roster"),
        )
    return len(shifts)


def shifts_between(store_id: int, first_on: dt.date, before: dt.date) -> sa.Select[Shift]:
    """Return the shifts of a store from a day on, before another."""
    return (
        sa.select(Shift)
        .where(Shift.store_id == store_id, Shift.day_on >= first_on, Shift.day_on < before)
        .order_by(Shift.day_on, Shift.staff_id)
    )


def draft_of(shift: Shift, day: dt.date | None = None) -> ShiftDraft:
    """Return a shift as it can be planned again, on the same day or another."""
    breaks = tuple(shift.rests)
    return ShiftDraft(shift.staff_id, day or shift.day_on, shift.span, breaks, shift.template_id)


def templates(store_id: int | None = None) -> list[Template]:
    """Return the usual shifts in their order: all, or those in use in a store."""
    rows = sa.select(Template).order_by(Template.place, Template.id)
    if store_id is not None:
        here = Template.store_id.is_(None) | (Template.store_id == store_id)
        rows = rows.where(Template.in_use, here)
    return list(api.db.session.scalars(rows))


def rebuild(store_id: int, days: Iterable[dt.date]) -> None:
    """Work out anew who is there on days of a store: shifts less breaks and leave; in a unit."""
    wanted = sorted(days)
    if not wanted:
        return
    zone = api.db.session.get_one(api.Store, store_id).time_zone
    there = _there(store_id, zone, wanted)
    _write(store_id, zone, {day: there.get(day, {}) for day in wanted})


def bits_of_shift(day: dt.date, zone: str, span: Span | None, breaks: Sequence[Span]) -> int:
    """Return the bits of a day in which somebody works."""
    if span is None:
        return 0
    return spans_mask(day, zone, [span]) & ~spans_mask(day, zone, breaks)


def _there(store_id: int, zone: str, days: Sequence[dt.date]) -> dict[dt.date, dict[int, int]]:
    shifts = sa.select(Shift).where(
        Shift.store_id == store_id, Shift.day_on.in_(days), Shift.published.is_(True)
    )
    found: dict[dt.date, dict[int, int]] = {}
    for shift in api.db.session.scalars(shifts):
        bits = bits_of_shift(shift.day_on, zone, shift.span, shift.rests)
        found.setdefault(shift.day_on, {})[shift.staff_id] = bits
    people = {staff_id for here in found.values() for staff_id in here}
    away = sa.select(Leave).where(Leave.state == "approved", Leave.staff_id.in_(people))
    for leave in api.db.session.scalars(away):
        for day, here in found.items():
            if leave.staff_id in here:
                here[leave.staff_id] &= ALL & ~leave_bits(leave, day, zone)
    return found


def leave_bits(leave: Leave, day: dt.date, zone: str) -> int:
    """Return the bits of a day in which somebody is away; five minutes that are begun are gone."""
    start = first_cell(day, zone)
    last = -(-int(leave.ends_at.timestamp()) // 300)
    return mask(cell_at(leave.starts_at) - start, last - start)


def _write(store_id: int, zone: str, there: Mapping[dt.date, Mapping[int, int]]) -> None:
    """Write who is there on some days; rows of rooms are made for those who book them later."""
    known = api.db.session.execute(
        sa.select(ResourceDay.day_on, ResourceDay.resource_id).where(
            ResourceDay.store_id == store_id,
            ResourceDay.day_on.in_(there),
            ResourceDay.kind == "staff",
        )
    )
    staff = {day: set(here) for day, here in there.items()}
    for day, number in known:
        staff[day].add(number)
    places = facts_of(store_id).places.values()
    rooms = {("place", number): units for kind in places for number, units in kind.items()}
    wanted = {
        day: {**(rooms if there[day] else {}), **{("staff", number): 1 for number in numbers}}
        for day, numbers in staff.items()
    }
    keys = {key for here in wanted.values() for key in here if key[0] == "staff"}
    if not keys:
        return
    add_days(store_id, zone, wanted)
    bases = {
        (store_id, day, "staff", number, 0): pack(there[day].get(number, 0))
        for day, numbers in staff.items()
        for number in numbers
    }
    lock_days(keys, wanted).put_bases(bases)


def _read_near(drafts: Sequence[ShiftDraft]) -> dict[tuple[int, int, dt.date], Shift]:
    """Return what is planned for these people, in whatever store, on these days and beside them."""
    people = {draft.staff_id for draft in drafts}
    days = {draft.day + by * A_DAY for draft in drafts for by in (-1, 0, 1)}
    rows = sa.select(Shift).where(Shift.staff_id.in_(people), Shift.day_on.in_(days))
    return {
        (shift.store_id, shift.staff_id, shift.day_on): shift
        for shift in api.db.session.scalars(rows)
    }


def _check_hours(draft: ShiftDraft) -> None:
    if draft.span is None:
        return
    first, last = draft.span
    if not 0 <= first < last <= LATEST or first >= MIDNIGHT:
        raise api.Refused(_("A shift ends after it begins."))
    if any(not first <= a < b <= last for a, b in draft.breaks):
        raise api.Refused(_("A break lies within the shift."))


def _check_elsewhere(
    store_id: int, draft: ShiftDraft, near: Mapping[tuple[int, int, dt.date], Shift]
) -> None:
    if draft.span is None:
        return
    first, last = draft.span
    for (store, staff_id, day), other in near.items():
        if staff_id != draft.staff_id or (store, day) == (store_id, draft.day):
            continue
        by = (day - draft.day).days * MIDNIGHT
        if other.span and other.span[0] + by < last and first < other.span[1] + by:
            name = api.db.session.get_one(Staff, draft.staff_id).name
            raise api.Refused(_("%(name)s works elsewhere at this time.", name=name))
