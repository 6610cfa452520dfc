"""Stored value: recharge tiers, stored-value cards, and every top-up that was sold."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.membership.models.levels import SCOPES, Level
from plugins.membership.models.members import Member
from plugins.salon.api import Category, Named

#: How a use falls on principal and bonus; frozen on the lot when it is sold.
SPLITS = (
    ("pro_rata", _("In proportion")),
    ("paid_first", _("Principal first")),
    ("gift_first", _("Bonus first")),
)


class PurseKind(Named, api.Model):
    """A kind of stored-value card beside the plain balance, with its own discount and scope.

    `percent` is what is left of a price (80: twenty percent off), `products_percent` of that of a
    product, where it is another one; `rates` are those of some categories. Without `categories`
    every category counts. Cards of a lower `rank` are spent first; the plain balance has 0.
    """

    __tablename__ = "membership_purse_kind"
    scope = api.CHAIN
    __table_args__ = (
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        sa.CheckConstraint("products_percent BETWEEN 1 AND 100", name="products_percent"),
        sa.CheckConstraint("applies_to IN ('all', 'services', 'products')", name="applies_to"),
        sa.UniqueConstraint("name"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    percent: Mapped[int] = api.column(_("Percent of the price"), default=100)
    products_percent: Mapped[int | None] = api.column(
        _("Percent of the price of products"), help=_("Empty: as for services.")
    )
    with_coupons: Mapped[bool] = api.column(
        _("Also beside coupons"),
        default=False,
        server_default=sa.true(),
        help=_("Otherwise a coupon or the discount of this card counts, whichever takes more off."),
    )
    for_cards: Mapped[bool] = api.column(
        _("Pays for session cards too"),
        default=True,
        server_default=sa.true(),
        help=_("At their own price. Only where it applies to everything."),
    )
    applies_to: Mapped[str] = api.column(_("Applies to"), choices=SCOPES, default="all")
    rank: Mapped[int] = api.column(_("Rank"), default=-10)
    named: Mapped[bool] = api.column(_("In the member's name"), default=True)
    on_sale: Mapped[bool] = api.column(_("On sale"), default=True)
    version: Mapped[int] = api.column(_("Version"), default=1)

    categories: Mapped[list[Category]] = relationship(
        Category,
        secondary="membership_purse_category",
        order_by=lambda: Category.id,
        info={"label": _("Only these categories")},
    )
    rates: Mapped[list[PurseRate]] = relationship(
        "PurseRate",
        order_by=lambda: PurseRate.id,
        cascade="all, delete-orphan",
        info={"label": _("Percent of the price by category")},
    )


class PurseRate(api.Model):
    """What is left of the price of a category's services that a stored-value card pays."""

    __tablename__ = "membership_purse_rate"
    scope = api.CHAIN
    label_column = "percent"
    __table_args__ = (
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        sa.UniqueConstraint("kind_id", "category_id"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    kind_id: Mapped[int] = api.column(
        _("Stored-value card"), sa.ForeignKey("membership_purse_kind.id")
    )
    category_id: Mapped[int] = api.column(
        _("Category"), sa.ForeignKey("salon_category.id"), index=True
    )
    percent: Mapped[int] = api.column(_("Percent of the price"))

    category: Mapped[Category] = relationship(Category)


class PurseCategory(api.Model):
    """A service category that a kind of stored-value card pays for."""

    __tablename__ = "membership_purse_category"
    scope = api.CHAIN
    label_column = "kind_id"
    kind_id: Mapped[int] = api.column(
        _("Stored-value card"), sa.ForeignKey("membership_purse_kind.id"), primary_key=True
    )
    category_id: Mapped[int] = api.column(
        _("Category"), sa.ForeignKey("salon_category.id"), primary_key=True, index=True
    )


class Purse(api.Model):
    """A stored-value card that a member holds; its lots in the ledger carry its number.

    `terms` are rates and scope of its kind as they were when she bought it.
    """

    __tablename__ = "membership_purse"
    scope = api.CHAIN
    label_column = "id"
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), index=True
    )
    kind_id: Mapped[int] = api.column(
        _("Stored-value card"), sa.ForeignKey("membership_purse_kind.id"), index=True
    )
    opened_on: Mapped[dt.date] = api.column(_("Opened on"))
    terms: Mapped[dict[str, Any]] = api.column(_("Terms"), server_default="{}")

    kind: Mapped[PurseKind] = relationship(PurseKind)


