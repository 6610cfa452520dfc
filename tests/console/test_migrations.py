"""Migrations: whole or not at all, on both engines, whatever SQLite would do by itself."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.pool import NullPool

from console import migrate
from console.config import EXIT_CODE
from console.db import db
from console.migrate.history import History
from console.migrate.write import differences
from console.plugin import Plugin
from tests.support.processes import console_environment, run_console
from tests.support.shell import Shell

FIRST = """
import sqlalchemy as sa


def upgrade(op):
    op.create_table(
        "steps_parent",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
    )
    op.create_table(
        "steps_child",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("steps_parent.id", ondelete="CASCADE")),
    )
    op.create_index("ix_steps_lower", "steps_parent", [sa.text("lower(name)")])
    op.execute("INSERT INTO steps_parent VALUES (1, 'a')")
    op.execute("INSERT INTO steps_child VALUES (1, 1)")
    if op.get_bind().dialect.name == "sqlite":
        for table in ("steps_parent", "steps_child"):
            op.execute(
                f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}"
                " BEGIN SELECT RAISE(ABORT, 'kept'); END"
            )
        op.execute(
            "CREATE TRIGGER steps_child_names AFTER INSERT ON steps_child"
            " BEGIN UPDATE steps_parent SET name = name || '+' WHERE id = NEW.parent_id; END"
        )
"""
WIDEN = """
import sqlalchemy as sa


def upgrade(op):
    with op.batch_alter_table("steps_parent") as batch:
        batch.alter_column("name", type_=sa.Text, nullable=True)
        batch.add_column(sa.Column("note", sa.String))
"""
DROP = """
def upgrade(op):
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER steps_parent_kept")
    op.drop_index("ix_steps_lower", "steps_parent")
    with op.batch_alter_table("steps_parent") as batch:
        batch.alter_column("name", nullable=True)
"""
BREAK = """
def upgrade(op):
    op.execute("CREATE TABLE steps_half (id INTEGER)")
    op.execute("INSERT INTO steps_parent VALUES (2, 'b')")
    raise ArithmeticError
"""
ORPHAN = """
def upgrade(op):
    op.execute("INSERT INTO steps_child VALUES (2, 99)")
