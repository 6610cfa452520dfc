"""Initial."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(op: Operations) -> None:
    """Initial."""
    op.create_table(
        "console_audit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=True),
        sa.Column("till_id", BIG, nullable=True),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("subject_table", sa.String(), nullable=False),
        sa.Column("subject_id", BIG, nullable=True),
        sa.Column("subject_label", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_audit")),
    )
    op.create_index(op.f("ix_console_audit_act"), "console_audit", ["act"], unique=False)
    op.create_index(op.f("ix_console_audit_at"), "console_audit", ["at"], unique=False)
    op.create_index(
        op.f("ix_console_audit_subject_table"),
        "console_audit",
        ["subject_table", "subject_id"],
        unique=False,
    )
    op.create_index(op.f("ix_console_audit_user_id"), "console_audit", ["user_id"], unique=False)
    op.create_table(
        "console_delivery",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("plugin", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", BIG, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_delivery")),
    )
    op.create_index(
        op.f("ix_console_delivery_state"), "console_delivery", ["state", "due_at"], unique=False
    )
    op.create_table(
        "console_epoch",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_epoch")),
    )
    op.create_table(
        "console_file",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("needs", sa.String(), nullable=True),
        sa.Column("store_id", BIG, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_file")),
    )
    op.create_index(op.f("ix_console_file_sha256"), "console_file", ["sha256"], unique=False)
    op.create_table(
        "console_job",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("plugin", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=True),
        sa.Column("args", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("actor", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", BIG, nullable=False),
        sa.Column("done", BIG, nullable=False),
        sa.Column("total", BIG, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("stopping", sa.Boolean(), nullable=False),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("file_id", BIG, nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_job")),
        sa.UniqueConstraint("slot", name=op.f("uq_console_job_slot")),
    )
    op.create_index(op.f("ix_console_job_state"), "console_job", ["state"], unique=False)
    op.create_index(op.f("ix_console_job_user_id"), "console_job", ["user_id"], unique=False)
    op.create_table(
        "console_plugin",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_console_plugin")),
    )
    op.create_table(
        "console_role",
        sa.Column("id", BIG, nullable=False),
        sa.Column("preset", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_role")),
        sa.UniqueConstraint("preset", name=op.f("uq_console_role_preset")),
    )
    op.create_table(
        "console_setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("store_id", BIG, autoincrement=False, nullable=False),
        sa.Column("value", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "store_id", name=op.f("pk_console_setting")),
    )
    op.create_table(
        "console_signin_try",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fails", BIG, nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_console_signin_try")),
    )
    op.create_index(
        op.f("ix_console_signin_try_since_at"), "console_signin_try", ["since_at"], unique=False
    )
    op.create_table(
        "console_store",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("cut_off_minutes", BIG, nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_store")),
        sa.UniqueConstraint("name", name=op.f("uq_console_store_name")),
    )
    op.create_table(
        "console_user",
        sa.Column("id", BIG, nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("density", sa.String(), nullable=False),
        sa.Column("preferences", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_user")),
        sa.UniqueConstraint("login", name=op.f("uq_console_user_login")),
    )
    op.create_table(
        "console_worker",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("process", BIG, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_worker")),
    )
    op.create_table(
        "console_approval",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("subject_table", sa.String(), nullable=False),
        sa.Column("subject_id", BIG, nullable=True),
        sa.Column("subject_label", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=True),
        sa.Column("asked_by", BIG, nullable=True),
        sa.Column("asked_name", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("decided_name", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["console_user.id"], name=op.f("fk_console_approval_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["console_user.id"], name=op.f("fk_console_approval_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_console_approval_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_approval")),
    )
    op.create_index(
        op.f("ix_console_approval_asked_at"), "console_approval", ["asked_at"], unique=False
    )
    op.create_index(op.f("ix_console_approval_kind"), "console_approval", ["kind"], unique=False)
    op.create_index(op.f("ix_console_approval_state"), "console_approval", ["state"], unique=False)
    op.create_table(
        "console_grant",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("role_id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["role_id"], ["console_role.id"], name=op.f("fk_console_grant_role_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_console_grant_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["console_user.id"],
            name=op.f("fk_console_grant_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_grant")),
    )
    op.create_index(op.f("ix_console_grant_role_id"), "console_grant", ["role_id"], unique=False)
    op.create_index(op.f("ix_console_grant_store_id"), "console_grant", ["store_id"], unique=False)
    op.create_index(op.f("ix_console_grant_user_id"), "console_grant", ["user_id"], unique=False)
    op.create_table(
        "console_import",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("whole_chain", sa.Boolean(), nullable=False),
        sa.Column("sheets", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("mapping", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("guesses", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("choices", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("totals", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("job_id", BIG, nullable=True),
        sa.Column("problem", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["console_file.id"], name=op.f("fk_console_import_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_console_import_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_import")),
    )
    op.create_index(
        "ix_console_import_subject_id", "console_import", ["subject", "id"], unique=False
    )
    op.create_table(
        "console_notice",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("store_id", BIG, nullable=True),
        sa.Column("permission", sa.String(), nullable=True),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("todo", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["done_by"], ["console_user.id"], name=op.f("fk_console_notice_done_by")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_console_notice_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["console_user.id"],
            name=op.f("fk_console_notice_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_console_notice_key")),
    )
    op.create_index(op.f("ix_console_notice_at"), "console_notice", ["at"], unique=False)
    op.create_index(op.f("ix_console_notice_user_id"), "console_notice", ["user_id"], unique=False)
    op.create_table(
        "console_role_permission",
        sa.Column("role_id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.CheckConstraint(
            "decision in ('allow', 'deny', 'none')",
            name=op.f("ck_console_role_permission_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["console_role.id"],
            name=op.f("fk_console_role_permission_role_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("role_id", "key", name=op.f("pk_console_role_permission")),
    )
    op.create_table(
        "console_till",
        sa.Column("id", BIG, nullable=False),
        sa.Column("store_id", BIG, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", BIG, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["registered_by"], ["console_user.id"], name=op.f("fk_console_till_registered_by")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_console_till_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_till")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_console_till_token_hash")),
    )
    op.create_index(op.f("ix_console_till_store_id"), "console_till", ["store_id"], unique=False)
    op.create_table(
        "console_import_row",
        sa.Column("import_id", BIG, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("values", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("raw", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("problems", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("notes", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("duplicate_of", BIG, nullable=True),
        sa.Column("record_id", BIG, nullable=True),
        sa.Column("edits", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("waived", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("added_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["console_import.id"],
            name=op.f("fk_console_import_row_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_console_import_row")),
    )
    op.create_index(
        "ix_console_import_row_added", "console_import_row", ["import_id", "added_id"], unique=False
    )
    op.create_index(
        "ix_console_import_row_status",
        "console_import_row",
        ["import_id", "status", "reason", "number"],
        unique=False,
    )
    op.create_table(
        "console_notice_read",
        sa.Column("notice_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["console_notice.id"],
            name=op.f("fk_console_notice_read_notice_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["console_user.id"],
            name=op.f("fk_console_notice_read_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("notice_id", "user_id", name=op.f("pk_console_notice_read")),
    )
    op.create_table(
        "console_session",
        sa.Column("id", BIG, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("spare_hash", sa.String(), nullable=True),
        sa.Column("spare_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rotate", sa.Boolean(), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("till_id", BIG, nullable=True),
        sa.Column("store_id", BIG, nullable=True),
        sa.Column("by_pin", sa.Boolean(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["store_id"], ["console_store.id"], name=op.f("fk_console_session_store_id")
        ),
        sa.ForeignKeyConstraint(
            ["till_id"], ["console_till.id"], name=op.f("fk_console_session_till_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["console_user.id"],
            name=op.f("fk_console_session_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_console_session_token_hash")),
    )
    op.create_index(
        op.f("ix_console_session_ended_at"), "console_session", ["ended_at"], unique=False
    )
    op.create_index(
        op.f("ix_console_session_spare_hash"), "console_session", ["spare_hash"], unique=False
    )
    op.create_index(
        op.f("ix_console_session_till_id"), "console_session", ["till_id"], unique=False
    )
    op.create_index(
        op.f("ix_console_session_user_id"), "console_session", ["user_id"], unique=False
    )
