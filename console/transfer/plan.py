"""What would become of each row: importable, a duplicate to decide on, or rejected.

Rows are staged one by one, so that a job can take a sheet in by pieces and keep each piece.
A staged row is made of plain values; totals can be counted again from staged rows alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import islice
from typing import Any, Final, Literal, TypeVar

from console.i18n import _
from console.transfer.cells import Cell, Row, is_blank, show
from console.transfer.cleaning import Unclean
from console.transfer.fields import Import, ImportField, ImportReason, ImportValue, clean
from console.transfer.mapping import Mapping as ColumnMapping
from console.transfer.words import TOTAL, fold

Status = Literal["importable", "duplicate", "rejected", "skipped", "total_line"]
T = TypeVar("T")
#: Names what is wrong with rows beside what each says alone: the row, a field, and the word
#: for it, of which the field's `reasons` know.
Judge = Callable[[Sequence["StagedRow"]], Iterable[tuple["StagedRow", str, str]]]

_PLAIN: Final[dict[str, Callable[[object], object]]] = {
    "missing": lambda label: _("%(field)s is missing", field=label),
    "unreadable": lambda label: _("%(field)s cannot be read", field=label),
    "impossible": lambda label: _("%(field)s: there is no such day", field=label),
    "negative": lambda label: _("%(field)s is below zero", field=label),
    "fraction": lambda label: _("%(field)s has too many decimals", field=label),
    "rounded_down": lambda label: _("%(field)s had decimals, which were dropped", field=label),
    "too_short": lambda label: _("%(field)s is too short", field=label),
    "too_long": lambda label: _("%(field)s is too long", field=label),
    "too_large": lambda label: _("%(field)s is too large", field=label),
    "unknown": lambda label: _("%(field)s is a word that is not known", field=label),
}


#: The cleaners' words for what can be wrong with any field.
KNOWN_PROBLEMS: Final = tuple(_PLAIN)

_JUDGED: Final = ("importable", "rejected")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of a row: the cleaner's word for it and the reason's code."""

    field: str
    what: str
    code: str


