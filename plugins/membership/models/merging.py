"""Files of one person: pairs that look alike, merges, and what each merge moved."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _


class Duplicate(api.Model):
    """Two files that may be one person's; `low_id` is the older file.

    The nightly search renews score and reasons. A pair that staff looked at and found to be
    two people keeps `dismissed_at` and is never shown again.
    """

    __tablename__ = "membership_duplicate"
    scope = api.CHAIN
    __table_args__ = (
        sa.UniqueConstraint("low_id", "high_id"),
        sa.CheckConstraint("low_id < high_id", name="ordered"),
        sa.Index("ix_membership_duplicate_score", "dismissed_at", "score", "id"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    low_id: Mapped[int] = api.column(_("First file"), sa.ForeignKey("membership_member.id"))
    high_id: Mapped[int] = api.column(
        _("Second file"), sa.ForeignKey("membership_member.id"), index=True
    )
    score: Mapped[int] = api.column(_("Likeness"))
    #: The keys of the reasons, by `services.likeness.REASONS`.
    reasons: Mapped[dict[str, Any]] = api.column(_("Why"), default=dict)
    found_at: Mapped[dt.datetime] = api.column(_("Found at"))
    dismissed_at: Mapped[dt.datetime | None] = api.column(_("Found to be two people at"))
    dismissed_by: Mapped[str] = api.column(_("By"), default="")


class Merge(api.Model):
    """One file that went into another; `before` holds what both said until then."""

    __tablename__ = "membership_merge"
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    kept_id: Mapped[int] = api.column(
        _("Kept file"), sa.ForeignKey("membership_member.id"), index=True
    )
    gone_id: Mapped[int] = api.column(
        _("Merged file"), sa.ForeignKey("membership_member.id"), index=True
    )
    merged_at: Mapped[dt.datetime] = api.column(_("Merged at"))
    user_id: Mapped[int | None] = api.column(_("Staff"), sa.ForeignKey("console_user.id"))
    user_name: Mapped[str] = api.column(_("By"), default="")
    before: Mapped[dict[str, Any]] = api.column(_("Before"), default=dict)
    #: The journal by which her accounts changed hands, if she had any.
    journal_id: Mapped[int | None] = api.column(_("Journal"))
    undone_at: Mapped[dt.datetime | None] = api.column(_("Undone at"))
    undone_by: Mapped[str] = api.column(_("Undone by"), default="")


class MovedRow(api.Model):
    """A row that a merge gave to the kept file, or dropped because that file had its like."""

    __tablename__ = "membership_moved"
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    merge_id: Mapped[int] = api.column(_("Merge"), sa.ForeignKey("membership_merge.id"), index=True)
    table_name: Mapped[str] = api.column(_("Table"))
    column_name: Mapped[str] = api.column(_("Column"))
    #: The primary key as it was before, or the whole row if it was dropped.
    row: Mapped[dict[str, Any]] = api.column(_("Row"))
    dropped: Mapped[bool] = api.column(_("Dropped"), default=False)
