"""Booking deposits are orders of a kind of their own; what was booked before stays as it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "IN ('service', 'card', 'recharge', 'product', 'deposit')"


def upgrade(op: Operations) -> None:
    """Let lines and orders be of the new kind."""
    for table, column in ((_line(), "order_kind"), (_order(), "kind")):
        name = f"ck_{table.name}_{column}"
        with op.batch_alter_table(table.name, copy_from=table) as batch:
            batch.drop_constraint(op.f(name), type_="check")
            batch.create_check_constraint(op.f(name), f"{column} {KINDS}")


def _line() -> sa.Table:
    """Return the table of lines as it stands, because SQLite keeps no checks in a new one."""
    ck = "ck_cashier_line_"
    return sa.Table(
        "cashier_line",
        sa.MetaData(),
        sa.Column("id", BIG, nullable=False),
        sa.Column("bill_id", BIG, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_kind", sa.String(), nullable=False),
        sa.Column("variant_id", BIG, nullable=True),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("quantity", BIG, nullable=False),
        sa.Column("list_fen", BIG, nullable=False),
        sa.Column("due_fen", BIG, nullable=False),
        sa.Column("principal_fen", BIG, nullable=False),
        sa.Column("bonus_fen", BIG, nullable=False),
        sa.Column("income_fen", BIG, nullable=False),
        sa.Column("owing_fen", BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("order_kind IN ('service')", name=f"{ck}order_kind"),
        sa.CheckConstraint("state IN ('open', 'settled', 'refunded')", name=f"{ck}state"),
        sa.CheckConstraint("due_fen BETWEEN 0 AND list_fen", name=f"{ck}due"),
        sa.CheckConstraint("quantity > 0", name=f"{ck}quantity"),
        sa.ForeignKeyConstraint(["bill_id"], ["cashier_bill.id"], name="fk_cashier_line_bill_id"),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["salon_variant.id"], name="fk_cashier_line_variant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cashier_line"),
        sa.Index("ix_cashier_line_bill_id", "bill_id"),
        sa.Index("ix_cashier_line_variant_id", "variant_id"),
    )


def _order() -> sa.Table:
    """Return the table of orders as it stands."""
    ck = "ck_cashier_order_"
    states = "state IN ('open', 'held', 'settled', 'part_paid', 'void', 'refunded')"
    return sa.Table(
        "cashier_order",
        sa.MetaData(),
        sa.Column("id", BIG, nullable=False),
        sa.Column("bill_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("member_id", BIG, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("list_fen", BIG, nullable=False),
        sa.Column("discount_fen", BIG, nullable=False),
        sa.Column("due_fen", BIG, nullable=False),
        sa.CheckConstraint("kind IN ('service')", name=f"{ck}kind"),
        sa.CheckConstraint(states, name=f"{ck}state"),
        sa.CheckConstraint("list_fen = discount_fen + due_fen", name=f"{ck}sums"),
        sa.ForeignKeyConstraint(["bill_id"], ["cashier_bill.id"], name="fk_cashier_order_bill_id"),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name="fk_cashier_order_member_id"
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name="fk_cashier_order_store_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cashier_order"),
        sa.UniqueConstraint("bill_id", "kind", name="uq_cashier_order_bill_id_kind"),
        sa.UniqueConstraint("store_id", "number", name="uq_cashier_order_store_id_number"),
        sa.Index("ix_cashier_order_kind_booked_on", "kind", "booked_on"),
        sa.Index("ix_cashier_order_member_id", "member_id"),
    )
