"""Ugly spreadsheets, as old programs, tired people and strangers with bad intent write them."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

Table = Sequence[Sequence[object]]
TABLES: dict[str, list[list[object]]] = json.loads(
    Path(__file__).with_name("spreadsheets.json").read_text("utf-8")
)


def save(path: Path, table: Table, change: Callable[[Worksheet], None] | None = None) -> Path:
    """Write a table as the first sheet of an .xlsx."""
    book = Workbook()
    sheet = book.worksheets[0]
    for line in table:
        sheet.append([as_date(cell) for cell in line])
    if change:
        change(sheet)
    book.save(path)
    return path


def as_date(cell: object) -> object:
    """Turn "date:2024-01-05" of the JSON tables into a date cell."""
    if isinstance(cell, str) and cell.startswith("date:"):
        return date.fromisoformat(cell.removeprefix("date:"))
    return cell


def merged_headings(folder: Path) -> Path:
    """Two lines of headings, the upper merged over groups; a merged title above both."""

    def merge(sheet: Worksheet) -> None:
        for cells in ("A1:H1", "A2:A3", "B2:B3", "C2:D2", "E2:F2", "G2:G3", "H2:H3"):
            sheet.merge_cells(cells)

    return save(folder / "merged.xlsx", TABLES["merged_headings"], merge)


def title_rows(folder: Path) -> Path:
    """Three lines of titles, a blank line, headings with units, and a total in bold."""
    return save(folder / "titles.xlsx", TABLES["title_rows"])


def other_vendor(folder: Path) -> Path:
    """Headings nobody agreed on, some of which only the values explain."""
    return save(folder / "vendor.xlsx", TABLES["other_vendor"])


def full_width(folder: Path) -> Path:
    """Every digit typed on a Chinese keyboard in full width."""
    return save(folder / "wide.xlsx", TABLES["full_width"])


def as_csv(folder: Path, encoding: str, delimiter: str = ",", table: Table = ()) -> Path:
    """Write the same list as text in any encoding."""
    lines = (delimiter.join(str(cell) for cell in line) for line in table or TABLES["as_csv"])
    path = folder / "list.csv"
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return path


def sixty_columns(folder: Path) -> Path:
    """Sixty columns, none of which is a phone."""
    heads: list[object] = [f"c{column}" for column in range(60)]
    lines: list[list[object]] = [
        [f"v{line}-{column}" for column in range(60)] for line in range(20)
    ]
    return save(folder / "sixty.xlsx", [heads, *lines])


def hidden_sheet(folder: Path) -> Path:
    """An old list in a hidden sheet before the one that is meant."""
    book = Workbook()
    old = book.worksheets[0]
    old.title, old.sheet_state = "old", "hidden"
    new = book.create_sheet("new")
    for line in TABLES["as_csv"]:
        old.append(line)
        new.append(line)
    new.append(["Extra", "13800138099", "9.90"])
    path = folder / "hidden.xlsx"
    book.save(path)
    return path


def with_parts(folder: Path, name: str, parts: dict[str, bytes]) -> Path:
    """Write an .xlsx in which some parts are replaced or added."""
    source = io.BytesIO()
    book = Workbook()
    book.worksheets[0].append(["Name", "Phone"])
    book.worksheets[0].append(["A", "13800138000"])
    book.save(source)
    path = folder / name
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part not in parts:
                new.writestr(part, old.read(part))
        for part, content in parts.items():
            new.writestr(part, content)
    return path


def sheet_xml(rows: str, head: str = "") -> bytes:
    """Return the XML of a sheet around some rows."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0"?>{head}<worksheet xmlns="{space}">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    ).encode()


def zip_bomb(folder: Path) -> Path:
    """A file of some hundred kilobytes that unpacks to 200 MB."""
    blank = b" " * (200 * 1024 * 1024)
    return with_parts(folder, "bomb.xlsx", {"xl/worksheets/sheet1.xml": blank})


def laughing_sheet(folder: Path) -> Path:
    """A sheet whose entities would grow without end."""
    head = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>'
    return with_parts(folder, "lol.xlsx", {"xl/worksheets/sheet1.xml": sheet_xml(rows, head)})


def ole(folder: Path, name: str, stream: str) -> Path:
    """Write the head of an OLE container with one named stream, as .xls and locked files are."""
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 62, 3, 65534, 9, 6)
    )
    entry = stream.encode("utf-16-le").ljust(64, b"\0")
    path = folder / name
    path.write_bytes(header.ljust(512, b"\0") + entry.ljust(2048, b"\0"))
    return path


def picture(folder: Path) -> Path:
    """A PNG that somebody renamed."""
    path = folder / "picture.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    return path


def dated(folder: Path) -> Path:
    """Days as date cells, with and without a time, and a number that is no date."""
    rows: list[list[object]] = [["Name", "Phone", "Joined"], ["A", 13800138000, date(2024, 1, 5)]]
    rows.append(["B", "13800138001", datetime(2024, 1, 5, 18, 30)])
    rows.append(["C", "13800138002", 45296])
    return save(folder / "dated.xlsx", rows)
