"""The command line: quick to ask, plain in its answers, without tracebacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from console.cli import COMMANDS, main
from tests.support.bell import PLUGINS
from tests.support.processes import console_environment, run_console
from tests.support.shell import Shell

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]

HEAVY = ("flask", "sqlalchemy", "alembic", "openpyxl", "babel")


@pytest.fixture
def console(bell_url: str, tmp_path: Path) -> Shell:
    return Shell(bell_url, tmp_path / "cli", CONSOLE_PLUGIN_FOLDER=str(PLUGINS))


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    done = run_console(
        {**console_environment("sqlite:///x", tmp_path), "PYTHONPROFILEIMPORTTIME": "1"}, "--help"
    )
    assert done.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert imported.isdisjoint(HEAVY)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_what_it_does(name: str, tmp_path: Path) -> None:
    command = main.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.help
    assert COMMANDS[name][1].endswith(".")


def test_plugins_add_their_own_commands(console: Shell) -> None:
    assert console("bell", "ring", "hello").exit_code == 0
    with console.engine.connect() as connection:
        facts = connection.scalar(sa.text("SELECT facts FROM console_delivery"))
    assert (json.loads(facts) if isinstance(facts, str) else facts)["text"] == "hello"


def test_a_command_that_does_not_exist_is_named(console: Shell) -> None:
    done = console("dance")
    assert done.exit_code == 2
    assert "No such command 'dance'" in done.stderr


def test_plugins_are_listed_and_switched(console: Shell) -> None:
    def state() -> str:
        lines = console("plugins", "list").stdout.splitlines()
        return next(line for line in lines if line.startswith("bell")).split()[2]

    assert state() == "active"
    assert console("plugins", "disable", "bell").exit_code == 0
    assert state() == "disabled"
    assert console("bell", "ring", "hello").exit_code == 2
    assert console("plugins", "enable", "bell").exit_code == 0
    assert state() == "active"


def test_what_is_refused_is_said_in_a_line(console: Shell) -> None:
    done = console("plugins", "enable", "nobody")
    assert done.exit_code == 1
    assert done.stderr.startswith("Refused: ")
    assert len(done.stderr.splitlines()) == 1


def test_broken_plugins_are_found_by_the_check(console: Shell, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import a_module_that_is_nowhere")
    done = console("plugins", "check", "--trace", CONSOLE_PLUGIN_FOLDER=str(tmp_path))
    assert done.exit_code == 1
    assert "broken: ModuleNotFoundError" in done.stderr
    assert "Traceback" in done.stderr


def test_a_purge_destroys_one_plugin_after_a_copy(console: Shell, tmp_path: Path) -> None:
    engine = console.engine
    refused = console("plugins", "purge", "bell", "--yes")
    assert refused.exit_code == 1
    assert console("plugins", "disable", "bell").exit_code == 0
    done = console("plugins", "purge", "bell", "--yes")
    if engine.dialect.name == "postgresql" and done.exit_code:
        assert "pg_dump" in done.stderr
        return
    assert done.exit_code == 0, done.stderr
    assert not sa.inspect(engine).has_table("bell_ring")
    assert not sa.inspect(engine).has_table("bell_migration")
    assert sa.inspect(engine).has_table("console_user")
    (copy,) = (tmp_path / "cli" / "backups").iterdir()
    if engine.dialect.name == "sqlite":
        assert sa.inspect(sa.create_engine(f"sqlite:///{copy}", poolclass=NullPool)).has_table(
            "bell_ring"
        )


def test_what_others_stand_on_cannot_be_purged(console: Shell) -> None:
    assert console("plugins", "purge", "console", "--yes").exit_code == 1
    console("plugins", "disable", "membership")
    console("plugins", "disable", "salon")
    done = console("plugins", "purge", "salon", "--yes")
    assert done.exit_code == 1


def test_staff_users_are_added_listed_and_disabled(console: Shell) -> None:
    secret = "paper boats on the river"  # noqa: S105
    added = console("user", "add", "amy", "--name", "Amy", "--password", secret)
    assert added.exit_code == 0, added.stderr
    console("user", "add", "bo", "--password", secret)
    assert console("user", "disable", "bo").exit_code == 0
    lines = console("user", "list").stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["amy", "active"], ["bo", "disabled"]]


def test_a_weak_password_is_refused(console: Shell) -> None:
    done = console("user", "add", "amy", "--password", "password")
    assert done.exit_code == 1
    assert done.stderr.startswith("Refused: ")


def test_a_database_that_is_away_is_told_in_a_line(console: Shell) -> None:
    away = "postgresql://me:CANARY@127.0.0.1:1/salon"
    done = console("migrate", DATABASE_URL=away)
    assert done.exit_code == 1
    assert done.stderr.startswith("Database: ")
    assert "CANARY" not in done.stderr


def test_the_check_tells_what_is_wrong(console: Shell) -> None:
    done = console("check")
    assert done.exit_code == 1
    assert done.stderr == "worker: the worker is not at work\n"
