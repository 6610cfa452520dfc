"""Attendance: from when to when somebody was at work."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.salon.api import Staff

WAYS = (("code", _("Code of the store")), ("hand", _("By hand")))
_OPEN = sa.text("left_at IS NULL")


class Stint(api.Model):
    """From when to when somebody was at work in a store; without `left_at` she still is.

    Hours only: it decides nothing about bookings or turns. `came_near` and `left_near` say
    whether her phone was near the store, if it was asked; where it was is never stored.
    """

    __tablename__ = "booking_stint"
    scope = api.in_store("store_id")
    label_column = "day_on"
    __table_args__ = (
        sa.CheckConstraint("left_at > came_at", name="left_at"),
        sa.Index("ix_booking_stint_store_id_day_on", "store_id", "day_on"),
        sa.Index(
            "uq_booking_stint_open",
            "staff_id",
            "day_on",
            unique=True,
            # Its migration says the same to PostgreSQL; here that would load PostgreSQL's dialect,
            # 2 MB, into each worker of a shop on SQLite.
            sqlite_where=_OPEN,
        ),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    staff_id: Mapped[int] = api.column(_("Technician"), sa.ForeignKey("salon_staff.id"), index=True)
    day_on: Mapped[dt.date] = api.column(_("Day"))
    came_at: Mapped[dt.datetime] = api.column(_("Checked in at"))
    left_at: Mapped[dt.datetime | None] = api.column(_("Checked out at"))
    came_by: Mapped[str] = api.column(_("Checked in by"), choices=WAYS, default="code")
    left_by: Mapped[str | None] = api.column(_("Checked out by"), choices=WAYS)
    came_near: Mapped[bool | None] = api.column(_("Checked in near the store"))
    left_near: Mapped[bool | None] = api.column(_("Checked out near the store"))

    staff: Mapped[Staff] = relationship(Staff)
    store: Mapped[api.Store] = relationship(api.Store)