@dataclass(slots=True)
class StagedRow:
    """A row as it was understood; `raw` is what stood in it, column by column, as text.

    `notes` are problems that lost a detail and did not reject the row. A duplicate names the
    earlier row (`duplicate_of`) or the record (`record`) that has its value already.
    """

    number: int
    status: Status
    values: dict[str, ImportValue]
    raw: list[str]
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    duplicate_of: int | None = None
    record: int | str | None = None

    @property
    def reason_code(self) -> str | None:
        """Return the code of the first reason for which the row is rejected."""
        return self.problems[0].code if self.problems else None

    def to_json(self) -> dict[str, Any]:
        """Return plain values from which `from_json` makes it again."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> StagedRow:
        """Make a staged row of what `to_json` returned."""
        row = cls(**told)
        row.problems = [Problem(**problem) for problem in told["problems"]]
        row.notes = [Problem(**note) for note in told["notes"]]
        return row


def reason(subject: Import, field_name: str, what: str) -> ImportReason:
    """Return the code and the plain words for what is wrong with a field."""
    concerned = subject.field(field_name)
    named = concerned.reasons.get(what)
    return named or ImportReason(f"{field_name}_{what}", _PLAIN[what](concerned.label))


@dataclass(slots=True)
class Stager:
    """Turns the rows of one sheet into staged rows, and remembers the values seen so far.

    `seen` (field → value → row number) may be given, to go on where another left off.
    """

    subject: Import
    mapping: ColumnMapping
    today: date
    seen: dict[str, dict[str, int]] = field(default_factory=dict)

    def stage_rows(self, rows: Iterable[Row]) -> Iterator[StagedRow]:
        """Yield the data rows of a sheet, and the lines of totals among them."""
        for row in rows:
            if row.number <= self.mapping.header_row or self._repeats_headings(row):
                continue
            if self._is_total_line(row):
                yield self._stage_total_line(row)
                continue
            staged = self.stage(row)
            self._mark_repeated(staged)
            yield staged

    def stage(self, row: Row, waived: frozenset[str] = frozenset()) -> StagedRow:
        """Judge one row alone, whatever other rows say; for a row mended by hand too.

        Of a reason code in *waived* the staff said to take the row in all the same: without
        the value, or with it where it is a negative one.
        """
        staged = StagedRow(row.number, "importable", {}, [show(cell) for cell in row.cells])
        for one in self.subject.fields:
            if one.name in self.mapping.columns or one.required:
                self._stage_field(one, row, staged, waived)
        if staged.problems:
            staged.status = "rejected"
        return staged

    def _stage_field(
        self, one: ImportField, row: Row, staged: StagedRow, waived: frozenset[str]
    ) -> None:
        what: str | None = None
        value: ImportValue = None
        try:
            value = self._clean(one, row)
        except Unclean as unclean:
            what = unclean.code
        if value is None and one.required and not what:
            what = "missing"
        if isinstance(value, int) and value < 0 and not one.may_be_negative:
            what = "negative"
        staged.values[one.name] = value
        if what:
            problem = Problem(one.name, what, reason(self.subject, one.name, what).code)
            harmless = problem.code in waived or not (one.strict or one.required)
            (staged.notes if harmless else staged.problems).append(problem)
        elif one.round_down and _has_decimals(self._cell(one.name, row)):
            code = reason(self.subject, one.name, "rounded_down").code
            staged.notes.append(Problem(one.name, "rounded_down", code))

    def _clean(self, one: ImportField, row: Row) -> ImportValue:
        return clean(
            one,
            self._cell(one.name, row),
            today=self.today,
            vocabulary=self.subject.vocabulary,
            lunar=self._is_lunar(one, row),
        )

    def _is_lunar(self, one: ImportField, row: Row) -> bool | None:
        if one.is_lunar:
            return True
        if one.calendar is None or one.calendar not in self.mapping.columns:
            return None
        try:
            return self._clean(self.subject.field(one.calendar), row) == "lunar"
        except Unclean:
            return None

    def _cell(self, name: str, row: Row) -> Cell:
        return row.at(self.mapping.columns.get(name))

    def _mark_repeated(self, staged: StagedRow) -> None:
        for one in self.subject.fields:
            value = staged.values.get(one.name)
            if not one.unique or not isinstance(value, str):
                continue
            first = self.seen.setdefault(one.name, {}).setdefault(value, staged.number)
            if first != staged.number and staged.status == "importable":
                staged.status, staged.duplicate_of = "duplicate", first

    def _repeats_headings(self, row: Row) -> bool:
        texts = [show(cell).strip() for cell in row.cells]
        return len(texts) > 1 and texts == list(self.mapping.headings[: len(texts)])

    def _is_total_line(self, row: Row) -> bool:
        said = [cell for cell in row.cells if not is_blank(cell)][:3]
        if not any(_means_total(cell) for cell in said):
            return False
        needed = [self._cell(one.name, row) for one in self.subject.fields if one.required]
        return all(is_blank(cell) or _means_total(cell) for cell in needed)

    def _stage_total_line(self, row: Row) -> StagedRow:
        values: dict[str, ImportValue] = {}
        for one in self.subject.fields:
            if one.summed and not is_blank(self._cell(one.name, row)):
                try:
                    values[one.name] = self._clean(one, row)
                except Unclean:
                    continue
        return StagedRow(row.number, "total_line", values, [show(cell) for cell in row.cells])


def mark_taken(
    rows: Sequence[StagedRow],
    subject: Import,
    find_taken: Callable[[str, Sequence[str]], Mapping[str, int | str]],
) -> None:
    """Mark the importable rows whose unique value a record has already.

    *find_taken* is given a field and the values of these rows, and answers the ids of the
    records that have one, by value: one question for all rows.
    """
    for one in subject.fields:
        waiting = [
            (value, row)
            for row in rows
            if row.status == "importable" and isinstance(value := row.values.get(one.name), str)
        ]
        if not one.unique or not waiting:
            continue
        taken = find_taken(one.name, [value for value, _row in waiting])
        for value, row in waiting:
            if value in taken:
                row.status, row.record = "duplicate", taken[value]


def judge_rows(
    rows: Sequence[StagedRow],
    subject: Import,
    judge: Judge,
    waived: Mapping[int, frozenset[str]],
) -> None:
    """Reject the rows that *judge* objects to, but for what was waived by row number."""
    for row, field_name, what in judge([row for row in rows if row.status in _JUDGED]):
        known = reason(subject, field_name, what)
        problem = Problem(field_name, what, known.code)
        harmless = known.remark or known.code in waived.get(row.number, ())
        told = row.notes if harmless else row.problems
        if problem not in told:
            told.append(problem)
        if row.problems:
            row.status = "rejected"


def in_chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield *items* in lists of *size*; the last may be shorter."""
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk


def _means_total(cell: Cell) -> bool:
    return isinstance(cell, str) and fold(cell).rstrip(": ").replace(" ", "") in TOTAL


def _has_decimals(cell: Cell) -> bool:
    _whole, point, decimals = show(cell).partition(".")
    return bool(point and decimals.rstrip("0"))
