"""Products, what lies of them in each store, movements, gifts and their pick-ups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MESSAGE = "stock movements only grow"
KINDS = "'opening', 'delivery', 'sale', 'return', 'use', 'count', 'loss', 'transfer', 'gift'"


def upgrade(op: Operations) -> None:
    """Create the tables of stock and gifts."""
    _create_products(op)
    _create_gifts(op)
    _create_levels(op)
    _create_pickups(op)
    _create_movements(op)
    _keep_movements(op)


def _create_products(op: Operations) -> None:
    op.create_table(
        "stock_product",
        sa.Column("id", BIG, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("price_fen", BIG, nullable=True),
        sa.Column("cost_fen", BIG, nullable=True),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("picture_id", BIG, nullable=True),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "purpose <> 'retail' OR price_fen IS NOT NULL", name=op.f("ck_stock_product_priced")
        ),
        sa.CheckConstraint(
            "purpose IN ('retail', 'salon', 'gift')", name=op.f("ck_stock_product_purpose")
        ),
        sa.CheckConstraint(
            "price_fen >= 0 AND cost_fen >= 0", name=op.f("ck_stock_product_prices")
        ),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["console_file.id"], name=op.f("fk_stock_product_picture_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_product")),
        sa.UniqueConstraint("code", name=op.f("uq_stock_product_code")),
        sa.UniqueConstraint("name", name=op.f("uq_stock_product_name")),
    )


def _create_gifts(op: Operations) -> None:
    op.create_table(
        "stock_gift",
        sa.Column("id", BIG, nullable=False),
        sa.Column("product_id", BIG, nullable=False),
        sa.Column("points", BIG, nullable=False),
        sa.Column("per_member", BIG, nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("on_shelf", sa.Boolean(), nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.CheckConstraint("points > 0 AND per_member > 0", name=op.f("ck_stock_gift_positive")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["stock_product.id"], name=op.f("fk_stock_gift_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_gift")),
        sa.UniqueConstraint("product_id", name=op.f("uq_stock_gift_product_id")),
    )


def _create_levels(op: Operations) -> None:
    op.create_table(
        "stock_level",
        sa.Column("id", BIG, nullable=False),
        sa.Column("product_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("on_hand", BIG, nullable=False),
        sa.Column("least", BIG, nullable=False),
        sa.Column("low", sa.Boolean(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.CheckConstraint("least >= 0", name=op.f("ck_stock_level_least")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["stock_product.id"], name=op.f("fk_stock_level_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_stock_level_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_level")),
        sa.UniqueConstraint(
            "product_id", "store_id", name=op.f("uq_stock_level_product_id_store_id")
        ),
    )
    op.create_index("ix_stock_level_store_id_low", "stock_level", ["store_id", "low"], unique=False)


def _create_pickups(op: Operations) -> None:
    op.create_table(
        "stock_pickup",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("gift_id", BIG, nullable=False),
        sa.Column("product_id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("points", BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", BIG, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", BIG, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'handed', 'cancelled')", name=op.f("ck_stock_pickup_state")
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_stock_pickup_points")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["console_user.id"], name=op.f("fk_stock_pickup_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["console_user.id"], name=op.f("fk_stock_pickup_ended_by")
        ),
        sa.ForeignKeyConstraint(
            ["gift_id"], ["stock_gift.id"], name=op.f("fk_stock_pickup_gift_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_stock_pickup_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["stock_product.id"], name=op.f("fk_stock_pickup_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_stock_pickup_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_pickup")),
        sa.UniqueConstraint("code", name=op.f("uq_stock_pickup_code")),
        sa.UniqueConstraint("key", name=op.f("uq_stock_pickup_key")),
    )
    op.create_index("ix_stock_pickup_gift_id", "stock_pickup", ["gift_id"], unique=False)
    op.create_index("ix_stock_pickup_member_id", "stock_pickup", ["member_id"], unique=False)
    op.create_index(
        "ix_stock_pickup_store_id_state", "stock_pickup", ["store_id", "state"], unique=False
    )


def _create_movements(op: Operations) -> None:
    op.create_table(
        "stock_movement",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("product_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("quantity", BIG, nullable=False),
        sa.Column("after", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("by", BIG, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("line_id", BIG, nullable=True),
        sa.Column("other_store_id", BIG, nullable=True),
        sa.CheckConstraint(
            f"kind IN ({KINDS})",
            name=op.f("ck_stock_movement_kind"),
        ),
        sa.ForeignKeyConstraint(["by"], ["console_user.id"], name=op.f("fk_stock_movement_by")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["cashier_line.id"], name=op.f("fk_stock_movement_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_store_id"], ["console_store.id"], name=op.f("fk_stock_movement_other_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["stock_product.id"], name=op.f("fk_stock_movement_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_stock_movement_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
        sa.UniqueConstraint("key", name=op.f("uq_stock_movement_key")),
    )
    op.create_index("ix_stock_movement_line_id", "stock_movement", ["line_id"], unique=False)
    op.create_index(
        "ix_stock_movement_product_id_store_id",
        "stock_movement",
        ["product_id", "store_id"],
        unique=False,
    )
    op.create_index(
        "ix_stock_movement_store_id_booked_on",
        "stock_movement",
        ["store_id", "booked_on"],
        unique=False,
    )


def _keep_movements(op: Operations) -> None:
    """Let nobody change or remove a movement; what is wrong is put right by another one."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER stock_movement_no_{act.lower()} BEFORE {act} ON stock_movement"
                f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION stock_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER stock_movement_no_change BEFORE UPDATE OR DELETE ON stock_movement"
        " FOR EACH ROW EXECUTE FUNCTION stock_refuse_change()"
    )
