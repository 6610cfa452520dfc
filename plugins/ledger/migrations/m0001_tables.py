"""Create the tables of the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Create the tables of the ledger."""
    _create_accounts(op)
    _create_journals(op)
    _create_payments(op)
    _create_lots(op)
    _create_seals(op)


def _create_accounts(op: Operations) -> None:
    op.create_table(
        "ledger_account",
        sa.Column("id", BIG, nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("owner_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("bound", sa.String(), nullable=False),
        sa.Column("total", sa.String(), nullable=False),
        sa.Column("debits", BIG, nullable=False),
        sa.Column("credits", BIG, nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "bound <> 'credit' OR credits >= debits", name=op.f("ck_ledger_account_no_overdraft")
        ),
        sa.CheckConstraint(
            "bound <> 'debit' OR debits >= credits", name=op.f("ck_ledger_account_no_overcredit")
        ),
        sa.CheckConstraint(
            "bound IN ('credit', 'debit', 'none')", name=op.f("ck_ledger_account_bound_known")
        ),
        sa.CheckConstraint(
            "kind <> '' AND unit <> '' AND owner <> ''", name=op.f("ck_ledger_account_named")
        ),
        sa.CheckConstraint(
            "kind <> 'coupon' OR credits - debits <= 1", name=op.f("ck_ledger_account_coupon_once")
        ),
        sa.CheckConstraint(
            "NOT closed OR debits = credits", name=op.f("ck_ledger_account_closed_is_empty")
        ),
        sa.CheckConstraint("debits >= 0 AND credits >= 0", name=op.f("ck_ledger_account_monotone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint("id", "unit", name=op.f("uq_ledger_account_id_unit")),
        sa.UniqueConstraint(
            "owner",
            "owner_id",
            "kind",
            "unit",
            "part",
            name=op.f("uq_ledger_account_owner_owner_id_kind_unit_part"),
        ),
    )
    op.create_table(
        "ledger_standing",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("owner_id", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.PrimaryKeyConstraint(
            "owner", "owner_id", "kind", "unit", name=op.f("pk_ledger_standing")
        ),
    )
    op.create_index(
        "ix_ledger_standing_amount", "ledger_standing", ["kind", "unit", "amount", "owner_id"]
    )


def _create_journals(op: Operations) -> None:
    op.create_table(
        "ledger_journal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("idem_key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=True),
        sa.Column("store_id", BIG, nullable=True),
        sa.Column("business_on", sa.Date(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", BIG, nullable=True),
        sa.Column("approver_id", BIG, nullable=True),
        sa.Column("agreed_by", sa.String(), nullable=True),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("reverses_id", BIG, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["ledger_journal.id"], name=op.f("fk_ledger_journal_reverses_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_ledger_journal_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_journal")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_ledger_journal_idem_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_journal_reverses_id")),
    )
    op.create_index("ix_ledger_journal_business", "ledger_journal", ["store_id", "business_on"])
    op.create_index("ix_ledger_journal_posted_at", "ledger_journal", ["posted_at"])
    op.create_index("ix_ledger_journal_ref", "ledger_journal", ["ref"])
    op.create_table(
        "ledger_leg",
        sa.Column("id", BIG, nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("debit_id", BIG, nullable=False),
        sa.Column("credit_id", BIG, nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_leg_positive")),
        sa.CheckConstraint("debit_id <> credit_id", name=op.f("ck_ledger_leg_distinct")),
        sa.ForeignKeyConstraint(
            ["credit_id", "unit"],
            ["ledger_account.id", "ledger_account.unit"],
            name=op.f("fk_ledger_leg_credit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["debit_id", "unit"],
            ["ledger_account.id", "ledger_account.unit"],
            name=op.f("fk_ledger_leg_debit_id_unit"),
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["ledger_journal.id"], name=op.f("fk_ledger_leg_journal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_leg")),
    )
    op.create_index("ix_ledger_leg_credit_id", "ledger_leg", ["credit_id"])
    op.create_index("ix_ledger_leg_debit_id", "ledger_leg", ["debit_id"])
    op.create_index("ix_ledger_leg_journal_id", "ledger_leg", ["journal_id"])


def _create_payments(op: Operations) -> None:
    op.create_table(
        "ledger_payment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("refunded", BIG, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_payment_positive")),
        sa.CheckConstraint(
            "refunded BETWEEN 0 AND amount", name=op.f("ck_ledger_payment_refund_cap")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["ledger_journal.id"], name=op.f("fk_ledger_payment_journal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_payment")),
        sa.UniqueConstraint("ref", name=op.f("uq_ledger_payment_ref")),
    )
    op.create_index("ix_ledger_payment_journal_id", "ledger_payment", ["journal_id"])
    op.create_table(
        "ledger_refund",
        sa.Column("id", BIG, nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("payment_id", BIG, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_refund_positive")),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["ledger_journal.id"], name=op.f("fk_ledger_refund_journal_id")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["ledger_payment.id"], name=op.f("fk_ledger_refund_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_refund")),
    )
    op.create_index("ix_ledger_refund_journal_id", "ledger_refund", ["journal_id"])
    op.create_index("ix_ledger_refund_payment_id", "ledger_refund", ["payment_id"])


def _create_lots(op: Operations) -> None:
    op.create_table(
        "ledger_lot",
        sa.Column("id", BIG, nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("purse", sa.String(), nullable=False),
        sa.Column("rank", BIG, nullable=False),
        sa.Column("split", sa.String(), nullable=False),
        sa.Column("price_fen", BIG, nullable=False),
        sa.Column("paid", BIG, nullable=False),
        sa.Column("gift", BIG, nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("paid_account_id", BIG, nullable=False),
        sa.Column("gift_account_id", BIG, nullable=True),
        sa.Column("unearned_account_id", BIG, nullable=True),
        sa.CheckConstraint("kind IN ('money', 'sessions')", name=op.f("ck_ledger_lot_kind_known")),
        sa.CheckConstraint(
            "split IN ('pro_rata', 'paid_first', 'gift_first')",
            name=op.f("ck_ledger_lot_split_known"),
        ),
        sa.CheckConstraint("paid + gift > 0", name=op.f("ck_ledger_lot_not_empty")),
        sa.CheckConstraint(
            "price_fen >= 0 AND paid >= 0 AND gift >= 0", name=op.f("ck_ledger_lot_positive")
        ),
        sa.ForeignKeyConstraint(
            ["gift_account_id"], ["ledger_account.id"], name=op.f("fk_ledger_lot_gift_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["ledger_journal.id"], name=op.f("fk_ledger_lot_journal_id")
        ),
        sa.ForeignKeyConstraint(
            ["paid_account_id"], ["ledger_account.id"], name=op.f("fk_ledger_lot_paid_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["unearned_account_id"],
            ["ledger_account.id"],
            name=op.f("fk_ledger_lot_unearned_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_lot")),
        sa.UniqueConstraint("journal_id", "number", name=op.f("uq_ledger_lot_journal_id_number")),
        sa.UniqueConstraint("paid_account_id", name=op.f("uq_ledger_lot_paid_account_id")),
    )
    op.create_table(
        "ledger_use",
        sa.Column("id", BIG, nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("lot_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("payment_id", BIG, nullable=False),
        sa.Column("restores_id", BIG, nullable=True),
        sa.Column("paid", BIG, nullable=False),
        sa.Column("gift", BIG, nullable=False),
        sa.Column("income_fen", BIG, nullable=False),
        sa.Column("list_fen", BIG, nullable=True),
        sa.Column("deal_fen", BIG, nullable=True),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("used_after", BIG, nullable=False),
        sa.Column("earned_after", BIG, nullable=False),
        sa.CheckConstraint("paid + gift > 0", name=op.f("ck_ledger_use_not_empty")),
        sa.CheckConstraint(
            "paid >= 0 AND gift >= 0 AND income_fen >= 0", name=op.f("ck_ledger_use_positive")
        ),
        sa.CheckConstraint(
            "used_after >= 0 AND earned_after >= 0", name=op.f("ck_ledger_use_running")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["ledger_journal.id"], name=op.f("fk_ledger_use_journal_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["ledger_lot.id"], name=op.f("fk_ledger_use_lot_id")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["ledger_payment.id"], name=op.f("fk_ledger_use_payment_id")
        ),
        sa.ForeignKeyConstraint(
            ["restores_id"], ["ledger_use.id"], name=op.f("fk_ledger_use_restores_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_use")),
        sa.UniqueConstraint("lot_id", "number", name=op.f("uq_ledger_use_lot_id_number")),
    )
    op.create_index("ix_ledger_use_journal_id", "ledger_use", ["journal_id"])
    op.create_index("ix_ledger_use_payment_id", "ledger_use", ["payment_id"])
    op.create_index("ix_ledger_use_restores_id", "ledger_use", ["restores_id"])


def _create_seals(op: Operations) -> None:
    op.create_table(
        "ledger_link",
        sa.Column("account_id", BIG, autoincrement=False, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("owner_id", BIG, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_link_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["ledger_journal.id"], name=op.f("fk_ledger_link_journal_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("pk_ledger_link")),
    )
    op.create_index("ix_ledger_link_journal_id", "ledger_link", ["journal_id"])
    op.create_table(
        "ledger_seal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after_id", BIG, nullable=False),
        sa.Column("through_id", BIG, nullable=False),
        sa.Column("journals", BIG, nullable=False),
        sa.Column("journals_digest", sa.String(), nullable=False),
        sa.Column("heads", BIG, nullable=False),
        sa.Column("heads_digest", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_seal")),
        sa.UniqueConstraint("after_id", name=op.f("uq_ledger_seal_after_id")),
        sa.UniqueConstraint("through_id", name=op.f("uq_ledger_seal_through_id")),
    )
