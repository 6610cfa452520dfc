"""A database role of its own for whoever serves: it does all of the work, and rewrites no book."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.pool import NullPool

from console import demo, health, migrate, rights
from console.db import db
from console.errors import Refused
from console.testing.app import make_config, on_database
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger.plugin import APPEND_ONLY
from plugins.ledger.services.verifying import verify
from tests.plugins.cashier.simulator import Chain
from tests.support.importing import act, run_of, sheet, take_in
from tests.support.people import SignIn

#: Roles belong to the whole server, which other workers use as well.
ROLE = f"front desk {os.getpid()}"
KEPT = {**rights.OWN, **APPEND_ONLY}


@pytest.fixture
def served_url(migrated_url: str, engine: str) -> Iterator[str]:
    """Where who serves finds the database: on PostgreSQL as a role that owns nothing."""
    if engine == "sqlite":
        yield migrated_url
        return
    owner = sa.create_engine(migrated_url, poolclass=NullPool)
    with owner.connect() as connection, connection.begin():
        connection.exec_driver_sql(f'CREATE ROLE "{ROLE}" LOGIN')
        rights.grant(connection, ROLE, KEPT)
    yield sa.make_url(migrated_url).set(username=ROLE).render_as_string(hide_password=False)
    with owner.connect() as connection, connection.begin():
        connection.exec_driver_sql(f'DROP OWNED BY "{ROLE}"')
        connection.exec_driver_sql(f'DROP ROLE "{ROLE}"')


@pytest.fixture
def app(shared_app: Flask, served_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application, serving."""
    with on_database(shared_app, served_url, tmp_path / "instance"):
        yield shared_app


def refusal_of(statement: str) -> str:
    """Try to rewrite the books past the console; return how the database refuses."""
    with db.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as refused:
        connection.exec_driver_sql(statement)
    return type(refused.value.orig).__name__


def test_who_serves_does_all_of_the_work_and_rewrites_nothing(
    app: Flask, sign_in: SignIn, engine: str
) -> None:
    has_roles = engine == "postgresql"
    chain = Chain(seed=7)
    chain.open()
    chain.live(1, acts_a_day=10 if has_roles else 1)
    if has_roles:
        client = sign_in("owner")
        number = take_in(client, sheet(["Wang Fang", "13900000001", None, "200"]), store_id=1)
        act(client, number, "undo")
        assert run_of(number).state == "undone"
    assert tie_out(whole_book()).differences == []
    assert verify().findings == {}
    forbidden = "InsufficientPrivilege" if has_roles else "IntegrityError"
    for table in ("ledger_journal", "ledger_leg"):
        assert refusal_of(f"UPDATE {table} SET id = id") == forbidden
        assert refusal_of(f"DELETE FROM {table}") == forbidden
    if has_roles:
        assert refusal_of("TRUNCATE ledger_leg, ledger_journal CASCADE") == forbidden
        assert refusal_of("ALTER TABLE ledger_leg DISABLE TRIGGER ALL") == forbidden
        assert refusal_of("UPDATE ledger_account SET unit = unit") == forbidden
    assert health.advise() == []


def test_only_the_owner_of_the_tables_alters_or_empties_them(
    app: Flask, engine: str, migrated_url: str, served_url: str, tmp_path: Path
) -> None:
    if engine == "sqlite":
        assert rights.renew(db.engine, KEPT) == []
        return
    owner = sa.create_engine(migrated_url, poolclass=NullPool)
    with owner.connect() as connection, connection.begin():
        assert rights.rewritable(connection, KEPT) == sorted(KEPT)
        connection.exec_driver_sql("DELETE FROM ledger_migration WHERE name = 'm0004_leg_indexes'")
        connection.exec_driver_sql("CREATE TABLE console_new (id integer)")
    report = migrate.migrate_database(make_config(served_url, tmp_path / "migrating"))
    assert [(name, type(why)) for name, why in report.failed.items()] == [
        ("ledger", migrate.SchemaBehind)
    ]
    with pytest.raises(Refused):
        demo.clear()
    assert refusal_of("SELECT * FROM console_new") == "InsufficientPrivilege"
    assert rights.renew(owner, KEPT) == [ROLE]
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT * FROM console_new").all() == []
