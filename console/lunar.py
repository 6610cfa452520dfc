"""The Chinese lunar calendar: its days in ours, and ours in it."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

FIRST_YEAR, LAST_YEAR = 1900, 2100
#: The Julian day number of the day before 1 January of the year 1.
EPOCH = 1_721_425


class LunarDay(NamedTuple):
    """A day of the lunar calendar; a leap month follows the plain one of its number."""

    year: int
    month: int
    day: int
    leap: bool = False


def to_solar(year: int, month: int, day: int, *, leap: bool = False) -> dt.date:
    """Return the day of our calendar; a ValueError if that lunar year has no such day."""
    first, days = _months(year).get((month, leap), (None, 0))
    if first is None or not 1 <= day <= days:
        raise ValueError("there is no such lunar day")
    return first + dt.timedelta(days=day - 1)


def from_solar(day: dt.date) -> LunarDay:
    """Return the day of the lunar calendar."""
    for year in (day.year, day.year - 1):
        for (month, leap), (first, days) in _months(year).items():
            if 0 <= (day - first).days < days:
                return LunarDay(year, month, (day - first).days + 1, leap)
    raise ValueError("the lunar calendar is known from 1900 to 2099")


@lru_cache(LAST_YEAR - FIRST_YEAR)
def _months(year: int) -> dict[tuple[int, bool], tuple[dt.date, int]]:
    """Return the first day and the length of each month of a lunar year, by number and leap."""
    if not FIRST_YEAR <= year < LAST_YEAR:
        return {}
    from lunar_python import LunarYear  # only who has a lunar birthday needs it

    return {
        (abs(month.getMonth()), month.getMonth() < 0): (
            dt.date.fromordinal(int(month.getFirstJulianDay()) - EPOCH),
            month.getDayCount(),
        )
        for month in LunarYear.fromYear(year).getMonths()
        if month.getYear() == year
    }
