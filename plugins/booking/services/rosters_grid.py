"""A week of a roster as the grid draws it: cells, hours of people, cover of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from console import api
from plugins.booking.models import Leave, Shift, Template
from plugins.booking.services.days import first_cell, moment_of
from plugins.booking.services.rosters import A_DAY, A_WEEK, shifts_between, templates
from plugins.booking.services.rosters_cells import code_of
from plugins.booking.services.rosters_demand import read_rules, skilled_staff
from plugins.booking.services.rosters_leave import leaves_between, show_leave
from plugins.booking.services.rosters_proposing import (
    days_of,
    gaps_of,
    needed_hours,
    skill_names,
    words_of_gap,
)
from plugins.booking.services.rosters_telling import show_span
from plugins.booking.services.rosters_week import minutes_of
from plugins.salon.api import WEEKDAYS, Staff, spans_between


def tell_week(store: api.Store, monday: dt.date) -> dict[str, Any]:
    """Return all that the grid of a week shows, as JSON can hold it, in the reader's language."""
    days = days_of(monday)
    shifts = list(api.db.session.scalars(shifts_between(store.id, monday, monday + A_WEEK)))
    staff = _lines(store, shifts)
    offered = templates(store.id)
    known = {template.id: template for template in templates()}
    week, gaps = gaps_of(store, monday, shifts)
    rules = read_rules(store.id)
    skills = skill_names()
    cells = {(s.staff_id, s.day_on): s for s in shifts}
    return {
        "monday": monday.isoformat(),
        "templates": [tell_template(template) for template in offered],
        "days": [_tell_day(store, day, shifts) for day in days],
        "needed": {
            day.isoformat(): hours for day, hours in needed_hours(week, rules, days).items()
        },
        "staff": [
            {
                "id": person.id,
                "name": person.name,
                "title": person.shown_title,
                "minutes": _minutes([s for s in shifts if s.staff_id == person.id]),
                "most": rules.max_minutes,
                "cells": [_tell_cell(cells.get((person.id, day)), day, known) for day in days],
            }
            for person in staff
        ],
        "leaves": _tell_leaves(store, staff, days),
        "gaps": [{"day": gap.day.isoformat(), "words": words_of_gap(gap, skills)} for gap in gaps],
        "unpublished": sum(not shift.published for shift in shifts),
        "published": sum(shift.published for shift in shifts),
    }


def tell_template(template: Template) -> dict[str, Any]:
    """Return a usual shift as the grid offers it."""
    return {
        "code": f"t{template.id}",
        "name": template.shown_name,
        "sign": template.sign or template.shown_name[:1],
        "colour": template.colour,
        "hours": show_span(template.span) if template.span else "",
    }


def _lines(store: api.Store, shifts: Sequence[Shift]) -> list[Staff]:
    """Return who works here, and who is planned although she does not any more."""
    staff = {person.id: person for person in skilled_staff(store.id)}
    for shift in shifts:
        staff.setdefault(shift.staff_id, shift.staff)
    return sorted(staff.values(), key=lambda person: (person.name, person.id))


def _tell_cell(shift: Shift | None, day: dt.date, known: dict[int, Template]) -> dict[str, Any]:
    code = code_of(shift, known)
    template = known.get(int(code[1:])) if code.startswith("t") else None
    cell: dict[str, Any] = {"day": day.isoformat(), "code": code}
    if shift is None:
        return cell
    cell |= {
        "hours": show_span(shift.span) if shift.span else "",
        "breaks": [show_span(rest) for rest in shift.rests],
        "published": shift.published,
        "why": api.thaw(shift.why),
        "name": template.shown_name if template else "",
        "sign": (template.sign or template.shown_name[:1]) if template else "",
        "colour": template.colour if template else "grey",
    }
    return cell


def _tell_day(store: api.Store, day: dt.date, shifts: Sequence[Shift]) -> dict[str, Any]:
    openings = spans_between(store.id, day, day)[day]
    there = [shift for shift in shifts if shift.day_on == day and shift.span is not None]
    return {
        "day": day.isoformat(),
        "weekday": str(dict(WEEKDAYS)[day.isoweekday()]),
        "date": f"{day:%m-%d}",
        "open": " ".join(show_span(span) for span in openings),
        "people": len(there),
        "minutes": _minutes(there),
    }


def _tell_leaves(
    store: api.Store, staff: Sequence[Staff], days: Sequence[dt.date]
) -> list[dict[str, Any]]:
    low = moment_of(first_cell(days[0], store.time_zone))
    high = moment_of(first_cell(days[-1] + A_DAY, store.time_zone))
    return [
        {
            "staff": leave.staff_id,
            "days": [day.isoformat() for day in days if _touches(leave, store, day)],
            "state": leave.state,
            "words": " · ".join(part for part in (show_leave(leave), leave.reason) if part),
        }
        for leave in leaves_between([person.id for person in staff], low, high)
    ]


def _touches(leave: Leave, store: api.Store, day: dt.date) -> bool:
    midnight = dt.datetime.combine(day, dt.time.min, ZoneInfo(store.time_zone))
    return leave.starts_at < midnight + A_DAY and leave.ends_at > midnight


def _minutes(shifts: Sequence[Shift]) -> int:
    return sum(minutes_of(shift.span, shift.rests) for shift in shifts if shift.span is not None)
