"""A copy of the whole database, made before something that cannot be taken back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from console import clock
from console.errors import Refused
from console.i18n import _

#: How many copies of one kind are kept.
KEPT = 10


def copy_database(engine: sa.Engine, folder: Path, reason: str) -> Path:
    """Copy the database into *folder* while it is in use, and return the checked copy.

    PostgreSQL needs its own `pg_dump`; Refused when that is missing or fails.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    moment = clock.now().strftime("%Y%m%dT%H%M%S.%f")
    if engine.dialect.name == "sqlite":
        file = folder / f"{reason}-{moment}.sqlite"
        _copy_sqlite(Path(engine.url.database or ""), file)
    else:
        file = folder / f"{reason}-{moment}.dump"
        _dump_postgresql(engine.url, file)
    file.chmod(0o600)
    for old in sorted(folder.glob(f"{reason}-*"))[:-KEPT]:
        old.unlink()
    return file


def _copy_sqlite(source: Path, target: Path) -> None:
    part = target.with_suffix(".part")
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part)) as copy:
        live.backup(copy, pages=1000)
        copy.execute("PRAGMA journal_mode=DELETE")
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Refused(_("The copy of the database is damaged; nothing was changed."))
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.rename(target)


def _dump_postgresql(url: sa.URL, target: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise Refused(_("pg_dump is missing; without it the database cannot be copied."))
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    part = target.with_suffix(".part")
    done = subprocess.run(  # noqa: S603 - a program of the machine, on our own database
        [program, "--format=custom", f"--file={part}", "--dbname", plain],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(_("pg_dump failed; nothing was changed."))
    part.rename(target)
