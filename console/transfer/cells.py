"""What a spreadsheet holds, before anybody has judged it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

Cell = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet, numbered as the spreadsheet program numbers it."""

    number: int
    cells: tuple[Cell, ...]
    sheet: int = 0

    def at(self, column: int | None) -> Cell:
        """Return the cell of *column*, or None where the line has none."""
        if column is None or column >= len(self.cells):
            return None
        return self.cells[column]


def show(cell: Cell) -> str:
    """Return *cell* as a person would type it again; "" for an empty one."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        # A spreadsheet counts to 15 digits; what a float shows beyond them is noise.
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".15g")
    return str(cell)


def is_blank(cell: Cell) -> bool:
    """Tell whether a person would see nothing in *cell*."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def column_letter(column: int) -> str:
    """Return the spreadsheet's name of a column, counted from 0: A, B … Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
