"""Initial."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Initial."""
    op.create_table(
        "salon_category",
        sa.Column("id", BIG, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_category")),
        sa.UniqueConstraint("name", name=op.f("uq_salon_category_name")),
    )
    op.create_table(
        "salon_equipment_kind",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sort", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint("sort IN ('room', 'device')", name=op.f("ck_salon_equipment_kind_sort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_equipment_kind")),
        sa.UniqueConstraint("sort", "name", name=op.f("uq_salon_equipment_kind_sort_name")),
    )
    op.create_table(
        "salon_level",
        sa.Column("id", BIG, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_level")),
        sa.UniqueConstraint("name", name=op.f("uq_salon_level_name")),
    )
    op.create_table(
        "salon_skill",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_skill")),
        sa.UniqueConstraint("name", name=op.f("uq_salon_skill_name")),
    )
    op.create_table(
        "salon_equipment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("kind_id", BIG, nullable=False),
        sa.Column("capacity", BIG, nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_salon_equipment_capacity")),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["salon_equipment_kind.id"], name=op.f("fk_salon_equipment_kind_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_salon_equipment_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_equipment")),
        sa.UniqueConstraint("store_id", "name", name=op.f("uq_salon_equipment_store_id_name")),
    )
    op.create_index(
        op.f("ix_salon_equipment_kind_id"), "salon_equipment", ["kind_id"], unique=False
    )
    op.create_table(
        "salon_hours",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("weekday", BIG, nullable=False),
        sa.Column("opens", BIG, nullable=False),
        sa.Column("closes", BIG, nullable=False),
        sa.CheckConstraint("closes > opens AND closes <= 2160", name=op.f("ck_salon_hours_closes")),
        sa.CheckConstraint("opens >= 0 AND opens < 1440", name=op.f("ck_salon_hours_opens")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_salon_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_salon_hours_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_hours")),
        sa.UniqueConstraint(
            "store_id", "weekday", "opens", name=op.f("uq_salon_hours_store_id_weekday_opens")
        ),
    )
    op.create_table(
        "salon_picture",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.CheckConstraint("kind IN ('store', 'licence')", name=op.f("ck_salon_picture_kind")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["console_file.id"], name=op.f("fk_salon_picture_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_salon_picture_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_picture")),
    )
    op.create_index(op.f("ix_salon_picture_store_id"), "salon_picture", ["store_id"], unique=False)
    op.create_table(
        "salon_service",
        sa.Column("id", BIG, nullable=False),
        sa.Column("category_id", BIG, nullable=False),
        sa.Column("extra", sa.Boolean(), nullable=False),
        sa.Column("pricing", sa.String(), nullable=False),
        sa.Column("skill_id", BIG, nullable=True),
        sa.Column("room_kind_id", BIG, nullable=True),
        sa.Column("device_kind_id", BIG, nullable=True),
        sa.Column("cleanup_minutes", BIG, nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "pricing IN ('fixed', 'from', 'open')", name=op.f("ck_salon_service_pricing")
        ),
        sa.CheckConstraint("cleanup_minutes >= 0", name=op.f("ck_salon_service_cleanup_minutes")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["salon_category.id"], name=op.f("fk_salon_service_category_id")
        ),
        sa.ForeignKeyConstraint(
            ["device_kind_id"],
            ["salon_equipment_kind.id"],
            name=op.f("fk_salon_service_device_kind_id"),
        ),
        sa.ForeignKeyConstraint(
            ["room_kind_id"],
            ["salon_equipment_kind.id"],
            name=op.f("fk_salon_service_room_kind_id"),
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["salon_skill.id"], name=op.f("fk_salon_service_skill_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_service")),
        sa.UniqueConstraint("name", name=op.f("uq_salon_service_name")),
    )
    op.create_index(
        op.f("ix_salon_service_category_id"), "salon_service", ["category_id"], unique=False
    )
    op.create_table(
        "salon_special_day",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("opens", BIG, nullable=True),
        sa.Column("closes", BIG, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(opens IS NULL) = (closes IS NULL)", name=op.f("ck_salon_special_day_both")
        ),
        sa.CheckConstraint(
            "closes > opens AND closes <= 2160", name=op.f("ck_salon_special_day_closes")
        ),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_salon_special_day_days")),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_salon_special_day_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_special_day")),
    )
    op.create_index(
        "ix_salon_special_day_store_id_last_on",
        "salon_special_day",
        ["store_id", "last_on"],
        unique=False,
    )
    op.create_table(
        "salon_staff",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("titles", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("main_store_id", BIG, nullable=False),
        sa.Column("level_id", BIG, nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("photo_id", BIG, nullable=True),
        sa.Column("works_since", BIG, nullable=True),
        sa.Column("strengths", sa.String(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["level_id"], ["salon_level.id"], name=op.f("fk_salon_staff_level_id")
        ),
        sa.ForeignKeyConstraint(
            ["main_store_id"], ["console_store.id"], name=op.f("fk_salon_staff_main_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["console_file.id"], name=op.f("fk_salon_staff_photo_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["console_user.id"], name=op.f("fk_salon_staff_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_staff")),
        sa.UniqueConstraint("user_id", name=op.f("uq_salon_staff_user_id")),
    )
    op.create_index(op.f("ix_salon_staff_name"), "salon_staff", ["name"], unique=False)
    op.create_table(
        "salon_store",
        sa.Column("store_id", BIG, autoincrement=False, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_salon_store_store_id")
        ),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_salon_store")),
    )
    op.create_table(
        "salon_add_on",
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("add_on_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["add_on_id"], ["salon_service.id"], name=op.f("fk_salon_add_on_add_on_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["salon_service.id"], name=op.f("fk_salon_add_on_service_id")
        ),
        sa.PrimaryKeyConstraint("service_id", "add_on_id", name=op.f("pk_salon_add_on")),
    )
    op.create_index(op.f("ix_salon_add_on_add_on_id"), "salon_add_on", ["add_on_id"], unique=False)
    op.create_table(
        "salon_practice",
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("offered", sa.Boolean(), nullable=True),
        sa.Column("minutes", BIG, nullable=True),
        sa.Column("level_id", BIG, nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_salon_practice_minutes")),
        sa.ForeignKeyConstraint(
            ["level_id"], ["salon_level.id"], name=op.f("fk_salon_practice_level_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["salon_service.id"], name=op.f("fk_salon_practice_service_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_salon_practice_staff_id")
        ),
        sa.PrimaryKeyConstraint("staff_id", "service_id", name=op.f("pk_salon_practice")),
    )
    op.create_index(
        op.f("ix_salon_practice_service_id"), "salon_practice", ["service_id"], unique=False
    )
    op.create_table(
        "salon_segment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("minutes", BIG, nullable=False),
        sa.Column("skill_id", BIG, nullable=True),
        sa.CheckConstraint("kind IN ('work', 'wait')", name=op.f("ck_salon_segment_kind")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_salon_segment_minutes")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["salon_service.id"], name=op.f("fk_salon_segment_service_id")
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["salon_skill.id"], name=op.f("fk_salon_segment_skill_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_segment")),
    )
    op.create_index(
        op.f("ix_salon_segment_service_id"), "salon_segment", ["service_id"], unique=False
    )
    op.create_table(
        "salon_service_store",
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["salon_service.id"], name=op.f("fk_salon_service_store_service_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_salon_service_store_store_id")
        ),
        sa.PrimaryKeyConstraint("service_id", "store_id", name=op.f("pk_salon_service_store")),
    )
    op.create_index(
        op.f("ix_salon_service_store_store_id"), "salon_service_store", ["store_id"], unique=False
    )
    op.create_table(
        "salon_staff_skill",
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("skill_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["salon_skill.id"], name=op.f("fk_salon_staff_skill_skill_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_salon_staff_skill_staff_id")
        ),
        sa.PrimaryKeyConstraint("staff_id", "skill_id", name=op.f("pk_salon_staff_skill")),
    )
    op.create_index(
        op.f("ix_salon_staff_skill_skill_id"), "salon_staff_skill", ["skill_id"], unique=False
    )
    op.create_table(
        "salon_staff_store",
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_salon_staff_store_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_salon_staff_store_store_id")
        ),
        sa.PrimaryKeyConstraint("staff_id", "store_id", name=op.f("pk_salon_staff_store")),
    )
    op.create_index(
        op.f("ix_salon_staff_store_store_id"), "salon_staff_store", ["store_id"], unique=False
    )
    op.create_table(
        "salon_variant",
        sa.Column("id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("price_fen", BIG, nullable=True),
        sa.Column("extra_minutes", BIG, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint("extra_minutes >= 0", name=op.f("ck_salon_variant_extra_minutes")),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_salon_variant_price_fen")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["salon_service.id"], name=op.f("fk_salon_variant_service_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_salon_variant")),
    )
    op.create_index(
        op.f("ix_salon_variant_service_id"), "salon_variant", ["service_id"], unique=False
    )
    op.create_table(
        "salon_level_price",
        sa.Column("variant_id", BIG, nullable=False),
        sa.Column("level_id", BIG, nullable=False),
        sa.Column("price_fen", BIG, nullable=False),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_salon_level_price_price_fen")),
        sa.ForeignKeyConstraint(
            ["level_id"], ["salon_level.id"], name=op.f("fk_salon_level_price_level_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["salon_variant.id"], name=op.f("fk_salon_level_price_variant_id")
        ),
        sa.PrimaryKeyConstraint("variant_id", "level_id", name=op.f("pk_salon_level_price")),
    )
    op.create_index(
        op.f("ix_salon_level_price_level_id"), "salon_level_price", ["level_id"], unique=False
    )
