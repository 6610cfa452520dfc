"""Keep the words by which records are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: A range of words is read in the order of their code points, whatever the database's language.
WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade(op: Operations) -> None:
    """Keep the words by which records are found."""
    op.create_table(
        "console_search_index",
        sa.Column("kind", BIG, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_console_search_index")),
        sa.UniqueConstraint("name", name=op.f("uq_console_search_index_name")),
    )
    op.create_table(
        "console_search_record",
        sa.Column("kind", BIG, nullable=False),
        sa.Column("record_id", BIG, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id", name=op.f("pk_console_search_record")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "console_search_word",
        sa.Column("kind", BIG, nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.Column("record_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("kind", "word", "record_id", name=op.f("pk_console_search_word")),
        sqlite_with_rowid=False,
    )
