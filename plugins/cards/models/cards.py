"""The cards that members hold, with the terms as they were when they were sold."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.cards.models.products import KINDS, STARTS, Product
from plugins.membership.api import KnownStore, Member
from plugins.salon.api import Named, Service

STATES = (
    ("active", _("In use")),
    ("paused", _("Paused")),
    ("swapped", _("Swapped")),
    ("refunded", _("Refunded")),
    ("void", _("Void")),
)
SOURCES = (("sale", _("Sold here")), ("opening", _("From an earlier system")))
_STATE = "state IN ('active', 'paused', 'swapped', 'refunded', 'void')"


def _of_known_members(model: Any, stores: frozenset[int]) -> sa.ColumnElement[bool]:
    known = sa.select(KnownStore.member_id).where(
        KnownStore.member_id == model.member_id, KnownStore.store_id.in_(stores)
    )
    return known.exists()


class Card(Named, api.Model):
    """A card of a member. What is left of it says the ledger, by the lots of its parts.

    `until_on` is its last day; it is missing before the first use of a card that begins with it,
    and for a card without an end. `unearned_account_id` holds the price of a pass,
    `owing_account_id` what she still owes for the card.
    """

    __tablename__ = "cards_card"
    scope = api.Scope(_of_known_members)
    found_by = None  # type: ignore[assignment] # found by its member, not by its name
    __table_args__ = (
        sa.CheckConstraint(_STATE, name="state"),
        sa.CheckConstraint("source IN ('sale', 'opening')", name="source"),
        sa.CheckConstraint("price_fen >= 0 AND list_fen >= 0", name="prices"),
        sa.UniqueConstraint("key"),
        sa.Index("ix_cards_card_member_id", "member_id"),
        sa.Index("ix_cards_card_until_on", "until_on"),
        sa.Index("ix_cards_card_kind_state", "kind", "state"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    product_id: Mapped[int | None] = api.column(
        _("Card product"), sa.ForeignKey("cards_product.id"), index=True
    )
    kind: Mapped[str] = api.column(_("Kind"), choices=KINDS)
    state: Mapped[str] = api.column(_("State"), choices=STATES, default="active")
    source: Mapped[str] = api.column(_("Where it comes from"), choices=SOURCES, default="sale")
    key: Mapped[str] = api.column(_("Key"))
    store_id: Mapped[int] = api.column(_("Sold in"), sa.ForeignKey("console_store.id"), index=True)
    sold_on: Mapped[dt.date] = api.column(_("Sold on"))
    sold_at: Mapped[dt.datetime] = api.column(_("Sold at"))
    sold_by: Mapped[str] = api.column(_("Sold by"), default="")
    price_fen: Mapped[int] = api.column(_("Price"))
    list_fen: Mapped[int] = api.column(_("List price"), default=0)
    #: What of the price was bonus that she paid with: a discount, which is never earned.
    bonus_fen: Mapped[int] = api.column(_("Paid with bonus"), default=0, server_default="0")
    valid_days: Mapped[int | None] = api.column(_("Valid for, days"))
    starts: Mapped[str] = api.column(_("Valid"), choices=STARTS, default="sale")
    per_week: Mapped[int | None] = api.column(_("Most sessions a week"))
    starts_on: Mapped[dt.date | None] = api.column(_("Valid from"))
    until_on: Mapped[dt.date | None] = api.column(_("Valid until"))
    people_most: Mapped[int] = api.column(_("People who may use it besides her"), default=5)
    bill_ref: Mapped[str] = api.column(_("Bill"), default="")
    #: The card that was given back for it.
    swapped_from_id: Mapped[int | None] = api.column(
        _("Swapped from"), sa.ForeignKey("cards_card.id"), index=True
    )
    journal_id: Mapped[int | None] = api.column(_("Journal"))
    unearned_account_id: Mapped[int | None] = api.column(_("Unearned revenue"))
    owing_account_id: Mapped[int | None] = api.column(_("Owing"))
    intake_id: Mapped[int | None] = api.column(
        _("Taken in with"), sa.ForeignKey("cards_intake.id"), index=True
    )
    version: Mapped[int] = api.column(_("Version"), default=1)

    @property
    def earning_fen(self) -> int:
        """What of the price becomes income: all that was not bonus."""
        return self.price_fen - self.bonus_fen

    member: Mapped[Member] = relationship(Member)
    product: Mapped[Product | None] = relationship(Product)
    store: Mapped[api.Store] = relationship(api.Store)
    stores: Mapped[list[api.Store]] = relationship(
        api.Store, secondary="cards_card_store", info={"label": _("Only in these stores")}
    )
    parts: Mapped[list[Part]] = relationship(
        lambda: Part, order_by=lambda: (Part.place, Part.id), cascade="all, delete-orphan"
    )
    people: Mapped[list[Person]] = relationship(
        lambda: Person, order_by=lambda: Person.id, cascade="all, delete-orphan"
    )


class CardStore(api.Model):
    """A store where a card is used; without any it counts everywhere."""

    __tablename__ = "cards_card_store"
    scope = api.in_store("store_id")
    label_column = "card_id"
    card_id: Mapped[int] = api.column(_("Card"), sa.ForeignKey("cards_card.id"), primary_key=True)
    store_id: Mapped[int] = api.column(
        _("Store"), sa.ForeignKey("console_store.id"), primary_key=True, index=True
    )


class Part(Named, api.Model):
    """An item of a member's card: how many sessions of what, and the lot that counts them.

    `price_fen` is its share of the card's price, `deal_fen` what one session came to, `list_fen`
    what it stands for on the price list. A part of a pass has no lot.
    """

    __tablename__ = "cards_part"
    scope = api.CHAIN
    found_by = None  # type: ignore[assignment] # found by its member, not by its name
    __table_args__ = (
        sa.CheckConstraint("sessions >= 0 AND free >= 0", name="counts"),
        sa.CheckConstraint("price_fen >= 0 AND deal_fen >= 0 AND list_fen >= 0", name="prices"),
        sa.UniqueConstraint("lot_id"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    card_id: Mapped[int] = api.column(_("Card"), sa.ForeignKey("cards_card.id"), index=True)
    place: Mapped[int] = api.column(_("Position"), default=0)
    sessions: Mapped[int] = api.column(_("Number of sessions"), default=0)
    free: Mapped[int] = api.column(_("Free sessions"), default=0)
    price_fen: Mapped[int] = api.column(_("Price"), default=0)
    deal_fen: Mapped[int] = api.column(_("Deal price"), default=0)
    list_fen: Mapped[int] = api.column(_("List price of a session"), default=0)
    lot_id: Mapped[int | None] = api.column(_("Lot"))

    card: Mapped[Card] = relationship(Card, overlaps="parts")
    services: Mapped[list[Service]] = relationship(
        Service,
        secondary="cards_part_service",
        order_by=lambda: Service.id,
        info={"label": _("Services")},
    )


class PartService(api.Model):
    """A service that a part of a card is for."""

    __tablename__ = "cards_part_service"
    scope = api.CHAIN
    label_column = "part_id"
    part_id: Mapped[int] = api.column(_("Item"), sa.ForeignKey("cards_part.id"), primary_key=True)
    service_id: Mapped[int] = api.column(
        _("Service"), sa.ForeignKey("salon_service.id"), primary_key=True, index=True
    )


class Person(api.Model):
    """Somebody who may use a member's card as well."""

    __tablename__ = "cards_person"
    scope = api.CHAIN
    label_column = "name"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    card_id: Mapped[int] = api.column(_("Card"), sa.ForeignKey("cards_card.id"), index=True)
    name: Mapped[str] = api.column(_("Name"))
    added_at: Mapped[dt.datetime] = api.column(_("Added at"))
