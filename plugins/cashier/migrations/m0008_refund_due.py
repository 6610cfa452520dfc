"""The day until which a refund has to be paid out."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from alembic.operations import Operations

#: What the national rules say; refunds from now on have what held when they were asked for.
DAYS = 15


def upgrade(op: Operations) -> None:
    """Add the column, and reckon it for the refunds that wait."""
    op.add_column("cashier_refund", sa.Column("due_on", sa.Date(), nullable=True))
    op.create_index("ix_cashier_refund_due_on", "cashier_refund", ["due_on"])
    refund = sa.table(
        "cashier_refund",
        sa.column("id", sa.BigInteger()),
        sa.column("state", sa.String()),
        sa.column("booked_on", sa.Date()),
        sa.column("due_on", sa.Date()),
    )
    waits = sa.select(refund.c.id, refund.c.booked_on).where(
        refund.c.state.in_(("open", "waiting", "approved"))
    )
    connection = op.get_bind()
    for number, day in connection.execute(waits).all():
        due = day + dt.timedelta(days=DAYS)
        connection.execute(sa.update(refund).where(refund.c.id == number).values(due_on=due))
