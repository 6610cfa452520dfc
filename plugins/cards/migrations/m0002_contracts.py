"""Contracts, objections, swapped cards, and how many people may share one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Contracts, objections, swapped cards, and how many people may share one."""
    op.create_table(
        "cards_contract",
        sa.Column("id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "signed_by IN ('phone', 'paper')", name=op.f("ck_cards_contract_signed_by")
        ),
        sa.ForeignKeyConstraint(
            ["card_id"], ["cards_card.id"], name=op.f("fk_cards_contract_card_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_contract")),
        sa.UniqueConstraint("card_id", name=op.f("uq_cards_contract_card_id")),
    )
    op.create_table(
        "cards_objection",
        sa.Column("id", BIG, nullable=False),
        sa.Column("use_id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('explained', 'given_back', 'made_good')",
            name=op.f("ck_cards_objection_outcome"),
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_cards_objection_answered_with_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_cards_objection_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_cards_objection_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["use_id"], ["cards_use.id"], name=op.f("fk_cards_objection_use_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards_objection")),
        sa.UniqueConstraint("use_id", name=op.f("uq_cards_objection_use_id")),
    )
    op.create_index(
        op.f("ix_cards_objection_member_id"), "cards_objection", ["member_id"], unique=False
    )
    op.create_index(
        "ix_cards_objection_store_id_answered_at",
        "cards_objection",
        ["store_id", "answered_at"],
        unique=False,
    )
    for table in ("cards_product", "cards_card"):
        column = sa.Column("people_most", BIG, nullable=False, server_default="5")
        op.add_column(table, column)
    ref = sa.Column("bill_ref", sa.String(), nullable=False, server_default="")
    op.add_column("cards_card", ref)
    _add_swapped(op)
    op.create_index(op.f("ix_cards_card_swapped_from_id"), "cards_card", ["swapped_from_id"])


def _add_swapped(op: Operations) -> None:
    """Add the column in place: a copied table would forget which ids were given on SQLite."""
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE cards_card ADD COLUMN swapped_from_id {kind} "
        "CONSTRAINT fk_cards_card_swapped_from_id REFERENCES cards_card (id)"
    )
