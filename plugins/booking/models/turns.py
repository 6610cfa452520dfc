"""Turns: who of the technicians serves the next guest that walks in."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.salon.api import Staff

TURN_ACTS = (
    ("here", _("Came to work")),
    ("break", _("Went on a break")),
    ("back", _("Came back")),
    ("skip", _("Skipped")),
    ("gone", _("Went home")),
)


class TurnAct(api.Model):
    """What somebody did, or was done to her, that decides whose turn it is.

    With the walk-ins that were served it says the order at every moment of the day.
    """

    __tablename__ = "booking_turn_act"
    scope = api.in_store("store_id")
    label_column = "act"
    __table_args__ = (
        sa.CheckConstraint("act IN ('here', 'break', 'back', 'skip', 'gone')", name="act"),
        sa.Index("ix_booking_turn_act_store_id_day_on", "store_id", "day_on"),
    )
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    day_on: Mapped[dt.date] = api.column(_("Day"))
    staff_id: Mapped[int] = api.column(_("Technician"), sa.ForeignKey("salon_staff.id"), index=True)
    act: Mapped[str] = api.column(_("What was done"), choices=TURN_ACTS)
    done_at: Mapped[dt.datetime] = api.column(_("Done at"))
    by: Mapped[str] = api.column(_("By"), default="")
    reason: Mapped[str] = api.column(_("Reason"), default="")

    staff: Mapped[Staff] = relationship(Staff)


class TurnPlace(api.Model):
    """Where somebody stands in the set order of a store, in which a day begins."""

    __tablename__ = "booking_turn_place"
    scope = api.in_store("store_id")
    label_column = "place"
    store_id: Mapped[int] = api.column(
        _("Store"), sa.ForeignKey("console_store.id"), primary_key=True
    )
    staff_id: Mapped[int] = api.column(
        _("Technician"), sa.ForeignKey("salon_staff.id"), primary_key=True
    )
    place: Mapped[int] = api.column(_("Position"), default=0)
