"""All that a plugin holds, as a zip of CSV files, for a look elsewhere or before it goes."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import sqlalchemy as sa

from console import clock
from console.admin.sheets import defuse
from console.db import db
from console.host.inside import tables_of
from console.host.purging import backups

#: Rows that are read at a time.
CHUNK = 1000


def export_tables(name: str) -> Path:
    """Write all tables of a plugin into a zip, one CSV each, and return it."""
    folder = backups()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"export-{name}-{clock.now():%Y%m%dT%H%M%S}.zip"
    known = sa.MetaData()
    known.reflect(db.engine, only=tables_of(name))
    part = file.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as book, db.engine.connect() as reader:
        for table in known.sorted_tables:
            if not table.name.startswith(f"{name}_"):
                continue  # reflected because a foreign key leads there
            with book.open(f"{table.name}.csv", "w") as raw:
                _write_rows(reader, table, io.TextIOWrapper(raw, "utf-8-sig", newline=""))
    part.chmod(0o600)
    part.rename(file)
    return file


def exports_of(name: str) -> list[Path]:
    """Return the exports made of a plugin, the newest first."""
    return sorted(backups().glob(f"export-{name}-*.zip"), reverse=True)


def _write_rows(reader: sa.Connection, table: sa.Table, text: io.TextIOWrapper) -> None:
    writer = csv.writer(text)
    writer.writerow([column.name for column in table.columns])
    rows = reader.execution_options(yield_per=CHUNK).execute(sa.select(table))
    for row in rows:
        writer.writerow([defuse(value) for value in row])
    text.flush()
