"""The tables of saved views, segments and bulk runs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console.db import CHAIN, Model, column
from console.i18n import _, lazy_pgettext

#: The longest name of a view or a segment.
LONGEST_NAME = 40


class SavedView(Model):
    """A list's filters, columns, sort and page size under a name; it belongs to one person.

    One without a person came with the demo or a plugin. `deleted_at` lets a deletion be undone.
    """

    __tablename__ = "console_view"
    scope = CHAIN
    label_column = "name"
    id: Mapped[int] = column(_("Number"), primary_key=True)
    endpoint: Mapped[str] = column(_("List"), index=True)
    name: Mapped[str] = column(lazy_pgettext("of a thing", "Name"))
    names: Mapped[dict[str, Any]] = column(_("In other languages"), default=dict)
    user_id: Mapped[int | None] = column(
        _("Staff"), sa.ForeignKey("console_user.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[dict[str, Any]] = column(_("Details"))
    changed_at: Mapped[dt.datetime] = column(_("Changed at"))
    deleted_at: Mapped[dt.datetime | None] = column(_("Deleted at"))


class ViewRole(Model):
    """A role whose people see a view, and whether the list opens with it for them."""

    __tablename__ = "console_view_role"
    scope = CHAIN
    view_id: Mapped[int] = column(
        _("Saved view"), sa.ForeignKey("console_view.id", ondelete="CASCADE"), primary_key=True
    )
    role_id: Mapped[int] = column(
        _("Role"),
        sa.ForeignKey("console_role.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    )
    is_default: Mapped[bool] = column(_("Opens with it"), default=False)


class Segment(Model):
    """A live set of records: the conditions that they meet, asked anew at each use."""

    __tablename__ = "console_segment"
    scope = CHAIN
    label_column = "name"
    id: Mapped[int] = column(_("Number"), primary_key=True)
    #: The table of the model whose records it is about.
    subject: Mapped[str] = column(_("Subject"), index=True)
    name: Mapped[str] = column(lazy_pgettext("of a thing", "Name"))
    names: Mapped[dict[str, Any]] = column(_("In other languages"), default=dict)
    conditions: Mapped[dict[str, Any]] = column(_("Conditions"))
    user_id: Mapped[int | None] = column(
        _("Staff"), sa.ForeignKey("console_user.id", ondelete="SET NULL")
    )
    changed_at: Mapped[dt.datetime] = column(_("Changed at"))
    deleted_at: Mapped[dt.datetime | None] = column(_("Deleted at"))


class BulkRun(Model):
    """One act on many rows: what was done, by whom, and whether it was taken back."""

    __tablename__ = "console_bulk_run"
    scope = CHAIN
    id: Mapped[int] = column(_("Number"), primary_key=True)
    endpoint: Mapped[str] = column(_("List"))
    action: Mapped[str] = column(_("Act"))
    #: The value that was chosen for it, and the query of the list when all that match were meant.
    wanted: Mapped[dict[str, Any]] = column(_("Details"))
    user_id: Mapped[int | None] = column(
        _("Staff"), sa.ForeignKey("console_user.id", ondelete="SET NULL")
    )
    started_at: Mapped[dt.datetime] = column(_("Started at"), index=True)
    ended_at: Mapped[dt.datetime | None] = column(_("Ended at"))
    undone_at: Mapped[dt.datetime | None] = column(_("Rolled back at"))


class BulkPart(Model):
    """The rows that one unit of a bulk run took, and what those that it changed were before."""

    __tablename__ = "console_bulk_part"
    scope = CHAIN
    run_id: Mapped[int] = column(
        _("Number"), sa.ForeignKey("console_bulk_run.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = column(_("Part"), primary_key=True, autoincrement=False)
    rows: Mapped[dict[str, Any]] = column(_("Rows"))
    undone: Mapped[bool] = column(_("Rolled back"), default=False)
