"""Reading a channel's statement: which row is the heading, which column is what, what it says."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from console import api
from console.api import _
from plugins.cashier.online import Traded

#: Looked through for the row of headings; channels put some lines of their own above it.
MOST_ABOVE = 40
LIMITS = api.SheetLimits(rows=100_000)
DAY = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})")
PACKED_DAY = re.compile(r"(20\d{2})(\d{2})(\d{2})(?:\d{6})?")
Row = Sequence[Any]


def read_statement(content: bytes) -> list[Traded]:
    """Return the trades of a file, CSV or XLSX; refused, in words, where it cannot be read."""
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        book = api.open_workbook(Path(file.name), LIMITS)
        rows = [row.cells for row in book.rows(book.visible_sheets()[0].index)]
    columns, rest = _find_headings(rows)
    found = [one for row in rest if (one := _read_row(columns, row)) is not None]
    if not found:
        raise api.Refused(_("There is no trade in this file."))
    return found


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


def _find_headings(rows: Sequence[Row]) -> tuple[dict[str, int], Iterable[Row]]:
    """Return which column is what, and the rows below the headings."""
    for number, row in enumerate(rows[:MOST_ABOVE]):
        columns = _columns_of(row)
        paid = "amount_fen" in columns or "net_fen" in columns
        if paid and ("trade_no" in columns or "order_no" in columns):
            return columns, rows[number + 1 :]
    raise api.Refused(
        _("No row names a trade number and an amount. Name the columns so in the first row.")
    )


def _columns_of(row: Row) -> dict[str, int]:
    headings = [_fold(cell) for cell in row]
    found = {}
    for field, names in _known()[0].items():
        place = next((headings.index(name) for name in names if name in headings), None)
        if place is not None:
            found[field] = place
    return found


def _read_row(columns: Mapping[str, int], row: Row) -> Traded | None:
    def cell(field: str) -> str:
        place = columns.get(field)
        value = row[place] if place is not None and place < len(row) else None
        return "" if value is None else str(value).strip().strip("`'\" \t")

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


def _fen(text: str) -> int | None:
    plain = re.sub(r"[^0-9.+-]", "", unicodedata.normalize("NFKC", text))
    try:
        return int((Decimal(plain) * 100).to_integral_value()) if plain else None
    except (InvalidOperation, OverflowError):
        return None


def _day(text: str) -> dt.date | None:
    found = DAY.search(text) or PACKED_DAY.fullmatch(text)
    try:
        return dt.date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
