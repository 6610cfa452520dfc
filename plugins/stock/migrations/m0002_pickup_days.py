"""Gifts for points are kept so many days; those that were taken before are kept for ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CK = "ck_stock_pickup_"
STATES = "state IN ('waiting', 'handed', 'cancelled', 'lapsed')"


def upgrade(op: Operations) -> None:
    """Add the last day and what becomes of the points, and the new state."""
    with op.batch_alter_table("stock_pickup", copy_from=_table()) as batch:
        batch.drop_constraint(op.f(f"{CK}state"), type_="check")
        batch.create_check_constraint(op.f(f"{CK}state"), STATES)
        batch.add_column(sa.Column("until_on", sa.Date(), nullable=True))
        batch.add_column(
            sa.Column("points_back", sa.Boolean(), nullable=False, server_default=sa.true())
        )


def _table() -> sa.Table:
    """Return the table as it stands, because SQLite keeps no checks in a new one."""
    fk = "fk_stock_pickup_"
    return sa.Table(
        "stock_pickup",
        sa.MetaData(),
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
        sa.CheckConstraint("state IN ('waiting')", name=f"{CK}state"),
        sa.CheckConstraint("points > 0", name=f"{CK}points"),
        sa.ForeignKeyConstraint(["asked_by"], ["console_user.id"], name=f"{fk}asked_by"),
        sa.ForeignKeyConstraint(["ended_by"], ["console_user.id"], name=f"{fk}ended_by"),
        sa.ForeignKeyConstraint(["gift_id"], ["stock_gift.id"], name=f"{fk}gift_id"),
        sa.ForeignKeyConstraint(["member_id"], ["membership_member.id"], name=f"{fk}member_id"),
        sa.ForeignKeyConstraint(["product_id"], ["stock_product.id"], name=f"{fk}product_id"),
        sa.ForeignKeyConstraint(["store_id"], ["console_store.id"], name=f"{fk}store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stock_pickup"),
        sa.UniqueConstraint("code", name="uq_stock_pickup_code"),
        sa.UniqueConstraint("key", name="uq_stock_pickup_key"),
        sa.Index("ix_stock_pickup_gift_id", "gift_id"),
        sa.Index("ix_stock_pickup_member_id", "member_id"),
        sa.Index("ix_stock_pickup_store_id_state", "store_id", "state"),
    )
