"""What a platform's voucher gives: a service as before, or a product or card."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Let deals say what they give, and let their service be empty."""
    op.add_column(
        "cashier_deal", sa.Column("gives", sa.String(), nullable=False, server_default="")
    )
    op.execute("UPDATE cashier_deal SET gives = 'service:' || variant_id")
    with op.batch_alter_table("cashier_deal", copy_from=_table()) as batch:
        batch.alter_column("variant_id", existing_type=BIG, nullable=True)
        batch.alter_column("gives", existing_type=sa.String(), server_default=None)


def _table() -> sa.Table:
    """Return the table as it stands, because SQLite keeps no checks when it is made anew."""
    ck = "ck_cashier_deal_"
    return sa.Table(
        "cashier_deal",
        sa.MetaData(),
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind_id", BIG, nullable=False),
        sa.Column("deal_no", sa.String(), nullable=False),
        sa.Column("variant_id", BIG, nullable=False),
        sa.Column("price_fen", BIG, nullable=False),
        sa.Column("fee_percent", BIG, nullable=False),
        sa.Column("settlement_fen", BIG, nullable=True),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("gives", sa.String(), nullable=False, server_default=""),
        sa.CheckConstraint("price_fen > 0", name=f"{ck}price_fen"),
        sa.CheckConstraint("fee_percent BETWEEN 0 AND 100", name=f"{ck}fee_percent"),
        sa.CheckConstraint("settlement_fen BETWEEN 0 AND price_fen", name=f"{ck}settlement_fen"),
        sa.ForeignKeyConstraint(
            ["kind_id"], ["cashier_payment_kind.id"], name="fk_cashier_deal_kind_id"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["salon_variant.id"], name="fk_cashier_deal_variant_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_cashier_deal"),
        sa.UniqueConstraint("kind_id", "name", name="uq_cashier_deal_kind_id_name"),
        sa.Index("ix_cashier_deal_variant_id", "variant_id"),
    )
