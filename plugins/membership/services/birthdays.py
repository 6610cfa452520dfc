"""Birthdays: by the solar or the lunar calendar, with or without a year."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from console import api
from console.api import _

LUNAR_YEARS = range(1900, 2099)
OLDEST = 1900


@dataclass(frozen=True)
class Birthday:
    """A day of birth; in a lunar one all numbers count by the lunar calendar."""

    month: int
    day: int
    year: int | None = None
    lunar: bool = False
    leap: bool = False


def check_birthday(birthday: Birthday, today: dt.date) -> None:
    """Raise `Refused` for a day that no calendar has, or that has not come yet."""
    if not 1 <= birthday.month <= 12:
        raise api.Refused(_("There are twelve months."))
    if birthday.year is not None and not OLDEST <= birthday.year <= today.year:
        raise api.Refused(_("This year of birth cannot be right."))
    born = _lunar_birth(birthday) if birthday.lunar else _solar_birth(birthday)
    if birthday.year is not None and born > today:
        raise api.Refused(_("This birthday lies in the future."))


def _solar_birth(birthday: Birthday) -> dt.date:
    try:
        return dt.date(birthday.year or 2000, birthday.month, birthday.day)  # 2000: a leap year
    except ValueError:
        raise api.Refused(_("This month does not have that many days.")) from None


def _lunar_birth(birthday: Birthday) -> dt.date:
    if not 1 <= birthday.day <= 30:
        raise api.Refused(_("A lunar month has at most 30 days."))
    if birthday.year is None:
        return dt.date.min
    born = _lunar_day(birthday.year, birthday)
    if born is None:
        raise api.Refused(_("The lunar calendar of that year has no such day."))
    return born


def _lunar_day(year: int, birthday: Birthday) -> dt.date | None:
    try:
        return api.lunar.to_solar(year, birthday.month, birthday.day, leap=birthday.leap)
    except ValueError:
        return None


def next_birthday(birthday: Birthday, after: dt.date) -> dt.date:
    """Return the first celebration on or after a day.

    29 February falls on the 28th in other years. In a year without the 30th of a lunar month
    it is the 29th; one who was born in a leap month celebrates in the plain month when the
    year has no such leap month.
    """
    if not birthday.lunar:
        return next(
            day
            for year in (after.year, after.year + 1)
            if (day := _solar_celebration(birthday, year)) >= after
        )
    return next(
        day
        for year in (after.year - 1, after.year, after.year + 1)
        if (day := _lunar_celebration(birthday, year)) >= after
    )


def _solar_celebration(birthday: Birthday, year: int) -> dt.date:
    try:
        return dt.date(year, birthday.month, birthday.day)
    except ValueError:
        return dt.date(year, 2, 28)


def _lunar_celebration(birthday: Birthday, year: int) -> dt.date:
    for leap in (True, False) if birthday.leap else (False,):
        for day in (birthday.day, 29):
            found = _lunar_day(year, Birthday(birthday.month, day, None, True, leap))
            if found is not None:
                return found
    raise ValueError(f"the lunar calendar of {year} is not known")


MONTHS = (
    _("1st lunar month"),
    _("2nd lunar month"),
    _("3rd lunar month"),
    _("4th lunar month"),
    _("5th lunar month"),
    _("6th lunar month"),
    _("7th lunar month"),
    _("8th lunar month"),
    _("9th lunar month"),
    _("10th lunar month"),
    _("11th lunar month"),
    _("12th lunar month"),
)
DAYS = (
    _("lunar day 1"),
    _("lunar day 2"),
    _("lunar day 3"),
    _("lunar day 4"),
    _("lunar day 5"),
    _("lunar day 6"),
    _("lunar day 7"),
    _("lunar day 8"),
    _("lunar day 9"),
    _("lunar day 10"),
    _("lunar day 11"),
    _("lunar day 12"),
    _("lunar day 13"),
    _("lunar day 14"),
    _("lunar day 15"),
    _("lunar day 16"),
    _("lunar day 17"),
    _("lunar day 18"),
    _("lunar day 19"),
    _("lunar day 20"),
    _("lunar day 21"),
    _("lunar day 22"),
    _("lunar day 23"),
    _("lunar day 24"),
    _("lunar day 25"),
    _("lunar day 26"),
    _("lunar day 27"),
    _("lunar day 28"),
    _("lunar day 29"),
    _("lunar day 30"),
)


def show_birthday(birthday: Birthday) -> str:
    """Write a birthday as the reader's language does."""
    if not birthday.lunar:
        month, day = birthday.month, birthday.day
        if birthday.year is not None:
            return f"{birthday.year:04}-{month:02}-{day:02}"
        return api.gettext("%(month)s/%(day)s, year not given", month=month, day=day)
    month_name, day_name = str(MONTHS[birthday.month - 1]), str(DAYS[birthday.day - 1])
    if birthday.leap:
        month_name = api.gettext("leap %(month)s", month=month_name)
    if birthday.year is None:
        return api.gettext("%(month)s, %(day)s", month=month_name, day=day_name)
    return api.gettext(
        "%(month)s, %(day)s, lunar year %(year)s",
        month=month_name,
        day=day_name,
        year=birthday.year,
    )
