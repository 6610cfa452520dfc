"""Initial."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Initial."""
    op.create_table(
        "messages_asking",
        sa.Column("phone_key", sa.String(), nullable=False),
        sa.Column("asked", BIG, nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("phone_key", name=op.f("pk_messages_asking")),
    )
    op.create_table(
        "messages_code",
        sa.Column("id", BIG, nullable=False),
        sa.Column("phone_key", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("tries", BIG, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tries >= 0 AND tries <= 5", name=op.f("ck_messages_code_tries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_code")),
    )
    op.create_index(
        "ix_messages_code_phone_key_asked_at",
        "messages_code",
        ["phone_key", "asked_at"],
        unique=False,
    )
    op.create_table(
        "messages_sms_outbox",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("member_id", BIG, nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("parts", BIG, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_sms_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_sms_outbox_key")),
    )
    op.create_index(
        op.f("ix_messages_sms_outbox_member_id"), "messages_sms_outbox", ["member_id"], unique=False
    )
    op.create_index(
        op.f("ix_messages_sms_outbox_sent_at"), "messages_sms_outbox", ["sent_at"], unique=False
    )
    op.create_table(
        "messages_message",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('service', 'marketing')", name=op.f("ck_messages_message_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_messages_message_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_message")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_message_key")),
    )
    op.create_index(op.f("ix_messages_message_kind"), "messages_message", ["kind"], unique=False)
    op.create_index(
        "ix_messages_message_member_id_id", "messages_message", ["member_id", "id"], unique=False
    )
    op.create_index(
        "ix_messages_message_sent_at_id", "messages_message", ["sent_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_messages_message_store_id"), "messages_message", ["store_id"], unique=False
    )
    op.create_table(
        "messages_delivery",
        sa.Column("id", BIG, nullable=False),
        sa.Column("message_id", BIG, nullable=True),
        sa.Column("code_id", BIG, nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", BIG, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'dropped')",
            name=op.f("ck_messages_delivery_state"),
        ),
        sa.CheckConstraint(
            "(message_id IS NULL) <> (code_id IS NULL)", name=op.f("ck_messages_delivery_content")
        ),
        sa.ForeignKeyConstraint(
            ["code_id"],
            ["messages_code.id"],
            name=op.f("fk_messages_delivery_code_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages_message.id"],
            name=op.f("fk_messages_delivery_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages_delivery")),
    )
    op.create_index(
        op.f("ix_messages_delivery_code_id"), "messages_delivery", ["code_id"], unique=False
    )
    op.create_index(
        op.f("ix_messages_delivery_message_id"), "messages_delivery", ["message_id"], unique=False
    )
    op.create_index(
        "ix_messages_delivery_state_due_at", "messages_delivery", ["state", "due_at"], unique=False
    )
    op.create_table(
        "messages_moved",
        sa.Column("message_id", BIG, nullable=False),
        sa.Column("gone_id", BIG, autoincrement=False, nullable=False),
        sa.Column("kept_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages_message.id"],
            name=op.f("fk_messages_moved_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", "gone_id", name=op.f("pk_messages_moved")),
    )
    op.create_index(
        "ix_messages_moved_kept_id_gone_id", "messages_moved", ["kept_id", "gone_id"], unique=False
    )
