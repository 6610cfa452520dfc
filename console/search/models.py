"""The tables of the search: which words lead to which records."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console.db import CHAIN, Model, column
from console.i18n import _

#: A range of words is read in the order of their code points, whatever the database's language.
WORD = sa.String().with_variant(sa.String(collation="C"), "postgresql")


class SearchIndex(Model):
    """A table whose rows are found by words, and the form in which these were written."""

    __tablename__ = "console_search_index"
    scope = CHAIN
    label_column = "name"
    kind: Mapped[int] = column(_("Kind"), primary_key=True, autoincrement=False)
    name: Mapped[str] = column(_("Table"), unique=True)
    form: Mapped[str] = column(_("Form"))
    built_at: Mapped[dt.datetime] = column(_("Built at"))


class SearchRecord(Model):
    """All words of one record, each after a space: what is compared row by row."""

    __tablename__ = "console_search_record"
    scope = CHAIN
    __table_args__ = ({"sqlite_with_rowid": False},)
    kind: Mapped[int] = column(_("Kind"), primary_key=True, autoincrement=False)
    record_id: Mapped[int] = column(_("Record"), primary_key=True, autoincrement=False)
    words: Mapped[str] = column(_("Words"), sa.Text)


class SearchWord(Model):
    """One word that leads to a record; words of one beginning lie side by side."""

    __tablename__ = "console_search_word"
    scope = CHAIN
    __table_args__ = ({"sqlite_with_rowid": False},)
    kind: Mapped[int] = column(_("Kind"), primary_key=True, autoincrement=False)
    word: Mapped[str] = column(_("Word"), WORD, primary_key=True)
    record_id: Mapped[int] = column(_("Record"), primary_key=True, autoincrement=False)
