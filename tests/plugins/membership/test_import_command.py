"""`console import members`: one line of JSON, and the same rules as on the pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from console.db import db
from plugins.ledger.services.verifying import verify
from plugins.membership.api import Member
from tests.support import spreadsheets as ugly
from tests.support.importing import LEGACY, sheet
from tests.support.people import add_store
from tests.support.processes import console_environment, run_console
from tests.support.shell import Shell

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]

FIGURES = {
    "rows": 5000,
    "imported": 4547,
    "duplicates": 140,
    "rejected": {
        "impossible_birthday": 37,
        "negative_balance": 47,
        "no_phone": 94,
        "phone_too_short": 94,
        "phone_unreadable": 41,
    },
    "principal_fen": 281_991_321,
    "bonus_fen": 14_231_921,
    "points": 31_166_997,
    "card_times": 5_558,
}


@pytest.fixture
def environment(app: Flask, migrated_url: str) -> dict[str, str]:
    """The surroundings of a command that works on the test's database."""
    return console_environment(migrated_url, app.extensions["console_config"].instance)


@pytest.fixture
def shell(app: Flask, migrated_url: str) -> Shell:
    """The commands on the test's database, without a process for each."""
    return Shell(migrated_url, app.extensions["console_config"].instance)


def members() -> int:
    """Count the members."""
    db.session.rollback()
    return db.session.query(Member).count()


def test_the_dry_run_prints_the_figures_and_touches_nothing(environment: dict[str, str]) -> None:
    ran = run_console(environment, "import", "members", str(LEGACY), "--dry-run", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("\n") == 1
    assert json.loads(ran.stdout) == FIGURES
    assert members() == 0


def test_the_import_prints_the_same_figures_and_has_them_in_the_books(
    environment: dict[str, str], shell: Shell
) -> None:
    add_store()
    db.session.rollback()
    ran = run_console(environment, "import", "members", str(LEGACY))
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == FIGURES
    assert "94" in ran.stderr
    assert members() == 4547
    assert verify().findings == {}
    again = json.loads(shell("import", "members", str(LEGACY)).stdout)
    assert (again["imported"], again["duplicates"]) == (0, 4687)
    assert members() == 4547


def test_what_cannot_be_imported_is_said_on_standard_error(shell: Shell, tmp_path: Path) -> None:
    add_store()
    db.session.rollback()
    dry = ["--dry-run", "--json"]
    files = [(ugly.picture(tmp_path), dry), (ugly.sixty_columns(tmp_path), dry)]
    for file, options in [*files, (ugly.zip_bomb(tmp_path), [])]:
        ran = shell("import", "members", str(file), *options)
        assert ran.exit_code == 1
        assert ran.stdout == ""
        assert ran.stderr.startswith("Refused: ")
    assert shell("import", "members", str(tmp_path / "none.xlsx")).exit_code != 0


def test_a_store_can_be_named_and_must_be_there(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "members.xlsx"
    file.write_bytes(sheet(("Anna", "13900000001")))
    assert shell("import", "members", str(file)).exit_code == 1
    add_store("Nanshan")
    futian = add_store("Futian")
    db.session.rollback()
    assert shell("import", "members", str(file), "--store", "X").exit_code == 1
    assert shell("import", "members", str(file), "--store", "Futian").exit_code == 0
    assert members() == 1
    assert db.session.query(Member).one().home_store_id == futian
