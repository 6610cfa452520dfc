"""The bills of visits, deposits and the rules by which they are asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "'due', 'paid', 'set_off', 'returned', 'kept', 'lapsed'"


def upgrade(op: Operations) -> None:
    """Create the tables of bookings at the till."""
    _create_visits(op)
    _create_rules(op)
    _create_deposits(op)


def _create_visits(op: Operations) -> None:
    op.create_table(
        "checkout_visit",
        sa.Column("visit_id", BIG, autoincrement=False, nullable=False),
        sa.Column("bill_id", BIG, nullable=True),
        sa.Column("way", sa.String(), nullable=False),
        sa.CheckConstraint("way IN ('shop', 'card')", name=op.f("ck_checkout_visit_way")),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["booking_visit.id"],
            name=op.f("fk_checkout_visit_visit_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["cashier_bill.id"], name=op.f("fk_checkout_visit_bill_id")
        ),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_checkout_visit")),
        sa.UniqueConstraint("bill_id", name=op.f("uq_checkout_visit_bill_id")),
    )


def _create_rules(op: Operations) -> None:
    op.create_table(
        "checkout_rule",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=True),
        sa.Column("service_id", BIG, nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("percent", BIG, nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.CheckConstraint("how IN ('fixed', 'percent')", name=op.f("ck_checkout_rule_how")),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_checkout_rule_amount_fen")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_checkout_rule_percent")),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_checkout_rule_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["salon_service.id"], name=op.f("fk_checkout_rule_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkout_rule")),
    )


def _create_deposits(op: Operations) -> None:
    op.create_table(
        "checkout_deposit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("visit_id", BIG, nullable=True),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("guest_name", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("terms", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("line_id", BIG, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", BIG, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("times_kept", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_checkout_deposit_amount_fen")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_checkout_deposit_state")),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["booking_visit.id"],
            name=op.f("fk_checkout_deposit_visit_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_checkout_deposit_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_checkout_deposit_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["cashier_line.id"], name=op.f("fk_checkout_deposit_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["console_user.id"], name=op.f("fk_checkout_deposit_ended_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkout_deposit")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_checkout_deposit_visit_id")),
    )
    for name, columns in (
        ("ix_checkout_deposit_store_id_state", ["store_id", "state"]),
        ("ix_checkout_deposit_member_id", ["member_id"]),
        ("ix_checkout_deposit_line_id", ["line_id"]),
    ):
        op.create_index(name, "checkout_deposit", columns, unique=False)
