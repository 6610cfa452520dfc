"""The waiting list, turns, and classes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """The waiting list, turns, and classes."""
    op.create_table(
        "booking_class",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("variant_id", BIG, nullable=False),
        sa.Column("leader_id", BIG, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", BIG, nullable=False),
        sa.Column("price_fen", BIG, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "capacity > 0 AND capacity <= 200", name=op.f("ck_booking_class_capacity")
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["salon_staff.id"], name=op.f("fk_booking_class_leader_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_booking_class_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["salon_variant.id"], name=op.f("fk_booking_class_variant_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["booking_visit.id"], name=op.f("fk_booking_class_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_class")),
        sa.UniqueConstraint("key", name=op.f("uq_booking_class_key")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_booking_class_visit_id")),
    )
    op.create_index(
        op.f("ix_booking_class_leader_id"), "booking_class", ["leader_id"], unique=False
    )
    op.create_index(
        "ix_booking_class_store_id_starts_at",
        "booking_class",
        ["store_id", "starts_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_booking_class_variant_id"), "booking_class", ["variant_id"], unique=False
    )
    op.create_table(
        "booking_seat",
        sa.Column("class_id", BIG, autoincrement=False, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"], ["booking_class.id"], name=op.f("fk_booking_seat_class_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_booking_seat_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["booking_visit.id"],
            name=op.f("fk_booking_seat_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("class_id", "number", name=op.f("pk_booking_seat")),
        sa.UniqueConstraint(
            "class_id", "member_id", name=op.f("uq_booking_seat_class_id_member_id")
        ),
        sa.UniqueConstraint("visit_id", name=op.f("uq_booking_seat_visit_id")),
    )
    op.create_index(op.f("ix_booking_seat_member_id"), "booking_seat", ["member_id"], unique=False)
    op.create_table(
        "booking_wait",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=True),
        sa.Column("guest_name", sa.String(), nullable=False),
        sa.Column("guest_phone", sa.String(), nullable=True),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("class_id", BIG, nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("from_minute", BIG, nullable=False),
        sa.Column("to_minute", BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offers", BIG, nullable=False),
        sa.Column("visit_id", BIG, nullable=True),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'taken', 'over', 'removed')",
            name=op.f("ck_booking_wait_state"),
        ),
        sa.CheckConstraint(
            "from_minute >= 0 AND to_minute > from_minute", name=op.f("ck_booking_wait_to_minute")
        ),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_booking_wait_last_on")),
        sa.ForeignKeyConstraint(
            ["class_id"], ["booking_class.id"], name=op.f("fk_booking_wait_class_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_booking_wait_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_booking_wait_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_booking_wait_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["booking_visit.id"],
            name=op.f("fk_booking_wait_visit_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_wait")),
        sa.UniqueConstraint("key", name=op.f("uq_booking_wait_key")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_booking_wait_visit_id")),
    )
    op.create_index(op.f("ix_booking_wait_class_id"), "booking_wait", ["class_id"], unique=False)
    op.create_index(op.f("ix_booking_wait_member_id"), "booking_wait", ["member_id"], unique=False)
    op.create_index(op.f("ix_booking_wait_staff_id"), "booking_wait", ["staff_id"], unique=False)
    op.create_index(
        "ix_booking_wait_store_id_state", "booking_wait", ["store_id", "state"], unique=False
    )
    op.create_table(
        "booking_wait_act",
        sa.Column("id", BIG, nullable=False),
        sa.Column("wait_id", BIG, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["wait_id"],
            ["booking_wait.id"],
            name=op.f("fk_booking_wait_act_wait_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_wait_act")),
    )
    op.create_index(
        op.f("ix_booking_wait_act_wait_id"), "booking_wait_act", ["wait_id"], unique=False
    )
    op.create_table(
        "booking_wait_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("wait_id", BIG, nullable=False),
        sa.Column("variant_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["salon_variant.id"], name=op.f("fk_booking_wait_item_variant_id")
        ),
        sa.ForeignKeyConstraint(
            ["wait_id"],
            ["booking_wait.id"],
            name=op.f("fk_booking_wait_item_wait_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_wait_item")),
    )
    op.create_index(
        op.f("ix_booking_wait_item_variant_id"), "booking_wait_item", ["variant_id"], unique=False
    )
    op.create_index(
        op.f("ix_booking_wait_item_wait_id"), "booking_wait_item", ["wait_id"], unique=False
    )
    op.create_table(
        "booking_turn_act",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "act IN ('here', 'break', 'back', 'skip', 'gone')", name=op.f("ck_booking_turn_act_act")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_booking_turn_act_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_booking_turn_act_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_turn_act")),
    )
    op.create_index(
        op.f("ix_booking_turn_act_staff_id"), "booking_turn_act", ["staff_id"], unique=False
    )
    op.create_index(
        "ix_booking_turn_act_store_id_day_on",
        "booking_turn_act",
        ["store_id", "day_on"],
        unique=False,
    )
    op.create_table(
        "booking_turn_place",
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_booking_turn_place_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_booking_turn_place_store_id")
        ),
        sa.PrimaryKeyConstraint("store_id", "staff_id", name=op.f("pk_booking_turn_place")),
    )
