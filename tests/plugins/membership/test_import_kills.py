"""An import whose processes are killed: nothing is ever half in, and it goes on."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import work as jobs
from console.db import db
from console.i18n import LOCALES
from plugins.ledger.models import Journal
from plugins.ledger.services.verifying import verify
from plugins.membership.api import Member
from tests.support.deaths import KILLED, Deaths, do_what_is_due, together
from tests.support.importing import HOME, act, page, run_of, sheet, statuses, upload, work
from tests.support.live import choose
from tests.support.people import SignIn, add_person, add_store, post
from tests.support.processes import console_environment, run_console

pytestmark = [pytest.mark.any_engine, pytest.mark.slow, together]
#: More than one piece of what is staged at a time.
MANY = 400


@pytest.fixture
def client(app: Flask, sign_in: SignIn) -> FlaskClient:
    """An owner who reads English, in a shop with one store."""
    add_store()
    owner = add_person("owner")
    choose(owner, locale=LOCALES[2])
    return sign_in(user_id=owner)


@pytest.fixture
def number(client: FlaskClient) -> int:
    """An import of many rows, of which some repeat the phone of another."""
    rows = [(f"N{n}", f"139{n % 390:08}", "", n, n % 7, n % 11) for n in range(MANY)]
    return upload(client, sheet(*rows))


def start(client: FlaskClient, number: int, step: str) -> None:
    """Press a button and leave the work to whoever does it."""
    form: dict[str, object] = {"version": run_of(number).version}
    columns = run_of(number).mapping["columns"].items()
    form |= {f"column-{column}": name for name, column in columns}
    assert post(client, f"{HOME}{number}/{step}", form).status_code == 302


def go_on(client: FlaskClient) -> None:
    """Do what the next worker does after the death of one."""
    db.session.rollback()
    jobs.resume_jobs()
    work(client)


def members() -> int:
    """Count the members."""
    db.session.rollback()
    return db.session.query(Member).count()


@pytest.mark.parametrize("point", ["import_chunk_kept:2", "after_commit:4"])
def test_a_reader_that_is_killed_is_followed_by_one_that_reads_all(
    client: FlaskClient, number: int, deaths: Deaths, point: str
) -> None:
    start(client, number, "columns")
    assert deaths.dies(point, do_what_is_due)
    assert run_of(number).state == "reading"
    assert page(client, number)
    go_on(client)
    assert run_of(number).state == "ready"
    assert len(statuses(number)) == MANY
    assert run_of(number).totals["by_status"] == {"importable": 390, "duplicate": 10}
    assert members() == 0


@pytest.mark.parametrize(
    "point", ["before_journal", "import_before_mark", "before_commit:2", "after_commit:2"]
)
def test_a_worker_that_is_killed_while_it_takes_in_leaves_all_or_nothing(
    client: FlaskClient, number: int, deaths: Deaths, point: str
) -> None:
    start(client, number, "columns")
    work(client)
    start(client, number, "apply")
    assert deaths.dies(point, do_what_is_due)
    done = point.startswith("after_commit")
    assert members() == (390 if done else 0)
    assert (db.session.query(Journal).count() > 0) == done
    assert verify().findings == {}
    go_on(client)
    assert run_of(number).state == "applied"
    assert members() == 390
    assert db.session.query(Journal).count() == 389
    assert verify().findings == {}


@pytest.mark.parametrize("point", ["import_before_unmark", "after_commit:2"])
def test_a_worker_that_is_killed_while_it_rolls_back_leaves_all_or_nothing(
    client: FlaskClient, number: int, deaths: Deaths, point: str
) -> None:
    for step in ("columns", "apply"):
        start(client, number, step)
        work(client)
    start(client, number, "undo")
    assert deaths.dies(point, do_what_is_due)
    assert members() == (0 if point.startswith("after_commit") else 390)
    assert verify().findings == {}
    go_on(client)
    assert run_of(number).state == "undone"
    assert members() == 0
    assert verify().findings == {}


def test_a_command_that_is_killed_leaves_an_import_that_can_be_finished_on_its_page(
    client: FlaskClient, app: Flask, migrated_url: str
) -> None:
    instance = app.extensions["console_config"].instance
    file = instance / "members.xlsx"
    file.write_bytes(sheet(("Anna", "13900000001", "", "12.50")))
    db.session.rollback()
    environment = console_environment(
        migrated_url, instance, CONSOLE_FAILPOINT="import_before_mark"
    )
    assert run_console(environment, "import", "members", str(file)).returncode == KILLED
    assert members() == 0
    (number,) = (run_of(1).id,)
    assert "This was cut off" in page(client, number)
    act(client, number, "retry")
    assert run_of(number).state == "applied"
    assert members() == 1
