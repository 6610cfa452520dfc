"""The roster cell by cell: set, clear, copy, take back, as the week grid asks for it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Shift, Template
from plugins.booking.services.rosters import (
    A_WEEK,
    Place,
    ShiftDraft,
    Span,
    drop_shifts,
    put_shifts,
    rebuild,
    shifts_between,
    templates,
)
from plugins.booking.services.rosters_checks import Objection, Objections, Plan, check_plan
from plugins.booking.services.rosters_telling import tell_changed, tell_taken_back
from plugins.salon.api import working_staff

#: A day off that follows no template.
OFF = "off"
#: So many cells at once at the most: a year of a person, or two months of everybody.
MOST_CELLS = 4000
#: The grid copies a week to so many following ones at the most.
MOST_WEEKS = 12
HOURS = re.compile(r"(\d{1,4})-(\d{1,4})(?:/((?:\d{1,4}-\d{1,4},?)+))?")


@dataclass(frozen=True)
class CellChange:
    """What a cell is to be: "" for nothing, "t7" for a template, "off", "600-1140/750-780".

    *was* is what the person saw there; None stands for whatever is there.
    """

    staff_id: int
    day: dt.date
    code: str
    was: str | None = None
    published: bool | None = None

    @property
    def place(self) -> Place:
        """Whose cell of the roster it is."""
        return self.staff_id, self.day


def code_of(shift: Shift | None, known: Mapping[int, Template]) -> str:
    """Write a cell as `CellChange` reads it."""
    if shift is None:
        return ""
    template = known.get(shift.template_id or 0)
    if template is not None and (template.span, template.rests) == (shift.span, shift.rests):
        return f"t{template.id}"
    return code_of_hours(shift.span, shift.rests)


def code_of_hours(span: Span | None, breaks: Sequence[Span] = ()) -> str:
    """Write hours that follow no template."""
    if span is None:
        return OFF
    rests = ",".join(f"{first}-{last}" for first, last in breaks)
    return f"{span[0]}-{span[1]}" + (f"/{rests}" if rests else "")


@api.unit
def change_cells(
    store_id: int, changes: Sequence[CellChange], *, sure: bool = False, beyond: bool = False
) -> list[CellChange]:
    """Plan cells of a roster and return what takes it back, whether they were published or not.

    Raises `Conflict` when a cell is not what the person saw, and `Objections` for what speaks
    against it: *sure* insists on leave and visits, *beyond* on closed days. What is published
    changes for guests at once, and who works it is told.
    """
    if len(changes) > MOST_CELLS:
        raise api.Refused(_("These are too many days at once."))
    known = {template.id: template for template in templates()}
    before = read_places(store_id, [change.place for change in changes])
    _check_people(store_id, changes)
    for change in changes:
        if change.was is not None and change.was != code_of(before.get(change.place), known):
            raise api.Conflict(_("Somebody else has changed this. Look at it again."))
    drafts = drafts_of(changes)
    zone = api.db.session.get_one(api.Store, store_id).time_zone
    plan = Plan(store_id, zone, drafts, before)
    standing = [each for each in check_plan(plan) if not _waived(each, sure=sure, beyond=beyond)]
    if standing:
        raise Objections(standing)
    back = [_taking_back(place, before.get(place), known) for place in drafts]
    told = {place: (s.span, s.published) for place, s in before.items()}
    put_shifts(store_id, [draft for draft in drafts.values() if draft is not None])
    gone = [place for place, draft in drafts.items() if draft is None and place in before]
    drop_shifts(store_id, gone)
    changed = {p: (draft.span if draft else None) for p, draft in drafts.items()}
    tell_changed(store_id, {p: (told[p][0], span) for p, span in changed.items() if _seen(told, p)})
    return back


@api.unit
def copy_weeks(
    store_id: int,
    from_monday: dt.date,
    weeks: int = 1,
    staff_ids: Iterable[int] | None = None,
) -> tuple[list[CellChange], int]:
    """Plan following weeks like one; what is planned there already stays.

    Return what takes it back, and how many days were left out: closed, leave, or elsewhere.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise api.Refused(_("Copy to between one and %(most)s weeks.", most=MOST_WEEKS))
    known = {template.id: template for template in templates()}
    only = None if staff_ids is None else set(staff_ids)
    here = {person.id for person in working_staff(store_id)}
    last = from_monday + (weeks + 1) * A_WEEK
    taken = {(s.staff_id, s.day_on) for s in _scalars(store_id, from_monday + A_WEEK, last)}
    changes = [
        CellChange(shift.staff_id, shift.day_on + by * A_WEEK, code_of(shift, known), "")
        for shift in _scalars(store_id, from_monday, from_monday + A_WEEK)
        for by in range(1, weeks + 1)
        if shift.staff_id in here
        and (only is None or shift.staff_id in only)
        and (shift.staff_id, shift.day_on + by * A_WEEK) not in taken
    ]
    return fill_cells(store_id, changes)


