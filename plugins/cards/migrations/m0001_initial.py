"""Card products, members' cards and their use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Card products, members' cards and their use."""
    _create_intake(op)
    _create_product(op)
    _create_item(op)
    _create_product_store(op)
    _create_card(op)
    _create_item_service(op)
    _create_card_store(op)
    _create_change(op)
    _create_part(op)
    _create_pause(op)
    _create_person(op)
    _create_part_service(op)
    _create_use(op)


def _create_intake(op: Operations) -> None:
    op.create_table(
        "cards_intake",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("chosen", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("cards", BIG, nullable=False),
        sa.Column("sessions", BIG, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_intake")),
    )


def _create_product(op: Operations) -> None:
    op.create_table(
        "cards_product",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("price_fen", BIG, nullable=False),
        sa.Column("valid_days", BIG, nullable=True),
        sa.Column("starts", sa.String(), nullable=False),
        sa.Column("per_week", BIG, nullable=True),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("picture_id", BIG, nullable=True),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("place", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "kind <> 'pass' OR valid_days IS NOT NULL", name=op.f("ck_cards_product_term")
        ),
        sa.CheckConstraint(
            "kind IN ('sessions', 'package', 'pass')", name=op.f("ck_cards_product_kind")
        ),
        sa.CheckConstraint("starts IN ('sale', 'first_use')", name=op.f("ck_cards_product_starts")),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_cards_product_price_fen")),
        sa.CheckConstraint(
            "valid_days > 0 AND per_week > 0", name=op.f("ck_cards_product_positive")
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["console_file.id"], name=op.f("fk_cards_product_picture_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_product")),
        sa.UniqueConstraint("name", name=op.f("uq_cards_product_name")),
    )


def _create_item(op: Operations) -> None:
    op.create_table(
        "cards_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("product_id", BIG, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("sessions", BIG, nullable=False),
        sa.Column("free", BIG, nullable=False),
        sa.Column("list_fen", BIG, nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint("list_fen >= 0", name=op.f("ck_cards_item_list_fen")),
        sa.CheckConstraint("sessions >= 0 AND free >= 0", name=op.f("ck_cards_item_counts")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["cards_product.id"], name=op.f("fk_cards_item_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_item")),
    )
    op.create_index(op.f("ix_cards_item_product_id"), "cards_item", ["product_id"], unique=False)


def _create_product_store(op: Operations) -> None:
    op.create_table(
        "cards_product_store",
        sa.Column("product_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["cards_product.id"], name=op.f("fk_cards_product_store_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cards_product_store_store_id")
        ),
        sa.PrimaryKeyConstraint("product_id", "store_id", name=op.f("pk_cards_product_store")),
    )
    op.create_index(
        op.f("ix_cards_product_store_store_id"), "cards_product_store", ["store_id"], unique=False
    )


def _create_card(op: Operations) -> None:
    op.create_table(
        "cards_card",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("product_id", BIG, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sold_by", sa.String(), nullable=False),
        sa.Column("price_fen", BIG, nullable=False),
        sa.Column("list_fen", BIG, nullable=False),
        sa.Column("valid_days", BIG, nullable=True),
        sa.Column("starts", sa.String(), nullable=False),
        sa.Column("per_week", BIG, nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("journal_id", BIG, nullable=True),
        sa.Column("unearned_account_id", BIG, nullable=True),
        sa.Column("owing_account_id", BIG, nullable=True),
        sa.Column("intake_id", BIG, nullable=True),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint("source IN ('sale', 'opening')", name=op.f("ck_cards_card_source")),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'swapped', 'refunded', 'void')",
            name=op.f("ck_cards_card_state"),
        ),
        sa.CheckConstraint("price_fen >= 0 AND list_fen >= 0", name=op.f("ck_cards_card_prices")),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["cards_intake.id"], name=op.f("fk_cards_card_intake_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_cards_card_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["cards_product.id"], name=op.f("fk_cards_card_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cards_card_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_card")),
        sa.UniqueConstraint("key", name=op.f("uq_cards_card_key")),
    )
    op.create_index(op.f("ix_cards_card_intake_id"), "cards_card", ["intake_id"], unique=False)
    op.create_index("ix_cards_card_kind_state", "cards_card", ["kind", "state"], unique=False)
    op.create_index("ix_cards_card_member_id", "cards_card", ["member_id"], unique=False)
    op.create_index(op.f("ix_cards_card_product_id"), "cards_card", ["product_id"], unique=False)
    op.create_index(op.f("ix_cards_card_store_id"), "cards_card", ["store_id"], unique=False)
    op.create_index("ix_cards_card_until_on", "cards_card", ["until_on"], unique=False)


def _create_item_service(op: Operations) -> None:
    op.create_table(
        "cards_item_service",
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["cards_item.id"], name=op.f("fk_cards_item_service_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["salon_service.id"], name=op.f("fk_cards_item_service_service_id")
        ),
        sa.PrimaryKeyConstraint("item_id", "service_id", name=op.f("pk_cards_item_service")),
    )
    op.create_index(
        op.f("ix_cards_item_service_service_id"), "cards_item_service", ["service_id"], unique=False
    )


def _create_card_store(op: Operations) -> None:
    op.create_table(
        "cards_card_store",
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["cards_card.id"], name=op.f("fk_cards_card_store_card_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cards_card_store_store_id")
        ),
        sa.PrimaryKeyConstraint("card_id", "store_id", name=op.f("pk_cards_card_store")),
    )
    op.create_index(
        op.f("ix_cards_card_store_store_id"), "cards_card_store", ["store_id"], unique=False
    )


def _create_change(op: Operations) -> None:
    op.create_table(
        "cards_change",
        sa.Column("id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["cards_card.id"], name=op.f("fk_cards_change_card_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_cards_change_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_change")),
    )
    op.create_index(op.f("ix_cards_change_card_id"), "cards_change", ["card_id"], unique=False)
    op.create_index(
        "ix_cards_change_member_id_at", "cards_change", ["member_id", "at"], unique=False
    )


def _create_part(op: Operations) -> None:
    op.create_table(
        "cards_part",
        sa.Column("id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("sessions", BIG, nullable=False),
        sa.Column("free", BIG, nullable=False),
        sa.Column("price_fen", BIG, nullable=False),
        sa.Column("deal_fen", BIG, nullable=False),
        sa.Column("list_fen", BIG, nullable=False),
        sa.Column("lot_id", BIG, nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "price_fen >= 0 AND deal_fen >= 0 AND list_fen >= 0", name=op.f("ck_cards_part_prices")
        ),
        sa.CheckConstraint("sessions >= 0 AND free >= 0", name=op.f("ck_cards_part_counts")),
        sa.ForeignKeyConstraint(["card_id"], ["cards_card.id"], name=op.f("fk_cards_part_card_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_part")),
        sa.UniqueConstraint("lot_id", name=op.f("uq_cards_part_lot_id")),
    )
    op.create_index(op.f("ix_cards_part_card_id"), "cards_part", ["card_id"], unique=False)


def _create_pause(op: Operations) -> None:
    op.create_table(
        "cards_pause",
        sa.Column("id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_cards_pause_order")),
        sa.ForeignKeyConstraint(
            ["card_id"], ["cards_card.id"], name=op.f("fk_cards_pause_card_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_pause")),
    )
    op.create_index(op.f("ix_cards_pause_card_id"), "cards_pause", ["card_id"], unique=False)


def _create_person(op: Operations) -> None:
    op.create_table(
        "cards_person",
        sa.Column("id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["cards_card.id"], name=op.f("fk_cards_person_card_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_person")),
    )
    op.create_index(op.f("ix_cards_person_card_id"), "cards_person", ["card_id"], unique=False)


def _create_part_service(op: Operations) -> None:
    op.create_table(
        "cards_part_service",
        sa.Column("part_id", BIG, nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["part_id"], ["cards_part.id"], name=op.f("fk_cards_part_service_part_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["salon_service.id"], name=op.f("fk_cards_part_service_service_id")
        ),
        sa.PrimaryKeyConstraint("part_id", "service_id", name=op.f("pk_cards_part_service")),
    )
    op.create_index(
        op.f("ix_cards_part_service_service_id"), "cards_part_service", ["service_id"], unique=False
    )


def _create_use(op: Operations) -> None:
    op.create_table(
        "cards_use",
        sa.Column("id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("part_id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("service_id", BIG, nullable=False),
        sa.Column("variant_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("free", sa.Boolean(), nullable=False),
        sa.Column("list_fen", BIG, nullable=False),
        sa.Column("deal_fen", BIG, nullable=False),
        sa.Column("income_fen", BIG, nullable=False),
        sa.Column("supplement_fen", BIG, nullable=False),
        sa.Column("agreed_by", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_id", BIG, nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("bill_ref", sa.String(), nullable=False),
        sa.Column("journal_id", BIG, nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.Column("undo_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "income_fen >= 0 AND supplement_fen >= 0", name=op.f("ck_cards_use_positive")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["console_user.id"], name=op.f("fk_cards_use_by_id")),
        sa.ForeignKeyConstraint(["card_id"], ["cards_card.id"], name=op.f("fk_cards_use_card_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_cards_use_member_id")
        ),
        sa.ForeignKeyConstraint(["part_id"], ["cards_part.id"], name=op.f("fk_cards_use_part_id")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["salon_service.id"], name=op.f("fk_cards_use_service_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_cards_use_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cards_use_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_use")),
        sa.UniqueConstraint("key", name=op.f("uq_cards_use_key")),
    )
    op.create_index(
        "ix_cards_use_card_id_used_on", "cards_use", ["card_id", "used_on"], unique=False
    )
    op.create_index("ix_cards_use_member_id_at", "cards_use", ["member_id", "at"], unique=False)
    op.create_index(op.f("ix_cards_use_part_id"), "cards_use", ["part_id"], unique=False)
    op.create_index(op.f("ix_cards_use_service_id"), "cards_use", ["service_id"], unique=False)
    op.create_index(op.f("ix_cards_use_staff_id"), "cards_use", ["staff_id"], unique=False)
    op.create_index(
        "ix_cards_use_store_id_used_on", "cards_use", ["store_id", "used_on"], unique=False
    )
