"""The demo: loaded once, alive every day, and gone without a trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
import sqlalchemy as sa
from flask import Flask

from console import clock, demo, epoch, health, outbox, worker
from console.audit import AuditEntry
from console.db import db
from console.host import states
from console.security.models import User
from console.stores import Store
from console.unit import unit
from tests.support.people import add_person

pytestmark = pytest.mark.either_engine

NOON = datetime(2027, 3, 10, 4, tzinfo=UTC)


@pytest.fixture
def rings(bell_app: Flask, bell: ModuleType) -> ModuleType:
    """The bell alone, so that its demo is the whole demo."""
    host = bell_app.extensions["console"]
    for name in reversed(host.mounted):
        if name != "bell":
            states.disable(host, name)
    return bell


def texts(bell: ModuleType) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(bell.Ring.text).order_by(bell.Ring.id)))


def test_the_demo_is_loaded_into_an_empty_database_and_only_once(rings: ModuleType) -> None:
    assert demo.is_wanted()
    assert not demo.is_on()
    said: list[str] = []
    demo.load(said.append)
    assert texts(rings) == ["demo"]
    assert "bell" in said[0]
    assert demo.is_on()
    assert not demo.is_wanted()


def test_what_the_demo_made_happen_long_ago_has_waited_since_it_was_loaded(
    rings: ModuleType,
) -> None:
    long_ago = clock.now() - timedelta(days=30)
    unit(lambda: outbox.store("bell_rung", "bell", {}))()
    unit(lambda: db.session.execute(sa.update(outbox.Delivery).values(due_at=long_ago)))()
    with pytest.raises(health.Unwell):
        health.CHECKS["events"]()
    demo.load(print)
    health.CHECKS["events"]()


def test_where_people_work_no_demo_is_loaded(rings: ModuleType) -> None:
    add_person("owner")
    assert not demo.is_wanted()


def test_without_the_flag_there_is_no_demo(bell_app: Flask, rings: ModuleType) -> None:
    demo.load(print)
    config = bell_app.extensions["console_config"]
    bell_app.extensions["console_config"] = replace(config, demo=False)
    assert not demo.is_on()
    assert not demo.is_wanted()


def test_a_demo_that_was_cut_short_is_wanted_again(rings: ModuleType) -> None:
    unit(lambda: demo.STATE.put("loading"))()
    assert "the demo was not loaded to its end" in demo.check()
    assert demo.is_wanted()


@pytest.mark.usefixtures("with_demo")
def test_a_demo_that_was_cut_short_is_begun_anew(app: Flask) -> None:
    """The demo that tests copy was loaded after half of one."""
    names = db.session.scalars(sa.select(Store.name)).all()
    assert names
    assert "Half a store" not in names
    assert demo.is_on()


def test_the_days_since_are_filled_in_once_a_day(rings: ModuleType) -> None:
    with clock.frozen(NOON):
        demo.load(print)
        demo.advance()
    with clock.frozen(NOON.replace(day=13)):
        demo.advance()
        demo.advance()
    assert texts(rings) == ["demo", "since 2027-03-10"]


def test_clearing_empties_everything_and_leaves_every_guard_in_place(
    bell_app: Flask, rings: ModuleType
) -> None:
    demo.load(print)
    add_person("owner")
    worker.drain(bell_app)
    files = bell_app.extensions["console_config"].instance / "files"
    files.mkdir(parents=True)
    before = epoch.read()
    demo.clear()
    bell_app.extensions["console"].forget()
    assert texts(rings) == []
    assert db.session.scalar(sa.select(sa.func.count(User.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(AuditEntry.id))) == 0
    assert epoch.read() > before
    assert not files.exists()
    assert not demo.is_on()
    assert not demo.is_wanted()
    assert "tables" not in health.examine()
    assert add_person("owner") == 1
    with pytest.raises(sa.exc.DBAPIError):
        unit(lambda: db.session.execute(sa.delete(AuditEntry)))()


def test_an_sqlite_database_is_copied_before_it_is_cleared(
    bell_app: Flask, rings: ModuleType
) -> None:
    demo.load(print)
    demo.clear()
    config = bell_app.extensions["console_config"]
    copies = list((config.instance / "backups").glob("before-demo-clear-*"))
    assert len(copies) == (1 if config.is_sqlite else 0)
