"""Tying out: books that agree are green; whatever is edited in the database is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from console import api
from console.inbox import Notice
from plugins.cashier.closing_jobs import tie_books_out
from plugins.cashier.commands import books
from plugins.cashier.models import Bill
from plugins.cashier.services.tying import tie_out, whole_book
from tests.plugins.cashier.simulator import Chain

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]

TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger_%'"
SPEND = "(SELECT id FROM ledger_journal WHERE code = 'spend' ORDER BY id LIMIT 1)"
SALE = "(SELECT id FROM ledger_journal WHERE code = 'sale' ORDER BY id LIMIT 1)"
LEG = f"(SELECT MIN(id) FROM ledger_leg WHERE journal_id = {SALE})"
#: The first one of a bill that nothing was refunded of: the rules for lines leave those alone.
FIRST = (
    "(SELECT MIN(s.id) FROM cashier_settlement s WHERE s.undone_at IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM cashier_refund r WHERE r.bill_id = s.bill_id))"
)
#: A statement for each kind of edit, and what names it.
EDITS = {
    "UPDATE cashier_payment SET amount_fen = amount_fen + 1, given_fen = given_fen + 1"
    f" WHERE settlement_id = {FIRST}": "payments",
    f"UPDATE cashier_payment SET kind_id = 9 WHERE settlement_id = {FIRST}": "orders_money",
    "UPDATE cashier_payment SET booked_on = '2025-01-01'"
    f" WHERE settlement_id = {FIRST}": "payment_heads",
    f"UPDATE cashier_payment SET state = 'undone' WHERE settlement_id = {FIRST}": "payment_heads",
    f"DELETE FROM cashier_line_part WHERE settlement_id = {FIRST}": "line_parts",
    "UPDATE cashier_line_part SET amount_fen = amount_fen - 1 WHERE id = "
    f"(SELECT MIN(id) FROM cashier_line_part WHERE settlement_id = {FIRST})": "line_parts",
    "UPDATE cashier_line_part SET income_fen = income_fen + 1, principal_fen = principal_fen + 1"
    " WHERE id = (SELECT MIN(p.id) FROM cashier_line_part p JOIN cashier_settlement s"
    " ON s.id = p.settlement_id JOIN cashier_line l ON l.id = p.line_id"
    " WHERE p.principal_fen > 0 AND l.order_kind = 'service'"
    " AND s.undone_at IS NULL)": "orders_principal",
    "UPDATE cashier_line SET list_fen = list_fen + 100, due_fen = due_fen + 100 WHERE id = "
    "(SELECT MIN(id) FROM cashier_line WHERE state = 'settled')": "bill_dues",
    "UPDATE cashier_line SET list_fen = list_fen + 100 WHERE id = "
    "(SELECT MIN(id) FROM cashier_line WHERE state = 'settled')": "discounts",
    "UPDATE cashier_line SET order_kind = 'product' WHERE id = "
    "(SELECT MIN(id) FROM cashier_line WHERE order_kind = 'recharge')": "orders",
    "UPDATE cashier_discount SET amount_fen = amount_fen + 1 WHERE id = "
    "(SELECT MIN(d.id) FROM cashier_discount d JOIN cashier_line l ON l.id = d.line_id"
    " WHERE l.state = 'settled')": "discounts",
    "UPDATE cashier_bill SET paid_fen = paid_fen + 1 WHERE state = 'settled'": "bill_paid",
    "UPDATE cashier_bill SET due_fen = due_fen + 1, list_fen = list_fen + 1"
    " WHERE state = 'settled'": "bill_dues",
    "UPDATE cashier_bill SET store_id = 4 - store_id, number = 'x' || number"
    " WHERE state = 'settled' AND store_id <> 2": "unbooked",
    f"UPDATE cashier_settlement SET paid_fen = paid_fen - 1 WHERE id = {FIRST}": "settlements",
    f"UPDATE cashier_settlement SET list_fen = list_fen + 1 WHERE id = {FIRST}": "settled_lists",
    f"UPDATE cashier_settlement SET booked_on = '2025-01-01' WHERE id = {FIRST}": "unbooked",
    f"UPDATE cashier_settlement SET undone_at = settled_at WHERE id = {FIRST}": "bill_paid",
    "UPDATE cashier_order SET list_fen = list_fen + 1, due_fen = due_fen + 1"
    " WHERE kind = 'recharge'": "orders",
    "UPDATE cashier_order SET booked_on = '2025-01-01' WHERE kind = 'service'": "order_heads",
    "UPDATE cashier_performer SET share_permille = 900": "performers",
    "UPDATE cashier_day SET net_fen = net_fen + 1": "sheets",
    "DELETE FROM cashier_line_part": "payments",
    f"UPDATE ledger_leg SET amount = amount + 1 WHERE id = {LEG}": "orders_money",
    "UPDATE ledger_leg SET amount = amount + 1 WHERE unit = 'CNY'"
    f" AND journal_id = {SPEND}": "orders_revenue",
    f"UPDATE ledger_journal SET store_id = store_id % 3 + 1 WHERE id = {SALE}": "orders_money",
    f"UPDATE ledger_journal SET business_on = '2025-01-01' WHERE id = {SALE}": "lost_bills",
    f"UPDATE ledger_journal SET ref = 'bill:99999' WHERE id = {SALE}": "lost_bills",
    f"DELETE FROM ledger_leg WHERE journal_id = {SPEND}": "orders_revenue",
    f"UPDATE ledger_use SET paid = paid + 1 WHERE journal_id = {SPEND}": "reports_used",
    "UPDATE ledger_account SET credits = credits + 5 WHERE kind = 'unearned'": "unearned",
    "UPDATE cashier_cash_move SET amount_fen = amount_fen + 1": "cash_moves",
    "UPDATE cashier_cash_move SET day_on = '2025-01-01'": "cash_moves",
    "UPDATE cashier_cash_move SET store_id = store_id % 3 + 1": "cash_moves",
    "DELETE FROM cashier_cash_move": "cash_moves",
    "UPDATE cashier_day SET counted_fen = counted_fen + 1": "day_counts",
    "UPDATE cashier_day SET expected_fen = expected_fen - 1": "day_counts",
    "UPDATE cashier_day SET counted_fen = counted_fen + 1,"
    " difference_fen = difference_fen + 1": "cash_counts",
    "UPDATE cashier_day SET counted_fen = counted_fen + 1,"
    " expected_fen = expected_fen + 1": "sheets",
    "UPDATE cashier_day SET taken_fen = taken_fen + 1": "day_taken",
    "DELETE FROM cashier_day": "lost_days",
    "UPDATE cashier_bill SET discount_fen = discount_fen + 1"
    " WHERE state = 'settled'": "bill_discounts",
    "UPDATE cashier_bill SET number = 'x' || number WHERE state = 'settled'": "order_heads",
    "UPDATE cashier_line SET state = 'open' WHERE state = 'settled'": "line_states",
    "UPDATE cashier_line SET quantity = quantity + 1 WHERE state = 'settled'": "line_lists",
    "UPDATE cashier_line SET income_fen = income_fen + 1 WHERE id = (SELECT MIN(id)"
    " FROM cashier_line WHERE state = 'settled' AND owing_fen = 0)": "line_income",
    "DELETE FROM cashier_order WHERE kind = 'recharge'": "order_missing",
    "DELETE FROM cashier_discount": "discounts",
    "UPDATE cashier_refund SET amount_fen = amount_fen + 1": "refunds",
    "DELETE FROM cashier_payment WHERE settlement_id = (SELECT MAX(id)"
    " FROM cashier_settlement WHERE paid_fen > 0)": "settlements",
}


TABLES = (
    "cashier_payment",
    "cashier_line_part",
    "cashier_line",
    "cashier_discount",
    "cashier_bill",
    "cashier_settlement",
    "cashier_order",
    "cashier_performer",
    "cashier_day",
    "cashier_cash_move",
    "cashier_refund",
    "ledger_leg",
    "ledger_journal",
    "ledger_use",
    "ledger_account",
)
CHECKS = (
    "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c'"
    " AND (conrelid::regclass::text LIKE 'cashier_%' OR conrelid::regclass::text LIKE 'ledger_%')"
)


@contextmanager
def master() -> Iterator[sa.Connection]:
    """Connect as somebody who owns the database: past triggers, keys and constraints."""
    api.db.session.rollback()
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
        yield connection
        connection.commit()
        connection.invalidate()


def edit(*statements: str) -> None:
    """Edit the database behind the program's back."""
    with master() as connection:
        for statement in statements:
            assert connection.execute(sa.text(statement)).rowcount


