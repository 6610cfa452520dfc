"""List prices that stand with settlements, the day of each reopening, and each reopened day."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT, DATE = sa.DateTime(timezone=True), sa.Date()
BILL = sa.table(
    "cashier_bill",
    *map(sa.column, ("id", "store_id", "state", "list_fen")),
    sa.column("voided_on", DATE),
    sa.column("voided_at", MOMENT),
)
LINE = sa.table("cashier_line", *map(sa.column, ("id", "bill_id", "list_fen", "due_fen")))
PART = sa.table("cashier_line_part", *map(sa.column, ("line_id", "settlement_id")))
SETTLEMENT = sa.table(
    "cashier_settlement",
    *map(sa.column, ("id", "bill_id", "number", "paid_fen", "owing_fen", "list_fen")),
    *(sa.column(name, DATE) for name in ("booked_on", "undone_on")),
    *(sa.column(name, MOMENT) for name in ("settled_at", "undone_at")),
)
STORE = sa.table("console_store", *map(sa.column, ("id", "time_zone", "cut_off_minutes")))
DAY = sa.table(
    "cashier_day",
    *map(sa.column, ("id", "net_fen")),
)
AUDIT = sa.table(
    "console_audit",
    *map(sa.column, ("id", "at", "user_id", "act", "subject_table", "subject_id", "note")),
)
REOPENING = sa.table(
    "cashier_day_reopening", *map(sa.column, ("day_id", "at", "by_user", "reason", "net_fen"))
)


def upgrade(op: Operations) -> None:
    """Add what is frozen, and fill it in from what is known of old rows."""
    _create_reopenings(op)
    op.add_column(
        "cashier_settlement", sa.Column("list_fen", BIG, server_default="0", nullable=False)
    )
    op.add_column("cashier_settlement", sa.Column("undone_on", sa.Date(), nullable=True))
    _fill_lists(op)
    _fill_days(op)
    _fill_reopenings(op)


def _create_reopenings(op: Operations) -> None:
    op.create_table(
        "cashier_day_reopening",
        sa.Column("id", BIG, nullable=False),
        sa.Column("day_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_user", BIG, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("net_fen", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["by_user"], ["console_user.id"], name=op.f("fk_cashier_day_reopening_by_user")
        ),
        sa.ForeignKeyConstraint(
            ["day_id"], ["cashier_day.id"], name=op.f("fk_cashier_day_reopening_day_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_day_reopening")),
    )
    op.create_index(
        "ix_cashier_day_reopening_day_id", "cashier_day_reopening", ["day_id"], unique=False
    )


def _fill_lists(op: Operations) -> None:
    """Take the list price of a bill that stands; of one that was undone what its lines still say.

    Lines that were taken off since are empty: there it is at least what was due.
    """
    before = SETTLEMENT.alias("before")
    first = ~sa.exists().where(
        before.c.bill_id == SETTLEMENT.c.bill_id,
        before.c.number < SETTLEMENT.c.number,
        sa.or_(before.c.undone_at.is_(None), before.c.undone_at > SETTLEMENT.c.settled_at),
    )
    whole = sa.select(BILL.c.list_fen).where(BILL.c.id == SETTLEMENT.c.bill_id).scalar_subquery()
    own = (
        sa.exists()
        .where(PART.c.line_id == LINE.c.id, PART.c.settlement_id == SETTLEMENT.c.id)
        .correlate(LINE, SETTLEMENT)
    )
    lines = sa.select(sa.func.coalesce(sa.func.sum(LINE.c.list_fen), 0)).where(
        LINE.c.bill_id == SETTLEMENT.c.bill_id, sa.or_(own, LINE.c.due_fen == 0)
    )
    due, told = SETTLEMENT.c.paid_fen + SETTLEMENT.c.owing_fen, lines.scalar_subquery()
    at_least = sa.case((told > due, told), else_=due)
    standing = SETTLEMENT.c.undone_at.is_(None)
    frozen = sa.case((standing, whole), else_=at_least)
    op.execute(sa.update(SETTLEMENT).where(first).values(list_fen=frozen))


def _fill_days(op: Operations) -> None:
    """Write on which business day bills were reopened and made void."""
    undone = (
        sa.select(SETTLEMENT.c.id, SETTLEMENT.c.booked_on, SETTLEMENT.c.undone_at, BILL.c.store_id)
        .join(BILL, BILL.c.id == SETTLEMENT.c.bill_id)
        .where(SETTLEMENT.c.undone_at.is_not(None))
    )
    void = sa.select(BILL.c.id, BILL.c.voided_on, BILL.c.voided_at, BILL.c.store_id)
    void = void.where(BILL.c.state == "void", BILL.c.voided_at.is_not(None))
    bind = op.get_bind()
    stores = {row.id: row for row in bind.execute(sa.select(STORE))}
    for table, column, rows in (
        (SETTLEMENT, "undone_on", bind.execute(undone).all()),
        (BILL, "voided_on", bind.execute(void).all()),
    ):
        for number, known, at, store_id in rows:
            day = max(known, _business_day(at, stores[store_id]))
            bind.execute(sa.update(table).where(table.c.id == number).values({column: day}))


def _business_day(at: dt.datetime, store: Any) -> dt.date:
    moment = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    local = moment.astimezone(ZoneInfo(store.time_zone))
    return (local - dt.timedelta(minutes=store.cut_off_minutes)).date()


def _fill_reopenings(op: Operations) -> None:
    """Read each reopened day from the audit trail; what it came to before is not known any more."""
    told = (
        sa.select(AUDIT.c.subject_id, AUDIT.c.at, AUDIT.c.user_id, AUDIT.c.note, DAY.c.net_fen)
        .join(DAY, DAY.c.id == AUDIT.c.subject_id)
        .where(AUDIT.c.act == "cashier.day_reopened", AUDIT.c.subject_table == "cashier_day")
        .order_by(AUDIT.c.id)
    )
    columns = ["day_id", "at", "by_user", "reason", "net_fen"]
    op.execute(sa.insert(REOPENING).from_select(columns, told))
