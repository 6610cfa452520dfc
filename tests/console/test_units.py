"""`@unit`: one commit or none, joined by whoever is called in it, run again when it must be."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console.db import WriteOutsideUnit, db
from console.lease import lease_of
from console.settings import SettingValue
from console.stores import Store
from console.unit import after_commit, in_unit, unit

WRITERS = 8


@unit
def open_store(name: str) -> int:
    store = Store(name=name)
    db.session.add(store)
    db.session.flush()
    return int(store.id)


def names() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Store.name).order_by(Store.id)))


@pytest.fixture(autouse=True)
def _app(app: Flask) -> Iterator[None]:
    yield


def test_nothing_is_written_outside_a_unit() -> None:
    db.session.add(Store(name="A"))
    with pytest.raises(WriteOutsideUnit):
        db.session.flush()
    db.session.rollback()
    with pytest.raises(WriteOutsideUnit):
        db.session.execute(sa.update(Store).values(name="B"))


def test_a_unit_commits_once_and_answers() -> None:
    assert open_store("A") == 1
    assert names() == ["A"]
    assert not in_unit()


def test_an_inner_unit_joins_the_outer_one_and_falls_with_it() -> None:
    @unit
    def open_two() -> None:
        open_store("A")
        assert in_unit()
        open_store("B")
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        open_two()
    assert names() == []
    assert not in_unit()


def test_what_was_read_before_is_read_again_in_the_unit() -> None:
    number = open_store("A")
    mine = db.session.get(Store, number)
    assert mine is not None
    with db.engine.connect().execution_options(console_writes=True) as other:
        other.execute(sa.update(Store).values(name="B"))
        other.commit()
    assert mine.name == "A"
    assert unit(lambda: mine.name)() == "B"


def test_acts_after_commit_come_after_it_and_never_without_it() -> None:
    heard: list[list[str]] = []

    @unit
    def act(*, fail: bool) -> None:
        after_commit(lambda: heard.append(names()))
        open_store("A")
        if fail:
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        act(fail=True)
    assert heard == []
    act(fail=False)
    assert heard == [["A"]]


def test_a_unit_is_run_again_when_the_database_asks_for_it() -> None:
    class Locked(Exception):
        sqlstate = "40P01"

        def __str__(self) -> str:
            return "database is locked"

    tries: list[int] = []

    @unit
    def stumble() -> None:
        tries.append(1)
        open_store("A")
        if len(tries) < 3:
            raise sa.exc.OperationalError("", {}, Locked())

    stumble()
    assert len(tries) == 3
    assert names() == ["A"]


def test_a_fault_that_would_come_again_is_not_tried_again() -> None:
    tries: list[int] = []

    @unit
    def open_same_store_twice() -> None:
        tries.append(1)
        open_store("A")
        open_store("A")

    with pytest.raises(sa.exc.IntegrityError):
        open_same_store_twice()
    assert len(tries) == 1
    assert names() == []


@unit
def count_up() -> None:
    row = db.session.get(SettingValue, ("test.count", 0), with_for_update=True)
    assert row is not None
    row.value = {"value": row.value["value"] + 1}


def test_eight_writers_at_once_lose_no_write(app: Flask) -> None:
    unit(lambda: db.session.add(SettingValue(key="test.count", value={"value": 0})))()
    start = Barrier(WRITERS)

    def write(_number: int) -> None:
        start.wait()
        with app.app_context():
            for _turn in range(10):
                count_up()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    db.session.rollback()
    assert db.session.get_one(SettingValue, ("test.count", 0)).value == {"value": WRITERS * 10}


def test_a_page_keeps_no_transaction_open_and_what_it_writes_is_one(app: Flask) -> None:
    @unit
    def open_and_stumble() -> None:
        db.session.connection().execute(sa.insert(Store.__table__).values(name="A"))
        raise ArithmeticError

    with app.test_request_context("/"):
        assert names() == []
        driver: Any = db.session.connection().connection.dbapi_connection
        in_transaction = getattr(driver, "in_transaction", None) or (
            db.engine.dialect.name == "postgresql" and driver.info.transaction_status
        )
        assert bool(in_transaction) is (db.engine.dialect.name == "sqlite")
        with pytest.raises(ArithmeticError):
            open_and_stumble()
        assert names() == []
        assert open_store("B")
        assert names() == ["B"]


#: How many transactions wait for whoever began them.
WAITING = {
    "sqlite": "SELECT 0",
    "postgresql": "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND state = 'idle in transaction'"
    " AND pid <> pg_backend_pid()",
}


def test_who_asks_for_no_transaction_is_given_none(app: Flask) -> None:
    db.session.rollback()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.insert(Store.__table__).values(name="A"))
        connection.rollback()
    assert names() == ["A"]
    lease = lease_of(db.engine.url)
    assert lease.take()
    assert db.session.scalar(sa.text(WAITING[db.engine.dialect.name])) == 0
    assert lease.is_held()
    lease.give_back()
