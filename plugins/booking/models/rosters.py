"""Rosters: shift templates, the shifts of each day, and leave."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.salon.api import Named, Staff

LEAVE_STATES = (
    ("asked", _("Asked")),
    ("approved", api.lazy_pgettext("leave", "Approved")),
    ("declined", api.lazy_pgettext("leave", "Declined")),
)
SWAP_STATES = (
    ("asked", _("Waits for the colleague")),
    ("agreed", _("Waits for the manager")),
    ("approved", api.lazy_pgettext("swap", "Approved")),
    ("declined", api.lazy_pgettext("swap", "Declined")),
    ("withdrawn", api.lazy_pgettext("swap", "Withdrawn")),
)
#: In these it is still open.
OPEN_SWAPS = ("asked", "agreed")
COLOURS = (
    ("grey", api.lazy_pgettext("colour", "Grey")),
    ("blue", api.lazy_pgettext("colour", "Blue")),
    ("green", api.lazy_pgettext("colour", "Green")),
    ("amber", api.lazy_pgettext("colour", "Amber")),
    ("rose", api.lazy_pgettext("colour", "Rose")),
    ("violet", api.lazy_pgettext("colour", "Violet")),
)


def _for_stores(model: Any, stores: frozenset[int]) -> sa.ColumnElement[bool]:
    condition: sa.ColumnElement[bool] = model.store_id.is_(None) | model.store_id.in_(stores)
    return condition


class Template(Named, api.Model):
    """A usual shift, such as early, middle and late; without `begins` it is a day off.

    Minutes count from local midnight; `ends` past 24:00 runs into the next day. `breaks` holds
    a list of pairs of such minutes under `spans`.
    """

    __tablename__ = "booking_template"
    scope = api.Scope(_for_stores)
    __table_args__ = (
        sa.UniqueConstraint("name"),
        sa.CheckConstraint("(begins IS NULL) = (ends IS NULL)", name="both"),
        sa.CheckConstraint("begins >= 0 AND ends > begins AND ends <= 2160", name="ends"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    begins: Mapped[int | None] = api.column(_("Begins"))
    ends: Mapped[int | None] = api.column(_("Ends"))
    breaks: Mapped[dict[str, Any]] = api.column(_("Breaks"), default=dict)
    place: Mapped[int] = api.column(_("Position"), default=0)
    #: The letter or character that stands in a cell of the roster and is typed to set it.
    sign: Mapped[str] = api.column(_("Sign"), sa.String(4), default="")
    colour: Mapped[str] = api.column(_("Colour"), choices=COLOURS, default="grey")
    #: Missing: for all stores.
    store_id: Mapped[int | None] = api.column(
        _("Store"), sa.ForeignKey("console_store.id"), help=_("Empty: for all stores.")
    )
    in_use: Mapped[bool] = api.column(_("In use"), default=True)

    @property
    def span(self) -> tuple[int, int] | None:
        """From when to when, in minutes after midnight; nothing for a day off."""
        return None if self.begins is None or self.ends is None else (self.begins, self.ends)

    @property
    def rests(self) -> list[tuple[int, int]]:
        """The breaks, as pairs of minutes after midnight."""
        return [(first, last) for first, last in self.breaks.get("spans", [])]


class Shift(api.Model):
    """What one person works in one store on one day; without `begins` she has the day off.

    Guests are offered published shifts only.
    """

    __tablename__ = "booking_shift"
    scope = api.in_store("store_id")
    label_column = "day_on"
    __table_args__ = (
        sa.UniqueConstraint("staff_id", "day_on", "store_id"),
        sa.CheckConstraint("(begins IS NULL) = (ends IS NULL)", name="both"),
        sa.CheckConstraint("begins >= 0 AND ends > begins AND ends <= 2160", name="ends"),
        sa.Index("ix_booking_shift_store_id_day_on", "store_id", "day_on"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    staff_id: Mapped[int] = api.column(_("Technician"), sa.ForeignKey("salon_staff.id"))
    day_on: Mapped[dt.date] = api.column(_("Day"))
    begins: Mapped[int | None] = api.column(_("Begins"))
    ends: Mapped[int | None] = api.column(_("Ends"))
    breaks: Mapped[dict[str, Any]] = api.column(_("Breaks"), default=dict)
    template_id: Mapped[int | None] = api.column(
        _("Shift"), sa.ForeignKey("booking_template.id", ondelete="SET NULL")
    )
    published: Mapped[bool] = api.column(_("Published"), default=False)
    #: Why it was proposed, as kept words; empty once somebody changed it.
    why: Mapped[dict[str, Any]] = api.column(_("Why"), default=dict)

    template: Mapped[Template | None] = relationship(Template)
    staff: Mapped[Staff] = relationship(Staff)

    @property
    def span(self) -> tuple[int, int] | None:
        """From when to when, in minutes after midnight; nothing for a day off."""
        return None if self.begins is None or self.ends is None else (self.begins, self.ends)

    @property
    def rests(self) -> list[tuple[int, int]]:
        """The breaks, as pairs of minutes after midnight."""
        return [(first, last) for first, last in self.breaks.get("spans", [])]


class Leave(api.Model):
    """Time in which a person is away although a shift may say otherwise, once approved."""

    __tablename__ = "booking_leave"
    scope = api.in_store("store_id")
    label_column = "reason"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="ends_at"),
        sa.CheckConstraint("state IN ('asked', 'approved', 'declined')", name="state"),
        sa.Index("ix_booking_leave_staff_id_ends_at", "staff_id", "ends_at"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    staff_id: Mapped[int] = api.column(_("Technician"), sa.ForeignKey("salon_staff.id"))
    starts_at: Mapped[dt.datetime] = api.column(_("From"))
    ends_at: Mapped[dt.datetime] = api.column(_("Until"))
    reason: Mapped[str] = api.column(_("Reason"), default="")
    state: Mapped[str] = api.column(_("State"), choices=LEAVE_STATES, default="asked")
    asked_at: Mapped[dt.datetime] = api.column(_("Asked at"))
    decided_at: Mapped[dt.datetime | None] = api.column(_("Decided at"))
    decided_by: Mapped[int | None] = api.column(_("Decided by"), sa.ForeignKey("console_user.id"))
    answer: Mapped[str] = api.column(_("Answer"), default="")

    staff: Mapped[Staff] = relationship(Staff)


class Swap(api.Model):
    """Two people exchange shifts, or one takes over another's; the manager has the last word.

    Without `other_day_on` the colleague gives nothing in return. `terms` holds the hours that
    both agreed to: a shift that was changed meanwhile is not swapped.
    """

    __tablename__ = "booking_swap"
    scope = api.in_store("store_id")
    label_column = "day_on"
    __table_args__ = (
        sa.CheckConstraint("staff_id <> other_id", name="two"),
        sa.CheckConstraint(
            "state IN ('asked', 'agreed', 'approved', 'declined', 'withdrawn')", name="state"
        ),
        sa.Index("ix_booking_swap_store_id_state", "store_id", "state"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    staff_id: Mapped[int] = api.column(_("Technician"), sa.ForeignKey("salon_staff.id"), index=True)
    day_on: Mapped[dt.date] = api.column(_("Day"))
    other_id: Mapped[int] = api.column(_("Colleague"), sa.ForeignKey("salon_staff.id"), index=True)
    other_day_on: Mapped[dt.date | None] = api.column(_("Day in return"))
    terms: Mapped[dict[str, Any]] = api.column(_("Hours"), default=dict)
    note: Mapped[str] = api.column(_("Note"), default="")
    state: Mapped[str] = api.column(_("State"), choices=SWAP_STATES, default="asked")
    asked_at: Mapped[dt.datetime] = api.column(_("Asked at"))
    agreed_at: Mapped[dt.datetime | None] = api.column(_("Agreed at"))
    decided_at: Mapped[dt.datetime | None] = api.column(_("Decided at"))
    decided_by: Mapped[int | None] = api.column(_("Decided by"), sa.ForeignKey("console_user.id"))
    answer: Mapped[str] = api.column(_("Answer"), default="")

    staff: Mapped[Staff] = relationship(Staff, foreign_keys=[staff_id])
    other: Mapped[Staff] = relationship(Staff, foreign_keys=[other_id])
