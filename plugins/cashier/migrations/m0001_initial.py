"""Bills, their lines and prices, and how they are paid."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Create the tables of the till."""
    op.create_table(
        "cashier_payment_kind",
        sa.Column("id", BIG, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("payment_class", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("needs_code", sa.Boolean(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "payment_class IN ('cash_like', 'balance', 'card_use', 'benefit')",
            name=op.f("ck_cashier_payment_kind_payment_class"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_payment_kind")),
        sa.UniqueConstraint("code", name=op.f("uq_cashier_payment_kind_code")),
    )
    op.create_table(
        "cashier_counter",
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("last", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cashier_counter_store_id")
        ),
        sa.PrimaryKeyConstraint("store_id", "day_on", name=op.f("pk_cashier_counter")),
    )
    op.create_table(
        "cashier_bill",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("business_on", sa.Date(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("member_id", BIG, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("opened_by", BIG, nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", BIG, nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.String(), nullable=True),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("list_fen", BIG, nullable=False),
        sa.Column("discount_fen", BIG, nullable=False),
        sa.Column("due_fen", BIG, nullable=False),
        sa.Column("paid_fen", BIG, nullable=False),
        sa.Column("owing_fen", BIG, nullable=False),
        sa.Column("choices", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("receipt", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("void_reason", sa.String(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'held', 'settled', 'part_paid', 'void', 'refunded')",
            name=op.f("ck_cashier_bill_state"),
        ),
        sa.CheckConstraint("list_fen = discount_fen + due_fen", name=op.f("ck_cashier_bill_sums")),
        sa.CheckConstraint(
            "list_fen >= 0 AND due_fen >= 0 AND paid_fen >= 0",
            name=op.f("ck_cashier_bill_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_cashier_bill_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["console_user.id"], name=op.f("fk_cashier_bill_opened_by")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["console_user.id"], name=op.f("fk_cashier_bill_settled_by")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cashier_bill_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_bill")),
        sa.UniqueConstraint("key", name=op.f("uq_cashier_bill_key")),
        sa.UniqueConstraint("store_id", "number", name=op.f("uq_cashier_bill_store_id_number")),
    )
    op.create_index("ix_cashier_bill_booked_on", "cashier_bill", ["booked_on"], unique=False)
    op.create_index(
        "ix_cashier_bill_member_id_opened_at",
        "cashier_bill",
        ["member_id", "opened_at"],
        unique=False,
    )
    op.create_index(
        "ix_cashier_bill_store_id_business_on",
        "cashier_bill",
        ["store_id", "business_on"],
        unique=False,
    )
    op.create_index(
        "ix_cashier_bill_store_id_state", "cashier_bill", ["store_id", "state"], unique=False
    )
    op.create_table(
        "cashier_line",
        sa.Column("id", BIG, nullable=False),
        sa.Column("bill_id", BIG, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_kind", sa.String(), nullable=False),
        sa.Column("variant_id", BIG, nullable=True),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("quantity", BIG, nullable=False),
        sa.Column("list_fen", BIG, nullable=False),
        sa.Column("due_fen", BIG, nullable=False),
        sa.Column("principal_fen", BIG, nullable=False),
        sa.Column("bonus_fen", BIG, nullable=False),
        sa.Column("income_fen", BIG, nullable=False),
        sa.Column("owing_fen", BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint(
            "order_kind IN ('service', 'card', 'recharge', 'product')",
            name=op.f("ck_cashier_line_order_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'settled', 'refunded')", name=op.f("ck_cashier_line_state")
        ),
        sa.CheckConstraint("due_fen BETWEEN 0 AND list_fen", name=op.f("ck_cashier_line_due")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cashier_line_quantity")),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["cashier_bill.id"], name=op.f("fk_cashier_line_bill_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["salon_variant.id"], name=op.f("fk_cashier_line_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_line")),
    )
    op.create_index(op.f("ix_cashier_line_bill_id"), "cashier_line", ["bill_id"], unique=False)
    op.create_index(
        op.f("ix_cashier_line_variant_id"), "cashier_line", ["variant_id"], unique=False
    )
    op.create_table(
        "cashier_order",
        sa.Column("id", BIG, nullable=False),
        sa.Column("bill_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("member_id", BIG, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("list_fen", BIG, nullable=False),
        sa.Column("discount_fen", BIG, nullable=False),
        sa.Column("due_fen", BIG, nullable=False),
        sa.CheckConstraint(
            "kind IN ('service', 'card', 'recharge', 'product')", name=op.f("ck_cashier_order_kind")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'held', 'settled', 'part_paid', 'void', 'refunded')",
            name=op.f("ck_cashier_order_state"),
        ),
        sa.CheckConstraint("list_fen = discount_fen + due_fen", name=op.f("ck_cashier_order_sums")),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["cashier_bill.id"], name=op.f("fk_cashier_order_bill_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_cashier_order_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cashier_order_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_order")),
        sa.UniqueConstraint("bill_id", "kind", name=op.f("uq_cashier_order_bill_id_kind")),
        sa.UniqueConstraint("store_id", "number", name=op.f("uq_cashier_order_store_id_number")),
    )
    op.create_index(
        "ix_cashier_order_kind_booked_on", "cashier_order", ["kind", "booked_on"], unique=False
    )
    op.create_index(
        op.f("ix_cashier_order_member_id"), "cashier_order", ["member_id"], unique=False
    )
    op.create_table(
        "cashier_settlement",
        sa.Column("id", BIG, nullable=False),
        sa.Column("bill_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", BIG, nullable=True),
        sa.Column("agreed_by", sa.String(), nullable=True),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("paid_fen", BIG, nullable=False),
        sa.Column("owing_fen", BIG, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", BIG, nullable=True),
        sa.Column("undo_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["cashier_bill.id"], name=op.f("fk_cashier_settlement_bill_id")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["console_user.id"], name=op.f("fk_cashier_settlement_settled_by")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["console_user.id"], name=op.f("fk_cashier_settlement_undone_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_settlement")),
        sa.UniqueConstraint("bill_id", "number", name=op.f("uq_cashier_settlement_bill_id_number")),
        sa.UniqueConstraint("key", name=op.f("uq_cashier_settlement_key")),
    )
    op.create_index(
        "ix_cashier_settlement_booked_on", "cashier_settlement", ["booked_on"], unique=False
    )
    op.create_table(
        "cashier_discount",
        sa.Column("id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("reason", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("by_user", BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "step IN ('member', 'activity', 'coupon', 'points', 'balance', 'price_change',"
            " 'gift', 'rounding')",
            name=op.f("ck_cashier_discount_step"),
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_cashier_discount_amount_fen")),
        sa.ForeignKeyConstraint(
            ["by_user"], ["console_user.id"], name=op.f("fk_cashier_discount_by_user")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["cashier_line.id"], name=op.f("fk_cashier_discount_line_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_discount")),
    )
    op.create_index(
        op.f("ix_cashier_discount_line_id"), "cashier_discount", ["line_id"], unique=False
    )
    op.create_table(
        "cashier_payment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("bill_id", BIG, nullable=False),
        sa.Column("settlement_id", BIG, nullable=True),
        sa.Column("kind_id", BIG, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("given_fen", BIG, nullable=False),
        sa.Column("change_fen", BIG, nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("trade_no", sa.String(), nullable=False),
        sa.Column("voucher_code", sa.String(), nullable=True),
        sa.Column("purse", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('confirmed', 'pending', 'failed', 'undone')",
            name=op.f("ck_cashier_payment_state"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_cashier_payment_amount_fen")),
        sa.CheckConstraint("change_fen >= 0", name=op.f("ck_cashier_payment_change_fen")),
        sa.CheckConstraint(
            "given_fen = amount_fen + change_fen", name=op.f("ck_cashier_payment_change")
        ),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["cashier_bill.id"], name=op.f("fk_cashier_payment_bill_id")
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["cashier_payment_kind.id"], name=op.f("fk_cashier_payment_kind_id")
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["cashier_settlement.id"],
            name=op.f("fk_cashier_payment_settlement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_payment")),
        sa.UniqueConstraint("ref", name=op.f("uq_cashier_payment_ref")),
        sa.UniqueConstraint("voucher_code", name=op.f("uq_cashier_payment_voucher_code")),
    )
    op.create_index(
        op.f("ix_cashier_payment_bill_id"), "cashier_payment", ["bill_id"], unique=False
    )
    op.create_index(
        "ix_cashier_payment_kind_id_booked_on",
        "cashier_payment",
        ["kind_id", "booked_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cashier_payment_settlement_id"), "cashier_payment", ["settlement_id"], unique=False
    )
    op.create_table(
        "cashier_performer",
        sa.Column("id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("share_permille", BIG, nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "share_permille BETWEEN 0 AND 1000", name=op.f("ck_cashier_performer_share")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["cashier_line.id"], name=op.f("fk_cashier_performer_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_cashier_performer_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_performer")),
        sa.UniqueConstraint(
            "line_id", "staff_id", "role", name=op.f("uq_cashier_performer_line_id_staff_id_role")
        ),
    )
    op.create_index(
        op.f("ix_cashier_performer_staff_id"), "cashier_performer", ["staff_id"], unique=False
    )
    op.create_table(
        "cashier_seller",
        sa.Column("id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=False),
        sa.Column("share_permille", BIG, nullable=False),
        sa.CheckConstraint(
            "share_permille BETWEEN 0 AND 1000", name=op.f("ck_cashier_seller_share")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["cashier_line.id"], name=op.f("fk_cashier_seller_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["salon_staff.id"], name=op.f("fk_cashier_seller_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_seller")),
        sa.UniqueConstraint("line_id", "staff_id", name=op.f("uq_cashier_seller_line_id_staff_id")),
    )
    op.create_index(
        op.f("ix_cashier_seller_staff_id"), "cashier_seller", ["staff_id"], unique=False
    )
    op.create_table(
        "cashier_line_part",
        sa.Column("id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("settlement_id", BIG, nullable=False),
        sa.Column("payment_id", BIG, nullable=True),
        sa.Column("amount_fen", BIG, nullable=False),
        sa.Column("lot_id", BIG, nullable=True),
        sa.Column("principal_fen", BIG, nullable=False),
        sa.Column("bonus_fen", BIG, nullable=False),
        sa.Column("income_fen", BIG, nullable=False),
        sa.Column("sessions", BIG, nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"], ["cashier_line.id"], name=op.f("fk_cashier_line_part_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["ledger_lot.id"], name=op.f("fk_cashier_line_part_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["cashier_payment.id"], name=op.f("fk_cashier_line_part_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["cashier_settlement.id"],
            name=op.f("fk_cashier_line_part_settlement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cashier_line_part")),
    )
    op.create_index(
        op.f("ix_cashier_line_part_line_id"), "cashier_line_part", ["line_id"], unique=False
    )
    op.create_index(
        op.f("ix_cashier_line_part_lot_id"), "cashier_line_part", ["lot_id"], unique=False
    )
    op.create_index(
        op.f("ix_cashier_line_part_payment_id"), "cashier_line_part", ["payment_id"], unique=False
    )
    op.create_index(
        "ix_cashier_line_part_settlement_id", "cashier_line_part", ["settlement_id"], unique=False
    )
