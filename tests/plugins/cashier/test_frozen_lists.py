"""What the migration of frozen list prices fills in for settlements, voids and days from before."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask

from console import api
from plugins.cashier.migrations.m0014_frozen_lists import upgrade
from plugins.cashier.services.closing.days import close_day, reopen_day
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.voiding import undo_settlement
from tests.support.salon import add_staff, add_store
from tests.support.till import add_to, bill_of, cash, pay, service_for

KEPT = "SELECT id, list_fen, undone_on FROM cashier_settlement ORDER BY id"
REOPENED = "SELECT day_id, reason, net_fen FROM cashier_day_reopening ORDER BY id"
BEFORE = (
    "DROP TABLE cashier_day_reopening",
    "ALTER TABLE cashier_settlement DROP COLUMN list_fen",
    "ALTER TABLE cashier_settlement DROP COLUMN undone_on",
)


def test_settlements_and_days_from_before_get_what_is_known_of_them(app: Flask) -> None:
    ada = add_staff("Ada", add_store("福田店"))
    bill_id = bill_of()
    add_to(bill_id, service_for(100), staff_id=ada.id)
    pay(bill_id, cash(100))
    day = close_day(1, today_of(1), counted_fen=10_000, key="close")
    with api.at_moment(api.now() + dt.timedelta(days=1)):
        reopen_day(day.id, "forgot something")
        undo_settlement(bill_id, "forgot something")
        add_to(bill_id, service_for(300), staff_id=ada.id)
        pay(bill_id, cash(400))
    api.db.session.rollback()
    with api.db.engine.begin() as connection:
        then = [connection.execute(sa.text(wanted)).all() for wanted in (KEPT, REOPENED)]
        for step in BEFORE:
            connection.execute(sa.text(step))
        upgrade(Operations(MigrationContext.configure(connection)))
        now = [connection.execute(sa.text(wanted)).all() for wanted in (KEPT, REOPENED)]
    assert now == then
    assert [row.list_fen for row in now[0]] == [10_000, 40_000]
    assert now[0][0].undone_on is not None
