"""Birthdays, solar and lunar, with and without a year."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some

from console import api
from plugins.membership.api import Birthday, Member, check_birthday, next_birthday, show_birthday
from plugins.membership.services.filing import refresh_birthdays
from tests.support.membership import join
from tests.support.people import add_store

TODAY = dt.date(2026, 3, 2)
NEW_YEARS_EVE = Birthday(12, 30, lunar=True)


@pytest.mark.parametrize(
    ("birthday", "after", "celebrated"),
    [
        (Birthday(6, 18, 1992), TODAY, dt.date(2026, 6, 18)),
        (Birthday(3, 2), TODAY, TODAY),
        (Birthday(3, 1), TODAY, dt.date(2027, 3, 1)),
        (Birthday(2, 29, 2000), TODAY, dt.date(2027, 2, 28)),
        (Birthday(2, 29, 2000), dt.date(2028, 1, 1), dt.date(2028, 2, 29)),
        (Birthday(1, 1, lunar=True), TODAY, dt.date(2027, 2, 6)),
        (NEW_YEARS_EVE, dt.date(2026, 2, 1), dt.date(2026, 2, 16)),
        (NEW_YEARS_EVE, dt.date(2027, 1, 1), dt.date(2027, 2, 5)),
        (Birthday(6, 10, lunar=True, leap=True), dt.date(2025, 7, 20), dt.date(2025, 8, 3)),
        (Birthday(6, 10, lunar=True, leap=True), TODAY, dt.date(2026, 7, 23)),
    ],
    ids=[
        "later this year",
        "today",
        "next year",
        "29 February in a common year",
        "29 February in a leap year",
        "lunar new year",
        "the 29th where the year has no 30th",
        "the 30th where it has one",
        "in the leap month of a year that has it",
        "in the plain month of a year without it",
    ],
)
def test_the_next_celebration(birthday: Birthday, after: dt.date, celebrated: dt.date) -> None:
    assert next_birthday(birthday, after) == celebrated


@pytest.mark.parametrize(
    "birthday",
    [
        Birthday(13, 1),
        Birthday(0, 1),
        Birthday(2, 30),
        Birthday(2, 29, 2023),
        Birthday(4, 31),
        Birthday(1, 1, 1899),
        Birthday(1, 1, 2027),
        Birthday(3, 3, 2026),
        Birthday(12, 31, lunar=True),
        Birthday(12, 30, 2024, lunar=True),
        Birthday(6, 1, 2024, lunar=True, leap=True),
    ],
    ids=str,
)
def test_a_day_that_no_calendar_has_is_refused(birthday: Birthday) -> None:
    with pytest.raises(api.Refused):
        check_birthday(birthday, TODAY)


@given(
    some.builds(
        Birthday,
        some.integers(1, 12),
        some.integers(1, 30),
        lunar=some.just(True),
        leap=some.booleans(),
    ),
    some.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1)),
)
def test_every_lunar_birthday_is_celebrated_within_thirteen_months(
    birthday: Birthday, after: dt.date
) -> None:
    assert dt.timedelta(0) <= next_birthday(birthday, after) - after < dt.timedelta(days=400)


def test_a_lunar_birthday_without_a_year_is_written_without_one(app: Flask) -> None:
    with app.test_request_context():
        words = show_birthday(NEW_YEARS_EVE)
        assert "2" not in words.replace("12", "")
        assert show_birthday(Birthday(6, 18, 1992)) == "1992-06-18"


def test_the_nightly_act_moves_passed_birthdays_on(app: Flask) -> None:
    add_store()
    member = join(birthday=Birthday(1, 5))

    @api.unit
    def let_time_pass() -> None:
        api.db.session.get_one(Member, member.id).next_birthday_on = dt.date(2020, 1, 5)

    let_time_pass()
    refresh_birthdays()
    assert member.next_birthday_on is not None
    assert member.next_birthday_on >= api.today("Asia/Shanghai")
    assert (member.next_birthday_on.month, member.next_birthday_on.day) == (1, 5)