"""


class Steps:
    """A history in a folder of the test."""

    def __init__(self, folder: Path, url: str) -> None:
        self.history = History("steps", folder)
        self.engine = sa.create_engine(url, poolclass=NullPool)

    def add(self, text: str) -> None:
        folder = self.history.folder
        assert folder is not None
        number = len(self.history.migrations()) + 1
        (folder / f"m{number:04}_step.py").write_text(dedent(text))

    def apply(self) -> migrate.Report:
        return migrate.apply(self.engine, [self.history])

    def names(self, kind: str) -> set[str]:
        """The names of what SQLite keeps, beside tables."""
        with self.engine.connect() as connection:
            ask = sa.text("SELECT name FROM sqlite_master WHERE type = :kind")
            return set(connection.scalars(ask, {"kind": kind}))

    def count(self, table: str) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0

    def has(self, table: str) -> bool:
        return sa.inspect(self.engine).has_table(table)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"


@pytest.fixture
def steps(database_url: str, tmp_path: Path) -> Iterator[Steps]:
    folder = tmp_path / "migrations"
    folder.mkdir()
    made = Steps(folder, database_url)
    made.add(FIRST)
    assert made.apply().applied == {"steps": ["m0001_step"]}
    yield made


def test_the_tables_are_as_the_models_say(app: Flask) -> None:
    with db.engine.connect() as connection:
        for name in (migrate.HOST, *app.extensions["console"].manifests):
            assert (name, differences(name, connection)) == (name, [])


def test_a_migration_is_applied_once(steps: Steps) -> None:
    assert steps.apply().applied == {}
    assert steps.count("steps_parent") == 1


def test_altering_a_parent_keeps_its_children(steps: Steps) -> None:
    steps.add(WIDEN)
    assert steps.apply().applied == {"steps": ["m0002_step"]}
    assert steps.count("steps_child") == 1


def test_triggers_and_hidden_indexes_survive_the_altering_of_their_table(steps: Steps) -> None:
    if not steps.is_sqlite:
        return
    before = steps.names("trigger"), steps.names("index")
    steps.add(WIDEN)
    assert steps.apply().applied == {"steps": ["m0002_step"]}
    assert (steps.names("trigger"), steps.names("index")) == before
    with pytest.raises(sa.exc.IntegrityError, match="kept"), steps.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM steps_parent"))


def test_what_a_migration_drops_by_name_stays_dropped(steps: Steps) -> None:
    steps.add(DROP)
    assert steps.apply().applied == {"steps": ["m0002_step"]}
    if steps.is_sqlite:
        assert steps.names("trigger") == {"steps_child_kept", "steps_child_names"}
        assert "ix_steps_lower" not in steps.names("index")


def test_a_migration_that_fails_leaves_nothing_and_says_so(steps: Steps) -> None:
    steps.add(BREAK)
    report = steps.apply()
    assert isinstance(report.failed["steps"], ArithmeticError)
    assert not steps.has("steps_half")
    assert steps.count("steps_parent") == 1


def test_rows_without_their_parent_are_not_let_in(steps: Steps) -> None:
    steps.add(ORPHAN)
    assert "steps" in steps.apply().failed
    assert steps.count("steps_child") == 1


def test_keys_are_watched_again_after_a_migration(app: Flask, original_url: str) -> None:
    engine = sa.create_engine(original_url)
    migrate.apply(engine, [migrate.history_of(migrate.HOST)])
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.scalar(sa.text("PRAGMA foreign_keys")) == 1
    engine.dispose()


def test_a_gap_in_the_numbers_is_refused(steps: Steps) -> None:
    assert steps.history.folder is not None
    (steps.history.folder / "m0003_later.py").write_text("")
    with pytest.raises(migrate.BadHistory, match="m0002"):
        steps.history.migrations()


def test_two_starts_at_once_migrate_once(database_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    steps = Steps(folder, database_url)
    steps.add(FIRST)
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _n: steps.apply(), range(4)))
    assert sorted(len(report.applied) for report in reports) == [0, 0, 0, 1]
    assert steps.count("steps_parent") == 1


def test_a_database_in_use_is_copied_before_it_changes(steps: Steps, tmp_path: Path) -> None:
    steps.add(WIDEN)
    report = migrate.apply(steps.engine, [steps.history], backups=tmp_path / "backups")
    if not steps.is_sqlite:
        assert report.copy is None
        return
    assert report.copy is not None
    copy = Steps(tmp_path, f"sqlite:///{report.copy}")
    assert copy.count("steps_child") == 1
    assert [c["name"] for c in sa.inspect(copy.engine).get_columns("steps_parent")] == [
        "id",
        "name",
    ]
    again = migrate.apply(steps.engine, [steps.history], backups=tmp_path / "backups")
    assert again.copy is None


@contextmanager
def from_the_future(url: str, owner: str) -> Iterator[None]:
    """Let the database say that a step was applied which nobody here knows."""
    table = History(owner, None).table
    row = {"name": "m0999_later", "applied_at": "", "triggers": []}
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.connect().execution_options(console_writes=True) as connection:
        connection.execute(sa.insert(table), row)
        connection.commit()
    yield


def test_a_newer_database_is_refused_and_says_why(migrated_url: str, tmp_path: Path) -> None:
    console = Shell(migrated_url, tmp_path)
    with from_the_future(migrated_url, migrate.HOST):
        for command, code in (("migrate", EXIT_CODE), ("user list", EXIT_CODE), ("check", 1)):
            done = console(*command.split())
            assert done.exit_code == code, command
            assert "newer version" in done.stderr


def test_newer_tables_of_one_plugin_cost_only_this_plugin(
    migrated_url: str, tmp_path: Path
) -> None:
    with from_the_future(migrated_url, "salon"):
        done = Shell(migrated_url, tmp_path)("plugins", "list")
    assert done.exit_code == 0
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert "newer version" in lines["salon"]
    assert "active" in lines["ledger"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "point", ["after_migration_step:1", "after_migration_step:2", "before_migration_commit:1"]
)
def test_a_kill_in_the_middle_leaves_the_old_tables_or_the_new_ones(
    database_url: str, tmp_path: Path, point: str
) -> None:
    environment = console_environment(database_url, tmp_path)
    killed = run_console({**environment, "CONSOLE_FAILPOINT": point}, "migrate")
    assert killed.returncode == 9
    engine = sa.create_engine(database_url, poolclass=NullPool)
    assert not sa.inspect(engine).has_table("console_user")
    done = run_console(environment, "migrate")
    assert done.returncode == 0, done.stderr
    with engine.connect() as connection:
        assert differences(migrate.HOST, connection) == []


def test_a_plugin_without_migrations_has_none_pending(app: Flask) -> None:
    class Plain(Plugin):
        name, version, title, summary = "plain", "1", "", ""

    assert migrate.pending_of(Plain) == []


@pytest.mark.slow
def test_a_new_migration_is_written_from_the_models_and_leads_to_them(tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path}/new.sqlite"
    (tmp_path / "newone" / "migrations").mkdir(parents=True)
    file = tmp_path / "newone" / "__init__.py"
    file.write_text(NEW_PLUGIN.format(more=""))
    environment = console_environment(
        database_url, tmp_path / "i", CONSOLE_PLUGIN_FOLDER=str(tmp_path)
    )
    assert run_console(environment, "migrations", "new", "newone", "first").returncode == 0
    file.write_text(NEW_PLUGIN.format(more=MORE))
    assert run_console(environment, "migrations", "new", "newone", "Add a note").returncode == 0
    again = run_console(environment, "migrations", "new", "newone", "nothing")
    assert "as its models say" in again.stdout
    names = sorted(path.name for path in (tmp_path / "newone" / "migrations").glob("m*.py"))
    assert names == ["m0001_first.py", "m0002_add_a_note.py"]
    assert run_console(environment, "migrate").returncode == 0
    columns = sa.inspect(sa.create_engine(database_url, poolclass=NullPool)).get_columns("newone_a")
    assert {c["name"] for c in columns} == {"id", "at", "facts", "note"}


@pytest.mark.slow
def test_a_single_file_is_told_where_migrations_live(tmp_path: Path) -> None:
    (tmp_path / "newone.py").write_text(NEW_PLUGIN.format(more=""))
    environment = console_environment(
        f"sqlite:///{tmp_path}/new.sqlite", tmp_path / "i", CONSOLE_PLUGIN_FOLDER=str(tmp_path)
    )
    told = run_console(environment, "migrations", "new", "newone", "first")
    assert told.returncode != 0
    assert told.stderr == "Error: newone is a single file; migrations need a package to live in\n"


NEW_PLUGIN = """
import datetime as dt
from typing import Any
from sqlalchemy.orm import Mapped
from console import api


class A(api.Model):
    __tablename__ = "newone_a"
    scope = api.CHAIN
    id: Mapped[int] = api.column("", primary_key=True)
    at: Mapped[dt.datetime] = api.column("", index=True)
    facts: Mapped[dict[str, Any]] = api.column("")
{more}

class NewOne(api.Plugin):
    name, version, title, summary = "newone", "1", "", ""
"""
MORE = '    note: Mapped[str | None] = api.column("")\n'
