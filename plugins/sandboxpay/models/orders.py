"""The sandbox's own book: it knows nothing of the salon's tables, as a provider does not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _

ORDER_STATES = (
    ("NOTPAY", _("Not paid")),
    ("SUCCESS", _("Money taken")),
    ("CLOSED", _("Closed unpaid")),
    ("REFUND", _("Refunded")),
)


class SandboxOrder(api.Model):
    """An order that somebody was asked to pay; *out_trade_no* is the salon's number of it."""

    __tablename__ = "sandboxpay_order"
    __table_args__ = (
        sa.UniqueConstraint("out_trade_no"),
        sa.UniqueConstraint("prepay_id"),
        sa.UniqueConstraint("transaction_id"),
        sa.CheckConstraint("state IN ('NOTPAY', 'SUCCESS', 'CLOSED', 'REFUND')", name="state"),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.CheckConstraint("refunded_fen >= 0", name="refunded_fen"),
    )
    scope = api.CHAIN
    label_column = "out_trade_no"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    out_trade_no: Mapped[str] = api.column(_("Order number"))
    prepay_id: Mapped[str] = api.column(_("Prepay number"))
    transaction_id: Mapped[str | None] = api.column(_("Trade number"))
    amount_fen: Mapped[int] = api.column(_("Amount"))
    #: What was taken: the amount, unless the fault "another amount" was on.
    paid_fen: Mapped[int] = api.column(_("Amount paid"), default=0)
    refunded_fen: Mapped[int] = api.column(_("Refunded"), default=0)
    description: Mapped[str] = api.column(_("What"))
    notify_url: Mapped[str] = api.column(_("Notified at"))
    return_url: Mapped[str] = api.column(_("Leads back to"))
    state: Mapped[str] = api.column(_("State"), choices=ORDER_STATES, default="NOTPAY")
    created_at: Mapped[dt.datetime] = api.column(_("Ordered at"))
    expires_at: Mapped[dt.datetime] = api.column(_("Good until"))
    paid_at: Mapped[dt.datetime | None] = api.column(_("Paid at"))


class SandboxRefund(api.Model):
    """Money that the sandbox gave back; the same number is the same refund."""

    __tablename__ = "sandboxpay_refund"
    __table_args__ = (
        sa.UniqueConstraint("out_refund_no"),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
    )
    scope = api.CHAIN
    label_column = "out_refund_no"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    order_id: Mapped[int] = api.column(_("Order"), sa.ForeignKey("sandboxpay_order.id"), index=True)
    out_refund_no: Mapped[str] = api.column(_("Refund number"))
    amount_fen: Mapped[int] = api.column(_("Amount"))
    reason: Mapped[str] = api.column(_("Reason"), default="")
    at: Mapped[dt.datetime] = api.column(_("When"))


class SandboxNotice(api.Model):
    """A notification that the salon gets, and gets again until it answers that it has it."""

    __tablename__ = "sandboxpay_notice"
    __table_args__ = (sa.Index("ix_sandboxpay_notice_state_due_at", "state", "due_at"),)
    scope = api.CHAIN
    label_column = "event"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    order_id: Mapped[int] = api.column(_("Order"), sa.ForeignKey("sandboxpay_order.id"), index=True)
    event: Mapped[str] = api.column(_("What happened"))
    url: Mapped[str] = api.column(_("Notified at"))
    resource: Mapped[dict[str, Any]] = api.column(_("Details"))
    state: Mapped[str] = api.column(_("State"), default="waiting")
    due_at: Mapped[dt.datetime] = api.column(_("Due at"))
    tries: Mapped[int] = api.column(_("Tries"), default=0)
