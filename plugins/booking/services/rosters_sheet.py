"""Reading a roster out of a spreadsheet: dates across and names down, or the other way round.

Arithmetic over texts; it knows neither files nor the database.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from console.api import _

#: A sheet as texts, row by row.
Grid = Sequence[Sequence[str]]
Span = tuple[int, int]
A_DAY = dt.timedelta(days=1)
DATE = re.compile(
    r"(?:(\d{4})\s*[-/.\u5e74]\s*)?(\d{1,2})\s*[-/.\u6708]\s*(\d{1,2})\s*\u65e5?"
    r"(?:\s*[(\uff08]?[^\d\s]{1,4}[)\uff09]?|[ T]00:00:00)?"
)
MONTH = re.compile(r"(\d{4})\s*[-/.\u5e74]\s*(\d{1,2})\s*\u6708?")
NUMBER = re.compile(r"(\d{1,2})\s*[\u65e5\u53f7\u865f]?")
HOURS = re.compile(
    r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|\u2013|\u2014|~|\u81f3|\u5230)\s*(\d{1,2})(?:[:.](\d{2}))?"
)
#: A header has so many days at least; fewer may be a coincidence.
FEWEST = 2


@dataclass(frozen=True)
class Known:
    """What names and signs mean: people, and shifts by any of their words."""

    people: Mapping[str, int]
    shifts: Mapping[str, str]
    #: Templates by their hours.
    hours: Mapping[Span, str]
    #: The cell of a day off.
    off: str


@dataclass(frozen=True)
class SheetCell:
    """One cell: what stands there, and the code of the roster that it means, or why none."""

    day: dt.date
    text: str
    code: str | None = None
    problem: object = None


@dataclass(frozen=True)
class SheetLine:
    """What a sheet says of one name; without a person it is not known whose it is."""

    name: str
    staff_id: int | None
    cells: Sequence[SheetCell]
    problem: object = None


@dataclass(frozen=True)
class SheetRoster:
    """A sheet as it was understood."""

    days: Sequence[dt.date] = ()
    lines: Sequence[SheetLine] = ()
    problem: object = None
    turned: bool = field(default=False)


def fold(text: str) -> str:
    """Return a text as words are compared."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def read_roster(
    grid: Grid, known: Known, monday: dt.date, chosen: Mapping[str, int] | None = None
) -> SheetRoster:
    """Understand a sheet; *monday* is the week of columns that name weekdays only.

    *chosen* says who is meant by names that are not those of the staff.
    """
    across, down = _find_days(grid, monday), _find_days(_turned(grid), monday)
    turned = len(down[1]) > len(across[1])
    row, days = down if turned else across
    if len(days) < FEWEST:
        problem = _("No row and no column of days was found in this sheet.")
        return SheetRoster(problem=problem)
    sheet = _turned(grid) if turned else grid
    column = _find_names(sheet, row, days, known)
    if column is None:
        return SheetRoster(problem=_("No names were found beside the days."))
    seen = dict[int, str]()
    lines = []
    for texts in sheet[row + 1 :]:
        name = texts[column].strip() if column < len(texts) else ""
        if not name or fold(name) in _words()["sums"] or not _says(texts, days):
            continue
        lines.append(_read_line(name, texts, days, known, chosen or {}, seen))
    return SheetRoster(sorted(set(days.values())), lines, turned=turned)


def _read_line(
    name: str,
    texts: Sequence[str],
    days: Mapping[int, dt.date],
    known: Known,
    chosen: Mapping[str, int],
    seen: dict[int, str],
) -> SheetLine:
    staff_id = chosen.get(name) or known.people.get(fold(name))
    cells = [
        _read_cell(day, texts[column].strip(), known)
        for column, day in sorted(days.items())
        if column < len(texts) and texts[column].strip()
    ]
    if staff_id is None:
        return SheetLine(name, None, cells, _("Nobody of this name works in the store."))
    if staff_id in seen:
        problem = _("Stands for the same person as %(name)s.", name=seen[staff_id])
        return SheetLine(name, None, cells, problem)
    seen[staff_id] = name
    return SheetLine(name, staff_id, cells)


