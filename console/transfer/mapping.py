"""Which column of a sheet means which field: guessed here, corrected by the staff."""

from __future__ import annotations

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from console.errors import Refused
from console.i18n import _
from console.transfer.badfile import BadFile
from console.transfer.cells import Row, column_letter, show
from console.transfer.cleaning import Unclean
from console.transfer.fields import Import, ImportField, ImportValue, clean
from console.transfer.headings import Heading, Match, find_headings, match_heading

#: A guess below it is shown, and not followed.
FOLLOWED: Final = 0.5
SAMPLES: Final = 5

#: Why a column was given to a field, or to none; for the mapping page.
GUESSES: Final[dict[str, object]] = {
    "heading": _("The heading says so."),
    "heading_and_values": _("The heading says so, and the values fit."),
    "heading_not_values": _("The heading says so, but the values do not fit."),
    "values": _("The values look like it."),
    "taken": _("Another column fits better."),
    "ignored": _("Known, and not taken in."),
    "unknown": _("Neither heading nor values are known."),
    "empty": _("The column is empty."),
    "barred": _("You lack the permission to set it."),
}


@dataclass(frozen=True, slots=True)
class Guess:
    """What one column was taken for, how surely (0 to 1), and why (a key of GUESSES)."""

    column: int
    heading: str
    field: str | None
    confidence: float
    why: str
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """The reading of a sheet: rows after `header_row` are data, `columns` names their fields."""

    sheet: int
    header_row: int
    headings: tuple[str, ...]
    columns: Table[str, int]

    def to_json(self) -> dict[str, object]:
        """Return plain values from which `from_json` makes it again."""
        return {
            "sheet": self.sheet,
            "header_row": self.header_row,
            "headings": list(self.headings),
            "columns": dict(self.columns),
        }

    @classmethod
    def from_json(cls, told: Table[str, object]) -> Mapping:
        """Make a mapping of what `to_json` returned."""
        headings, columns = told["headings"], told["columns"]
        if not isinstance(headings, list) or not isinstance(columns, dict):
            raise TypeError(told)
        return cls(
            sheet=int(str(told["sheet"])),
            header_row=int(str(told["header_row"])),
            headings=tuple(map(str, headings)),
            columns={str(name): int(column) for name, column in columns.items()},
        )

    def corrected(self, columns: Table[str, int], subject: Import) -> Mapping:
        """Return the mapping with the columns that the staff chose."""
        for name, column in columns.items():
            if name not in subject.by_name or not 0 <= column < len(self.headings):
                raise Refused(_("The form is out of date. Load the page again."))
        if len(set(columns.values())) < len(columns):
            raise Refused(_("One column cannot mean two things."))
        return Mapping(self.sheet, self.header_row, self.headings, dict(columns))

    def missing(self, subject: Import) -> list[ImportField]:
        """Return the required fields that no column stands for."""
        return [one for one in subject.fields if one.required and one.name not in self.columns]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A guessed mapping, with the grounds for each column."""

    mapping: Mapping
    guesses: tuple[Guess, ...]


def guess_mapping(rows: Sequence[Row], subject: Import, *, today: date) -> Proposal:
    """Guess from the first rows of a sheet where its data begin and what its columns mean.

    Raises BadFile when there is no row of data. A required field may stay without a column:
    `require_columns` says so in words.
    """
    header_row, headings = find_headings(rows, subject.vocabulary)
    data = [row for row in rows if row.number > header_row]
    if not data:
        raise BadFile("empty", _("The sheet holds no rows of data."))
    scored = [
        (candidate, column)
        for column, heading in enumerate(headings)
        for candidate in _candidates(heading, _column(data, column), subject, today)
    ]
    guesses = _share_out(scored, headings, data, subject)
    mapping = Mapping(
        sheet=rows[0].sheet,
        header_row=header_row,
        headings=tuple(
            heading.shown or column_letter(column) for column, heading in enumerate(headings)
        ),
        columns={
            guess.field: guess.column
            for guess in guesses
            if guess.field and guess.confidence >= FOLLOWED
        },
    )
    return Proposal(mapping, guesses)


def require_columns(mapping: Mapping, subject: Import) -> None:
    """Raise BadFile when a column that nothing goes without was not found."""
    for field in mapping.missing(subject):
        raise BadFile(
            "no_column",
            _(
                "None of the %(count)s columns holds “%(field)s”. Choose the column yourself, "
                "or another file.",
                count=len(mapping.headings),
                field=field.label,
            ),
        )


@dataclass(frozen=True, slots=True)
class _Candidate:
    field: str
    confidence: float
    why: str


def _column(rows: Sequence[Row], column: int) -> list[Row]:
    return [
        Row(row.number, (row.cells[column],), row.sheet)
        for row in rows
        if column < len(row.cells) and row.cells[column] is not None
    ]


def _candidates(
    heading: Heading, cells: list[Row], subject: Import, today: date
) -> list[_Candidate]:
    """Return the fields that a column may mean."""
    found = match_heading(heading, subject.vocabulary)
    judged = (_judge(field, found, cells, subject, today) for field in subject.fields)
    return [candidate for candidate in judged if candidate]


def _judge(
    field: ImportField, found: Match | None, cells: list[Row], subject: Import, today: date
) -> _Candidate | None:
    named = found is not None and found.field == field.name
    if not cells:
        return _Candidate(field.name, found.score, "heading") if found and named else None
    if not named and (field.looks_like is None or (found and found.score >= 0.9)):
        return None
    values = _clean_values(field, cells, subject, today)
    fitting = len(values) / len(cells)
    if not named or found is None:
        likeness = field.looks_like(values) if values and field.looks_like else 0.0
        confidence = 0.75 * fitting * likeness
        return _Candidate(field.name, confidence, "values") if confidence >= FOLLOWED else None
    if field.kind in {"text", "tags"}:
        return _Candidate(field.name, found.score * 0.95, "heading")
    if fitting < 0.3:
        # A column headed "balance" is never left out in silence: its rows will be rejected.
        sure = 0.55 if found.score >= 0.9 else found.score * 0.4
        return _Candidate(field.name, sure, "heading_not_values")
    return _Candidate(field.name, found.score * (0.7 + 0.3 * fitting), "heading_and_values")


def _clean_values(
    field: ImportField, cells: list[Row], subject: Import, today: date
) -> list[ImportValue]:
    values: list[ImportValue] = []
    for cell in cells:
        try:
            value = clean(field, cell.cells[0], today=today, vocabulary=subject.vocabulary)
        except Unclean:
            continue
        if value is not None:
            values.append(value)
    return values


def _share_out(
    scored: list[tuple[_Candidate, int]],
    headings: Sequence[Heading],
    data: Sequence[Row],
    subject: Import,
) -> tuple[Guess, ...]:
    """Give each field to the column that fits it best, and each column to one field."""
    best: dict[int, _Candidate] = {}
    given: set[str] = set()
    for candidate, column in sorted(scored, key=lambda pair: (-pair[0].confidence, pair[1])):
        if column not in best and candidate.field not in given:
            best[column] = candidate
            given.add(candidate.field)
    wanted = {column for _candidate, column in scored}
    guesses = []
    for column, heading in enumerate(headings):
        samples = tuple(show(row.cells[0]) for row in _column(data, column)[:SAMPLES])
        winner = best.get(column)
        if winner:
            sure, why = round(winner.confidence, 2), winner.why
            guesses.append(Guess(column, heading.shown, winner.field, sure, why, samples))
            continue
        why = _why_none(heading, subject, wanted=column in wanted, empty=not samples)
        guesses.append(Guess(column, heading.shown, None, 0.0, why, samples))
    return tuple(guesses)


def _why_none(heading: Heading, subject: Import, *, wanted: bool, empty: bool) -> str:
    if wanted:
        return "taken"
    if empty:
        return "empty"
    found = match_heading(heading, subject.vocabulary)
    return "ignored" if found and found.field is None else "unknown"
