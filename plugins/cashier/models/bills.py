"""Bills: what a guest had, in orders by kind and lines."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _
from plugins.ledger.api import AGREEMENTS

STATES = (
    ("open", api.lazy_pgettext("bill", "Open")),
    ("held", _("Held")),
    ("settled", _("Settled")),
    ("part_paid", _("Part-paid")),
    ("void", _("Void")),
    ("refunded", _("Refunded")),
)
ORDER_KINDS = (
    ("service", _("Services")),
    ("card", _("Cards")),
    ("recharge", _("Member top-ups")),
    ("product", _("Products")),
    ("deposit", _("Booking deposits")),
)
AGREED = tuple(AGREEMENTS.items())
_STATE = "state IN ('open', 'held', 'settled', 'part_paid', 'void', 'refunded')"
_KIND = "IN ('service', 'card', 'recharge', 'product', 'deposit')"


class Counter(api.Model):
    """The last number that was given to a bill of a store on a business day."""

    __tablename__ = "cashier_counter"
    scope = api.in_store("store_id")
    store_id: Mapped[int] = api.column(
        _("Store"), sa.ForeignKey("console_store.id"), primary_key=True
    )
    day_on: Mapped[dt.date] = api.column(_("Business day"), primary_key=True)
    last: Mapped[int] = api.column(_("Last number"), default=0)


class Bill(api.Model):
    """What one guest (or one table of guests) has to pay at once.

    `business_on` is the day of the service, `booked_on` the day in whose books it stands.
    `receipt` is what was printed, frozen at the settlement.
    """

    __tablename__ = "cashier_bill"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "number"),
        sa.UniqueConstraint("key"),
        sa.CheckConstraint(_STATE, name="state"),
        sa.CheckConstraint("list_fen >= 0 AND due_fen >= 0 AND paid_fen >= 0", name="positive"),
        sa.CheckConstraint("list_fen = discount_fen + due_fen", name="sums"),
        sa.Index("ix_cashier_bill_store_id_business_on", "store_id", "business_on"),
        sa.Index("ix_cashier_bill_store_id_state", "store_id", "state"),
        sa.Index("ix_cashier_bill_member_id_opened_at", "member_id", "opened_at"),
        sa.Index("ix_cashier_bill_booked_on", "booked_on"),
    )
    scope = api.in_store("store_id")
    label_column = "number"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    number: Mapped[str] = api.column(_("Bill number"))
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    business_on: Mapped[dt.date] = api.column(_("Business day"))
    booked_on: Mapped[dt.date] = api.column(_("Booked on"))
    member_id: Mapped[int | None] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    state: Mapped[str] = api.column(_("State"), choices=STATES, default="open")
    label: Mapped[str] = api.column(_("Tag in hand"), default="")
    opened_by: Mapped[int | None] = api.column(_("Opened by"), sa.ForeignKey("console_user.id"))
    opened_at: Mapped[dt.datetime] = api.column(_("Opened at"))
    settled_by: Mapped[int | None] = api.column(_("Settled by"), sa.ForeignKey("console_user.id"))
    settled_at: Mapped[dt.datetime | None] = api.column(_("Settled at"))
    agreed_by: Mapped[str | None] = api.column(_("How she agreed"), choices=AGREED)
    device: Mapped[str | None] = api.column(_("Terminal"))
    #: Made with the form that opened it; whatever is booked for it is keyed by this.
    key: Mapped[str] = api.column(_("Key"))
    late: Mapped[bool] = api.column(_("Late entry"), default=False)
    note: Mapped[str] = api.column(_("Note"), default="")
    list_fen: Mapped[int] = api.column(_("List price"), default=0)
    discount_fen: Mapped[int] = api.column(_("Discount"), default=0)
    due_fen: Mapped[int] = api.column(_("Due"), default=0)
    paid_fen: Mapped[int] = api.column(_("Amount paid"), default=0)
    owing_fen: Mapped[int] = api.column(_("Owing"), default=0)
    #: What the till was asked to round off, and other choices of the price (coupon, points).
    choices: Mapped[dict[str, Any]] = api.column(_("Choices"), default=dict)
    receipt: Mapped[dict[str, Any]] = api.column(_("Receipt"), default=dict)
    void_reason: Mapped[str] = api.column(_("Why it is void"), default="")
    #: The business day on which it was made void.
    voided_on: Mapped[dt.date | None] = api.column(_("Made void on"))
    voided_at: Mapped[dt.datetime | None] = api.column(_("Made void at"))
    voided_by: Mapped[int | None] = api.column(_("Made void by"), sa.ForeignKey("console_user.id"))
    version: Mapped[int] = api.column(_("Version"), default=1)


class Order(api.Model):
    """The lines of one kind on a bill: services, cards, top-ups and products are never mixed."""

    __tablename__ = "cashier_order"
    __table_args__ = (
        sa.UniqueConstraint("bill_id", "kind"),
        sa.UniqueConstraint("store_id", "number"),
        sa.CheckConstraint(f"kind {_KIND}", name="kind"),
        sa.CheckConstraint(_STATE, name="state"),
        sa.CheckConstraint("list_fen = discount_fen + due_fen", name="sums"),
        sa.Index("ix_cashier_order_kind_booked_on", "kind", "booked_on"),
    )
    scope = api.in_store("store_id")
    label_column = "number"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    bill_id: Mapped[int] = api.column(_("Bill"), sa.ForeignKey("cashier_bill.id"))
    kind: Mapped[str] = api.column(_("Kind of order"), choices=ORDER_KINDS)
    number: Mapped[str] = api.column(_("Order number"))
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    booked_on: Mapped[dt.date] = api.column(_("Booked on"))
    member_id: Mapped[int | None] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), index=True
    )
    state: Mapped[str] = api.column(_("State"), choices=STATES, default="open")
    list_fen: Mapped[int] = api.column(_("List price"), default=0)
    discount_fen: Mapped[int] = api.column(_("Discount"), default=0)
    due_fen: Mapped[int] = api.column(_("Due"), default=0)


class Line(api.Model):
    """One thing on a bill; what was paid for it, from where, is frozen at the settlement.

    `kind` names a line kind (`cashier_line_kinds`), `facts` are that kind's own.
    """

    __tablename__ = "cashier_line"
    __table_args__ = (
        sa.CheckConstraint(f"order_kind {_KIND}", name="order_kind"),
        sa.CheckConstraint("state IN ('open', 'settled', 'refunded')", name="state"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("due_fen BETWEEN 0 AND list_fen", name="due"),
    )
    scope = api.CHAIN
    label_column = "title"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    bill_id: Mapped[int] = api.column(_("Bill"), sa.ForeignKey("cashier_bill.id"), index=True)
    place: Mapped[int] = api.column(_("Position"), default=0)
    kind: Mapped[str] = api.column(_("Kind"))
    order_kind: Mapped[str] = api.column(_("Kind of order"), choices=ORDER_KINDS)
    variant_id: Mapped[int | None] = api.column(
        _("Service"), sa.ForeignKey("salon_variant.id"), index=True
    )
    facts: Mapped[dict[str, Any]] = api.column(_("Details"), default=dict)
    title: Mapped[str] = api.column(_("What"))
    quantity: Mapped[int] = api.column(_("Quantity"), default=1)
    list_fen: Mapped[int] = api.column(_("List price"), default=0)
    due_fen: Mapped[int] = api.column(_("Due"), default=0)
    principal_fen: Mapped[int] = api.column(_("Principal"), default=0)
    bonus_fen: Mapped[int] = api.column(_("Bonus"), default=0)
    income_fen: Mapped[int] = api.column(_("Income"), default=0)
    owing_fen: Mapped[int] = api.column(_("Owing"), default=0)
    state: Mapped[str] = api.column(_("State"), default="open")
    #: Taken off the bill after it was reopened; what had paid it still points here.
    removed_at: Mapped[dt.datetime | None] = api.column(_("Removed at"))
