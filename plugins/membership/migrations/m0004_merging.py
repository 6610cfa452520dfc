"""Merging, consents and the privacy centre."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: What a merge may change of a consent: whose it is. All else is fixed.
FIXED = ("id", "purpose", "given", "version", "at", "channel", "user_id", "user_name")
REFUSED = "consents are append-only"


def upgrade(op: Operations) -> None:
    """Merging, consents and the privacy centre."""
    _change_members(op)
    _create_merges(op)
    _create_consents(op)
    _create_requests(op)
    _guard_consents(op)


def _change_members(op: Operations) -> None:
    """Add columns in place: a copied table would forget which ids were given on SQLite."""
    for column in (
        sa.Column("may_market", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("membership_member", column)
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE membership_member ADD COLUMN merged_into_id {kind} "
        "CONSTRAINT fk_membership_member_merged_into_id REFERENCES membership_member (id)"
    )
    for name, columns in (
        ("ix_membership_member_merged_into_id", ["merged_into_id"]),
        ("ix_membership_member_twins", ["name", "birth_month", "birth_day"]),
    ):
        op.create_index(name, "membership_member", columns)


def _create_merges(op: Operations) -> None:
    op.create_table(
        "membership_duplicate",
        sa.Column("id", BIG, nullable=False),
        sa.Column("low_id", BIG, nullable=False),
        sa.Column("high_id", BIG, nullable=False),
        sa.Column("score", BIG, nullable=False),
        sa.Column("reasons", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_by", sa.String(), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_membership_duplicate_ordered")),
        sa.ForeignKeyConstraint(
            ["high_id"], ["membership_member.id"], name=op.f("fk_membership_duplicate_high_id")
        ),
        sa.ForeignKeyConstraint(
            ["low_id"], ["membership_member.id"], name=op.f("fk_membership_duplicate_low_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_duplicate")),
        sa.UniqueConstraint(
            "low_id", "high_id", name=op.f("uq_membership_duplicate_low_id_high_id")
        ),
    )
    op.create_index(op.f("ix_membership_duplicate_high_id"), "membership_duplicate", ["high_id"])
    op.create_index(
        "ix_membership_duplicate_score", "membership_duplicate", ["dismissed_at", "score", "id"]
    )
    op.create_table(
        "membership_merge",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kept_id", BIG, nullable=False),
        sa.Column("gone_id", BIG, nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("journal_id", BIG, nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gone_id"], ["membership_member.id"], name=op.f("fk_membership_merge_gone_id")
        ),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["membership_member.id"], name=op.f("fk_membership_merge_kept_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["console_user.id"], name=op.f("fk_membership_merge_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_merge")),
    )
    op.create_index(op.f("ix_membership_merge_gone_id"), "membership_merge", ["gone_id"])
    op.create_index(op.f("ix_membership_merge_kept_id"), "membership_merge", ["kept_id"])
    op.create_table(
        "membership_moved",
        sa.Column("id", BIG, nullable=False),
        sa.Column("merge_id", BIG, nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("column_name", sa.String(), nullable=False),
        sa.Column("row", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"], ["membership_merge.id"], name=op.f("fk_membership_moved_merge_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_moved")),
    )
    op.create_index(op.f("ix_membership_moved_merge_id"), "membership_moved", ["merge_id"])


def _create_consents(op: Operations) -> None:
    op.create_table(
        "membership_consent_text",
        sa.Column("id", BIG, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("texts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_consent_text")),
        sa.UniqueConstraint(
            "purpose", "version", name=op.f("uq_membership_consent_text_purpose_version")
        ),
    )
    op.create_table(
        "membership_consent",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('service', 'marketing', 'photos', 'health')",
            name=op.f("ck_membership_consent_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_consent_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_consent")),
    )
    op.create_index(
        "ix_membership_consent_member_id",
        "membership_consent",
        ["member_id", "purpose", "at", "id"],
    )


def _create_requests(op: Operations) -> None:
    op.create_table(
        "membership_erasure",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_name", sa.String(), nullable=False),
        sa.Column("approval_id", BIG, nullable=True),
        sa.Column("waived", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_erasure_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_erasure")),
    )
    op.create_index(op.f("ix_membership_erasure_member_id"), "membership_erasure", ["member_id"])
    op.create_index(op.f("ix_membership_erasure_state"), "membership_erasure", ["state"])
    op.create_table(
        "membership_data_copy",
        sa.Column("id", BIG, nullable=False),
        sa.Column("member_id", BIG, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("job_id", BIG, nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["membership_member.id"], name=op.f("fk_membership_data_copy_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_data_copy")),
    )
    op.create_index(
        op.f("ix_membership_data_copy_member_id"), "membership_data_copy", ["member_id"]
    )


def _guard_consents(op: Operations) -> None:
    if op.get_bind().dialect.name == "sqlite":
        changed = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in FIXED)
        op.execute(
            "CREATE TRIGGER membership_consent_update BEFORE UPDATE ON membership_consent"
            f" WHEN {changed} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )
        op.execute(
            "CREATE TRIGGER membership_consent_delete BEFORE DELETE ON membership_consent"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )
        return
    changed = " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in FIXED)
    op.execute(
        "CREATE FUNCTION membership_refuse_consent_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER membership_consent_update BEFORE UPDATE ON membership_consent FOR EACH ROW"
        f" WHEN ({changed}) EXECUTE FUNCTION membership_refuse_consent_change()"
    )
    op.execute(
        "CREATE TRIGGER membership_consent_delete BEFORE DELETE OR TRUNCATE ON membership_consent"
        " FOR EACH STATEMENT EXECUTE FUNCTION membership_refuse_consent_change()"
    )
