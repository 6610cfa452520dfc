"""Visits: who comes when, for what, and which time of whom and what she claims."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.membership.api import Member
from plugins.salon.api import Staff, Variant

STATUSES = (
    ("hold", _("Time kept")),
    ("pending", _("Awaiting review")),
    ("confirmed", api.lazy_pgettext("visit", "Confirmed")),
    ("rejected", api.lazy_pgettext("visit", "Declined")),
    ("arrived", _("Arrived")),
    ("in_service", _("In service")),
    ("done", api.lazy_pgettext("visit", "Done")),
    ("cancelled", api.lazy_pgettext("visit", "Cancelled")),
    ("no_show", _("No-show")),
)
SOURCES = (
    ("phone", _("Member's phone")),
    ("desk", _("Front desk")),
    ("walk_in", _("Walk-in")),
    ("waiting", _("Waiting list")),
    ("class", _("Class")),
    ("demo", _("Demo")),
)
ACTS = (
    ("book", _("Booked")),
    ("change", api.lazy_pgettext("visit", "Changed")),
    ("confirm", api.lazy_pgettext("visit", "Confirmed")),
    ("reject", api.lazy_pgettext("visit", "Declined")),
    ("arrive", _("Arrived")),
    ("start", _("Service began")),
    ("done", api.lazy_pgettext("visit", "Done")),
    ("no_show", _("No-show")),
    ("cancel", api.lazy_pgettext("visit", "Cancelled")),
    ("extend", _("Extended")),
    ("propose", _("Another time proposed")),
)
#: In these the time of technicians and rooms is taken.
LIVE = ("hold", "pending", "confirmed", "arrived", "in_service")
_STATUS = ", ".join(f"'{key}'" for key, _label in STATUSES)


def _in_stores(model: Any, stores: frozenset[int]) -> sa.ColumnElement[bool]:
    condition: sa.ColumnElement[bool] = model.store_id.in_(stores)
    return condition


def _is_booking(model: Any) -> sa.ColumnElement[bool]:
    condition: sa.ColumnElement[bool] = model.status != "hold"
    return condition


class Visit(api.Model):
    """One booking of a guest, with one service or several; a `hold` lapses at `hold_until`.

    `day_on` is the store's local day in whose opening it begins. Holds are in no list.
    """

    __tablename__ = "booking_visit"
    scope = api.Scope(_in_stores, _is_booking)
    label_column = "guest_name"
    found_by = api.FoundBy(names=("guest_name",))
    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.CheckConstraint(f"status IN ({_STATUS})", name="status"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_at"),
        sa.CheckConstraint("party > 0", name="party"),
        sa.CheckConstraint("(status = 'hold') = (hold_until IS NOT NULL)", name="hold"),
        sa.Index("ix_booking_visit_store_id_day_on", "store_id", "day_on"),
        sa.Index("ix_booking_visit_status_starts_at", "status", "starts_at"),
        sa.Index("ix_booking_visit_member_id_starts_at", "member_id", "starts_at"),
    )
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    day_on: Mapped[dt.date] = api.column(_("Day"))
    starts_at: Mapped[dt.datetime] = api.column(_("Begins"))
    ends_at: Mapped[dt.datetime] = api.column(_("Ends"))
    status: Mapped[str] = api.column(_("Status"), choices=STATUSES, default="pending")
    hold_until: Mapped[dt.datetime | None] = api.column(_("Kept until"))
    member_id: Mapped[int | None] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    guest_name: Mapped[str] = api.column(_("Guest"), default="")
    guest_phone: Mapped[str | None] = api.column(_("Phone"), sensitive="phone")
    party: Mapped[int] = api.column(_("People"), default=1)
    source: Mapped[str] = api.column(_("Source"), choices=SOURCES, default="desk")
    note: Mapped[str] = api.column(_("Note"), default="")
    #: Why it was declined, cancelled or moved, in the words the guest reads.
    reason: Mapped[str] = api.column(_("Reason"), default="")
    #: Booked against the roster by somebody who may.
    forced: Mapped[bool] = api.column(_("Outside the rules"), default=False)
    key: Mapped[str] = api.column(_("Key"))
    booked_at: Mapped[dt.datetime] = api.column(_("Booked at"))
    booked_by: Mapped[int | None] = api.column(_("Booked by"), sa.ForeignKey("console_user.id"))
    decided_at: Mapped[dt.datetime | None] = api.column(_("Reviewed at"))
    arrived_at: Mapped[dt.datetime | None] = api.column(_("Arrived at"))
    started_at: Mapped[dt.datetime | None] = api.column(_("Service began at"))
    done_at: Mapped[dt.datetime | None] = api.column(_("Done at"))
    cancelled_at: Mapped[dt.datetime | None] = api.column(_("Cancelled at"))
    #: Grows with each change, also of the status; the board asks by it what is new.
    version: Mapped[int] = api.column(_("Version"), default=1)

    store: Mapped[api.Store] = relationship(api.Store)
    member: Mapped[Member | None] = relationship(Member)
    #: In the order in which they were wanted, by which claims number them.
    items: Mapped[list[Item]] = relationship(
        lambda: Item, order_by=lambda: Item.id, cascade="all, delete-orphan"
    )
    claims: Mapped[list[Claim]] = relationship(
        lambda: Claim, order_by=lambda: Claim.first_cell, cascade="all, delete-orphan"
    )


class Item(api.Model):
    """A service within a visit, `offset` minutes after it begins.

    Without a variant the guest decides when she is there.
    """

    __tablename__ = "booking_item"
    scope = api.CHAIN
    label_column = "title"
    __table_args__ = (sa.CheckConstraint("minutes > 0", name="minutes"),)
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    visit_id: Mapped[int] = api.column(
        _("Booking"), sa.ForeignKey("booking_visit.id", ondelete="CASCADE"), index=True
    )
    guest: Mapped[int] = api.column(_("Guest of the party"), default=0)
    variant_id: Mapped[int | None] = api.column(
        _("Service"), sa.ForeignKey("salon_variant.id"), index=True
    )
    title: Mapped[str] = api.column(_("What"))
    staff_id: Mapped[int | None] = api.column(
        _("Technician"), sa.ForeignKey("salon_staff.id"), index=True
    )
    #: The guest asked for this technician; otherwise she was chosen for her.
    requested: Mapped[bool] = api.column(_("Requested"), default=False)
    offset: Mapped[int] = api.column(_("Begins, minutes after the visit"))
    minutes: Mapped[int] = api.column(_("Minutes"))
    #: How long it was agreed to take, where that is not the usual time.
    agreed_minutes: Mapped[int | None] = api.column(_("Agreed minutes"))
    price_fen: Mapped[int | None] = api.column(_("Price"))

    variant: Mapped[Variant | None] = relationship(Variant)
    staff: Mapped[Staff | None] = relationship(Staff)


class Act(api.Model):
    """What was done with a visit, by whom; an act with a known key is not done again."""

    __tablename__ = "booking_act"
    scope = api.CHAIN
    label_column = "act"
    __table_args__ = (sa.UniqueConstraint("key"),)
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    visit_id: Mapped[int] = api.column(
        _("Booking"), sa.ForeignKey("booking_visit.id", ondelete="CASCADE"), index=True
    )
    act: Mapped[str] = api.column(_("What was done"), choices=ACTS)
    key: Mapped[str | None] = api.column(_("Key"))
    done_at: Mapped[dt.datetime] = api.column(_("Done at"))
    by: Mapped[str] = api.column(_("By"), default="")
    facts: Mapped[dict[str, Any]] = api.column(_("Details"), default=dict)


class Claim(api.Model):
    """A stretch of time of a person, room or device that a visit takes, as it is drawn.

    Cells are steps of five minutes since 1970-01-01T00:00Z; `last_cell` is the first one after.
    """

    __tablename__ = "booking_claim"
    scope = api.CHAIN
    __table_args__ = (
        sa.CheckConstraint("kind IN ('staff', 'place')", name="kind"),
        sa.CheckConstraint("last_cell > first_cell", name="last_cell"),
        sa.Index("ix_booking_claim_kind_resource_id", "kind", "resource_id", "last_cell"),
    )
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    visit_id: Mapped[int] = api.column(
        _("Booking"), sa.ForeignKey("booking_visit.id", ondelete="CASCADE"), index=True
    )
    item: Mapped[int] = api.column(_("Place among the services"), default=0)
    kind: Mapped[str] = api.column(_("Kind"))
    resource_id: Mapped[int] = api.column(_("Technician, room or device"))
    first_cell: Mapped[int] = api.column(_("From"))
    last_cell: Mapped[int] = api.column(_("Until"))


class Cell(api.Model):
    """Five minutes of one person, or of one place in a room or device.

    The primary key is what forbids double booking.
    """

    __tablename__ = "booking_cell"
    scope = api.CHAIN
    label_column = "cell"
    kind: Mapped[str] = api.column(_("Kind"), primary_key=True)
    resource_id: Mapped[int] = api.column(
        _("Technician, room or device"), primary_key=True, autoincrement=False
    )
    cell: Mapped[int] = api.column(_("Five minutes"), primary_key=True, autoincrement=False)
    unit: Mapped[int] = api.column(_("Place"), primary_key=True, autoincrement=False)
    visit_id: Mapped[int] = api.column(_("Booking"), sa.ForeignKey("booking_visit.id"), index=True)


class ResourceDay(api.Model):
    """The bits of one resource on a store's day: when it is there, and when it is taken.

    Bit n is `first_cell` + n. Written with the cells in one transaction; the cells are the
    truth, and `check_days` compares.
    """

    __tablename__ = "booking_day"
    scope = api.in_store("store_id")
    label_column = "day_on"
    __table_args__ = (
        sa.Index("ix_booking_day_kind_resource_id_day_on", "kind", "resource_id", "day_on"),
    )
    store_id: Mapped[int] = api.column(
        _("Store"), sa.ForeignKey("console_store.id"), primary_key=True
    )
    day_on: Mapped[dt.date] = api.column(_("Day"), primary_key=True)
    kind: Mapped[str] = api.column(_("Kind"), primary_key=True)
    resource_id: Mapped[int] = api.column(
        _("Technician, room or device"), primary_key=True, autoincrement=False
    )
    unit: Mapped[int] = api.column(_("Place"), primary_key=True, autoincrement=False)
    first_cell: Mapped[int] = api.column(_("First five minutes"))
    base: Mapped[bytes] = api.column(_("There"), default=b"")
    busy: Mapped[bytes] = api.column(_("Taken"), default=b"")
