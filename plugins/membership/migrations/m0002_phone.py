"""Members on their phones: cards, sessions, codes that were used, QR codes, requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Members on their phones."""
    _create_cards(op)
    op.create_table(
        "membership_code_use",
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("step", BIG, autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["membership_member.id"],
            name=op.f("fk_membership_code_use_member_id_membership_member"),
        ),
        sa.ForeignKeyConstraint(
            ["used_by"],
            ["console_user.id"],
            name=op.f("fk_membership_code_use_used_by_console_user"),
        ),
        sa.PrimaryKeyConstraint("member_id", "step", name=op.f("pk_membership_code_use")),
    )
    op.create_index(op.f("ix_membership_code_use_used_at"), "membership_code_use", ["used_at"])
    _create_requests(op)
    _create_join_codes(op)


def _create_cards(op: Operations) -> None:
    op.create_table(
        "membership_card",
        sa.Column("member_id", BIG, autoincrement=False, nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("series", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["membership_member.id"],
            name=op.f("fk_membership_card_member_id_membership_member"),
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_membership_card")),
    )
    op.create_table(
        "membership_identity",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["membership_member.id"],
            name=op.f("fk_membership_identity_member_id_membership_member"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_identity")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_membership_identity_kind_subject")),
    )
    op.create_index(op.f("ix_membership_identity_member_id"), "membership_identity", ["member_id"])
    op.create_table(
        "membership_visitor",
        sa.Column("id", BIG, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["membership_member.id"],
            name=op.f("fk_membership_visitor_member_id_membership_member"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_visitor")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_membership_visitor_token_hash")),
    )
    op.create_index(op.f("ix_membership_visitor_member_id"), "membership_visitor", ["member_id"])
    op.create_index(op.f("ix_membership_visitor_seen_at"), "membership_visitor", ["seen_at"])


def _create_requests(op: Operations) -> None:
    op.create_table(
        "membership_request",
        sa.Column("id", BIG, nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", BIG, nullable=True),
        sa.Column("member_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["done_by"],
            ["console_user.id"],
            name=op.f("fk_membership_request_done_by_console_user"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["membership_member.id"],
            name=op.f("fk_membership_request_member_id_membership_member"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["console_store.id"],
            name=op.f("fk_membership_request_store_id_console_store"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_request")),
    )
    op.create_index(op.f("ix_membership_request_phone"), "membership_request", ["phone"])
    op.create_index(op.f("ix_membership_request_done_at"), "membership_request", ["done_at"])


def _create_join_codes(op: Operations) -> None:
    op.create_table(
        "membership_join_code",
        sa.Column("id", BIG, nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("scans", BIG, nullable=False),
        sa.Column("joins", BIG, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["console_user.id"],
            name=op.f("fk_membership_join_code_created_by_console_user"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["salon_staff.id"],
            name=op.f("fk_membership_join_code_staff_id_salon_staff"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["console_store.id"],
            name=op.f("fk_membership_join_code_store_id_console_store"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_join_code")),
        sa.UniqueConstraint("token", name=op.f("uq_membership_join_code_token")),
    )
    op.create_index(op.f("ix_membership_join_code_store_id"), "membership_join_code", ["store_id"])
