from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.transfer.cells import Cell, show
from console.transfer.cleaning import (
    Unclean,
    clean_choice,
    clean_count,
    clean_money,
    clean_phone,
    clean_tags,
    clean_text,
    show_money,
)
from console.transfer.dates import Birthday, clean_birthday, clean_date

TODAY = date(2026, 11, 21)
CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))
CHOICES = {value: frozenset(words) for value, words in CASES["choices"].items()}
CODES = {
    "fraction",
    "impossible",
    "too_large",
    "too_long",
    "too_short",
    "unknown",
    "unreadable",
}


def choice(cell: Cell) -> str | None:
    return clean_choice(cell, CHOICES)


def day(cell: Cell) -> str | None:
    found = clean_date(cell, today=TODAY)
    return found.isoformat() if found else None


def birthday(cell: Cell) -> str | None:
    found = clean_birthday(cell, today=TODAY)
    return str(found) if found else None


CLEANERS: dict[str, Callable[[Cell], Any]] = {
    "text": clean_text,
    "phone": clean_phone,
    "money": clean_money,
    "count": clean_count,
    "date": day,
    "birthday": birthday,
    "tags": clean_tags,
    "choice": choice,
}


def cases(part: str) -> list[Any]:
    return [
        pytest.param(kind, case, id=f"{kind}-{index}")
        for kind in CLEANERS
        for index, case in enumerate(CASES[kind].get(part, []))
    ]


@pytest.mark.parametrize(("kind", "case"), cases("good"))
def test_a_cell_is_understood_as_a_person_means_it(kind: str, case: list[Any]) -> None:
    cell, meant = case
    assert CLEANERS[kind](cell) == meant


@pytest.mark.parametrize(("kind", "cell"), cases("empty"))
def test_a_cell_that_says_nothing_gives_nothing(kind: str, cell: str) -> None:
    assert CLEANERS[kind](cell) is None
    assert CLEANERS[kind](None) is None


@pytest.mark.parametrize(("kind", "case"), cases("bad"))
def test_a_cell_that_cannot_be_right_says_why(kind: str, case: list[str]) -> None:
    cell, code = case
    with pytest.raises(Unclean) as refused:
        CLEANERS[kind](cell)
    assert refused.value.code == code


def test_number_cells_are_read_to_the_last_digit() -> None:
    assert clean_phone(13800138000) == clean_phone(13800138000.0) == "13800138000"
    assert clean_money(3369.57) == 336957
    assert clean_money(0.1 + 0.2) == 30
    assert clean_money(-12) == -1200
    assert clean_count(12.0) == 12
    assert day(45296) == day(45296.75) == day(20240105) == "2024-01-05"
    assert day(datetime(2024, 1, 5, 23, 59)) == "2024-01-05"
    assert birthday(815) == "--08-15"


@pytest.mark.parametrize("cell", [True, float("inf"), float("nan"), 1e300, -1e-300])
@pytest.mark.parametrize("kind", ["phone", "money", "count", "date", "birthday"])
def test_odd_numbers_are_no_values(kind: str, cell: Cell) -> None:
    with pytest.raises(Unclean):
        CLEANERS[kind](cell)


def test_a_number_like_8_1_may_be_two_days_and_is_not_guessed() -> None:
    with pytest.raises(Unclean):
        birthday(8.1)
    assert birthday(8.15) == "--08-15"


def test_decimals_of_points_are_dropped_where_that_is_wanted() -> None:
    assert clean_count("12.9", round_down=True) == 12


def test_another_column_can_say_that_a_birthday_is_lunar() -> None:
    assert clean_birthday("1990-02-30", today=TODAY, lunar=True) == Birthday(2, 30, 1990, True)
    with pytest.raises(Unclean):
        clean_birthday("1990-02-30", today=TODAY, lunar=False)


def test_a_lunar_birthday_of_next_spring_festival_is_not_born_yet() -> None:
    with pytest.raises(Unclean):
        clean_birthday("2026-12-20", today=TODAY, lunar=True)


CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.text(),
    st.from_regex(r"[-+(]?[0-9,.eE+/ ]{1,20}[)0-9]?", fullmatch=True),
    st.sampled_from([str(case[0]) for kind in CLEANERS for case in CASES[kind].get("good", [])]),
)


def written(value: Any) -> Cell:
    return ",".join(value) if isinstance(value, list) else str(value)


@pytest.mark.parametrize("kind", CLEANERS)
@given(cell=CELLS)
@example(cell="'" * 5_000 + "1")
@example(cell="(" * 32_767)
@example(cell="1" + " " * 32_766)
@example(cell="\u0660\u0661")
@example(cell="\ud800")
def test_a_cleaner_raises_nothing_but_its_reason_and_agrees_with_itself(
    kind: str, cell: Cell
) -> None:
    try:
        value = CLEANERS[kind](cell)
    except Unclean as unclean:
        assert unclean.code in CODES
        return
    if value is None:
        return
    again = show_money(value) if kind == "money" else written(value)
    assert CLEANERS[kind](again) == value


@given(st.integers(-(10**10), 10**10))
def test_no_fen_is_lost_between_writing_and_reading(fen: int) -> None:
    assert clean_money(show_money(fen)) == fen
    assert clean_money(fen / 100) == fen


@given(CELLS)
def test_a_cleaned_text_holds_no_sign_that_a_database_refuses(cell: Cell) -> None:
    try:
        text = clean_text(cell) or ""
    except Unclean:
        return
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]", text)
    text.encode()


@given(CELLS)
def test_a_cell_can_always_be_shown(cell: Cell) -> None:
    assert isinstance(show(cell), str)
