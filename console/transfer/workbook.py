"""Opening a spreadsheet that a stranger's program wrote, and reading it row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from console.i18n import _
from console.transfer import delimited, xlsx
from console.transfer.badfile import BadFile
from console.transfer.book import Book
from console.transfer.cells import Row
from console.transfer.filetype import recognise
from console.transfer.package import Limits, open_package

__all__ = ["BadFile", "Limits", "Sheet", "Workbook", "open_workbook"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook; a hidden one is never chosen unasked."""

    index: int
    title: str
    hidden: bool = False


@dataclass(slots=True)
class Workbook:
    """A file that was found safe to read."""

    path: Path
    kind: str
    sheets: tuple[Sheet, ...]
    limits: Limits = field(default_factory=Limits)
    #: How much of the sheet being read has been read, from 0 to 1.
    share_read: float = 0.0

    def rows(self, sheet: int = 0) -> Iterator[Row]:
        """Yield the rows that hold anything; a BadFile may come at any of them.

        Formulas give the result that was saved with them. Blank rows are left out, and the
        others keep their numbers.
        """
        self.share_read = 0.0
        for row, share_read in self._numbered_rows(sheet):
            self.share_read = share_read
            yield row

    def first_rows(self, sheet: int = 0, count: int = 300) -> list[Row]:
        """Return the first rows of a sheet, enough to guess its columns from."""
        return list(islice(self.rows(sheet), count))

    def visible_sheets(self) -> list[Sheet]:
        """Return the sheets that a person sees when she opens the file."""
        return [sheet for sheet in self.sheets if not sheet.hidden]

    def _numbered_rows(self, sheet: int) -> Iterator[tuple[Row, float]]:
        if self.kind == "text":
            yield from delimited.read_rows(delimited.read_text(self.path), self.limits)
            return
        with open_package(self.path, self.limits) as package:
            yield from xlsx.read_rows(Book(package), sheet, self.limits)


def open_workbook(path: Path, limits: Limits | None = None) -> Workbook:
    """Look at *path* and return what can be read of it; raise BadFile where nothing can.

    Only the table of contents is read here. The name of the file is not believed.
    """
    limits = limits or Limits()
    kind = recognise(path, limits)
    if kind == "text":
        delimited.read_text(path)
        return Workbook(path, kind, (Sheet(0, path.stem),), limits)
    with open_package(path, limits) as package:
        contents = Book(package).sheets
    sheets = tuple(
        Sheet(index, title, hidden) for index, (title, _part, hidden) in enumerate(contents)
    )
    if all(sheet.hidden for sheet in sheets):
        raise BadFile("empty", _("The file holds no sheet that can be seen."))
    return Workbook(path, kind, sheets, limits)
