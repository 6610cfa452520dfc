"""Reading the rows of an .xlsx one by one, with nothing of it ever run or calculated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from console.i18n import _
from console.transfer.badfile import BadFile
from console.transfer.book import LONGEST_TEXT, Book, unescape
from console.transfer.cells import Cell, Row, is_blank
from console.transfer.package import Limits, broken, local, parse

LAST_ROW = 1_048_576

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?[0-9]*")


class _Cells(ContentHandler):
    """Turns the XML of a sheet into rows; `take` hands over those that are complete."""

    def __init__(self, book: Book, sheet: int, limits: Limits) -> None:
        super().__init__()
        self._book, self._sheet, self._limits = book, sheet, limits
        self._rows: list[Row] = []
        self._count = 0
        self._number = 0
        self._column = -1
        self._cells: list[Cell] = []
        self._kind = self._style = ""
        self._texts: dict[str, list[str]] = {}
        self._pieces: list[str] | None = None
        self._in_ruby = False

    def take(self) -> list[Row]:
        """Return the rows completed since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        name = local(name)
        if name == "row":
            self._begin_row(attrs)
        elif name == "c":
            self._begin_cell(attrs)
        elif name == "rPh":
            self._in_ruby = True
        elif name in {"v", "f", "t"} and not self._in_ruby:
            self._pieces = self._texts.setdefault(name, [])

    def characters(self, content: str) -> None:
        if self._pieces is not None:
            self._pieces.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        name = local(name)
        if name in {"v", "f", "t"}:
            self._pieces = None
        elif name == "rPh":
            self._in_ruby = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()

    def _begin_row(self, attrs: AttributesImpl) -> None:
        self._number = max(int(attrs.get("r", "0")), self._number + 1)
        if self._number > LAST_ROW:
            raise broken()
        self._cells, self._column = [], -1

    def _begin_cell(self, attrs: AttributesImpl) -> None:
        reference = attrs.get("r")
        self._column = self._column + 1 if reference is None else column_of(reference)
        self._kind, self._style = attrs.get("t", "n"), attrs.get("s", "0")
        self._texts = {}

    def _end_cell(self) -> None:
        cell = self._value()
        if cell is None or is_blank(cell):
            return
        if self._column >= self._limits.columns:
            raise BadFile(
                "too_many_columns",
                _("The sheet has more than %(limit)s columns.", limit=self._limits.columns),
            )
        self._cells.extend([None] * (self._column + 1 - len(self._cells)))
        self._cells[self._column] = cell

    def _end_row(self) -> None:
        if not self._cells:
            return
        self._count += 1
        if self._count > self._limits.rows:
            raise too_many_rows(self._limits)
        self._rows.append(Row(self._number, tuple(self._cells), self._sheet))

    def _value(self) -> Cell:
        texts = {name: "".join(pieces) for name, pieces in self._texts.items()}
        if self._kind == "inlineStr":
            return unescape(texts.get("t", ""))
        value = texts.get("v", "").strip() if self._kind != "str" else texts.get("v", "")
        if not value:
            # A formula that nobody has calculated yet is kept as the words it is made of.
            waiting = "f" in texts and self._kind != "str"
            return "=" + texts["f"][:LONGEST_TEXT] if waiting else None
        if self._kind == "s":
            return self._book.texts[int(value)]
        if self._kind == "b":
            return value in {"1", "true"}
        if self._kind == "d":
            return datetime.fromisoformat(value.removesuffix("Z"))
        if self._kind != "n":
            return unescape(value)
        return self._number_of(value)

    def _number_of(self, value: str) -> Cell:
        number = int(value) if value.lstrip("-").isdecimal() else float(value)
        if self._style.isdecimal() and int(self._style) in self._book.day_styles:
            return to_day(number, from_1904=self._book.from_1904) or number
        return number


def read_rows(book: Book, sheet: int, limits: Limits) -> Iterator[tuple[Row, float]]:
    """Yield the rows of a sheet that hold anything, each with the share of the sheet read."""
    part = book.sheets[sheet][1]
    reader = _Cells(book, sheet, limits)
    size = max(book.package.size(part), 1) if part in book.package else 1
    with book.package.open(part) as source:
        for done in parse(source, reader):
            for row in reader.take():
                yield row, done / size
    for row in reader.take():
        yield row, 1.0


def too_many_rows(limits: Limits) -> BadFile:
    """Return the error of a sheet that is too long."""
    return BadFile("too_many_rows", _("The sheet has more than %(limit)s rows.", limit=limits.rows))


def column_of(reference: str) -> int:
    """Return the column, counted from 0, of a cell reference such as AB12."""
    found = _REFERENCE.fullmatch(reference.upper())
    if not found:
        raise broken()
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column - 1


def to_day(number: float, *, from_1904: bool = False) -> date | None:
    """Return the day (or moment) a spreadsheet means by *number*; None where it means none."""
    if from_1904:
        number += 1462
    # The day 60 is 29 February 1900, which never was; days before it count from one later.
    if not 1 <= number < 2_958_466 or 60 <= number < 61:
        return None
    start = datetime(1899, 12, 30) if number >= 61 else datetime(1899, 12, 31)
    moment = start + timedelta(seconds=round(number * 86400))
    return moment.date() if number == int(number) else moment
