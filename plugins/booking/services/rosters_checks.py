"""What speaks against a plan: closed days, leave, and visits left without a technician."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Claim, Leave, Shift, Visit
from plugins.booking.models.visits import LIVE
from plugins.booking.services.days import first_cell, mask, moment_of
from plugins.booking.services.rosters import (
    A_DAY,
    LATEST,
    Place,
    ShiftDraft,
    Span,
    bits_of_shift,
    leave_bits,
)
from plugins.booking.services.rosters_leave import leaves_between
from plugins.booking.services.rosters_rules import MARGIN
from plugins.salon.api import Staff, show_time, spans_between


@dataclass(frozen=True)
class Objection:
    """One thing that speaks against a cell of a plan.

    *kind* is closed (a permission overrides it), leave or visit (one may insist).
    """

    kind: str
    place: Place
    words: object
    visit_id: int | None = None


class Objections(api.Conflict):
    """A plan was not stored; `found` says what speaks against it."""

    def __init__(self, found: Sequence[Objection]) -> None:
        super().__init__(found[0].words)
        self.found = list(found)

    @property
    def final(self) -> bool:
        """Whether insisting does not help who acts."""
        return any(each.kind == "closed" for each in self.found)


@dataclass(frozen=True)
class Plan:
    """What cells of a store's roster are to be; None plans nothing."""

    store_id: int
    zone: str
    drafts: Mapping[Place, ShiftDraft | None]
    before: Mapping[Place, Shift]

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """The first and the last day."""
        days = {day for _staff_id, day in self.drafts}
        return min(days), max(days)


def check_plan(plan: Plan) -> list[Objection]:
    """Return all that speaks against a plan, in the order of the days."""
    if not plan.drafts:
        return []
    names = _names(staff_id for staff_id, _day in plan.drafts)
    found = [*_closed(plan), *_on_leave(plan, names), *_stranded(plan, names)]
    return sorted(found, key=lambda each: (each.place[1], each.place[0]))


def outside(span: Span, openings: Sequence[Span], margin: int) -> bool:
    """Tell whether a shift reaches further beyond the opening hours than setting up takes."""
    if not openings:
        return True
    first, last = min(a for a, _b in openings), max(b for _a, b in openings)
    return span[0] < first - margin or span[1] > min(last + margin, LATEST)


def _closed(plan: Plan) -> Iterable[Objection]:
    openings, margin = spans_between(plan.store_id, *plan.days), MARGIN.get(plan.store_id)
    for (staff_id, day), draft in plan.drafts.items():
        if draft is None or draft.span is None:
            continue
        known = plan.before.get((staff_id, day))
        if known is not None and known.span == draft.span:
            continue
        if not openings[day]:
            words = _("The store is closed on %(day)s.", day=day)
            yield Objection("closed", (staff_id, day), words)
        elif outside(draft.span, openings[day], margin):
            hours = ", ".join(f"{show_time(a)}–{show_time(b)}" for a, b in openings[day])  # noqa: RUF001
            words = _("The store is open %(hours)s on %(day)s.", hours=hours, day=day)
            yield Objection("closed", (staff_id, day), words)


def _on_leave(plan: Plan, names: Mapping[int, str]) -> Iterable[Objection]:
    first, last = plan.days
    low = moment_of(first_cell(first, plan.zone))
    high = moment_of(first_cell(last + 2 * A_DAY, plan.zone))
    by_person: dict[int, list[Leave]] = {}
    for leave in leaves_between({staff_id for staff_id, _day in plan.drafts}, low, high):
        if leave.state == "approved":
            by_person.setdefault(leave.staff_id, []).append(leave)
    for (staff_id, day), draft in plan.drafts.items():
        if draft is None:
            continue
        works = bits_of_shift(day, plan.zone, draft.span, draft.breaks)
        away = by_person.get(staff_id, ())
        if any(works & leave_bits(leave, day, plan.zone) for leave in away):
            words = _("%(name)s is on leave on %(day)s.", name=names[staff_id], day=day)
            yield Objection("leave", (staff_id, day), words)


def _stranded(plan: Plan, names: Mapping[int, str]) -> Iterable[Objection]:
    """Yield the visits to come whose technician would have been there, and would no more be."""
    lost: dict[Place, int] = {}
    for place, draft in plan.drafts.items():
        shift = plan.before.get(place)
        if shift is None or not shift.published:
            continue
        stays = draft if draft is not None and draft.published is not False else None
        now = bits_of_shift(place[1], plan.zone, shift.span, shift.rests)
        then = bits_of_shift(place[1], plan.zone, stays.span, stays.breaks) if stays else 0
        if now & ~then:
            lost[place] = now & ~then
    told = set[tuple[int, int]]()
    for visit, claim in _served(plan, lost):
        start = first_cell(visit.day_on, plan.zone)
        taken = mask(claim.first_cell - start, claim.last_cell - start)
        place = (claim.resource_id, visit.day_on)
        if taken & lost.get(place, 0) and (visit.id, place[0]) not in told:
            told.add((visit.id, place[0]))
            words = _(
                "%(name)s would be away when %(guest)s comes on %(day)s at %(time)s.",
                name=names[place[0]],
                guest=visit.guest_name,
                day=visit.day_on,
                time=_clock(visit, plan.zone),
            )
            yield Objection("visit", place, words, visit.id)


def _served(plan: Plan, lost: Mapping[Place, int]) -> list[tuple[Visit, Claim]]:
    if not lost:
        return []
    rows = (
        sa.select(Visit, Claim)
        .join(Claim, Claim.visit_id == Visit.id)
        .where(
            Visit.store_id == plan.store_id,
            Visit.day_on.in_({day for _staff_id, day in lost}),
            Visit.status.in_(LIVE),
            Visit.ends_at > api.now(),
            Claim.kind == "staff",
            Claim.resource_id.in_({staff_id for staff_id, _day in lost}),
        )
        .order_by(Visit.starts_at, Visit.id, Claim.first_cell)
    )
    return [(visit, claim) for visit, claim in api.db.session.execute(rows)]


def _clock(visit: Visit, zone: str) -> str:
    return f"{visit.starts_at.astimezone(ZoneInfo(zone)):%H:%M}"


def _names(staff_ids: Iterable[int]) -> dict[int, str]:
    rows = sa.select(Staff.id, Staff.name).where(Staff.id.in_(set(staff_ids)))
    return {number: str(name) for number, name in api.db.session.execute(rows)}
