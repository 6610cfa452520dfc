"""Taking cards of an earlier system in, as tests do it: at the services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from console import api
from console.db import db
from console.transfer import runs
from console.transfer.applying import apply_rows, take_back
from console.transfer.mapping import Mapping
from console.transfer.models import ImportRun
from console.transfer.reading import Nobody, read_sheet
from plugins.cards.importing.intake import INTAKE
from tests.support.importing import sheet

HEADINGS = (
    "Phone", "Card", "Sessions left", "Free sessions left", "Unit price", "Bought on",
    "Valid until", "Total sessions", "Card price",
)  # fmt: skip


def day(ahead: int) -> str:
    """Return the day so many days from now, as a sheet has it."""
    return (api.today("Asia/Shanghai") + dt.timedelta(days=ahead)).isoformat()


def read(folder: Path, store_id: int, *rows: Sequence[object]) -> int:
    """Upload a sheet and have its rows judged; return the import's number."""
    path = folder / "cards.xlsx"
    path.write_bytes(sheet(*rows, headings=HEADINGS))
    number = runs.upload(INTAKE, path, path.name, store_id)
    columns = Mapping.from_json(db.session.get_one(ImportRun, number).mapping).columns
    db.session.rollback()
    runs.start_reading(INTAKE, number, columns, None)
    read_sheet(INTAKE, number, None, Nobody())
    return number


def apply(number: int) -> None:
    """Take in what waits."""
    version = db.session.get_one(ImportRun, number).version
    db.session.rollback()
    runs.start_applying(INTAKE, number, version, None)
    apply_rows(INTAKE, number, None)


def roll_back(number: int) -> None:
    """Take all of it back."""
    runs.start_undoing(INTAKE, number, None)
    take_back(INTAKE, number, None)
