"""Attendance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Attendance."""
    op.create_table(
        "booking_stint",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("came_by", sa.String(), nullable=False),
        sa.Column("left_by", sa.String(), nullable=True),
        sa.Column("came_near", sa.Boolean(), nullable=True),
        sa.Column("left_near", sa.Boolean(), nullable=True),
        sa.CheckConstraint("left_at > came_at", name=op.f("ck_booking_stint_left_at")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_booking_stint_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_booking_stint_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_stint")),
    )
    op.create_index(op.f("ix_booking_stint_staff_id"), "booking_stint", ["staff_id"], unique=False)
    op.create_index(
        "ix_booking_stint_store_id_day_on", "booking_stint", ["store_id", "day_on"], unique=False
    )
    op.create_index(
        "uq_booking_stint_open",
        "booking_stint",
        ["staff_id", "day_on"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