@api.unit
def fill_cells(store_id: int, changes: Sequence[CellChange]) -> tuple[list[CellChange], int]:
    """Plan the cells against which nothing speaks; return what takes it back, and how many not."""
    before = read_places(store_id, [change.place for change in changes])
    zone = api.db.session.get_one(api.Store, store_id).time_zone
    drafts = drafts_of(changes)
    against = {each.place for each in check_plan(Plan(store_id, zone, drafts, before))}
    against |= _elsewhere(store_id, drafts)
    fitting = [change for change in changes if change.place not in against]
    return change_cells(store_id, fitting) if fitting else [], len(changes) - len(fitting)


@api.unit
def unpublish(store_id: int, first_on: dt.date, last_on: dt.date, *, sure: bool = False) -> int:
    """Take shifts back from guests' eyes and tell who works them; return how many.

    Raises `Objections` for visits that would be left without their technician, unless *sure*.
    """
    rows = shifts_between(store_id, first_on, last_on + dt.timedelta(days=1))
    shifts = list(api.db.session.scalars(rows.where(Shift.published.is_(True))))
    zone = api.db.session.get_one(api.Store, store_id).time_zone
    before = {(shift.staff_id, shift.day_on): shift for shift in shifts}
    found = check_plan(Plan(store_id, zone, dict.fromkeys(before), before))
    if found and not sure:
        raise Objections(found)
    for shift in shifts:
        shift.published = False
    api.db.session.flush()
    rebuild(store_id, {shift.day_on for shift in shifts})
    if shifts:
        tell_taken_back(store_id, first_on, last_on, {shift.staff_id for shift in shifts})
        api.record_audit(
            "booking.roster_unpublished",
            api.db.session.get_one(api.Store, store_id),
            store_id=store_id,
            after={"first_on": first_on.isoformat(), "last_on": last_on.isoformat()},
            title=_("Took back the roster"),
        )
    return len(shifts)


def drafts_of(changes: Sequence[CellChange]) -> dict[Place, ShiftDraft | None]:
    """Return what cells are to be, as shifts are planned; raises `Refused`."""
    known = {template.id: template for template in templates()}
    return {change.place: _draft(change, known) for change in changes}


def read_places(store_id: int, places: Iterable[Place]) -> dict[Place, Shift]:
    """Return what is planned for some people on some days in a store."""
    wanted = set(places)
    if not wanted:
        return {}
    days = {day for _staff_id, day in wanted}
    rows = shifts_between(store_id, min(days), max(days) + dt.timedelta(days=1)).where(
        Shift.staff_id.in_({staff_id for staff_id, _day in wanted})
    )
    found = {(shift.staff_id, shift.day_on): shift for shift in api.db.session.scalars(rows)}
    return {place: shift for place, shift in found.items() if place in wanted}


def _waived(each: Objection, *, sure: bool, beyond: bool) -> bool:
    return beyond if each.kind == "closed" else sure


def _seen(told: Mapping[Place, tuple[Span | None, bool]], place: Place) -> bool:
    return place in told and told[place][1]


def _scalars(store_id: int, first_on: dt.date, before: dt.date) -> list[Shift]:
    return list(api.db.session.scalars(shifts_between(store_id, first_on, before)))


def _check_people(store_id: int, changes: Sequence[CellChange]) -> None:
    """Refuse who does not work in the store; what was planned for her may still be cleared."""
    here = {person.id for person in working_staff(store_id)}
    if any(change.code and change.staff_id not in here for change in changes):
        raise api.NotFound(_("There is no such record."))


def _draft(change: CellChange, known: Mapping[int, Template]) -> ShiftDraft | None:
    if not change.code:
        return None
    span: Span | None = None
    breaks: Sequence[Span] = ()
    template_id = None
    if change.code.startswith("t"):
        number = change.code[1:]
        template = known.get(int(number)) if number.isdecimal() and len(number) < 18 else None
        if template is None:
            raise api.NotFound(_("There is no such shift any more."))
        span, breaks, template_id = template.span, template.rests, template.id
    elif change.code != OFF:
        found = HOURS.fullmatch(change.code)
        if found is None:
            raise api.Refused(_("Enter hours such as 10:00-19:00."))
        span = int(found[1]), int(found[2])
        pairs = [pair.split("-") for pair in (found[3] or "").split(",") if pair]
        breaks = [(int(first), int(last)) for first, last in pairs]
    return ShiftDraft(
        change.staff_id, change.day, span, breaks, template_id, published=change.published
    )


def _taking_back(place: Place, shift: Shift | None, known: Mapping[int, Template]) -> CellChange:
    published = None if shift is None else shift.published
    return CellChange(*place, code_of(shift, known), published=published)


def _elsewhere(store_id: int, drafts: Mapping[Place, ShiftDraft | None]) -> set[Place]:
    """Return the cells whose people work in another store on that day."""
    days = {day for _staff_id, day in drafts}
    if not days:
        return set()
    rows = sa.select(Shift.staff_id, Shift.day_on).where(
        Shift.store_id != store_id,
        Shift.begins.is_not(None),
        Shift.day_on.between(min(days), max(days)),
        Shift.staff_id.in_({staff_id for staff_id, _day in drafts}),
    )
    there = {(staff_id, day) for staff_id, day in api.db.session.execute(rows)}
    return {place for place in there if (draft := drafts.get(place)) and draft.span}
