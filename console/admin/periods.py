"""Periods that filters name: today, this week, last month. Weeks begin on Monday."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from console.i18n import _

DAY = dt.timedelta(days=1)
Range = tuple[dt.date | None, dt.date | None]


@dataclass(frozen=True)
class Period:
    """A period with a name; *days* returns its first day, and the day after its last."""

    label: Any
    days: Callable[[dt.date], tuple[dt.date, dt.date]]


def _week(today: dt.date) -> tuple[dt.date, dt.date]:
    monday = today - today.weekday() * DAY
    return monday, monday + 7 * DAY


def _month(today: dt.date) -> tuple[dt.date, dt.date]:
    first = today.replace(day=1)
    return first, (first + 31 * DAY).replace(day=1)


def _year(today: dt.date) -> tuple[dt.date, dt.date]:
    return dt.date(today.year, 1, 1), dt.date(today.year + 1, 1, 1)


PERIODS = {
    "today": Period(_("today"), lambda today: (today, today + DAY)),
    "yesterday": Period(_("yesterday"), lambda today: (today - DAY, today)),
    "this_week": Period(_("this week"), _week),
    "last_week": Period(_("last week"), lambda today: _week(today - 7 * DAY)),
    "this_month": Period(_("this month"), _month),
    "last_month": Period(_("last month"), lambda today: _month(today.replace(day=1) - DAY)),
    "this_year": Period(_("this year"), _year),
    "last_30": Period(_("last 30 days"), lambda today: (today - 29 * DAY, today + DAY)),
}


def day_range(operation: str, text: str, today: dt.date) -> Range:
    """Return the first day and the day after the last; None at an open end, ValueError if none."""
    if operation in PERIODS:
        return PERIODS[operation].days(today)
    day = dt.date.fromisoformat(text)
    if not dt.date(1900, 1, 1) <= day <= dt.date(2200, 1, 1):
        raise ValueError(text)
    if operation == "from":
        return day, None
    if operation == "to":
        return None, day + DAY
    return day, day + DAY
