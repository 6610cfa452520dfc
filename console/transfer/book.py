"""What an .xlsx says of itself: its sheets, the texts that cells share, the styles of days."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from console.transfer.package import Package, local, parse_part, resolve

LONGEST_TEXT = 32_767

#: Number formats that every spreadsheet program knows without being told, and that mean days.
_DAY_FORMATS = frozenset([14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58])
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


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
        # Beside hours or seconds an m is a minute.
        return "y" in bare or "d" in bare or ("m" in bare and not {"h", "s"} & {*bare})


def unescape(text: str) -> str:
    """Undo the way in which a spreadsheet writes characters that XML cannot hold."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text[:LONGEST_TEXT]
