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


class Template(Named, api.Model):
    """A usual shift, such as early, middle and late; without `begins` it is a day off.

    Minutes count from local midnight; `ends` past 24:00 runs into the next day. `breaks` holds
    a list of pairs of such minutes under `spans`.
    """

    __tablename__ = "booking_template"
    scope = api.CHAIN
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

    template: Mapped[Template | None] = relationship(Template)
    staff: Mapped[Staff] = relationship(Staff)

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

    staff: Mapped[Staff] = relationship(Staff)
