"""Reading a channel's statement: which row is the heading, which column is what, what it says."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from console import api
from console.api import _
from plugins.cashier.online import Traded

#: Looked through for the row of headings; channels put some lines of their own above it.
MOST_ABOVE = 40
#: More than that is no amount.
MOST_FEN = 10_000_000_000
LIMITS = api.SheetLimits(rows=100_000)
DAY = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})")
PACKED_DAY = re.compile(r"(20\d{2})(\d{2})(\d{2})(?:\d{6})?")
SUMS = ("amount_fen", "refund_fen", "fee_fen", "net_fen")
Row = Sequence[Any]


@dataclass(frozen=True)
class Reading:
    """How a statement is read: the place of its row of headings, and which column is what.

    One column may be two things: what a platform calls its voucher is its trade number as well.
    """

    heading: int
    columns: Mapping[str, int]


def read_statement(content: bytes) -> list[Traded]:
    """Return the trades of a file, CSV or XLSX; refused, in words, where it cannot be read."""
    rows = read_rows(content)
    return trades_of(rows, guess_reading(rows))


def read_rows(content: bytes) -> list[Row]:
    """Return the rows of a file, CSV or XLSX; refused, in words, where it is neither."""
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        book = api.open_workbook(Path(file.name), LIMITS)
        return [row.cells for row in book.rows(book.visible_sheets()[0].index)]


def trades_of(rows: Sequence[Row], reading: Reading) -> list[Traded]:
    """Return the trades of a file, as its columns are understood; refused where there are none."""
    _require_columns(reading.columns)
    below = rows[reading.heading + 1 :]
    readable = (row for row in below if not _is_unread(reading.columns, row))
    found = [one for row in readable if (one := _read_row(reading.columns, row)) is not None]
    if not found:
        raise api.Refused(_("There is no trade in this file."))
    return found


def unread_rows(rows: Sequence[Row], reading: Reading) -> list[int]:
    """Number the rows, as a spreadsheet does, whose number has an amount or a day that is none."""
    if not _is_enough(reading.columns):
        return []
    below = enumerate(rows[reading.heading + 1 :], reading.heading + 2)
    return [number for number, row in below if _is_unread(reading.columns, row)]


def _is_unread(columns: Mapping[str, int], row: Row) -> bool:
    numbered = _cell(columns, row, "trade_no") or _cell(columns, row, "order_no")
    told = [_cell(columns, row, name) for name in SUMS]
    sums = [text for text in told if any(letter.isdecimal() for letter in text)]
    if not numbered or not sums or _fold(_cell(columns, row, "kind")) in _known()[1]["skip"]:
        return False
    return None in map(_fen, sums) or _day(_cell(columns, row, "traded_on")) is None


@cache
def _known() -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
    told = tomllib.loads(Path(__file__).with_name("headings.toml").read_text("utf-8"))
    return (
        {field: [_fold(one) for one in names] for field, names in told["headings"].items()},
        {kind: [_fold(one) for one in names] for kind, names in told["words"].items()},
    )


def _fold(cell: Any) -> str:
    plain = unicodedata.normalize("NFKC", "" if cell is None else str(cell))
    return re.sub(r"[\s`'\"_]+", " ", plain).strip().lower()


def guess_reading(rows: Sequence[Row]) -> Reading:
    """Find the row of headings and what each column is; a guess where nothing is known."""
    for number, row in enumerate(rows[:MOST_ABOVE]):
        columns = columns_of(row)
        if _is_enough(columns):
            return Reading(number, columns)
    widest = max(range(min(len(rows), MOST_ABOVE)), key=lambda n: _filled(rows[n]), default=0)
    return Reading(widest, columns_of(rows[widest]) if rows else {})


def _filled(row: Row) -> int:
    return sum(cell not in (None, "") for cell in row)


def _is_enough(columns: Mapping[str, int]) -> bool:
    paid = "amount_fen" in columns or "net_fen" in columns
    return paid and ("trade_no" in columns or "order_no" in columns)


def _require_columns(columns: Mapping[str, int]) -> None:
    if not _is_enough(columns):
        raise api.Refused(_("Say which column is the trade number and which the amount."))


def columns_of(row: Row) -> dict[str, int]:
    """Return which column is what, by the words that channels use in headings."""
    headings = [_fold(cell) for cell in row]
    found = {}
    for field, names in _known()[0].items():
        place = next((headings.index(name) for name in names if name in headings), None)
        if place is not None:
            found[field] = place
    return found


def _read_row(columns: Mapping[str, int], row: Row) -> Traded | None:
    cell = partial(_cell, columns, row)

    kind = _fold(cell("kind"))
    words = _known()[1]
    if kind in words["skip"]:
        return None
    paid, back = _fen(cell("amount_fen")), _fen(cell("refund_fen"))
    fee, net = _fen(cell("fee_fen")), _fen(cell("net_fen"))
    refund = kind in words["refund"] or (paid is not None and paid < 0) or (not paid and bool(back))
    amount = (back or paid) if refund else paid
    if amount is None and net is not None:
        amount = net + abs(fee or 0)
    number = (cell("refund_no") if refund else "") or cell("trade_no") or cell("order_no")
    day = _day(cell("traded_on"))
    if not number or not amount or day is None:
        return None
    sign = -1 if refund else 1
    if fee is None:
        fee = abs(amount) - abs(net) if net is not None else 0
    return Traded(
        "refund" if refund else "payment",
        number[:64],
        sign * abs(amount),
        sign * abs(fee),
        day,
        order_no=cell("order_no")[:64],
        voucher_code=cell("voucher_code")[:64],
    )


def _cell(columns: Mapping[str, int], row: Row, field: str) -> str:
    place = columns.get(field)
    value = row[place] if place is not None and place < len(row) else None
    return "" if value is None else str(value).strip().strip("`'\" \t")


def _fen(text: str) -> int | None:
    told = unicodedata.normalize("NFKC", text).strip()
    # Accountants write what goes back in brackets.
    plain = re.sub(r"[^0-9.+-]", "", re.sub(r"^\((.*)\)$", r"-\1", told))
    try:
        fen = Decimal(plain) * 100 if plain else None
    except InvalidOperation:
        return None
    # Part of a fen is no amount, and a guess of ours would be booked.
    is_amount = fen is not None and abs(fen) <= MOST_FEN and fen == fen.to_integral_value()
    return int(fen) if fen is not None and is_amount else None


def _day(text: str) -> dt.date | None:
    found = DAY.search(text) or PACKED_DAY.fullmatch(text)
    try:
        return dt.date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
