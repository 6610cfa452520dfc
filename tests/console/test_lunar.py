"""The lunar calendar against days that everybody can look up."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import lunar
from console.lunar import LunarDay


@pytest.mark.parametrize(
    ("day", "lunar_day"),
    [
        ((2026, 2, 17), LunarDay(2026, 1, 1)),
        ((2026, 9, 25), LunarDay(2026, 8, 15)),
        ((2027, 9, 15), LunarDay(2027, 8, 15)),
        ((2025, 7, 25), LunarDay(2025, 6, 1, leap=True)),
        ((2025, 1, 28), LunarDay(2024, 12, 29)),
        ((2000, 2, 5), LunarDay(2000, 1, 1)),
    ],
)
def test_a_day_is_found_in_both_calendars(day: tuple[int, int, int], lunar_day: LunarDay) -> None:
    assert lunar.from_solar(dt.date(*day)) == lunar_day
    year, month, number, leap = lunar_day
    assert lunar.to_solar(year, month, number, leap=leap) == dt.date(*day)


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028, 2029])
def test_the_last_month_of_these_years_has_no_thirtieth(year: int) -> None:
    # The eves of the years 2025 to 2029: lunar years 2024 to 2028.
    with pytest.raises(ValueError, match="no such"):
        lunar.to_solar(year - 1, 12, 30)


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2026, 13, 1), (2026, 0, 1), (2026, 1, 31), (1, 1, 1), (9999, 1, 1)]
)
def test_a_day_that_no_calendar_has_is_refused(year: int, month: int, day: int) -> None:
    with pytest.raises(ValueError, match="no such"):
        lunar.to_solar(year, month, day)


@given(st.dates(dt.date(1901, 1, 1), dt.date(2099, 12, 31)))
def test_a_day_goes_there_and_back(day: dt.date) -> None:
    year, month, number, leap = lunar.from_solar(day)
    assert lunar.to_solar(year, month, number, leap=leap) == day
