"""Payments that a member makes online: what is asked of a provider, and what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _

ONLINE_STATES = (
    ("created", _("Being prepared")),
    ("prepaid", _("Waiting for payment")),
    ("unknown", _("Unclear")),
    ("closing", _("Being closed")),
    ("closed", _("Closed unpaid")),
    ("confirmed", _("Paid, not booked")),
    ("paid", _("Paid and booked")),
    ("mismatch", _("Another amount was paid")),
    ("refunding", _("Being refunded")),
    ("refunded", _("Refunded")),
)
#: States in which the worker still has something to find out or to do.
ONLINE_LIVE = ("created", "prepaid", "unknown", "closing", "confirmed")
REFUND_STATES = (
    ("asked", _("Being refunded")),
    ("done", _("Refunded")),
    ("failed", _("Failed")),
)


def _among(states: tuple[tuple[str, Any], ...]) -> str:
    return ", ".join(f"'{state}'" for state, _label in states)


class OnlinePayment(api.Model):
    """One payment asked of an online provider; nothing is in the books until it is confirmed.

    `sold` freezes the lines that it buys; the bill is opened when the money is there. `due_at`
    is when the worker looks at it again.
    """

    __tablename__ = "cashier_online_payment"
    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("out_trade_no"),
        sa.UniqueConstraint("provider", "transaction_id"),
        sa.CheckConstraint(f"state IN ({_among(ONLINE_STATES)})", name="state"),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.CheckConstraint(
            "refunded_fen = 0 OR refunded_fen BETWEEN 0 AND paid_fen", name="refunded_fen"
        ),
        sa.CheckConstraint("state <> 'paid' OR paid_fen = amount_fen", name="paid_fen"),
        sa.Index("ix_cashier_online_payment_state_due_at", "state", "due_at"),
        sa.Index("ix_cashier_online_payment_member_id", "member_id"),
        sa.Index("ix_cashier_online_payment_bill_id", "bill_id"),
    )
    scope = api.in_store("store_id")
    label_column = "out_trade_no"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    key: Mapped[str] = api.column(_("Key"))
    #: Our number of it at the provider; never used for another one.
    out_trade_no: Mapped[str] = api.column(_("Order number"))
    provider: Mapped[str] = api.column(_("Paid through"))
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    kind: Mapped[str] = api.column(_("Kind"))
    title: Mapped[str] = api.column(_("What"))
    sold: Mapped[dict[str, Any]] = api.column(_("Details"), default=dict)
    amount_fen: Mapped[int] = api.column(_("Amount"))
    state: Mapped[str] = api.column(_("State"), choices=ONLINE_STATES, default="created")
    #: What the provider gave to pay with: an address, or what its script asks for.
    prepaid: Mapped[dict[str, Any]] = api.column(_("Payment details"), default=dict)
    transaction_id: Mapped[str | None] = api.column(_("Trade number"))
    paid_fen: Mapped[int | None] = api.column(_("Amount paid"))
    paid_at: Mapped[dt.datetime | None] = api.column(_("Paid at"))
    created_at: Mapped[dt.datetime] = api.column(_("Ordered at"))
    expires_at: Mapped[dt.datetime] = api.column(_("Good until"))
    due_at: Mapped[dt.datetime | None] = api.column(_("Looked at again"))
    tries: Mapped[int] = api.column(_("Tries"), default=0)
    problem: Mapped[str] = api.column(_("Problem"), default="")
    closed_at: Mapped[dt.datetime | None] = api.column(_("Closed at"))
    settled_at: Mapped[dt.datetime | None] = api.column(_("Settled at"))
    bill_id: Mapped[int | None] = api.column(_("Bill"), sa.ForeignKey("cashier_bill.id"))
    refunded_fen: Mapped[int] = api.column(_("Refunded"), default=0)
    version: Mapped[int] = api.column(_("Version"), default=1)


class OnlineRefund(api.Model):
    """Money of an online payment on its way back; its number is the same at each try."""

    __tablename__ = "cashier_online_refund"
    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("out_refund_no"),
        sa.CheckConstraint(f"state IN ({_among(REFUND_STATES)})", name="state"),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.Index("ix_cashier_online_refund_state_due_at", "state", "due_at"),
    )
    scope = api.CHAIN
    label_column = "out_refund_no"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    key: Mapped[str] = api.column(_("Key"))
    payment_id: Mapped[int] = api.column(
        _("Online payment"), sa.ForeignKey("cashier_online_payment.id"), index=True
    )
    out_refund_no: Mapped[str] = api.column(_("Refund number"))
    amount_fen: Mapped[int] = api.column(_("Amount"))
    state: Mapped[str] = api.column(_("State"), choices=REFUND_STATES, default="asked")
    reason: Mapped[str] = api.column(_("Reason"), default="")
    asked_by: Mapped[int | None] = api.column(_("Asked by"), sa.ForeignKey("console_user.id"))
    asked_at: Mapped[dt.datetime] = api.column(_("Asked at"))
    done_at: Mapped[dt.datetime | None] = api.column(_("Done at"))
    due_at: Mapped[dt.datetime | None] = api.column(_("Looked at again"))
    tries: Mapped[int] = api.column(_("Tries"), default=0)
    problem: Mapped[str] = api.column(_("Problem"), default="")


class OnlineNote(api.Model):
    """One thing that happened to an online payment: who was asked, what was answered."""

    __tablename__ = "cashier_online_note"
    scope = api.CHAIN
    label_column = "what"
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    payment_id: Mapped[int] = api.column(
        _("Online payment"), sa.ForeignKey("cashier_online_payment.id"), index=True
    )
    at: Mapped[dt.datetime] = api.column(_("When"))
    what: Mapped[str] = api.column(_("What happened"))
    detail: Mapped[str] = api.column(_("Details"), default="")


class OnlineCircuit(api.Model):
    """How often a provider failed in a row; from some number on it is left in peace a while."""

    __tablename__ = "cashier_online_circuit"
    scope = api.CHAIN
    label_column = "provider"
    provider: Mapped[str] = api.column(_("Paid through"), primary_key=True)
    failures: Mapped[int] = api.column(_("Failures"), default=0)
    open_until: Mapped[dt.datetime | None] = api.column(_("Asked again at"))
