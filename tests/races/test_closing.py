"""Posting and closing a day at the same moment: what the frozen sheet says stays true."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api, locks
from plugins.cashier.models import Day
from plugins.cashier.services.closing.days import close_day
from plugins.cashier.services.numbers import today_of
from plugins.ledger import api as ledger
from tests.support.ledger import entry
from tests.support.parallel import at_once
from tests.support.salon import add_store

POSTERS, EACH = 8, 3
PATIENCE = 30.0


@pytest.fixture
def store(app: Flask) -> int:
    return int(add_store("福田店").id)


@api.unit
def take_cash(store_id: int, key: str, meet: threading.Barrier | None = None) -> None:
    """Take 1.00 into the drawer, in whatever day is open when the unit begins."""
    day = ledger.book_day_of(store_id)
    if meet is not None:
        meet.wait(PATIENCE)  # somebody closes the day
        meet.wait(PATIENCE)
    move = ledger.Move(ledger.salon("cash", store_id), ledger.salon("revenue", store_id), 100)
    ledger.post(entry(key=key, store_id=store_id, business_on=day), [move])


def close(store_id: int) -> Day:
    return close_day(store_id, today_of(store_id), counted_fen=0, key="close", reason="盘点")


def booked(store_id: int) -> int:
    """Return what came into the drawer on the day that was closed, by the books as they stand."""
    api.db.session.rollback()
    told = (
        sa.select(sa.func.coalesce(sa.func.sum(ledger.Leg.amount), 0))
        .join(ledger.Journal, ledger.Journal.id == ledger.Leg.journal_id)
        .join(Day, Day.day_on == ledger.Journal.business_on)
        .where(ledger.Journal.store_id == store_id, ledger.Journal.idem_key.startswith("post "))
    )
    return int(api.db.session.scalar(told) or 0)


def sheet(store_id: int) -> int:
    """Return what the sheet says that came into the drawer."""
    day = api.db.session.scalars(sa.select(Day).where(Day.store_id == store_id)).one()
    return int(day.sheet["cash"]["expected_fen"])


def test_nothing_is_posted_into_a_day_that_is_being_closed(app: Flask, store: int) -> None:
    def act(number: int) -> None:
        if number == 0:
            close(store)
            return
        for turn in range(EACH):
            take_cash(store, f"post {number} {turn}")

    found = at_once(app, POSTERS + 1, act)
    assert found == [None] * (POSTERS + 1)
    assert sheet(store) == booked(store)
    journals = sa.select(sa.func.count()).where(ledger.Journal.idem_key.startswith("post "))
    assert api.db.session.scalar(journals) == POSTERS * EACH


def test_without_the_lock_the_sheet_would_lack_what_is_posted_meanwhile(
    app: Flask, store: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: one has read which day is open, another closes it, and then the one posts."""
    if api.db.engine.dialect.name == "sqlite":
        return  # one unit runs at a time there, and whoever waits in hers keeps all others out
    monkeypatch.setattr(locks, "SHARED", sa.text("SELECT 1 WHERE :name <> '' AND :number >= 0"))
    meet = threading.Barrier(2)

    def act(number: int) -> None:
        if number:
            take_cash(store, "post as seen", meet)
            return
        meet.wait(PATIENCE)
        close(store)
        meet.wait(PATIENCE)

    assert at_once(app, 2, act) == [None, None]
    assert (sheet(store), booked(store)) == (0, 100)