def _read_cell(day: dt.date, text: str, known: Known) -> SheetCell:
    folded = fold(text)
    if folded in known.shifts:
        return SheetCell(day, text, known.shifts[folded])
    if folded in _words()["off"]:
        return SheetCell(day, text, known.off)
    found = HOURS.fullmatch(folded)
    if found is None:
        return SheetCell(day, text, problem=_("Neither a shift nor hours such as 9:00-18:00."))
    first, last = (int(found[n]) * 60 + int(found[n + 1] or 0) for n in (1, 3))
    if any(int(found[n] or 0) > 59 for n in (2, 4)) or first >= 1440 or last > 1440:
        return SheetCell(day, text, problem=_("There is no such time of day."))
    if last <= first:
        last += 1440
    if last > 2160:
        return SheetCell(day, text, problem=_("A shift ends after it begins."))
    return SheetCell(day, text, known.hours.get((first, last)) or f"{first}-{last}")


def _find_days(grid: Grid, monday: dt.date) -> tuple[int, dict[int, dt.date]]:
    """Return the row with the most days among the first ones, and the day of each column."""
    best: tuple[int, dict[int, dt.date]] = (0, {})
    for number, texts in enumerate(grid[:40]):
        found = _days_in(texts, monday, grid[: number + 1])
        if len(found) > len(best[1]):
            best = (number, found)
    return best


def _days_in(texts: Sequence[str], monday: dt.date, above: Grid) -> dict[int, dt.date]:
    dated = {n: day for n, text in enumerate(texts) if (day := _read_date(text, monday))}
    if len(dated) >= FEWEST:
        return _once(dated)
    weekdays = {n: day for n, text in enumerate(texts) if (day := _read_weekday(text, monday))}
    if len(weekdays) >= FEWEST:
        return _once(weekdays)
    return _once(_read_numbers(texts, monday, above))


def _once(days: Mapping[int, dt.date]) -> dict[int, dt.date]:
    """Keep the first column of each day."""
    found: dict[dt.date, int] = {}
    for column, day in sorted(days.items()):
        found.setdefault(day, column)
    return {column: day for day, column in found.items()}


def _read_date(text: str, near: dt.date) -> dt.date | None:
    found = DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    month, day = int(found[2]), int(found[3])
    years = [int(found[1])] if found[1] else [near.year, near.year + 1, near.year - 1]
    days = [made for year in years if (made := _date(year, month, day))]
    return min(days, key=lambda each: abs((each - near).days), default=None)


def _read_weekday(text: str, monday: dt.date) -> dt.date | None:
    for number, names in enumerate(_words()["weekdays"]):
        if fold(text) in names:
            return monday + number * A_DAY
    return None


def _read_numbers(texts: Sequence[str], monday: dt.date, above: Grid) -> dict[int, dt.date]:
    """Read days of a month that stand as numbers; a smaller one begins the next month."""
    numbers = {
        column: int(found[1])
        for column, text in enumerate(texts)
        if (found := NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip()))
    }
    ordered = [numbers[column] for column in sorted(numbers)]
    steps = [b - a for a, b in itertools.pairwise(ordered)]
    if len(ordered) < 5 or any(step != 1 and step > -27 for step in steps):
        return {}
    year, month = _month_of(above) or (monday.year, monday.month)
    found_days: dict[int, dt.date] = {}
    last = 0
    for column in sorted(numbers):
        if numbers[column] < last:
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        last = numbers[column]
        made = _date(year, month, last)
        if made is not None:
            found_days[column] = made
    return found_days


def _month_of(above: Grid) -> tuple[int, int] | None:
    for texts in above:
        for text in texts:
            found = MONTH.search(unicodedata.normalize("NFKC", text))
            if found and 1 <= int(found[2]) <= 12:
                return int(found[1]), int(found[2])
    return None


def _find_names(grid: Grid, row: int, days: Mapping[int, dt.date], known: Known) -> int | None:
    """Return the column beside the days that holds most names of staff, else the first texts."""
    width = max((len(texts) for texts in grid), default=0)
    counts: dict[int, tuple[int, int, int]] = {}
    for column in range(width):
        if column in days:
            continue
        texts = [line[column].strip() for line in grid[row + 1 :] if column < len(line)]
        filled = [text for text in texts if text and not text.isdecimal()]
        if filled:
            hits = sum(fold(text) in known.people for text in filled)
            counts[column] = (hits, -column, len(filled))
    return max(counts, key=lambda column: counts[column], default=None)


def _says(texts: Sequence[str], days: Mapping[int, dt.date]) -> bool:
    return any(column < len(texts) and texts[column].strip() for column in days)


def _turned(grid: Grid) -> list[list[str]]:
    width = max((len(texts) for texts in grid), default=0)
    return [[texts[n] if n < len(texts) else "" for texts in grid] for n in range(width)]


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


@cache
def _words() -> dict[str, Any]:
    text = (files(__package__) / "rosters_words.toml").read_text("utf-8")
    return tomllib.loads(text)
