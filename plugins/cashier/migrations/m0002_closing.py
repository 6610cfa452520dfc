"""Shifts, closed days, cash put in and taken out, locked months."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Create the tables of shifts, day closes and locks."""
    _create_days(op)
    _create_shifts(op)
    _create_cash_moves(op)
    _create_locks(op)


def _create_days(op: Operations) -> None:
    op.create_table(
        "cashier_day",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", BIG, nullable=True),
        sa.Column("expected_fen", BIG, nullable=False),
        sa.Column("counted_fen", BIG, nullable=False),
        sa.Column("difference_fen", BIG, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("taken_fen", BIG, nullable=False),
        sa.Column("net_fen", BIG, nullable=False),
        sa.Column("sheet", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("times", BIG, nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by", BIG, nullable=True),
        sa.Column("reopen_reason", sa.String(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.CheckConstraint("state IN ('closed', 'reopened')", name=op.f("ck_cashier_day_state")),
        sa.CheckConstraint(
            "difference_fen = counted_fen - expected_fen", name=op.f("ck_cashier_day_difference")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cashier_day_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["console_user.id"], name=op.f("fk_cashier_day_closed_by")
        ),
        sa.ForeignKeyConstraint(
            ["reopened_by"], ["console_user.id"], name=op.f("fk_cashier_day_reopened_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_day")),
        sa.UniqueConstraint("store_id", "day_on", name=op.f("uq_cashier_day_store_id_day_on")),
        sa.UniqueConstraint("key", name=op.f("uq_cashier_day_key")),
    )


def _create_shifts(op: Operations) -> None:
    op.create_table(
        "cashier_shift",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_user", BIG, nullable=True),
        sa.Column("to_user", BIG, nullable=True),
        sa.Column("expected_fen", BIG, nullable=False),
        sa.Column("counted_fen", BIG, nullable=False),
        sa.Column("difference_fen", BIG, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("sheet", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "difference_fen = counted_fen - expected_fen", name=op.f("ck_cashier_shift_difference")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cashier_shift_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_user"], ["console_user.id"], name=op.f("fk_cashier_shift_from_user")
        ),
        sa.ForeignKeyConstraint(
            ["to_user"], ["console_user.id"], name=op.f("fk_cashier_shift_to_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_shift")),
        sa.UniqueConstraint("key", name=op.f("uq_cashier_shift_key")),
        sa.UniqueConstraint(
            "store_id", "day_on", "number", name=op.f("uq_cashier_shift_store_id_day_on_number")
        ),
    )


def _create_cash_moves(op: Operations) -> None:
    op.create_table(
        "cashier_cash_move",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_user", BIG, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('float', 'bank', 'back')", name=op.f("ck_cashier_cash_move_kind")
        ),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_cashier_cash_move_amount_fen")),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cashier_cash_move_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["by_user"], ["console_user.id"], name=op.f("fk_cashier_cash_move_by_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_cash_move")),
        sa.UniqueConstraint("key", name=op.f("uq_cashier_cash_move_key")),
    )
    op.create_index(
        "ix_cashier_cash_move_store_id_day_on", "cashier_cash_move", ["store_id", "day_on"]
    )


def _create_locks(op: Operations) -> None:
    op.create_table(
        "cashier_period_lock",
        sa.Column("id", BIG, nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_by", BIG, nullable=True),
        sa.Column("unlocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unlocked_by", BIG, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["locked_by"], ["console_user.id"], name=op.f("fk_cashier_period_lock_locked_by")
        ),
        sa.ForeignKeyConstraint(
            ["unlocked_by"], ["console_user.id"], name=op.f("fk_cashier_period_lock_unlocked_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_period_lock")),
        sa.UniqueConstraint("month_on", name=op.f("uq_cashier_period_lock_month_on")),
    )
