"""Spreadsheets written as a stream, row by row, in flat memory.

A text that a spreadsheet would take for a formula gets an apostrophe in front. An export that
was cut short shows: a CSV lacks its last line, an XLSX cannot be opened.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from console.i18n import gettext, ngettext

Row = Sequence[Any]
Chunks = Iterable[Sequence[Row]]

#: What a formula begins with, in the full-width forms as well.
FORMULA = re.compile(r"[ \u00a0\u3000]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
BOM = b"\xef\xbb\xbf"
#: Rows of one sheet; Excel's own limit is 1,048,576.
SHEET_ROWS = 1_000_000
LONGEST_CELL = 32_767
#: What Excel takes at the foot of a page.
LONGEST_FOOT = 240
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
EPOCH = dt.datetime(1899, 12, 30)


def defuse(value: Any) -> Any:
    """Keep a text from being computed by whoever opens the file."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def write_csv(header: Row, chunks: Chunks, mark: str = "") -> Iterator[bytes]:
    """Yield a CSV file for Excel: UTF-8 with a BOM, and a last line of one cell.

    That line counts the rows and bears the watermark *mark*.
    """
    buffer = io.StringIO()
    lines = csv.writer(buffer, lineterminator="\r\n")

    def drain() -> bytes:
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text.encode("utf-8", "replace")

    lines.writerow([defuse(each) for each in header])
    yield BOM + drain()
    count = 0
    for rows in chunks:
        lines.writerows([_written(defuse(each)) for each in row] for row in rows)
        count += len(rows)
        yield drain()
    lines.writerow([" · ".join(part for part in (end_line(count), mark) if part)])
    yield drain()


def end_line(count: int) -> str:
    """Return the last line of a complete CSV."""
    rows = ngettext("%(num)s row", "%(num)s rows", count)
    return gettext("End of the export: %(rows)s", rows=rows)


def _written(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    return value


def write_xlsx(header: Row, chunks: Chunks, mark: str = "") -> Iterator[bytes]:
    """Yield an XLSX file; texts are typed as texts, amounts and days as what they are.

    The watermark *mark* is at the foot of each printed page, in the properties of the file and on
    a last sheet, where nobody reads data.
    """
    pipe = _Pipe()
    book = zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    title = "".join(f'<c t="inlineStr" s="4"><is><t>{_text(each)}</t></is></c>' for each in header)
    sheets, rest = 0, iter(chunks)
    pending: Sequence[Row] | None = next(rest, None)
    while pending is not None or sheets == 0:
        sheets += 1
        with book.open(f"xl/worksheets/sheet{sheets}.xml", "w", force_zip64=True) as sheet:
            sheet.write(f"{SHEET_HEAD}<row>{title}</row>".encode())
            count = 0
            while pending is not None and count + len(pending) <= SHEET_ROWS:
                sheet.write("".join(map(_row, pending)).encode())
                count += len(pending)
                pending = next(rest, None)
                yield pipe.drain()
            sheet.write(_sheet_tail(mark).encode())
        yield pipe.drain()
    for name, text in _frame(sheets, mark).items():
        book.writestr(name, text)
    book.close()
    yield pipe.drain()


class _Pipe(io.RawIOBase):
    """A file that can only be written; what was written is taken out again and sent."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def drain(self) -> bytes:
        """Return what was written since the last time."""
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def _row(values: Row) -> str:
    return f"<row>{''.join(map(_cell, values))}</row>"


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, Decimal):
        return f'<c s="3"><v>{value:f}</v></c>'
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, dt.datetime):
        return f'<c s="2"><v>{(value - EPOCH) / dt.timedelta(days=1):.10f}</v></c>'
    if isinstance(value, dt.date):
        return f'<c s="1"><v>{(value - EPOCH.date()).days}</v></c>'
    return f'<c t="inlineStr"><is><t xml:space="preserve">{_text(str(value))}</t></is></c>'


def _text(value: Any) -> str:
    return escape(UNPRINTABLE.sub("", str(defuse(value))[:LONGEST_CELL]))


def _sheet_tail(mark: str) -> str:
    if not mark:
        return SHEET_TAIL
    foot = _text(mark.replace("&", "&&"))[:LONGEST_FOOT]
    return SHEET_TAIL.replace(
        "</worksheet>",
        f"<headerFooter><oddFooter>&amp;L{foot}</oddFooter></headerFooter></worksheet>",
    )


def _about(number: int, mark: str) -> dict[str, str]:
    """Return the last sheet, which says whose the file is, and the file's properties."""
    line = f'<row><c t="inlineStr"><is><t xml:space="preserve">{_text(mark)}</t></is></c></row>'
    properties = f"{XML}<cp:coreProperties {CORE}><dc:description>{_text(mark)}</dc:description>"
    return {
        f"xl/worksheets/sheet{number}.xml": f"{SHEET_HEAD}{line}{_sheet_tail(mark)}",
        "docProps/core.xml": f"{properties}</cp:coreProperties>",
    }


def _frame(sheets: int, mark: str) -> dict[str, str]:
    """Return the parts of a workbook round its sheets."""
    numbers = range(1, sheets + (2 if mark else 1))
    names = {sheets + 1: _text(gettext("About this file"))[:31]} if mark else {}
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{TYPES}.worksheet+xml"/>'
        for n in numbers
    )
    listed = "".join(
        f'<sheet name="{names.get(n, n)}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    about = _about(sheets + 1, mark) if mark else {}
    links_of_book = BOOK_LINK + (CORE_LINK if mark else "")
    return {
        **about,
        "[Content_Types].xml": CONTENT_TYPES.format(
            TYPES=TYPES, parts=parts + (CORE_PART if mark else "")
        ),
        "_rels/.rels": f"{XML}<Relationships xmlns={RELATIONSHIPS}>{links_of_book}</Relationships>",
        "xl/workbook.xml": f"{XML}<workbook {NAMES}><sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": (
            f"{XML}<Relationships xmlns={RELATIONSHIPS}>{links}"
            f'<Relationship Id="rId0" Type="{RELATIONS}/styles" Target="styles.xml"/>'
            "</Relationships>"
        ),
        "xl/styles.xml": STYLES,
    }


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = '"http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIPS = '"http://schemas.openxmlformats.org/package/2006/relationships"'
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
NAMES = f'xmlns={MAIN} xmlns:r="{RELATIONS}"'
SHEET_HEAD = f"{XML}<worksheet {NAMES}><sheetData>"
SHEET_TAIL = "</sheetData></worksheet>"
BOOK_LINK = f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
CORE = (
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
CORE_PART = (
    '<Override PartName="/docProps/core.xml"'
    ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
)
CORE_LINK = (
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships'
    '/metadata/core-properties" Target="docProps/core.xml"/>'
)
CONTENT_TYPES = (
    XML + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml" ContentType="{TYPES}.styles+xml"/>{parts}</Types>'
)
#: Cell formats by number: 0 general, 1 day, 2 moment, 3 amount, 4 heading.
STYLES = (
    f"{XML}<styleSheet xmlns={MAIN}>"
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    "<borders><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf xfId="0"/>'
    '<xf numFmtId="164" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="4" xfId="0" applyNumberFormat="1"/>'
    '<xf fontId="1" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
