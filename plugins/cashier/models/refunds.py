"""Refunds: what is given back, why, how it was reckoned, and where the money went."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _
from plugins.cashier.models.bills import AGREED

REFUND_KINDS = (
    ("lines", _("Lines of a bill")),
    ("stored_value", _("Stored value")),
    ("card", _("Card")),
)
REFUND_STEPS = (
    ("open", api.lazy_pgettext("refund", "Sheet made")),
    ("waiting", _("Waits for approval")),
    ("approved", _("Approved")),
    ("paid", api.lazy_pgettext("refund", "Paid out")),
    ("withdrawn", _("Withdrawn")),
)
CAUSES = (
    ("shop", _("The salon")),
    ("member", _("The member")),
    ("both", _("Agreed by both")),
    ("seven_days", _("Within seven days")),
)
ANSWERS = (("agreed", _("Agreed")), ("objected", _("Objected")))


class Refund(api.Model):
    """One refund: of lines of a bill, of a top-up, or of a card.

    `asked` is what it was asked for (plain values); `sheet` how a top-up or card was reckoned,
    frozen. `amount_fen` is given back, `interest_fen` paid besides.
    """

    __tablename__ = "cashier_refund"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "number"),
        sa.UniqueConstraint("key"),
        sa.CheckConstraint("kind IN ('lines', 'stored_value', 'card')", name="kind"),
        sa.CheckConstraint(
            "state IN ('open', 'waiting', 'approved', 'paid', 'withdrawn')", name="state"
        ),
        sa.CheckConstraint("amount_fen >= 0 AND interest_fen >= 0", name="positive"),
        sa.Index("ix_cashier_refund_store_id_booked_on", "store_id", "booked_on"),
        sa.Index("ix_cashier_refund_member_id", "member_id"),
        sa.Index("ix_cashier_refund_bill_id", "bill_id"),
        sa.Index("ix_cashier_refund_due_on", "due_on"),
    )
    scope = api.in_store("store_id")
    label_column = "number"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    number: Mapped[str] = api.column(_("Refund number"))
    kind: Mapped[str] = api.column(_("What is refunded"), choices=REFUND_KINDS)
    state: Mapped[str] = api.column(_("State"), choices=REFUND_STEPS, default="open")
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    member_id: Mapped[int | None] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    bill_id: Mapped[int | None] = api.column(_("Bill"), sa.ForeignKey("cashier_bill.id"))
    title: Mapped[str] = api.column(_("What"), default="")
    cause: Mapped[str | None] = api.column(_("Who is the cause"), choices=CAUSES)
    reason: Mapped[str] = api.column(_("Reason"), default="")
    amount_fen: Mapped[int] = api.column(_("Refund"), default=0)
    interest_fen: Mapped[int] = api.column(_("Interest"), default=0)
    asked: Mapped[dict[str, Any]] = api.column(_("Details"), default=dict)
    sheet: Mapped[dict[str, Any]] = api.column(_("Refund sheet"), default=dict)
    key: Mapped[str] = api.column(_("Key"))
    approval_id: Mapped[int | None] = api.column(_("Approval"))
    approved_by: Mapped[int | None] = api.column(_("Approved by"), sa.ForeignKey("console_user.id"))
    answer: Mapped[str | None] = api.column(_("Her answer"), choices=ANSWERS)
    answered_at: Mapped[dt.datetime | None] = api.column(_("Answered at"))
    agreed_by: Mapped[str | None] = api.column(_("How she agreed"), choices=AGREED)
    objection: Mapped[str] = api.column(_("Objection"), default="")
    opened_by: Mapped[int | None] = api.column(_("Opened by"), sa.ForeignKey("console_user.id"))
    opened_at: Mapped[dt.datetime] = api.column(_("Opened at"))
    #: The last day on which it is paid out in time.
    due_on: Mapped[dt.date | None] = api.column(_("Pay out by"))
    paid_by: Mapped[int | None] = api.column(_("Paid out by"), sa.ForeignKey("console_user.id"))
    paid_at: Mapped[dt.datetime | None] = api.column(_("Paid out at"))
    booked_on: Mapped[dt.date] = api.column(_("Booked on"))
    version: Mapped[int] = api.column(_("Version"), default=1)


class RefundLine(api.Model):
    """What a refund gives back of one line of a bill; counts once the refund is paid out."""

    __tablename__ = "cashier_refund_line"
    __table_args__ = (
        sa.UniqueConstraint("refund_id", "line_id"),
        sa.CheckConstraint("amount_fen >= 0 AND quantity >= 0", name="positive"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    refund_id: Mapped[int] = api.column(_("Refund"), sa.ForeignKey("cashier_refund.id"))
    line_id: Mapped[int] = api.column(_("Line"), sa.ForeignKey("cashier_line.id"), index=True)
    quantity: Mapped[int] = api.column(_("Quantity"), default=0)
    amount_fen: Mapped[int] = api.column(_("Amount"), default=0)
    principal_fen: Mapped[int] = api.column(_("Principal"), default=0)
    bonus_fen: Mapped[int] = api.column(_("Bonus"), default=0)
    income_fen: Mapped[int] = api.column(_("Income"), default=0)
    sessions: Mapped[int] = api.column(_("Sessions"), default=0)
    #: Points that paid a part of it and are hers again, and those that it had earned.
    points_back: Mapped[int] = api.column(_("Points given back"), default=0)
    points_taken: Mapped[int] = api.column(_("Points taken back"), default=0)


class Payout(api.Model):
    """Money or stored value that went back to a member, and which way it went.

    `part` is "refund" or "interest"; `ref` names in the ledger what caps it, where it goes back
    the way it came.
    """

    __tablename__ = "cashier_payout"
    __table_args__ = (
        sa.CheckConstraint("part IN ('refund', 'interest')", name="part"),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.Index("ix_cashier_payout_kind_id_booked_on", "kind_id", "booked_on"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    refund_id: Mapped[int] = api.column(_("Refund"), sa.ForeignKey("cashier_refund.id"), index=True)
    payment_id: Mapped[int | None] = api.column(
        _("Payment"), sa.ForeignKey("cashier_payment.id"), index=True
    )
    kind_id: Mapped[int | None] = api.column(
        _("Payment kind"), sa.ForeignKey("cashier_payment_kind.id")
    )
    part: Mapped[str] = api.column(_("Part"), default="refund")
    amount_fen: Mapped[int] = api.column(_("Amount"))
    booked_on: Mapped[dt.date] = api.column(_("Booked on"))
    ref: Mapped[str] = api.column(_("Reference"), default="")
    #: Why it goes another way than it came.
    note: Mapped[str] = api.column(_("Note"), default="")
