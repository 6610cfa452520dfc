"""Reading the rows of an .xlsx one by one, with nothing of it ever run or calculated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from console.i18n import _
from console.transfer.badfile import BadFile
from console.transfer.cells import Cell, Row, is_blank
from console.transfer.package import Limits, Package, broken, local, parse, parse_part, resolve

LAST_ROW = 1_048_576
LONGEST_TEXT = 32_767

#: Number formats that every spreadsheet program knows without being told, and that mean days.
_DAY_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?[0-9]*")


class _Parts(ContentHandler):
    """Calls `begin` for each element, with its bare name and its bare attributes."""

    def __init__(self, begin: Callable[[str, dict[str, str]], None]) -> None:
        super().__init__()
        self._begin = begin

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        self._begin(local(name), {local(key): value for key, value in attrs.items()})


def read_relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return what *part* points at: id → (kind, name of the part)."""
    folder, _slash, file = part.rpartition("/")
    name = f"{folder}/_rels/{file}.rels".lstrip("/")
    found: dict[str, tuple[str, str]] = {}

    def begin(element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = resolve(part, attributes.get("Target", ""))
            found[attributes.get("Id", "")] = kind, target

    if name in package:
        parse_part(package, name, _Parts(begin))
    return found


class Book:
    """The table of contents of an .xlsx: its sheets, its texts and which styles are days."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False
        start = read_relations(package, "").values()
        self._part = next((name for kind, name in start if kind == "officeDocument"), "")
        relations = read_relations(package, self._part)
        self._read_contents(relations)
        linked = dict(relations.values())
        self.texts = self._read_texts(linked.get("sharedStrings"))
        self.day_styles = self._read_styles(linked.get("styles"))

    def _read_contents(self, relations: dict[str, tuple[str, str]]) -> None:
        def begin(element: str, attributes: dict[str, str]) -> None:
            if element == "workbookPr":
                self.from_1904 = attributes.get("date1904") in {"1", "true"}
            if element == "sheet":
                kind, part = relations.get(attributes.get("id", ""), ("", ""))
                hidden = attributes.get("state", "visible") != "visible"
                if kind == "worksheet":
                    self.sheets.append((attributes.get("name", ""), part, hidden))

        parse_part(self.package, self._part, _Parts(begin))

    def _read_texts(self, part: str | None) -> list[str]:
        reader = _Texts()
        if part and part in self.package:
            parse_part(self.package, part, reader)
        return reader.texts

    def _read_styles(self, part: str | None) -> frozenset[int]:
        reader = _Styles()
        if part and part in self.package:
            parse_part(self.package, part, reader)
        return frozenset(reader.day_styles)


class _Texts(ContentHandler):
    """Gathers the texts that cells share; ruby above Chinese or Japanese words is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._pieces: list[str] | None = None
        self._in_ruby = False
        self._item: list[str] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        name = local(name)
        if name == "si":
            self._item = []
        elif name == "rPh":
            self._in_ruby = True
        elif name == "t" and not self._in_ruby:
            self._pieces = self._item

    def characters(self, content: str) -> None:
        if self._pieces is not None:
            self._pieces.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        name = local(name)
        if name == "t":
            self._pieces = None
        elif name == "rPh":
            self._in_ruby = False
        elif name == "si":
            self.texts.append(unescape("".join(self._item)))


class _Styles(ContentHandler):
    """Finds the cell styles that show a number as a day."""

    def __init__(self) -> None:
        super().__init__()
        self.day_styles: list[int] = []
        self._codes: dict[str, str] = {}
        self._in_cells = False
        self._count = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        name = local(name)
        if name == "numFmt":
            self._codes[attrs.get("numFmtId", "")] = attrs.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            if self._means_day(attrs.get("numFmtId", "0")):
                self.day_styles.append(self._count)
            self._count += 1

    def endElement(self, name: str) -> None:  # noqa: N802
        if local(name) == "cellXfs":
            self._in_cells = False

    def _means_day(self, format_id: str) -> bool:
        code = self._codes.get(format_id)
        if code is None:
            return format_id.isdecimal() and int(format_id) in _DAY_FORMATS
        bare = _LITERAL.sub("", code.split(";")[0]).lower()
        return any(letter in bare for letter in "ymd") and "general" not in bare


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


def unescape(text: str) -> str:
    """Undo the way in which a spreadsheet writes characters that XML cannot hold."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text[:LONGEST_TEXT]
