"""Classes: several guests, one leader, one room, and a place for each guest."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.booking.models.visits import Visit
from plugins.membership.api import Member
from plugins.salon.api import Staff, Variant


class GroupClass(api.Model):
    """A class with so many places; its own visit claims the leader and the whole room.

    When it is, and who leads it, says that visit (`source` "class").
    """

    __tablename__ = "booking_class"
    scope = api.in_store("store_id")
    label_column = "title"
    __table_args__ = (
        sa.UniqueConstraint("visit_id"),
        sa.CheckConstraint("capacity > 0 AND capacity <= 200", name="capacity"),
        sa.Index("ix_booking_class_store_id_starts_at", "store_id", "starts_at"),
    )
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    visit_id: Mapped[int] = api.column(_("Booking"), sa.ForeignKey("booking_visit.id"))
    variant_id: Mapped[int] = api.column(
        _("Service"), sa.ForeignKey("salon_variant.id"), index=True
    )
    leader_id: Mapped[int] = api.column(_("Leader"), sa.ForeignKey("salon_staff.id"), index=True)
    title: Mapped[str] = api.column(_("Class"))
    #: As its visit says; kept here for lists and the index.
    starts_at: Mapped[dt.datetime] = api.column(_("Begins"))
    ends_at: Mapped[dt.datetime] = api.column(_("Ends"))
    capacity: Mapped[int] = api.column(_("Places"))
    price_fen: Mapped[int | None] = api.column(_("Price"))
    note: Mapped[str] = api.column(_("Good to know"), default="")
    key: Mapped[str] = api.column(_("Key"), unique=True)
    planned_at: Mapped[dt.datetime] = api.column(_("Planned at"))
    cancelled_at: Mapped[dt.datetime | None] = api.column(_("Cancelled at"))
    reason: Mapped[str] = api.column(_("Reason"), default="")

    store: Mapped[api.Store] = relationship(api.Store)
    leader: Mapped[Staff] = relationship(Staff)
    variant: Mapped[Variant] = relationship(Variant)
    visit: Mapped[Visit] = relationship(Visit)


class Seat(api.Model):
    """A place in a class and the visit of the guest who has it.

    The primary key is what keeps a class from having more guests than places, the unique
    constraint what keeps a member from having two.
    """

    __tablename__ = "booking_seat"
    scope = api.CHAIN
    label_column = "number"
    __table_args__ = (sa.UniqueConstraint("class_id", "member_id"),)
    class_id: Mapped[int] = api.column(
        _("Class"), sa.ForeignKey("booking_class.id"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = api.column(_("Place"), primary_key=True, autoincrement=False)
    visit_id: Mapped[int] = api.column(
        _("Booking"), sa.ForeignKey("booking_visit.id", ondelete="CASCADE"), unique=True
    )
    member_id: Mapped[int | None] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), index=True
    )

    group: Mapped[GroupClass] = relationship(GroupClass)
    visit: Mapped[Visit] = relationship(Visit)
    member: Mapped[Member | None] = relationship(Member)
