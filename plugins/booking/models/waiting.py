"""The waiting list: who would come if a time were free, and what became of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.booking.models.classes import GroupClass
from plugins.booking.models.visits import Visit
from plugins.membership.api import Member
from plugins.salon.api import Staff, Variant

WAIT_STATES = (
    ("waiting", _("Waiting")),
    ("offered", _("Time offered")),
    ("taken", _("Booked")),
    ("over", _("No time became free")),
    ("removed", _("Removed")),
)
WAIT_ACTS = (
    ("join", _("Joined the waiting list")),
    ("offer", _("Time offered")),
    ("pass", _("Passed over")),
    ("lapse", _("Offer not answered")),
    ("decline", _("Offer declined")),
    ("take", _("Booked")),
    ("over", _("No time became free")),
    ("remove", _("Removed")),
)
WAIT_SOURCES = (("phone", _("Member's phone")), ("desk", _("Front desk")))
#: In these she may still be offered a time.
OPEN_WAITS = ("waiting", "offered")


class Wait(api.Model):
    """Somebody who waits for a time, or for a place in a class, and the offer she has.

    While `offered`, `visit_id` is the visit whose time is kept for her until `offered_until`;
    after that the offer has lapsed, whatever the state still says.
    """

    __tablename__ = "booking_wait"
    scope = api.in_store("store_id")
    label_column = "guest_name"
    found_by = api.FoundBy(names=("guest_name",))
    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("visit_id"),
        sa.CheckConstraint("last_on >= first_on", name="last_on"),
        sa.CheckConstraint("party > 0", name="party"),
        sa.CheckConstraint("from_minute >= 0 AND to_minute > from_minute", name="to_minute"),
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'taken', 'over', 'removed')", name="state"
        ),
        sa.Index("ix_booking_wait_store_id_state", "store_id", "state"),
    )
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    member_id: Mapped[int | None] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), index=True
    )
    guest_name: Mapped[str] = api.column(_("Guest"), default="")
    guest_phone: Mapped[str | None] = api.column(_("Phone"), sensitive="phone")
    staff_id: Mapped[int | None] = api.column(
        _("Technician"), sa.ForeignKey("salon_staff.id"), index=True
    )
    class_id: Mapped[int | None] = api.column(
        _("Class"), sa.ForeignKey("booking_class.id"), index=True
    )
    first_on: Mapped[dt.date] = api.column(_("From day"))
    last_on: Mapped[dt.date] = api.column(_("Until day"))
    #: Minutes of the store's clock between which a visit may begin.
    from_minute: Mapped[int] = api.column(_("Begins from"), default=0)
    to_minute: Mapped[int] = api.column(_("Begins until"), default=2160)
    #: All of them begin together, or nothing is offered.
    party: Mapped[int] = api.column(_("People"), default=1)
    state: Mapped[str] = api.column(_("State"), choices=WAIT_STATES, default="waiting")
    source: Mapped[str] = api.column(_("Source"), choices=WAIT_SOURCES, default="desk")
    note: Mapped[str] = api.column(_("Note"), default="")
    key: Mapped[str] = api.column(_("Key"))
    joined_at: Mapped[dt.datetime] = api.column(_("Waiting since"))
    offers: Mapped[int] = api.column(_("Offers"), default=0)
    visit_id: Mapped[int | None] = api.column(
        _("Booking"), sa.ForeignKey("booking_visit.id", ondelete="SET NULL")
    )
    offered_until: Mapped[dt.datetime | None] = api.column(_("Kept until"))

    store: Mapped[api.Store] = relationship(api.Store)
    member: Mapped[Member | None] = relationship(Member)
    staff: Mapped[Staff | None] = relationship(Staff)
    group: Mapped[GroupClass | None] = relationship(GroupClass)
    visit: Mapped[Visit | None] = relationship(Visit)
    items: Mapped[list[WaitItem]] = relationship(
        lambda: WaitItem, order_by=lambda: WaitItem.id, cascade="all, delete-orphan"
    )


class WaitItem(api.Model):
    """A service that somebody waits for; several follow one another."""

    __tablename__ = "booking_wait_item"
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    wait_id: Mapped[int] = api.column(
        _("Waiting list"), sa.ForeignKey("booking_wait.id", ondelete="CASCADE"), index=True
    )
    variant_id: Mapped[int] = api.column(
        _("Service"), sa.ForeignKey("salon_variant.id"), index=True
    )

    variant: Mapped[Variant] = relationship(Variant)


class WaitAct(api.Model):
    """What was done about somebody who waits, and why she was passed over."""

    __tablename__ = "booking_wait_act"
    scope = api.CHAIN
    label_column = "act"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    wait_id: Mapped[int] = api.column(
        _("Waiting list"), sa.ForeignKey("booking_wait.id", ondelete="CASCADE"), index=True
    )
    act: Mapped[str] = api.column(_("What was done"), choices=WAIT_ACTS)
    done_at: Mapped[dt.datetime] = api.column(_("Done at"))
    by: Mapped[str] = api.column(_("By"), default="")
    #: When the time begins and ends that was offered, or that somebody else was offered.
    starts_at: Mapped[dt.datetime | None] = api.column(_("Begins"))
    ends_at: Mapped[dt.datetime | None] = api.column(_("Ends"))
    #: One of the reasons that `services/waiting.py` names, or words of a person.
    why: Mapped[str] = api.column(_("Reason"), default="")
    facts: Mapped[dict[str, Any]] = api.column(_("Details"), default=dict)
