"""Rosters, visits, what they claim, and the days of resources."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Rosters, visits, what they claim, and the days of resources."""
    op.create_table(
        "booking_template",
        sa.Column("id", BIG, nullable=False),
        sa.Column("begins", BIG, nullable=True),
        sa.Column("ends", BIG, nullable=True),
        sa.Column("breaks", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "(begins IS NULL) = (ends IS NULL)", name=op.f("ck_booking_template_both")
        ),
        sa.CheckConstraint(
            "begins >= 0 AND ends > begins AND ends <= 2160", name=op.f("ck_booking_template_ends")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_template")),
        sa.UniqueConstraint("name", name=op.f("uq_booking_template_name")),
    )
    op.create_table(
        "booking_day",
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("resource_id", BIG, autoincrement=False, nullable=False),
        sa.Column("unit", BIG, autoincrement=False, nullable=False),
        sa.Column("first_cell", BIG, nullable=False),
        sa.Column("base", sa.LargeBinary(), nullable=False),
        sa.Column("busy", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_booking_day_store_id")
        ),
        sa.PrimaryKeyConstraint(
            "store_id", "day_on", "kind", "resource_id", "unit", name=op.f("pk_booking_day")
        ),
    )
    op.create_table(
        "booking_leave",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", BIG, nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'declined')", name=op.f("ck_booking_leave_state")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_booking_leave_ends_at")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["console_user.id"], name=op.f("fk_booking_leave_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_booking_leave_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_booking_leave_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_leave")),
    )
    op.create_index(
        "ix_booking_leave_staff_id_ends_at", "booking_leave", ["staff_id", "ends_at"], unique=False
    )
    op.create_table(
        "booking_shift",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("begins", BIG, nullable=True),
        sa.Column("ends", BIG, nullable=True),
        sa.Column("breaks", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("template_id", BIG, nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(begins IS NULL) = (ends IS NULL)", name=op.f("ck_booking_shift_both")),
        sa.CheckConstraint(
            "begins >= 0 AND ends > begins AND ends <= 2160", name=op.f("ck_booking_shift_ends")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_booking_shift_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_booking_shift_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["booking_template.id"],
            name=op.f("fk_booking_shift_template_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_shift")),
        sa.UniqueConstraint(
            "staff_id", "day_on", "store_id", name=op.f("uq_booking_shift_staff_id_day_on_store_id")
        ),
    )
    op.create_index(
        "ix_booking_shift_store_id_day_on", "booking_shift", ["store_id", "day_on"], unique=False
    )
    op.create_table(
        "booking_visit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("member_id", BIG, nullable=True),
        sa.Column("guest_name", sa.String(), nullable=False),
        sa.Column("guest_phone", sa.String(), nullable=True),
        sa.Column("party", BIG, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("forced", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by", BIG, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", BIG, nullable=False),
        sa.CheckConstraint(
            "(status = 'hold') = (hold_until IS NOT NULL)", name=op.f("ck_booking_visit_hold")
        ),
        sa.CheckConstraint(
            "status IN ('hold', 'pending', 'confirmed', 'rejected', 'arrived', 'in_service', "
            "'done', 'cancelled', 'no_show')",
            name=op.f("ck_booking_visit_status"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_booking_visit_ends_at")),
        sa.CheckConstraint("party > 0", name=op.f("ck_booking_visit_party")),
        sa.ForeignKeyConstraint(
            ["booked_by"], ["console_user.id"], name=op.f("fk_booking_visit_booked_by")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_booking_visit_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_booking_visit_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_visit")),
        sa.UniqueConstraint("key", name=op.f("uq_booking_visit_key")),
    )
    op.create_index(
        "ix_booking_visit_member_id_starts_at",
        "booking_visit",
        ["member_id", "starts_at"],
        unique=False,
    )
    op.create_index(
        "ix_booking_visit_status_starts_at", "booking_visit", ["status", "starts_at"], unique=False
    )
    op.create_index(
        "ix_booking_visit_store_id_day_on", "booking_visit", ["store_id", "day_on"], unique=False
    )
    op.create_table(
        "booking_cell",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("resource_id", BIG, autoincrement=False, nullable=False),
        sa.Column("cell", BIG, autoincrement=False, nullable=False),
        sa.Column("unit", BIG, autoincrement=False, nullable=False),
        sa.Column("visit_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["booking_visit.id"], name=op.f("fk_booking_cell_visit_id")
        ),
        sa.PrimaryKeyConstraint(
            "kind", "resource_id", "cell", "unit", name=op.f("pk_booking_cell")
        ),
    )
    op.create_index(op.f("ix_booking_cell_visit_id"), "booking_cell", ["visit_id"], unique=False)
    op.create_table(
        "booking_claim",
        sa.Column("id", BIG, nullable=False),
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("item", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("resource_id", BIG, nullable=False),
        sa.Column("first_cell", BIG, nullable=False),
        sa.Column("last_cell", BIG, nullable=False),
        sa.CheckConstraint("kind IN ('staff', 'place')", name=op.f("ck_booking_claim_kind")),
        sa.CheckConstraint("last_cell > first_cell", name=op.f("ck_booking_claim_last_cell")),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["booking_visit.id"],
            name=op.f("fk_booking_claim_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_claim")),
    )
    op.create_index(
        "ix_booking_claim_kind_resource_id",
        "booking_claim",
        ["kind", "resource_id", "last_cell"],
        unique=False,
    )
    op.create_index(op.f("ix_booking_claim_visit_id"), "booking_claim", ["visit_id"], unique=False)
    op.create_table(
        "booking_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("guest", BIG, nullable=False),
        sa.Column("variant_id", BIG, nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("requested", sa.Boolean(), nullable=False),
        sa.Column("offset", BIG, nullable=False),
        sa.Column("minutes", BIG, nullable=False),
        sa.Column("price_fen", BIG, nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_booking_item_minutes")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_booking_item_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["salon_variant.id"], name=op.f("fk_booking_item_variant_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["booking_visit.id"],
            name=op.f("fk_booking_item_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_item")),
    )
    op.create_index(op.f("ix_booking_item_staff_id"), "booking_item", ["staff_id"], unique=False)
    op.create_index(
        op.f("ix_booking_item_variant_id"), "booking_item", ["variant_id"], unique=False
    )
    op.create_index(op.f("ix_booking_item_visit_id"), "booking_item", ["visit_id"], unique=False)
