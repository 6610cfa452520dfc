"""Codes that members show when they arrive: the consent to what is taken on that visit."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.membership.api import Member

ARRIVAL_ENDS = (
    ("settled", _("The visit was settled")),
    ("again", _("Scanned again")),
    ("cancelled", _("The booking was cancelled")),
    ("left", _("She has left")),
)


class Arrival(api.Model):
    """A member code that was scanned when its member came to a store.

    It stands there for one settlement of hers on that business day, until `until_at` at most.
    `about` says which visit it is for ("visit:12"), where she has booked. `settlement_id` is the
    settlement that rests on it; `ended_as` says why it stands no longer.
    """

    __tablename__ = "cashier_arrival"
    __table_args__ = (
        sa.CheckConstraint("ended_as IN ('settled', 'again', 'cancelled', 'left')", name="ended"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended_why"),
        sa.CheckConstraint("settlement_id IS NULL OR ended_as = 'settled'", name="served"),
        sa.UniqueConstraint("settlement_id"),
        sa.UniqueConstraint("key"),
        sa.Index("ix_cashier_arrival_member_id_at", "member_id", "at"),
        sa.Index("ix_cashier_arrival_store_id_business_on", "store_id", "business_on"),
        sa.Index("ix_cashier_arrival_about", "about"),
    )
    scope = api.in_store("store_id")
    label_column = "at"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    business_on: Mapped[dt.date] = api.column(_("Business day"))
    at: Mapped[dt.datetime] = api.column(_("Scanned at"))
    until_at: Mapped[dt.datetime] = api.column(_("Valid until"))
    by_user: Mapped[int | None] = api.column(_("Scanned by"), sa.ForeignKey("console_user.id"))
    device: Mapped[str | None] = api.column(_("Terminal"))
    about: Mapped[str] = api.column(_("Visit"), default="")
    #: Made with the form that sent the code.
    key: Mapped[str] = api.column(_("Key"))
    ended_at: Mapped[dt.datetime | None] = api.column(_("Ended at"))
    ended_as: Mapped[str | None] = api.column(_("Why it ended"), choices=ARRIVAL_ENDS)
    settlement_id: Mapped[int | None] = api.column(
        _("Settlement"), sa.ForeignKey("cashier_settlement.id")
    )

    member: Mapped[Member] = relationship(Member)
