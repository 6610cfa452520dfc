"""Who made a bill void, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BILL = sa.table(
    "cashier_bill",
    *map(sa.column, ("id", "state", "booked_on", "voided_on", "voided_at", "voided_by")),
)
AUDIT = sa.table(
    "console_audit",
    *map(sa.column, ("id", "at", "user_id", "act", "subject_table", "subject_id")),
)


def upgrade(op: Operations) -> None:
    """Add the columns, and read them from the audit trail for the bills that are void."""
    op.add_column("cashier_bill", sa.Column("voided_on", sa.Date(), nullable=True))
    op.add_column("cashier_bill", sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True))
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE cashier_bill ADD COLUMN voided_by {kind} "
        "CONSTRAINT fk_cashier_bill_voided_by REFERENCES console_user (id)"
    )
    void = sa.update(BILL).where(BILL.c.state == "void")
    op.execute(void.values(voided_at=_told(AUDIT.c.at), voided_by=_told(AUDIT.c.user_id)))
    op.execute(void.where(BILL.c.voided_at.is_not(None)).values(voided_on=BILL.c.booked_on))


def _told(column: sa.ColumnElement[object]) -> sa.ScalarSelect[object]:
    """Return what the audit trail says of a bill that was made void."""
    return (
        sa.select(column)
        .where(AUDIT.c.act == "cashier.voided", AUDIT.c.subject_table == "cashier_bill")
        .where(AUDIT.c.subject_id == BILL.c.id)
        .order_by(AUDIT.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