class Tier(Named, api.Model):
    """A top-up offer: from which amount on, and what comes with it.

    `most` is how often one member may take it, `first_only` that it is for her first top-up.
    """

    __tablename__ = "membership_tier"
    scope = api.CHAIN
    __table_args__ = (
        sa.CheckConstraint("amount_fen > 0", name="amount"),
        sa.CheckConstraint("bonus_fen >= 0 AND points >= 0", name="positive"),
        sa.CheckConstraint("most > 0", name="most"),
        sa.CheckConstraint("bonus_days > 0", name="bonus_days"),
        sa.CheckConstraint("bonus_months > 0", name="bonus_months"),
        sa.UniqueConstraint("name"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    amount_fen: Mapped[int] = api.column(_("From an amount of"))
    bonus_fen: Mapped[int] = api.column(_("Bonus"), default=0)
    bonus_days: Mapped[int | None] = api.column(
        _("Bonus ends after days"),
        help=_("Empty: it never ends. What she pays never ends either way."),
    )
    bonus_months: Mapped[int | None] = api.column(_("Bonus ends after months"))
    points: Mapped[int] = api.column(_("Points"), default=0)
    level_id: Mapped[int | None] = api.column(_("Level"), sa.ForeignKey("membership_level.id"))
    gift: Mapped[str] = api.column(_("Gift"), default="")
    purse_kind_id: Mapped[int | None] = api.column(
        _("Stored-value card"), sa.ForeignKey("membership_purse_kind.id")
    )
    first_only: Mapped[bool] = api.column(_("First top-up only"), default=False)
    most: Mapped[int | None] = api.column(_("Times per member"))
    from_on: Mapped[dt.date | None] = api.column(_("First day"))
    until_on: Mapped[dt.date | None] = api.column(_("Last day"))
    on_sale: Mapped[bool] = api.column(_("On sale"), default=True)
    version: Mapped[int] = api.column(_("Version"), default=1)

    level: Mapped[Level | None] = relationship(Level)
    purse_kind: Mapped[PurseKind | None] = relationship(PurseKind)
    stores: Mapped[list[api.Store]] = relationship(
        api.Store, secondary="membership_tier_store", info={"label": _("Only in these stores")}
    )

    @property
    def bonus_ends_words(self) -> str:
        """Say after how long its bonus ends, in the reader's language; "" where it never does."""
        words = []
        if self.bonus_fen and self.bonus_months:
            count = self.bonus_months
            words.append(api.ngettext("bonus for %(num)s month", "bonus for %(num)s months", count))
        if self.bonus_fen and self.bonus_days:
            count = self.bonus_days
            words.append(api.ngettext("bonus for %(num)s day", "bonus for %(num)s days", count))
        return " + ".join(words)


class TierStore(api.Model):
    """A store that an offer is limited to."""

    __tablename__ = "membership_tier_store"
    scope = api.CHAIN
    label_column = "tier_id"
    tier_id: Mapped[int] = api.column(
        _("Top-up offer"), sa.ForeignKey("membership_tier.id"), primary_key=True
    )
    store_id: Mapped[int] = api.column(
        _("Store"), sa.ForeignKey("console_store.id"), primary_key=True, index=True
    )


class Recharge(api.Model):
    """A top-up that was sold, with the offer as it was then; `key` is that of its journal."""

    __tablename__ = "membership_recharge"
    scope = api.in_store("store_id")
    __table_args__ = (
        sa.UniqueConstraint("key"),
        sa.CheckConstraint("amount_fen > 0", name="amount"),
        sa.Index("ix_membership_recharge_at_id", "at", "id"),
        sa.Index("ix_membership_recharge_member_id_tier_id", "member_id", "tier_id"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"), index=True)
    at: Mapped[dt.datetime] = api.column(_("At"))
    key: Mapped[str] = api.column(_("Key"))
    journal_id: Mapped[int] = api.column(_("Journal"))
    tier_id: Mapped[int | None] = api.column(_("Top-up offer"), sa.ForeignKey("membership_tier.id"))
    amount_fen: Mapped[int] = api.column(_("Amount"))
    bonus_fen: Mapped[int] = api.column(_("Bonus"), default=0)
    points: Mapped[int] = api.column(_("Points"), default=0)
    gift: Mapped[str] = api.column(_("Gift"), default="")
    #: The quote word for word, as it was agreed to.
    quote: Mapped[dict[str, Any]] = api.column(_("Quote"))
    over_cap_note: Mapped[str] = api.column(_("Why above the limit"), default="")
    by: Mapped[str] = api.column(_("Sold by"), default="")
    undone_at: Mapped[dt.datetime | None] = api.column(_("Undone at"))

    member: Mapped[Member] = relationship(Member)
    tier: Mapped[Tier | None] = relationship(Tier)

    @property
    def ref(self) -> str:
        """The reference of what came with it, such as points."""
        return f"top_up:{self.journal_id}"


class ValueHold(api.Model):
    """The stored value of a member is frozen: nothing is paid from it, nothing added."""

    __tablename__ = "membership_value_hold"
    scope = api.CHAIN
    label_column = "member_id"
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), primary_key=True, autoincrement=False
    )
    reason: Mapped[str] = api.column(_("Reason"))
    frozen_at: Mapped[dt.datetime] = api.column(_("Frozen at"))
    frozen_by: Mapped[str] = api.column(_("Frozen by"), default="")


class MemberPin(api.Model):
    """The hash of the PIN by which a member agrees to what is taken from her."""

    __tablename__ = "membership_pin"
    scope = api.CHAIN
    label_column = "member_id"
    member_id: Mapped[int] = api.column(
        _("Member"), sa.ForeignKey("membership_member.id"), primary_key=True, autoincrement=False
    )
    hash: Mapped[str] = api.column(_("Hash"))
    set_at: Mapped[dt.datetime] = api.column(_("Set at"))
