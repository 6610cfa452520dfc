"""Booking deposits: when one is asked for, and what became of each."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.membership.api import Member
from plugins.salon.api import Service

HOWS = (
    ("fixed", _("A fixed sum")),
    ("percent", _("A part of the price, in percent")),
)
STATES = (
    ("due", _("Not paid")),
    ("paid", api.lazy_pgettext("deposit", "Paid")),
    ("set_off", _("Set off")),
    ("returned", _("Returned")),
    ("kept", _("Kept")),
    ("lapsed", _("No longer asked for")),
)


class Rule(api.Model):
    """Who books this pays a deposit; a rule of a service goes before those of stores."""

    __tablename__ = "checkout_rule"
    __table_args__ = (
        sa.CheckConstraint("how IN ('fixed', 'percent')", name="how"),
        sa.CheckConstraint("amount_fen >= 0", name="amount_fen"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    )
    scope = api.CHAIN
    remembered = True
    label_column = "how"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    #: None stands for all of them.
    store_id: Mapped[int | None] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    service_id: Mapped[int | None] = api.column(_("Service"), sa.ForeignKey("salon_service.id"))
    how: Mapped[str] = api.column(_("How much"), choices=HOWS, default="fixed")
    amount_fen: Mapped[int] = api.column(_("Fixed sum"), default=0)
    percent: Mapped[int] = api.column(_("Share of the price in percent"), default=0)
    in_use: Mapped[bool] = api.column(_("In use"), default=True)
    version: Mapped[int] = api.column(_("Version"), default=1)

    store: Mapped[api.Store | None] = relationship(api.Store)
    service: Mapped[Service | None] = relationship(Service)


class Deposit(api.Model):
    """What a member is asked to pay ahead for a visit.

    The money lies in an account of its own in the ledger; `state` says what became of it, and
    no sum is kept here but the one that was asked for. A visit whose time lapsed is gone.
    """

    __tablename__ = "checkout_deposit"
    __table_args__ = (
        sa.UniqueConstraint("visit_id"),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.CheckConstraint(
            "state IN ('due', 'paid', 'set_off', 'returned', 'kept', 'lapsed')", name="state"
        ),
        sa.Index("ix_checkout_deposit_store_id_state", "store_id", "state"),
        sa.Index("ix_checkout_deposit_member_id", "member_id"),
        sa.Index("ix_checkout_deposit_line_id", "line_id"),
    )
    scope = api.in_store("store_id")
    label_column = "guest_name"
    found_by = api.FoundBy(names=("guest_name",))
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    visit_id: Mapped[int | None] = api.column(
        _("Booking"), sa.ForeignKey("booking_visit.id", ondelete="SET NULL")
    )
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    guest_name: Mapped[str] = api.column(_("Guest"), default="")
    starts_at: Mapped[dt.datetime] = api.column(_("Visit begins"))
    amount_fen: Mapped[int] = api.column(_("Amount"))
    #: Why it is asked for and when it comes back, as she read it.
    terms: Mapped[dict[str, Any]] = api.column(_("What she was told"), default=dict)
    state: Mapped[str] = api.column(_("State"), choices=STATES, default="due")
    asked_at: Mapped[dt.datetime] = api.column(_("Asked at"))
    paid_at: Mapped[dt.datetime | None] = api.column(_("Paid at"))
    line_id: Mapped[int | None] = api.column(_("Line"), sa.ForeignKey("cashier_line.id"))
    ended_at: Mapped[dt.datetime | None] = api.column(_("Ended at"))
    ended_by: Mapped[int | None] = api.column(_("Ended by"), sa.ForeignKey("console_user.id"))
    reason: Mapped[str] = api.column(_("Reason"), default="")
    #: How often it was kept; a kept one may be taken back.
    times_kept: Mapped[int] = api.column(_("Times kept"), default=0)
    version: Mapped[int] = api.column(_("Version"), default=1)

    member: Mapped[Member] = relationship(Member)
