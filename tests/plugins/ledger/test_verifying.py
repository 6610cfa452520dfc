"""Verifying: a sound book is clean, and whatever is tampered with is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from console import api
from console.api import seal_key
from plugins.ledger import api as ledger
from plugins.ledger.commands import ledger as command
from plugins.ledger.services.seals import seal
from plugins.ledger.services.verifying import verify
from tests.support.ledger import CASH, entry, line, sell_sessions, top_up

pytestmark = pytest.mark.slow

ANNA, BEA = 17, 18
KEY = b"kept elsewhere"
REVENUE = ledger.salon("revenue")
CAP = "ALTER TABLE ledger_payment DROP CONSTRAINT IF EXISTS ck_ledger_payment_refund_cap"
TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger_%'"


@pytest.fixture
def book(app: Flask) -> Flask:
    """A book in which everything occurs, sealed once and used since."""
    top_up(ANNA, 50_000, 5_000)
    card = sell_sessions(BEA, 98_000, paid=10, gift=2)
    ledger.spend(entry("spend"), ANNA, [line(11_000, "a"), line(500, "b")])
    ledger.use_sessions(entry("use_session"), BEA, card.id, [line(1, "c")])
    ledger.restore(entry("refund"), "a", 1_000)
    ledger.earn_points(entry("earn_points"), ANNA, 100, expires="2027-03")
    ledger.issue_coupon(entry("issue_coupon"), ANNA, "C1")
    sale = ledger.post(entry("sale"), [ledger.Move(CASH, REVENUE, 4_200)], payments=[("p", 4_200)])
    ledger.reverse(entry("reverse"), sale.journal_id)
    seal(KEY)
    ledger.post(entry("sale"), [ledger.Move(CASH, REVENUE, 9_900)])
    ledger.spend(entry("spend"), ANNA, [line(1, "d")])
    return app


@contextmanager
def master() -> Iterator[sa.Connection]:
    """Connect as somebody who owns the database: past triggers, keys and constraints."""
    with api.db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            for name in connection.scalars(sa.text(TRIGGERS)).all():
                connection.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(sa.text("SET session_replication_role = replica"))
            connection.execute(sa.text(CAP))
        yield connection
        connection.rollback()
        connection.invalidate()


def tamper(*statements: str) -> None:
    """Write as the owner of the database does."""
    with master() as connection:
        for statement in statements:
            assert connection.execute(sa.text(statement)).rowcount
        connection.commit()


def found(key: bytes | None = KEY) -> set[str]:
    """Return what is broken, but for the triggers that tampering took away."""
    return set(verify(key).findings) - {"guards"}


def test_a_sound_book_is_clean(book: Flask) -> None:
    report = verify(KEY)
    assert report.findings == {}
    assert (report.ok, report.signed, report.journals, report.sealed_through) == (True, True, 11, 9)


FIRST = "(SELECT MIN(id) FROM ledger_{})"
TAMPERED = {
    "a changed amount": (
        "UPDATE ledger_leg SET amount = amount + 1 WHERE id = (SELECT MIN(id) FROM ledger_leg)",
        {"account_totals", "chains", "seals"},
    ),
    "a deleted leg": (
        "DELETE FROM ledger_leg WHERE id = (SELECT MIN(id) FROM ledger_leg)",
        {"account_totals", "chains", "seals"},
    ),
    "a leg moved to another journal": (
        "UPDATE ledger_leg SET journal_id = 2 WHERE journal_id = 1",
        {"empty_journals", "chains", "seals"},
    ),
    "a deleted journal": ("DELETE FROM ledger_journal WHERE id = 1", {"orphans", "seals"}),
    "another operator": (
        "UPDATE ledger_journal SET actor_id = 99 WHERE id = 3",
        {"chains", "seals"},
    ),
    "another business day": (
        "UPDATE ledger_journal SET business_on = '2020-01-01' WHERE id = 3",
        {"chains", "seals"},
    ),
    "another way of agreeing": (
        "UPDATE ledger_journal SET agreed_by = 'code' WHERE id = 3",
        {"chains", "seals"},
    ),
    "a sale that no member took part in": (
        "UPDATE ledger_journal SET note = 'x' WHERE code = 'sale' AND id = 8",
        {"seals"},
    ),
    "raised totals": (
        "UPDATE ledger_account SET credits = credits + 100 WHERE kind = 'principal'",
        {"account_totals", "unit_sums", "standings"},
    ),
    "a raised standing": (
        "UPDATE ledger_standing SET amount = amount + 1 WHERE kind = 'balance'",
        {"standings"},
    ),
    "a forgotten standing": ("DELETE FROM ledger_standing WHERE kind = 'points'", {"standings"}),
    "a cheaper lot": (
        "UPDATE ledger_lot SET price_fen = price_fen - 1 WHERE id = 1",
        {"lots", "chains", "seals"},
    ),
    "another spending order": (
        "UPDATE ledger_lot SET split = 'gift_first' WHERE id = 1",
        {"chains", "seals"},
    ),
    "a use that took less": (
        "UPDATE ledger_use SET paid = paid - 1 WHERE id = 1",
        {"uses", "running_totals", "use_payments", "chains", "seals"},
    ),
    "another list price": (
        "UPDATE ledger_use SET list_fen = 1 WHERE id = 1",
        {"chains", "seals"},
    ),
    "a higher cap": (
        "UPDATE ledger_payment SET amount = amount + 1 WHERE ref = 'a'",
        {"use_payments", "chains", "seals"},
    ),
    "a forgotten refund": (
        "UPDATE ledger_payment SET refunded = 0 WHERE ref = 'a'",
        {"refunds"},
    ),
    "a refund beyond the cap": (
        "UPDATE ledger_payment SET refunded = amount + 1 WHERE ref = 'a'",
        {"refunds", "refund_caps"},
    ),
    "a key used twice": ("UPDATE ledger_leg SET unit = 'POINTS' WHERE id = 1", {"leg_units"}),
    "a deleted link": ("DELETE FROM ledger_link WHERE journal_id = 3", {"chains", "seals"}),
    "a changed link": (
        "UPDATE ledger_link SET number = number + 100 WHERE journal_id = 3",
        {"chains", "seals"},
    ),
    "an account that changed hands": (
        "UPDATE ledger_account SET owner_id = 99 WHERE kind = 'coupon'",
        {"owners", "standings"},
    ),
    "an account of another kind": (
        "UPDATE ledger_account SET kind = 'bank' WHERE kind = 'cash'",
        {"chains", "seals"},
    ),
    "a lifted limit": (
        "UPDATE ledger_account SET bound = 'none' WHERE kind = 'principal'",
        {"chart"},
    ),
    "a seal with other sums": (
        "UPDATE ledger_seal SET journals = journals - 1",
        {"seals"},
    ),
    "a seal over less": ("UPDATE ledger_seal SET through_id = through_id - 1", {"seals"}),
    "a younger seal": ("UPDATE ledger_seal SET sealed_at = '2030-01-01'", {"seals"}),
}


def test_tampering_is_found_and_named(book: Flask) -> None:
    missed = {}
    for what, (statement, breaks) in TAMPERED.items():
        with master() as connection:
            assert connection.execute(sa.text(statement)).rowcount, what
            unseen = breaks - set(verify(KEY, connection).findings)
        if unseen:
            missed[what] = unseen
    assert missed == {}


def test_a_journal_added_behind_the_back_of_the_ledger_is_found(book: Flask) -> None:
    tamper(
        "INSERT INTO ledger_journal (idem_key, request_hash, code, business_on, posted_at, note)"
        " VALUES ('forged', '', 'sale', '2026-01-01', '2026-01-01', '')",
        "INSERT INTO ledger_leg (journal_id, debit_id, credit_id, unit, amount)"
        " SELECT MAX(j.id), i.id, p.id, 'PRINCIPAL', 100000"
        " FROM ledger_journal j, ledger_account i, ledger_account p"
        " WHERE i.kind = 'issued' AND i.unit = 'PRINCIPAL' AND p.kind = 'principal'"
        " GROUP BY i.id, p.id",
        "UPDATE ledger_account SET credits = credits + 100000 WHERE kind = 'principal'",
        "UPDATE ledger_account SET debits = debits + 100000"
        " WHERE kind = 'issued' AND unit = 'PRINCIPAL'",
        "UPDATE ledger_standing SET amount = amount + 100000 WHERE kind IN ('principal','balance')",
    )
    assert found() == {"chains"}


def test_who_rewrites_everything_still_cannot_make_the_seal(book: Flask) -> None:
    tamper("UPDATE ledger_journal SET note = 'x' WHERE id = 8")
    clean = seal_again_without_the_key()
    tamper(*clean)
    assert found(key=None) == set()
    assert found() == {"seals"}


def seal_again_without_the_key() -> list[str]:
    """Return what a forger would write who knows the program but not the key."""
    from plugins.ledger.services.reading import whole_journals
    from plugins.ledger.services.seals import Span, digest_of

    span = Span()
    for journal in whole_journals(api.db.session.connection(), 0, 9):
        span.add(digest_of(journal), journal)
    facts = span.facts()
    api.db.session.rollback()
    return [
        f"UPDATE ledger_seal SET journals_digest = '{facts['journals_digest']}',"
        f" heads_digest = '{facts['heads_digest']}'"
    ]


def test_a_wrong_key_fits_no_seal(book: Flask) -> None:
    assert found(b"another") == {"seals"}


def test_seals_follow_each_other_without_a_gap(book: Flask) -> None:
    assert seal(KEY) == 11
    assert seal(KEY) is None
    assert found() == set()
    tamper("DELETE FROM ledger_seal WHERE id = 1")
    assert found() == {"seals"}


def test_missing_guards_are_named(book: Flask, engine: str) -> None:
    drops = {
        "sqlite": "DROP TRIGGER ledger_leg_bump",
        "postgresql": "ALTER TABLE ledger_leg DISABLE TRIGGER ledger_leg_bump",
    }
    with api.db.engine.begin() as connection:
        connection.execute(sa.text(drops[engine]))
    assert verify(KEY).findings == {"guards": ["ledger_leg_bump"]}


def test_a_dropped_constraint_is_named(book: Flask, engine: str) -> None:
    if engine == "sqlite":  # it cannot drop one
        return
    with api.db.engine.begin() as connection:
        connection.execute(sa.text(CAP))
    assert verify(KEY).findings == {"guards": ["ck_ledger_payment_refund_cap"]}


def test_the_key_of_the_seals_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    key = seal_key(tmp_path)
    assert len(key) >= 32
    assert seal_key(tmp_path) == key
    assert (tmp_path / "seal_key").stat().st_mode & 0o777 == 0o600


def test_the_command_says_that_all_is_well(book: Flask) -> None:
    api.db.session.remove()
    told = CliRunner().invoke(command, ["verify", "--json"])
    assert told.exit_code == 1  # sealed with another key than this installation's
    assert json.loads(told.output)["findings"] == {"seals": ["1"]}


def test_the_command_fails_and_names_what_is_broken(book: Flask) -> None:
    tamper("UPDATE ledger_standing SET amount = amount + 1 WHERE kind = 'balance'")
    told = CliRunner().invoke(command, ["verify"])
    assert told.exit_code == 1
    assert "17" in told.output


def test_one_members_part_of_a_sound_book_is_proven(book: Flask) -> None:
    mine, others = ledger.prove_member(ANNA), ledger.prove_member(BEA)
    assert (mine.ok, mine.journals, others.ok, others.journals) == (True, 6, True, 2)
    assert mine.digest != others.digest
    assert ledger.prove_member(ANNA).digest == mine.digest


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_journal SET agreed_by = 'code' WHERE code = 'use_session'",
        "UPDATE ledger_leg SET amount = amount + 1 WHERE journal_id = 2",
        "DELETE FROM ledger_link WHERE journal_id = 2",
        "DELETE FROM ledger_journal WHERE id = 2",
        "DELETE FROM ledger_use WHERE journal_id = 4",
    ],
)
def test_what_was_changed_in_her_part_is_found_and_nobody_else_is_blamed(
    book: Flask, statement: str
) -> None:
    tamper(statement)
    assert not ledger.prove_member(BEA).ok
    assert ledger.prove_member(ANNA).ok
