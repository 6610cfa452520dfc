"""Initial."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Initial."""
    op.create_table(
        "membership_series",
        sa.Column("year", BIG, autoincrement=False, nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_membership_series")),
    )
    op.create_table(
        "membership_tag",
        sa.Column("id", BIG, nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_tag")),
        sa.UniqueConstraint("name", name=op.f("uq_membership_tag_name")),
    )
    op.create_table(
        "membership_member",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("gender", sa.String(), nullable=True),
        sa.Column("birth_year", BIG, nullable=True),
        sa.Column("birth_month", BIG, nullable=True),
        sa.Column("birth_day", BIG, nullable=True),
        sa.Column("birth_lunar", sa.Boolean(), nullable=False),
        sa.Column("birth_leap", sa.Boolean(), nullable=False),
        sa.Column("next_birthday_on", sa.Date(), nullable=True),
        sa.Column("home_store_id", BIG, nullable=False),
        sa.Column("consultant_id", BIG, nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_store_id", BIG, nullable=True),
        sa.Column("source_staff_id", BIG, nullable=True),
        sa.Column("source_channel", sa.String(), nullable=False),
        sa.Column("latest_source", sa.String(), nullable=False),
        sa.Column("latest_store_id", BIG, nullable=True),
        sa.Column("latest_staff_id", BIG, nullable=True),
        sa.Column("latest_channel", sa.String(), nullable=False),
        sa.Column("latest_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("allergies", sa.String(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("phone_tail", sa.String(), nullable=True),
        sa.Column("pinyin", sa.String(), nullable=False),
        sa.Column("initials", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.Column("version", BIG, nullable=False),
        sa.CheckConstraint("gender IN ('f', 'm')", name=op.f("ck_membership_member_gender")),
        sa.CheckConstraint(
            "status IN ('active', 'frozen')", name=op.f("ck_membership_member_status")
        ),
        sa.CheckConstraint(
            "(birth_month IS NULL) = (birth_day IS NULL)",
            name=op.f("ck_membership_member_birthday"),
        ),
        sa.ForeignKeyConstraint(
            ["consultant_id"], ["salon_staff.id"], name=op.f("fk_membership_member_consultant_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["console_user.id"], name=op.f("fk_membership_member_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["home_store_id"], ["console_store.id"], name=op.f("fk_membership_member_home_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["latest_staff_id"],
            ["salon_staff.id"],
            name=op.f("fk_membership_member_latest_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["latest_store_id"],
            ["console_store.id"],
            name=op.f("fk_membership_member_latest_store_id"),
        ),
        sa.ForeignKeyConstraint(
            ["source_staff_id"],
            ["salon_staff.id"],
            name=op.f("fk_membership_member_source_staff_id"),
        ),
        sa.ForeignKeyConstraint(
            ["source_store_id"],
            ["console_store.id"],
            name=op.f("fk_membership_member_source_store_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_member")),
        sa.UniqueConstraint("number", name=op.f("uq_membership_member_number")),
        sa.UniqueConstraint("phone", name=op.f("uq_membership_member_phone")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_membership_member_consultant_id"),
        "membership_member",
        ["consultant_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_membership_member_home_store_id"),
        "membership_member",
        ["home_store_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_membership_member_initials"), "membership_member", ["initials"], unique=False
    )
    op.create_index(
        "ix_membership_member_joined_on_id", "membership_member", ["joined_on", "id"], unique=False
    )
    op.create_index(
        "ix_membership_member_name_id", "membership_member", ["name", "id"], unique=False
    )
    op.create_index(
        op.f("ix_membership_member_next_birthday_on"),
        "membership_member",
        ["next_birthday_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_membership_member_phone_tail"), "membership_member", ["phone_tail"], unique=False
    )
    op.create_index(
        op.f("ix_membership_member_pinyin"), "membership_member", ["pinyin"], unique=False
    )
    op.create_index(
        op.f("ix_membership_member_source"), "membership_member", ["source"], unique=False
    )
    op.create_table(
        "membership_alias",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_alias_member_id")
        ),
        sa.PrimaryKeyConstraint("number", "member_id", name=op.f("pk_membership_alias")),
    )
    op.create_index(
        op.f("ix_membership_alias_member_id"), "membership_alias", ["member_id"], unique=False
    )
    op.create_table(
        "membership_history",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_history_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_history")),
    )
    op.create_index(
        "ix_membership_history_member_id_id",
        "membership_history",
        ["member_id", "id"],
        unique=False,
    )
    op.create_table(
        "membership_member_tag",
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("tag_id", BIG, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_member_tag_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["membership_tag.id"], name=op.f("fk_membership_member_tag_tag_id")
        ),
        sa.PrimaryKeyConstraint("member_id", "tag_id", name=op.f("pk_membership_member_tag")),
    )
    op.create_index(
        op.f("ix_membership_member_tag_tag_id"), "membership_member_tag", ["tag_id"], unique=False
    )
    op.create_table(
        "membership_photo",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["console_file.id"], name=op.f("fk_membership_photo_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_photo_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_photo")),
    )
    op.create_index(
        op.f("ix_membership_photo_member_id"), "membership_photo", ["member_id"], unique=False
    )
    op.create_table(
        "membership_store",
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_store_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_membership_store_store_id")
        ),
        sa.PrimaryKeyConstraint("member_id", "store_id", name=op.f("pk_membership_store")),
    )
    op.create_index(
        "ix_membership_store_store_id", "membership_store", ["store_id", "member_id"], unique=False
    )
