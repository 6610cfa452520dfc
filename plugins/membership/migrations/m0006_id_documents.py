"""Identity documents that were noted with prepaid cards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Create the table of identity documents."""
    op.create_table(
        "membership_id_document",
        sa.Column("member_id", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("concealed", sa.Text(), nullable=False),
        sa.Column("tail", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('id_card', 'permit', 'passport', 'licence')",
            name=op.f("ck_membership_id_document_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["membership_member.id"],
            name=op.f("fk_membership_id_document_member_id"),
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_membership_id_document")),
    )
