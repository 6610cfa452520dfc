"""The machine an installation stands on: disk, clock, time zones, and who may read what."""

from __future__ import annotations

import os
import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from console import clock

#: No machine that runs this can rightly show an earlier time.
BUILT_AT = datetime(2026, 1, 1, tzinfo=UTC)
#: Bytes without which a day's work would not fit.
LEAST_FREE = 64 * 1024 * 1024
#: File systems on which SQLite's write-ahead log is not safe: their locks or maps lie.
NETWORKED = {"9p", "afs", "cifs", "fuse.sshfs", "ncpfs", "nfs", "nfs4", "smb3", "smbfs", "vboxsf"}
ENGINES = {"sqlite", "postgresql+psycopg"}


def is_private(file: Path) -> bool:
    """Tell whether nobody but its owner may read a file."""
    return not file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def find_faults(
    instance: Path, database_url: str, problems: list[str], warnings: list[str]
) -> None:
    """Add what is wrong with the machine to *problems*, and what should be known to *warnings*."""
    if clock.now() < BUILT_AT:
        problems.append(f"the machine's clock is wrong: it shows {clock.now():%Y-%m-%d}")
    try:
        ZoneInfo("Asia/Shanghai")
    except ZoneInfoNotFoundError:
        problems.append("time zones are missing: install the package tzdata")
    _check_folder("instance folder", instance, problems)
    try:
        url = sa.make_url(database_url)
    except sa.exc.ArgumentError:
        problems.append("DATABASE_URL cannot be read; write sqlite:///… or postgresql://…")
        return
    if url.drivername not in ENGINES:
        problems.append(f"DATABASE_URL: {url.drivername} is neither sqlite nor postgresql")
    elif url.drivername == "sqlite":
        _check_database_file(Path(url.database or ""), problems, warnings)


def _check_folder(title: str, folder: Path, problems: list[str]) -> None:
    existing = nearest_folder(folder)
    if not existing.is_dir():
        problems.append(f"the {title} {folder} is not a folder")
    elif not os.access(existing, os.W_OK | os.X_OK):
        problems.append(f"the {title} {folder} cannot be written to")
    elif shutil.disk_usage(existing).free < LEAST_FREE:
        problems.append(f"the disk of {folder} is full")


def _check_database_file(file: Path, problems: list[str], warnings: list[str]) -> None:
    if not file.name or file.name == ":memory:":
        problems.append(
            "DATABASE_URL: SQLite needs a file, such as sqlite:////var/lib/salon.sqlite"
        )
        return
    _check_folder("database's folder", file.parent, problems)
    if file.exists() and not os.access(file, os.R_OK | os.W_OK):
        problems.append(f"the database {file} cannot be written to")
    kind = file_system(file.absolute().parent)
    if kind in NETWORKED:
        problems.append(f"the database lies on {kind}; SQLite needs a disk of this machine")
    if kind == "overlay":
        warnings.append("the database lies in a container's own layer and goes when it goes")


def file_system(folder: Path) -> str:
    """Return the kind of file system that *folder* lies on; empty where Linux does not tell."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return ""
    place, best, kind = nearest_folder(folder).resolve(), -1, ""
    for line in mounts.read_text("utf-8", "replace").splitlines():
        _device, point, found, *_rest = line.split(" ")
        point = point.replace("\\040", " ")
        if place.is_relative_to(point) and len(point) >= best:
            best, kind = len(point), found
    return kind


def nearest_folder(folder: Path) -> Path:
    """Return the folder itself, or the nearest one above it that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder
