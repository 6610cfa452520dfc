"""Journals, their legs, and the payments that cap what may be refunded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _
from plugins.ledger.chart import AGREEMENTS, CODES


class KindsOfJournal(Sequence[tuple[str, Any]]):
    """The codes of journals with their labels, those too that plugins add later."""

    def __len__(self) -> int:
        return len(CODES)

    def __getitem__(self, place: Any) -> Any:
        return list(CODES.items())[place]


class Journal(api.Model):
    """One business event, posted once; rows are only ever added.

    `idem_key` names the request that asked for it, `request_hash` what it asked.
    """

    __tablename__ = "ledger_journal"
    __table_args__ = (
        sa.UniqueConstraint("idem_key"),
        sa.UniqueConstraint("reverses_id"),
        sa.Index("ix_ledger_journal_ref", "ref"),
        sa.Index("ix_ledger_journal_posted_at", "posted_at"),
        sa.Index("ix_ledger_journal_business", "store_id", "business_on"),
    )
    scope = api.in_store("store_id")
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    idem_key: Mapped[str] = api.column(_("Key"))
    request_hash: Mapped[str] = api.column(_("Request hash"))
    code: Mapped[str] = api.column(_("Kind of journal"), choices=KindsOfJournal())
    ref: Mapped[str | None] = api.column(_("Reference"))
    store_id: Mapped[int | None] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    business_on: Mapped[dt.date] = api.column(_("Business day"))
    posted_at: Mapped[dt.datetime] = api.column(_("Posted at"))
    actor_id: Mapped[int | None] = api.column(_("Operator"))
    approver_id: Mapped[int | None] = api.column(_("Approved by"))
    agreed_by: Mapped[str | None] = api.column(
        _("How she agreed"), choices=tuple(AGREEMENTS.items())
    )
    device: Mapped[str | None] = api.column(_("Terminal"))
    reverses_id: Mapped[int | None] = api.column(_("Reverses"), sa.ForeignKey("ledger_journal.id"))
    note: Mapped[str] = api.column(_("Note"), default="")


class Leg(api.Model):
    """An amount above zero moved from one account to another of the same unit."""

    __tablename__ = "ledger_leg"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="positive"),
        sa.CheckConstraint("debit_id <> credit_id", name="distinct"),
        sa.ForeignKeyConstraint(["debit_id", "unit"], ["ledger_account.id", "ledger_account.unit"]),
        sa.ForeignKeyConstraint(
            ["credit_id", "unit"], ["ledger_account.id", "ledger_account.unit"]
        ),
        sa.Index("ix_ledger_leg_journal_id", "journal_id"),
        sa.Index("ix_ledger_leg_debit_id", "debit_id", "journal_id"),
        sa.Index("ix_ledger_leg_credit_id", "credit_id", "journal_id"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    journal_id: Mapped[int] = api.column(_("Journal"), sa.ForeignKey("ledger_journal.id"))
    debit_id: Mapped[int] = api.column(_("Debit"))
    credit_id: Mapped[int] = api.column(_("Credit"))
    unit: Mapped[str] = api.column(_("Unit"))
    amount: Mapped[int] = api.column(_("Amount"))


class Payment(api.Model):
    """What was paid under a reference, and how much of it went back: never more than was paid.

    `refunded` is raised by a trigger when a refund is inserted. Both are in the unit of what
    was paid: fen, or sessions.
    """

    __tablename__ = "ledger_payment"
    __table_args__ = (
        sa.UniqueConstraint("ref"),
        sa.CheckConstraint("amount > 0", name="positive"),
        sa.CheckConstraint("refunded BETWEEN 0 AND amount", name="refund_cap"),
        sa.Index("ix_ledger_payment_journal_id", "journal_id"),
    )
    scope = api.CHAIN
    label_column = "ref"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    journal_id: Mapped[int] = api.column(_("Journal"), sa.ForeignKey("ledger_journal.id"))
    ref: Mapped[str] = api.column(_("Reference"))
    amount: Mapped[int] = api.column(_("Amount"))
    refunded: Mapped[int] = api.column(_("Refunded"), default=0)


class Refund(api.Model):
    """A part of a payment that went back; rows are only ever added."""

    __tablename__ = "ledger_refund"
    __table_args__ = (
        sa.CheckConstraint("amount > 0", name="positive"),
        sa.Index("ix_ledger_refund_journal_id", "journal_id"),
        sa.Index("ix_ledger_refund_payment_id", "payment_id"),
    )
    scope = api.CHAIN
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    journal_id: Mapped[int] = api.column(_("Journal"), sa.ForeignKey("ledger_journal.id"))
    payment_id: Mapped[int] = api.column(_("Payment"), sa.ForeignKey("ledger_payment.id"))
    amount: Mapped[int] = api.column(_("Amount"))
