"""Ratings, pictures of works, and calendar feeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Ratings, pictures of works, and calendar feeds."""
    _add_ratings(op)
    _add_works(op)
    _add_feeds(op)


def _add_ratings(op: Operations) -> None:
    op.create_table(
        "booking_rating",
        sa.Column("id", BIG, nullable=False),
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("stars", BIG, nullable=False),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_booking_rating_stars")),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_booking_rating_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["booking_visit.id"],
            name=op.f("fk_booking_rating_visit_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_rating")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_booking_rating_visit_id")),
    )
    op.create_index(
        "ix_booking_rating_store_id_rated_at",
        "booking_rating",
        ["store_id", "rated_at"],
        unique=False,
    )


def _add_works(op: Operations) -> None:
    op.create_table(
        "booking_work",
        sa.Column("id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["console_file.id"], name=op.f("fk_booking_work_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_booking_work_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_work")),
    )
    op.create_index(op.f("ix_booking_work_staff_id"), "booking_work", ["staff_id"], unique=False)


def _add_feeds(op: Operations) -> None:
    op.create_table(
        "booking_feed",
        sa.Column("id", BIG, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("names", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", BIG, nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["console_user.id"], name=op.f("fk_booking_feed_made_by")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_booking_feed_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_booking_feed_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_booking_feed_token_hash")),
    )
    op.create_index(op.f("ix_booking_feed_staff_id"), "booking_feed", ["staff_id"], unique=False)
    op.create_index(op.f("ix_booking_feed_store_id"), "booking_feed", ["store_id"], unique=False)
