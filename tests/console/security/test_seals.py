"""The audit trail is sealed: whoever writes past its triggers is found out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from console import audit, erasing, worker
from console.audit import AuditEntry
from console.db import db
from console.hookspecs import console_seal_heads
from console.inbox import Notice
from console.seal_checks import check_at_night, verify_trail
from console.sealing import AuditSeal, seal_trail
from console.security.models import User
from console.unit import unit
from plugins.ledger import api as ledger
from plugins.ledger.services.seals import seal as seal_books
from tests.support.ledger import CASH, entry
from tests.support.people import SignIn, add_person, post
from tests.support.shell import Shell

TRIGGERS = (
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'console_audit%'"
)


@unit
def write(*notes: str) -> None:
    for note in notes:
        audit.record("change", note=note, before={"active": True}, after={"active": False})


@pytest.fixture
def trail(app: Flask) -> Flask:
    """Entries 1 to 3 under the first seal, 4 and 5 under the second, 6 under none."""
    write("one", "two", "three")
    assert seal_trail() == 1
    write("four", "five")
    assert seal_trail() == 1
    write("six")
    return app


@contextmanager
def master() -> Iterator[sa.Connection]:
    """Connect as somebody who owns the database: past all triggers."""
    db.session.rollback()
    with db.engine.connect().execution_options(console_writes=True) as connection:
        if connection.dialect.name == "sqlite":
            for name in connection.scalars(sa.text(TRIGGERS)).all():
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(sa.text("SET session_replication_role = replica"))
        yield connection
        connection.commit()
        connection.invalidate()


def tamper(*statements: str) -> None:
    with master() as connection:
        for statement in statements:
            assert connection.execute(sa.text(statement)).rowcount


def found() -> list[tuple[int, tuple[str, ...]]]:
    """Return the seals that do not fit, and why."""
    db.session.rollback()
    return [(each.seal, tuple(each.problems)) for each in verify_trail().misfits]


def test_a_sealed_trail_fits_its_seals(trail: Flask) -> None:
    report = verify_trail()
    assert report.ok
    assert (report.seals, report.entries, report.sealed_through, report.unsealed) == (2, 5, 5, 1)


COLUMNS = (
    "at, user_id, user_name, store_id, till_id, ip, request_id, act, title, subject_table,"
    " subject_id, subject_label, before, after, note"
)
TAMPERED = {
    "another person": ("UPDATE console_audit SET user_name = 'x' WHERE id = 2", "entries"),
    "another note": ("UPDATE console_audit SET note = 'x' WHERE id = 2", "entries"),
    "other values": ("UPDATE console_audit SET before = '{}' WHERE id = 2", "entries"),
    "a deed that has gone": ("DELETE FROM console_audit WHERE id = 2", "entries"),
    "a deed that never was": (
        f"INSERT INTO console_audit (id, {COLUMNS})"
        f" SELECT -1, {COLUMNS} FROM console_audit WHERE id = 2",
        "entries",
    ),
    "another seal": ("UPDATE console_audit_seal SET entries_digest = 'x' WHERE id = 1", "seal"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_past_the_triggers_names_the_seal(trail: Flask, what: str) -> None:
    statement, problem = TAMPERED[what]
    tamper(statement)
    (seal, problems), *others = found()
    assert seal == 1 and problem in problems
    assert others == []


def test_a_cell_that_cannot_be_read_is_tampering_too(trail: Flask, engine: str) -> None:
    if engine == "postgresql":  # its types let nobody write one
        return
    tamper("UPDATE console_audit SET before = 'no JSON' WHERE id = 4")
    assert found() == [(2, ("entries",))]


def test_a_seal_that_was_taken_away_is_missed_by_the_next(trail: Flask) -> None:
    tamper("DELETE FROM console_audit WHERE id < 4", "DELETE FROM console_audit_seal WHERE id = 1")
    assert found() == [(2, ("gap", "seal"))]


def test_nobody_makes_a_seal_without_the_key(trail: Flask) -> None:
    tamper("UPDATE console_audit SET note = 'x' WHERE id = 5")
    key = Path(trail.instance_path) / "seal_key"
    kept = key.read_bytes()
    key.unlink()
    tamper("DELETE FROM console_audit_seal WHERE id = 2")
    seal_trail()
    key.write_bytes(kept)
    assert [problems for _seal, problems in found()] == [("entries", "seal")]


@pytest.mark.parametrize("act", ["UPDATE console_audit_seal SET entries = 0", "DELETE FROM {}"])
def test_nobody_changes_a_seal(trail: Flask, act: str) -> None:
    statement = act.format("console_audit_seal")
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.engine.begin() as raw:
        raw.execute(sa.text(statement))


@unit
def leave(person: int) -> None:
    user = db.session.get_one(User, person)
    audit.record("change", user, before={"name": "Wu"}, after={"name": "Bo"}, note="Wu has left")


def test_erasing_somebody_keeps_the_seals_whole(app: Flask) -> None:
    person = add_person("front_desk", name="Wu")
    leave(person)
    seal_trail()
    erasing.erase_traces(User, person)
    entry_ = db.session.query(AuditEntry).filter_by(act="change").one()
    assert entry_.note == ""
    assert entry_.before is None
    assert verify_trail().ok
    erasing.erase_words(User, person, {"console_audit": [{"id": entry_.id}]}, ["change"])
    assert verify_trail().ok


def test_an_erasure_hides_no_tampering(app: Flask) -> None:
    person = add_person("front_desk", name="Wu")
    leave(person)
    seal_trail()
    tamper("UPDATE console_audit SET note = 'Wu stays'")
    erasing.erase_traces(User, person)
    assert found() == [(1, ("entries",))]


def test_nobody_passes_a_change_off_as_an_erasure(app: Flask) -> None:
    person = add_person("front_desk", name="Wu")
    leave(person)
    seal_trail()
    erasing.erase_traces(User, person)
    tamper("UPDATE console_audit_erased SET now = was")
    assert found() == [(1, ("entries",))]


def test_the_seal_holds_the_last_seal_of_the_books(app: Flask) -> None:
    ledger.post(entry("sale"), [ledger.Move(CASH, ledger.salon("revenue"), 100)])
    seal_books(b"a key")
    (head,) = app.extensions["console"].answers(console_seal_heads)
    write("one")
    seal_trail()
    assert db.session.query(AuditSeal).one().heads == head
    with master() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(sa.text("DROP TRIGGER ledger_seal_delete"))
        connection.execute(sa.text("DELETE FROM ledger_seal"))
    assert found() == [(1, ("heads",))]


@pytest.mark.any_engine
def test_the_command_names_the_seal_and_its_entries(trail: Flask) -> None:
    tamper("DELETE FROM console_audit WHERE id = 4")
    url = db.engine.url.render_as_string(hide_password=False)
    done = Shell(url, Path(trail.instance_path))("audit", "verify", "--json")
    assert done.exit_code == 1
    (misfit,) = json.loads(done.stdout)["misfits"]
    assert (misfit["seal"], misfit["first"], misfit["last"]) == (2, 4, 5)
    assert (misfit["sealed"], misfit["found"]) == (2, 1)


@pytest.mark.any_engine
def test_those_who_see_the_trail_are_told_at_night(trail: Flask, sign_in: SignIn) -> None:
    owner = sign_in("owner")
    owner.get("/?language=en")
    check_at_night()
    assert "nobody has changed it since" in owner.get("/console/system/audit/").text
    tamper("UPDATE console_audit SET note = 'x' WHERE id = 4")
    answer = post(owner, "/console/system/audit/check")
    assert "/console/system/jobs/" in answer.headers["Location"]
    worker.drain(trail)
    said = "Seal 2 over entries 4 to 5: Entries were changed, removed or added"
    assert said in owner.get("/console/system/audit/").text
    assert db.session.query(Notice).filter_by(key="console:audit").one().done_at is None
