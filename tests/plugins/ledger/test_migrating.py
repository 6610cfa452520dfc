"""A migration that would damage the book is rolled back, whoever brings it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from console import migrate
from console.db import db
from console.migrate.history import History
from plugins.ledger.plugin import Ledger
from plugins.ledger.services.verifying import verify
from tests.support.membership import join
from tests.support.salon import add_store
from tests.support.till import top_up

REBUILD = """
import sqlalchemy as sa


def upgrade(op):
    with op.batch_alter_table("ledger_leg") as batch:
        batch.alter_column("unit", type_=sa.Text)
"""
#: Between dropping a table and bringing its triggers back, SQLite lets anything happen.
DAMAGE = (
    REBUILD
    + """
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE ledger_leg DISABLE TRIGGER USER")
    op.execute("UPDATE ledger_leg SET amount = amount + 1 WHERE id = 1")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE ledger_leg ENABLE TRIGGER USER")
"""
)


def migrate_by(text: str, folder: Path) -> migrate.Report:
    """Let a plugin of somebody's own alter the tables of the ledger."""
    folder.mkdir()
    (folder / "m0001_step.py").write_text(text)
    report = migrate.apply(db.engine, [migrate.history_of(Ledger), History("steps", folder)])
    db.session.rollback()
    return report


@pytest.fixture
def book(app: Flask) -> None:
    add_store("福田店")
    top_up(int(join().id), 200)


def test_a_migration_that_damages_the_book_is_rolled_back_with_the_reason(
    book: None, in_english: None, tmp_path: Path
) -> None:
    report = migrate_by(DAMAGE, tmp_path / "steps")
    said = str(report.failed["steps"])
    assert said.startswith("ledger would not be sound: ")
    assert "Accounts whose totals differ from their legs: " in said
    assert "chain of hashes" in said
    assert verify().findings == {}
    assert not sa.inspect(db.engine).has_table("steps_migration")


def test_a_migration_that_rebuilds_the_book_as_it_was_is_kept(book: None, tmp_path: Path) -> None:
    assert migrate_by(REBUILD, tmp_path / "steps").applied == {"steps": ["m0001_step"]}
    assert verify().findings == {}
