"""Gifts may be barred from session cards too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CK, FK = "ck_ledger_lot_", "fk_ledger_lot_"
BARS = "gift_bars IN ('', 'products', 'cards', 'products,cards')"


def upgrade(op: Operations) -> None:
    """Widen what the check allows; not a row changes, so the chain of hashes stands."""
    with op.batch_alter_table("ledger_lot", copy_from=_table()) as batch:
        batch.drop_constraint(op.f(f"{CK}gift_bars_known"), type_="check")
        batch.create_check_constraint(op.f(f"{CK}gift_bars_known"), sa.text(BARS))


def _table() -> sa.Table:
    """Return the table as it stands, because SQLite keeps no checks when it is made anew."""
    return sa.Table(
        "ledger_lot",
        sa.MetaData(),
        sa.Column("id", BIG, nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "unit")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("product", "purse")),
        sa.Column("rank", BIG, nullable=False),
        sa.Column("split", sa.String(), nullable=False),
        *(sa.Column(name, BIG, nullable=False) for name in ("price_fen", "paid", "gift")),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("paid_account_id", BIG, nullable=False),
        sa.Column("gift_account_id", BIG, nullable=True),
        sa.Column("unearned_account_id", BIG, nullable=True),
        sa.Column("gift_bars", sa.String(), nullable=False, server_default=""),
        sa.Column("gift_until_on", sa.Date(), nullable=True),
        *_checks(),
        *(
            sa.ForeignKeyConstraint([f"{name}_id"], [f"{table}.id"], name=f"{FK}{name}_id")
            for name, table in (
                ("gift_account", "ledger_account"),
                ("journal", "ledger_journal"),
                ("paid_account", "ledger_account"),
                ("unearned_account", "ledger_account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_lot"),
        sa.UniqueConstraint("journal_id", "number", name="uq_ledger_lot_journal_id_number"),
        sa.UniqueConstraint("paid_account_id", name="uq_ledger_lot_paid_account_id"),
    )


def _checks() -> list[sa.CheckConstraint]:
    told = {
        "kind_known": "kind IN ('money', 'sessions')",
        "split_known": "split IN ('pro_rata', 'paid_first', 'gift_first')",
        "gift_bars_known": "gift_bars IN ('', 'products')",
        "gift_ends": "gift_until_on IS NULL OR kind = 'money'",
        "positive": "price_fen >= 0 AND paid >= 0 AND gift >= 0",
        "not_empty": "paid + gift > 0",
    }
    return [sa.CheckConstraint(rule, name=f"{CK}{name}") for name, rule in told.items()]
