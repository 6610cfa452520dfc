"""What members are asked to confirm on their phones before something is taken from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import api
from console.api import _

CONFIRMATION_STATES = (
    ("asked", _("Waiting for her answer")),
    ("confirmed", _("Confirmed")),
    ("refused", _("Refused")),
    ("withdrawn", _("Withdrawn")),
    ("overridden", _("Settled without her")),
)


class Confirmation(api.Model):
    """A question to a member's phone, whether something may be taken from her, and the answer.

    It is about one state of one bill and one way to pay it: `sign` is the SHA-256 of both, and
    another price, line or means of payment has another. `settlement_id` is the settlement that
    used it up. `told` is what her phone shows, and how the till wants the bill paid, under the
    form's `key`. Who settles without her gives a `reason`.
    """

    __tablename__ = "cashier_confirmation"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('asked', 'confirmed', 'refused', 'withdrawn', 'overridden')", name="state"
        ),
        sa.CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="answered"),
        sa.CheckConstraint("state <> 'overridden' OR reason <> ''", name="reason"),
        sa.UniqueConstraint("settlement_id"),
        sa.Index("ix_cashier_confirmation_member_id_asked_at", "member_id", "asked_at"),
    )
    scope = api.in_store("store_id")
    label_column = "asked_at"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    bill_id: Mapped[int] = api.column(_("Bill"), sa.ForeignKey("cashier_bill.id"), index=True)
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    state: Mapped[str] = api.column(_("State"), choices=CONFIRMATION_STATES, default="asked")
    version: Mapped[int] = api.column(_("Version"))
    sign: Mapped[str] = api.column(_("Fingerprint"))
    value_fen: Mapped[int] = api.column(_("Amount"), default=0)
    told: Mapped[dict[str, Any]] = api.column(_("What is taken"), default=dict)
    key: Mapped[str] = api.column(_("Key"))
    reason: Mapped[str] = api.column(_("Reason"), default="")
    asked_at: Mapped[dt.datetime] = api.column(_("Asked at"))
    asked_by: Mapped[int | None] = api.column(_("Asked by"), sa.ForeignKey("console_user.id"))
    until_at: Mapped[dt.datetime] = api.column(_("Valid until"))
    answered_at: Mapped[dt.datetime | None] = api.column(_("Answered at"))
    settlement_id: Mapped[int | None] = api.column(
        _("Settlement"), sa.ForeignKey("cashier_settlement.id")
    )
