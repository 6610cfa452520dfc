"""What happened to cards: sessions that were used, pauses, and everything that was changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.cards.models.cards import Card, Part
from plugins.cashier.api import FrozenTerms, about_journal
from plugins.ledger.api import AGREEMENTS
from plugins.membership.api import Member
from plugins.salon.api import Staff

AGREED = tuple(AGREEMENTS.items())


class CardUse(api.Model):
    """A session that was used, with its prices and how the member agreed, frozen.

    `ref` is the line under which the ledger would give the session back; a use of a pass has
    no journal.
    """

    __tablename__ = "cards_use"
    scope = api.in_store("store_id")
    __table_args__ = (
        sa.CheckConstraint("income_fen >= 0 AND supplement_fen >= 0", name="positive"),
        sa.UniqueConstraint("key"),
        sa.Index("ix_cards_use_card_id_used_on", "card_id", "used_on"),
        sa.Index("ix_cards_use_member_id_at", "member_id", "at"),
        sa.Index("ix_cards_use_store_id_used_on", "store_id", "used_on"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    card_id: Mapped[int] = api.column(_("Card"), sa.ForeignKey("cards_card.id"))
    part_id: Mapped[int] = api.column(_("Item"), sa.ForeignKey("cards_part.id"), index=True)
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    at: Mapped[dt.datetime] = api.column(_("Used at"))
    used_on: Mapped[dt.date] = api.column(_("Business day"))
    service_id: Mapped[int] = api.column(
        _("Service"), sa.ForeignKey("salon_service.id"), index=True
    )
    variant_id: Mapped[int] = api.column(_("Variant"))
    staff_id: Mapped[int | None] = api.column(
        _("Technician"), sa.ForeignKey("salon_staff.id"), index=True
    )
    #: The name of whoever came with the card, if it was not the member herself.
    person: Mapped[str] = api.column(_("Used by"), default="")
    free: Mapped[bool] = api.column(_("Free session"), default=False)
    list_fen: Mapped[int] = api.column(_("List price"), default=0)
    deal_fen: Mapped[int] = api.column(_("Deal price"), default=0)
    income_fen: Mapped[int] = api.column(_("Income"), default=0)
    supplement_fen: Mapped[int] = api.column(_("Supplement"), default=0)
    agreed_by: Mapped[str] = api.column(_("How she agreed"), choices=AGREED)
    device: Mapped[str] = api.column(_("Terminal"), default="")
    by: Mapped[str] = api.column(_("Operator"), default="")
    by_id: Mapped[int | None] = api.column(_("Operator"), sa.ForeignKey("console_user.id"))
    key: Mapped[str] = api.column(_("Key"))
    bill_ref: Mapped[str] = api.column(_("Bill"), default="")
    journal_id: Mapped[int | None] = api.column(_("Journal"))
    undone_at: Mapped[dt.datetime | None] = api.column(_("Undone at"))
    undone_by: Mapped[str] = api.column(_("Undone by"), default="")
    undo_reason: Mapped[str] = api.column(_("Why it was undone"), default="")

    card: Mapped[Card] = relationship(Card)
    part: Mapped[Part] = relationship(Part)
    member: Mapped[Member] = relationship(Member)
    staff: Mapped[Staff | None] = relationship(Staff)

    @property
    def about(self) -> str:
        """The name by which the member may object to it."""
        return about_journal(self.journal_id) if self.journal_id else f"use:{self.id}"

    @property
    def ref(self) -> str:
        """The reference of its line in the ledger."""
        return f"{self.key}/session"


class Contract(FrozenTerms, api.Model):
    """The terms on which a card was sold, frozen."""

    __tablename__ = "cards_contract"
    scope = api.CHAIN
    label_column = "digest"
    __table_args__ = (
        sa.CheckConstraint("signed_by IN ('phone', 'paper')", name="signed_by"),
        sa.UniqueConstraint("card_id"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    card_id: Mapped[int] = api.column(_("Card"), sa.ForeignKey("cards_card.id"))

    card: Mapped[Card] = relationship(Card)


class Pause(api.Model):
    """A stretch in which a card rests; its last day moves by as many days when it ends."""

    __tablename__ = "cards_pause"
    scope = api.CHAIN
    label_column = "card_id"
    __table_args__ = (sa.CheckConstraint("until_on >= from_on", name="order"),)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    card_id: Mapped[int] = api.column(_("Card"), sa.ForeignKey("cards_card.id"), index=True)
    from_on: Mapped[dt.date] = api.column(_("From"))
    #: The day on which it counts again; missing while the card rests.
    until_on: Mapped[dt.date | None] = api.column(_("Until"))
    reason: Mapped[str] = api.column(_("Reason"))


class Change(api.Model):
    """A line of what was done with a card: sold, paid, extended, paused, shared, undone."""

    __tablename__ = "cards_change"
    scope = api.CHAIN
    label_column = "kind"
    __table_args__ = (sa.Index("ix_cards_change_member_id_at", "member_id", "at"),)
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    card_id: Mapped[int] = api.column(_("Card"), sa.ForeignKey("cards_card.id"), index=True)
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    at: Mapped[dt.datetime] = api.column(_("At"))
    kind: Mapped[str] = api.column(_("Kind"))
    facts: Mapped[dict[str, Any]] = api.column(_("Facts"), default=dict)
    by: Mapped[str] = api.column(_("Operator"), default="")


class Intake(api.Model):
    """One turning of opening sessions into cards: which old name became which item."""

    __tablename__ = "cards_intake"
    scope = api.CHAIN
    label_column = "at"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    at: Mapped[dt.datetime] = api.column(_("At"))
    by: Mapped[str] = api.column(_("Operator"), default="")
    chosen: Mapped[dict[str, Any]] = api.column(_("Chosen"), default=dict)
    cards: Mapped[int] = api.column(_("Cards"), default=0)
    sessions: Mapped[int] = api.column(_("Number of sessions"), default=0)
    undone_at: Mapped[dt.datetime | None] = api.column(_("Undone at"))
