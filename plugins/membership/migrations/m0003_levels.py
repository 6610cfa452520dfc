"""Levels, benefits and growth, and why a member is frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Levels, benefits and growth, and why a member is frozen."""
    op.create_table(
        "membership_level",
        sa.Column("id", BIG, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("threshold_fen", BIG, nullable=True),
        sa.Column("term_days", BIG, nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "basis IN ('year', 'total', 'top_up')", name=op.f("ck_membership_level_basis")
        ),
        sa.CheckConstraint("term_days BETWEEN 1 AND 3650", name=op.f("ck_membership_level_term")),
        sa.CheckConstraint("threshold_fen >= 0", name=op.f("ck_membership_level_threshold")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_level")),
        sa.UniqueConstraint("name", name=op.f("uq_membership_level_name")),
    )
    op.create_table(
        "membership_benefit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("level_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("percent", BIG, nullable=True),
        sa.Column("points", BIG, nullable=False),
        sa.Column("applies_to", sa.String(), nullable=False),
        sa.Column("paid_by", sa.String(), nullable=False),
        sa.Column("adds_up", sa.Boolean(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "kind <> 'discount' OR percent < 100", name=op.f("ck_membership_benefit_discount")
        ),
        sa.CheckConstraint("percent > 0", name=op.f("ck_membership_benefit_percent")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_membership_benefit_points")),
        sa.ForeignKeyConstraint(
            ["level_id"], ["membership_level.id"], name=op.f("fk_membership_benefit_level_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_benefit")),
    )
    op.create_index(
        op.f("ix_membership_benefit_level_id"), "membership_benefit", ["level_id"], unique=False
    )
    op.create_table(
        "membership_growth",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("fen", BIG, nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("corrects_id", BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(corrects_id IS NULL) = (fen > 0)", name=op.f("ck_membership_growth_sign")
        ),
        sa.CheckConstraint("fen <> 0", name=op.f("ck_membership_growth_something")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["membership_growth.id"], name=op.f("fk_membership_growth_corrects_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_growth_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_growth")),
        sa.UniqueConstraint("key", name=op.f("uq_membership_growth_key")),
    )
    op.create_index(
        "ix_membership_growth_corrects_id", "membership_growth", ["corrects_id"], unique=False
    )
    op.create_index(
        "ix_membership_growth_member_id_counted_on",
        "membership_growth",
        ["member_id", "counted_on"],
        unique=False,
    )
    op.create_table(
        "membership_level_change",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("old_level_id", BIG, nullable=True),
        sa.Column("old_state", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("level_id", BIG, nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["level_id"], ["membership_level.id"], name=op.f("fk_membership_level_change_level_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["membership_member.id"],
            name=op.f("fk_membership_level_change_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["old_level_id"],
            ["membership_level.id"],
            name=op.f("fk_membership_level_change_old_level_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_level_change")),
    )
    op.create_index(
        "ix_membership_level_change_member_id_id",
        "membership_level_change",
        ["member_id", "id"],
        unique=False,
    )
    op.create_table(
        "membership_level_gift",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("level_id", BIG, nullable=False),
        sa.Column("gifts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("points", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["level_id"], ["membership_level.id"], name=op.f("fk_membership_level_gift_level_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_level_gift_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_level_gift")),
        sa.UniqueConstraint(
            "member_id", "level_id", name=op.f("uq_membership_level_gift_member_id_level_id")
        ),
    )
    op.create_index(
        "ix_membership_level_gift_handed_at",
        "membership_level_gift",
        ["handed_at", "id"],
        unique=False,
    )
    for column in (
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_reason", sa.String(), nullable=False, server_default=""),
        sa.Column("level_since_on", sa.Date(), nullable=True),
        sa.Column("level_until_on", sa.Date(), nullable=True),
        sa.Column("level_cause", sa.String(), nullable=True),
        sa.Column("level_reason", sa.String(), nullable=False, server_default=""),
        sa.Column("level_noticed_on", sa.Date(), nullable=True),
        sa.Column("level_recheck_on", sa.Date(), nullable=True),
    ):
        op.add_column("membership_member", column)
    _add_level(op)
    for name, columns in (
        ("ix_membership_member_level_id_id", ["level_id", "id"]),
        ("ix_membership_member_level_recheck_on", ["level_recheck_on"]),
        ("ix_membership_member_level_until_on", ["level_until_on"]),
    ):
        op.create_index(name, "membership_member", columns)


def _add_level(op: Operations) -> None:
    """Add the column in place: a copied table would forget which ids were given on SQLite."""
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE membership_member ADD COLUMN level_id {kind} "
        "CONSTRAINT fk_membership_member_level_id REFERENCES membership_level (id)"
    )
