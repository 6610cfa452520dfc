"""Signs and colours of shifts, why they were proposed, answers to leave, and swaps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Signs and colours of shifts, why they were proposed, answers to leave, and swaps."""
    _change_templates(op)
    why = sa.Column("why", sa.JSON(none_as_null=True), nullable=False, server_default="{}")
    op.add_column("booking_shift", why)
    answer = sa.Column("answer", sa.String(), nullable=False, server_default="")
    op.add_column("booking_leave", answer)
    _create_swaps(op)


def _change_templates(op: Operations) -> None:
    """Add columns in place: a copied table would forget which ids were given on SQLite."""
    for column in (
        sa.Column("sign", sa.String(length=4), nullable=False, server_default=""),
        sa.Column("colour", sa.String(), nullable=False, server_default="grey"),
        sa.Column("in_use", sa.Boolean(), nullable=False, server_default=sa.true()),
    ):
        op.add_column("booking_template", column)
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE booking_template ADD COLUMN store_id {kind} "
        "CONSTRAINT fk_booking_template_store_id REFERENCES console_store (id)"
    )


def _create_swaps(op: Operations) -> None:
    op.create_table(
        "booking_swap",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("other_id", BIG, nullable=False),
        sa.Column("other_day_on", sa.Date(), nullable=True),
        sa.Column("terms", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.CheckConstraint("staff_id <> other_id", name=op.f("ck_booking_swap_two")),
        sa.CheckConstraint(
            "state IN ('asked', 'agreed', 'approved', 'declined', 'withdrawn')",
            name=op.f("ck_booking_swap_state"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["console_user.id"], name=op.f("fk_booking_swap_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["salon_staff.id"], name=op.f("fk_booking_swap_other_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_booking_swap_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_booking_swap_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_swap")),
    )
    op.create_index(op.f("ix_booking_swap_other_id"), "booking_swap", ["other_id"])
    op.create_index(op.f("ix_booking_swap_staff_id"), "booking_swap", ["staff_id"])
    op.create_index("ix_booking_swap_store_id_state", "booking_swap", ["store_id", "state"])
