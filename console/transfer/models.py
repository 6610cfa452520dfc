"""The tables of imports: one row for each spreadsheet, one for each of its lines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console.db import CHAIN, Json, Model, Scope, column
from console.i18n import _

STATES = (
    ("mapping", _("Columns to be checked")),
    ("reading", _("Being read")),
    ("ready", _("Ready to be taken in")),
    ("applying", _("Being taken in")),
    ("applied", _("Taken in")),
    ("undoing", _("Being rolled back")),
    ("undone", _("Rolled back")),
    ("discarded", _("Discarded")),
)
STATUSES = (
    ("importable", _("To be taken in")),
    ("duplicate", _("There already")),
    ("rejected", _("Rejected")),
    ("skipped", _("Left out")),
    ("total_line", _("Line of totals")),
)


def _of_stores(model: Any, stores: frozenset[int]) -> sa.ColumnElement[bool]:
    condition: sa.ColumnElement[bool] = sa.and_(~model.whole_chain, model.store_id.in_(stores))
    return condition


class ImportRun(Model):
    """One spreadsheet on its way in: its columns, its totals, and how far it has come.

    `whole_chain` marks those of people who may import everywhere: their rows may belong to any
    store, so nobody of a single store sees them. `problem` is kept words (`words.freeze`).
    """

    __tablename__ = "console_import"
    scope = Scope(_of_stores)
    label_column = "file_name"
    __table_args__ = (sa.Index("ix_console_import_subject_id", "subject", "id"),)
    id: Mapped[int] = column(_("Number"), primary_key=True)
    subject: Mapped[str] = column(_("Kind"))
    state: Mapped[str] = column(_("State"), choices=STATES, default="mapping")
    file_id: Mapped[int] = column(_("File"), sa.ForeignKey("console_file.id"))
    file_name: Mapped[str] = column(_("File"))
    store_id: Mapped[int] = column(_("Store"), sa.ForeignKey("console_store.id"))
    whole_chain: Mapped[bool] = column(_("For all stores"))
    sheets: Mapped[list[Any]] = column(_("Sheets"), Json)
    mapping: Mapped[dict[str, Any]] = column(_("Columns"))
    guesses: Mapped[list[Any]] = column(_("Guesses"), Json)
    #: The records that names in the sheet stand for: field, then name, then a choice.
    choices: Mapped[dict[str, Any]] = column(_("Names in the sheet"), default=dict)
    totals: Mapped[dict[str, Any]] = column(_("Totals"), default=dict)
    job_id: Mapped[int | None] = column(_("Job"))
    problem: Mapped[dict[str, Any] | None] = column(_("Problem"))
    created_at: Mapped[dt.datetime] = column(_("Uploaded at"))
    created_by: Mapped[str] = column(_("Uploaded by"))
    applied_at: Mapped[dt.datetime | None] = column(_("Taken in at"))
    applied_by: Mapped[str] = column(_("Taken in by"), default="")
    undone_at: Mapped[dt.datetime | None] = column(_("Rolled back at"))
    undone_by: Mapped[str] = column(_("Rolled back by"), default="")
    #: Grows with every change, so that nobody decides on what she has not seen.
    version: Mapped[int] = column(_("Version"), default=1)


class ImportRow(Model):
    """One line of a spreadsheet as it was understood, and what became of it.

    `added_id` is the record that was made of it, `record_id` an older one that has its unique
    value. `edits` are cells written anew by the staff, by field, `waived` the reason codes that
    they set aside; `raw` stays as it stood in the sheet.
    """

    __tablename__ = "console_import_row"
    scope = CHAIN
    label_column = "number"
    __table_args__ = (
        sa.Index("ix_console_import_row_status", "import_id", "status", "reason", "number"),
        sa.Index("ix_console_import_row_added", "import_id", "added_id"),
    )
    import_id: Mapped[int] = column(
        _("Import"), sa.ForeignKey("console_import.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = column(_("Row"), primary_key=True, autoincrement=False)
    status: Mapped[str] = column(_("Status"), choices=STATUSES)
    reason: Mapped[str] = column(_("Reason"), default="")
    values: Mapped[dict[str, Any]] = column(_("Values"))
    raw: Mapped[list[Any]] = column(_("In the sheet"), Json)
    problems: Mapped[list[Any]] = column(_("Problems"), Json)
    notes: Mapped[list[Any]] = column(_("Notes"), Json)
    duplicate_of: Mapped[int | None] = column(_("Same as row"))
    record_id: Mapped[int | None] = column(_("Record there already"))
    edits: Mapped[dict[str, Any]] = column(_("Mended"))
    waived: Mapped[list[Any]] = column(_("Set aside"), Json)
    added_id: Mapped[int | None] = column(_("Record added"))