def keep_copies() -> None:
    """Remember how every table is, and let go of what checks them on PostgreSQL."""
    with master() as connection:
        if connection.dialect.name == "postgresql":
            for table, name in connection.execute(sa.text(CHECKS)).all():
                connection.execute(sa.text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
        for table in TABLES:
            connection.execute(sa.text(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}"))


def put_back(table: str) -> None:
    """Make a table as it was."""
    with master() as connection:
        connection.execute(sa.text(f"DELETE FROM {table}"))
        connection.execute(sa.text(f"INSERT INTO {table} SELECT * FROM kept_{table}"))


def test_books_that_were_edited_are_named_with_what_differs(app: Flask) -> None:
    chain = Chain(seed=7, members=6)
    chain.open()
    chain.live(5)
    assert [one.words() for one in tie_out(whole_book()).differences] == []
    keep_copies()
    missed = {}
    for statement, check in EDITS.items():
        edit(statement)
        found = tie_out(whole_book()).by_check()
        if check not in found:
            missed[statement] = sorted(found)
        put_back(statement.removeprefix("DELETE FROM ").removeprefix("UPDATE ").split()[0])
    assert missed == {}
    assert tie_out(whole_book()).ok


def test_an_edited_bill_is_named_with_both_figures(app: Flask) -> None:
    chain = Chain(seed=7, members=6)
    chain.open()
    chain.live(1)
    edit(f"UPDATE ledger_leg SET amount = amount + 1 WHERE id = {LEG}")
    one = tie_out(whole_book()).by_check()["orders_money"][0]
    assert one.found == (one.expected or 0) + 1
    assert one.what in {bill.number for bill in api.db.session.query(Bill)}


def test_the_command_says_whether_all_agrees(app: Flask) -> None:
    chain = Chain(seed=7, members=6)
    chain.open()
    chain.live(1)
    run = CliRunner()
    green = run.invoke(books, ["verify"])
    assert (green.exit_code, "All agree" in green.output) == (0, True)
    edit("UPDATE cashier_bill SET paid_fen = paid_fen + 100 WHERE state = 'settled'")
    red = run.invoke(books, ["verify", "--json"])
    assert red.exit_code == 1
    assert {one["check"] for one in json.loads(red.output)["differences"]} >= {"bill_paid"}
    before = run.invoke(books, ["verify", "--as-of", "2026-01-01T00:00+08:00", "--json"])
    assert (before.exit_code, json.loads(before.output)["store_days"]) == (0, 0)
    assert run.invoke(books, ["verify", "--as-of", "soon"]).exit_code == 2


def test_the_nightly_run_tells_whoever_sees_reports(app: Flask) -> None:
    chain = Chain(seed=7, members=6)
    chain.open()
    chain.live(1)
    notices = api.db.session.query(Notice).filter(Notice.url.like("%tie_out%"))
    tie_books_out()
    assert notices.count() == 0
    edit("UPDATE cashier_bill SET paid_fen = paid_fen + 100 WHERE state = 'settled'")
    tie_books_out()
    assert notices.count() == 3
    assert all(notice.todo for notice in notices)
