"""Putting a proposal for a week into the roster, as a draft with the reason of each cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Shift
from plugins.booking.services.rosters import A_DAY, A_WEEK, ShiftDraft, put_shifts, templates
from plugins.booking.services.rosters_cells import CellChange
from plugins.booking.services.rosters_demand import (
    planned_cover,
    read_kinds,
    read_people,
    read_rules,
    read_week,
    skilled_staff,
)
from plugins.booking.services.rosters_proposal import propose
from plugins.booking.services.rosters_week import Gap, Reason, Rules, Week, needs_of, runs_of
from plugins.salon.api import WEEKDAYS, Skill, show_time

#: Why somebody works or is off where no figures are needed.
WORDS = {
    "full": _("For a full week, on the busiest day that is left"),
    "rest": _("Rest day, on the quietest day that is left"),
    "wished": _("She asked for this day off"),
    "away": _("On leave"),
    "elsewhere": _("Works in another store"),
    "closed": _("The store is closed"),
    "enough": _("Enough people are there without her"),
}


@api.unit
def propose_week(store_id: int, monday: dt.date) -> tuple[list[CellChange], Sequence[Gap]]:
    """Plan what is not planned yet in a week, unpublished; return what takes it back, and gaps.

    Raises `Refused` where there is no shift to propose, or nobody to propose it to.
    """
    store = api.db.session.get_one(api.Store, store_id)
    kinds = read_kinds(store_id)
    if not kinds:
        raise api.Refused(_("Add a shift template first."))
    week = read_week(store, monday)
    people = read_people(store, week.days)
    if not people:
        raise api.Refused(_("Nobody with a skill works in this store."))
    proposal = propose(week, people, kinds, read_rules(store_id))
    known = {template.id: template for template in templates(store_id)}
    off = next((one.id for one in known.values() if one.span is None), None)
    skills = skill_names()
    drafts = [
        ShiftDraft(
            staff_id,
            day,
            None if kind is None else kind.span,
            () if kind is None else kind.breaks,
            off if kind is None else kind.number,
            published=False,
            why=api.freeze(words_of(reason, day, skills)),
        )
        for (staff_id, day), (kind, reason) in proposal.cells.items()
    ]
    put_shifts(store_id, drafts)
    return [CellChange(draft.staff_id, draft.day, "") for draft in drafts], proposal.gaps


def gaps_of(store: api.Store, monday: dt.date, shifts: Sequence[Shift]) -> tuple[Week, list[Gap]]:
    """Return when too few people are planned in a week, and what it was compared with."""
    week, rules = read_week(store, monday), read_rules(store.id)
    staff = {person.id: person for person in skilled_staff(store.id)}
    cover = planned_cover(shifts, staff)
    short: dict[tuple[dt.date, int | None, int, int], list[int]] = {}
    for (day, slot, skill), need in needs_of(week, rules).items():
        there = cover.get((day, slot, skill), 0)
        if there < need:
            short.setdefault((day, skill, need, there), []).append(slot)
    gaps = [
        Gap(day, (run[0] * 30, (run[-1] + 1) * 30), need, there, skill)
        for (day, skill, need, there), slots in short.items()
        for run in runs_of(sorted(slots))
    ]
    return week, sorted(gaps, key=lambda gap: (gap.day, gap.span, gap.skill or 0))


def words_of_gap(gap: Gap, skills: dict[int, str]) -> str:
    """Say at which time of its day too few are there."""
    facts = {"hours": hours_of(gap.span), "need": gap.need, "there": gap.there}
    if gap.skill is None:
        return api.gettext("%(hours)s: %(there)s of %(need)s there", **facts)
    return api.gettext(
        "%(hours)s: %(there)s of %(need)s with %(skill)s there",
        skill=skills.get(gap.skill, ""),
        **facts,
    )


def words_of(reason: Reason, day: dt.date, skills: dict[int, str]) -> Any:
    """Say why somebody works on a day, or has it off."""
    facts: dict[str, Any] = {
        "weekday": dict(WEEKDAYS)[day.isoweekday()],
        "hours": hours_of(reason.span),
        "visits": f"{reason.minutes / 60:.1f}",
        "need": reason.need,
    }
    if reason.kind == "visits":
        return _(
            "%(weekday)s %(hours)s: %(visits)s h of visits on average, %(need)s needed", **facts
        )
    if reason.kind == "skill":
        skill = skills.get(reason.skill or 0, "")
        return _(
            "%(weekday)s %(hours)s: %(visits)s h of %(skill)s on average, %(need)s needed",
            skill=skill,
            **facts,
        )
    if reason.kind == "cover":
        return _("%(weekday)s %(hours)s: at least %(need)s are to be there", **facts)
    if reason.kind == "hours":
        return _("%(hours)s h this week already", hours=f"{reason.minutes / 60:g}")
    return WORDS[reason.kind]


def hours_of(span: tuple[int, int]) -> str:
    """Write a stretch of hours."""
    return f"{show_time(span[0])}–{show_time(span[1])}"  # noqa: RUF001


def skill_names() -> dict[int, str]:
    """Return what the skills are called, in the reader's language."""
    return {skill.id: skill.shown_name for skill in api.db.session.scalars(sa.select(Skill))}


def days_of(monday: dt.date) -> list[dt.date]:
    """Return the seven days of a week."""
    return [monday + n * A_DAY for n in range(7)]


def next_monday(day: dt.date) -> dt.date:
    """Return the Monday after a day."""
    return day - dt.timedelta(days=day.weekday()) + A_WEEK


def needed_hours(week: Week, rules: Rules, days: Iterable[dt.date]) -> dict[dt.date, float]:
    """Return how many hours of people are needed on each day."""
    needs = needs_of(week, rules)
    return {
        day: sum(n for (on, _slot, skill), n in needs.items() if on == day and skill is None) / 2
        for day in days
    }
