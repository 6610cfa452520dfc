"""Records of consequence are sealed as they are written; what nobody wrote here is told from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from console import api
from console.db import db
from console.migrate.apply import apply
from console.migrate.history import HOST, History, history_of
from console.row_nights import seal_rows
from console.row_seals import ROW_SEAL, shape_of
from console.seal_key import seal_key
from tests.support.tampering import owner_of_database

FILE: Any = api.StoredFile.__table__
STEP = '''
def upgrade(op):
    """Name all files anew."""
    op.execute("UPDATE console_file SET kind = 'renamed'")
'''


@pytest.fixture
def files(app: Flask) -> list[int]:
    """Three files that were taken in."""
    return add_files("one", "two", "three")


@api.unit
def add_files(*names: str) -> list[int]:
    values = {"sha256": "0", "kind": "picture", "content_type": "image/png", "size": 1}
    rows = [api.StoredFile(name=name, created_at=api.now(), **values) for name in names]
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


@api.unit
def rename(number: int, name: str) -> None:
    db.session.get_one(api.StoredFile, number).name = name


def named(connection: sa.Connection | None = None) -> set[tuple[str, str]]:
    """Return what does not fit: the number of the record, and what is wrong."""
    return {(one.row, one.problem) for one in api.check_rows(connection=connection)}


@pytest.fixture
def owner(files: list[int]) -> Iterator[sa.Connection]:
    """Somebody who owns the database."""
    with owner_of_database() as connection:
        yield connection


def test_whatever_the_console_does_leaves_records_that_fit(files: list[int]) -> None:
    one, two, three = files
    rename(one, "uno")

    @api.unit
    def by_statements() -> None:
        table = sa.update(api.StoredFile).where(api.StoredFile.id == two)
        db.session.execute(table.values(size=7))
        db.session.execute(sa.delete(FILE).where(FILE.c.id == three))
        row = {"sha256": "0", "name": "four", "kind": "x", "content_type": "x", "size": 1}
        row |= {"public": False, "created_at": api.now()}
        db.session.execute(sa.insert(FILE), [row, {**row, "name": "five"}])

    by_statements()
    assert named() == set()


def test_what_a_savepoint_took_back_is_sealed_as_it_is(files: list[int]) -> None:
    @api.unit
    def half_taken_back() -> None:
        record = db.session.get_one(api.StoredFile, files[0])
        record.size = 5
        point = db.session.begin_nested()
        record.size = 6
        db.session.add(
            api.StoredFile(
                sha256="0", name="x", kind="x", content_type="x", size=1, created_at=api.now()
            )
        )
        db.session.flush()
        point.rollback()

    half_taken_back()
    assert named() == set()


def test_a_record_removed_together_with_its_seal_is_named_after_the_night(
    files: list[int],
) -> None:
    seal_rows()
    with owner_of_database() as connection:
        connection.execute(sa.delete(FILE).where(FILE.c.id == files[0]))
        mine = ROW_SEAL.c.subject == shape_of("console_file").number
        connection.execute(sa.delete(ROW_SEAL).where(mine, ROW_SEAL.c.row_id == files[0]))
        assert named(connection) == {("1", "seals")}
    assert seal_rows() == 0


def test_an_old_state_put_back_with_its_old_seal_is_named(files: list[int]) -> None:
    rename(files[0], "uno")
    with owner_of_database() as connection:
        connection.execute(sa.update(FILE).where(FILE.c.id == files[0]).values(name="one"))
        assert named(connection) == {(str(files[0]), "changed")}
        subject = shape_of("console_file").number
        first = sa.select(ROW_SEAL).where(ROW_SEAL.c.subject == subject).order_by(ROW_SEAL.c.id)
        old = connection.execute(first.limit(1)).mappings().one()
        again = {**old, "id": 1_000_000}
        connection.execute(sa.insert(ROW_SEAL).values(again))
        assert named(connection) == {(str(files[0]), "changed")}


def test_a_record_that_was_removed_and_comes_again_is_named(files: list[int]) -> None:
    with owner_of_database() as connection:
        row = dict(connection.execute(sa.select(FILE).limit(1)).mappings().one())
        connection.execute(sa.insert(FILE).values({**row, "id": 900}))
        connection.execute(sa.delete(FILE).where(FILE.c.id == files[1]))
        assert named(connection) == {("900", "added"), (str(files[1]), "removed")}


def test_a_cell_that_cannot_be_read_is_named(files: list[int], engine: str) -> None:
    if engine == "postgresql":  # it takes no word for a moment
        return
    with owner_of_database() as connection:
        connection.execute(sa.text("UPDATE console_file SET created_at = 'soon' WHERE id = 1"))
        assert named(connection) == {("1", "changed")}


def test_the_seals_of_records_cannot_be_changed_or_removed(files: list[int]) -> None:
    seal_rows()
    for table in ("console_row_seal", "console_row_night"):
        for statement in (f"UPDATE {table} SET id = 99", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
                connection.execute(sa.text(statement))


def test_a_migration_seals_what_it_leaves_but_nothing_that_was_edited_before(
    files: list[int], tmp_path: Path
) -> None:
    with db.engine.connect().execution_options(console_writes=True) as connection:
        connection.execute(sa.update(FILE).where(FILE.c.id == files[1]).values(size=99))
        connection.commit()
    assert named() == {(str(files[1]), "changed")}
    (tmp_path / "m0001_rename.py").write_text(STEP)
    db.session.rollback()
    report = apply(db.engine, [history_of(HOST), History("sample", tmp_path)], key=seal_key())
    assert report.failed == {}
    assert named() == {(str(files[1]), "added")}
