"""Copies: whole while the database is in use, private, and not without end."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.pool import NullPool

from console import backup
from console.db import db
from console.errors import Refused
from console.stores import Store
from console.unit import unit


@unit
def open_store(name: str) -> None:
    db.session.add(Store(name=name))


def test_a_copy_of_a_database_in_use_is_whole(app: Flask, tmp_path: Path) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    over = threading.Event()

    def write() -> None:
        with app.app_context():
            number = 0
            while not over.is_set():
                open_store(str(number := number + 1))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [backup.copy_database(db.engine, tmp_path / "copies", "test") for _n in range(3)]
    finally:
        over.set()
        writer.join()
    for copy in copies:
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        engine = sa.create_engine(f"sqlite:///{copy}", poolclass=NullPool)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("PRAGMA integrity_check")) == "ok"


def test_old_copies_make_room(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    monkeypatch.setattr(backup, "KEPT", 2)
    made = [backup.copy_database(db.engine, tmp_path / "copies", "test") for _n in range(4)]
    assert sorted((tmp_path / "copies").iterdir()) == made[-2:]


def test_without_pg_dump_a_server_is_not_copied(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name == "sqlite":
        return
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused):
        backup.copy_database(db.engine, tmp_path / "copies", "test")
