"""Gifts that members get for points, and those that wait to be picked up."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.membership.api import Member
from plugins.stock.models.products import Product

STATES = (
    ("waiting", _("To be picked up")),
    ("handed", _("Picked up")),
    ("cancelled", _("Cancelled")),
    ("lapsed", _("Not picked up")),
)


class Gift(api.Model):
    """A product that members get for points; what is in stock of it can be had."""

    __tablename__ = "stock_gift"
    scope = api.CHAIN
    label_column = "product_id"
    __table_args__ = (
        sa.CheckConstraint("points > 0 AND per_member > 0", name="positive"),
        sa.UniqueConstraint("product_id"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    product_id: Mapped[int] = api.column(_("Product"), sa.ForeignKey("stock_product.id"))
    points: Mapped[int] = api.column(_("Points"))
    per_member: Mapped[int | None] = api.column(
        _("Most for one member"), help=_("Empty: as many as she has points for.")
    )
    from_on: Mapped[dt.date | None] = api.column(_("On the shelf from"))
    until_on: Mapped[dt.date | None] = api.column(_("On the shelf until"))
    on_shelf: Mapped[bool] = api.column(_("On the shelf"), default=True)
    place: Mapped[int] = api.column(_("Position"), default=0)
    version: Mapped[int] = api.column(_("Version"), default=1)

    product: Mapped[Product] = relationship(Product)


class Pickup(api.Model):
    """A gift that a member took: its points and its piece are gone, she fetches it in a store."""

    __tablename__ = "stock_pickup"
    scope = api.in_store("store_id")
    label_column = "code"
    found_by = api.FoundBy(codes=("code",))
    __table_args__ = (
        sa.CheckConstraint("state IN ('waiting', 'handed', 'cancelled', 'lapsed')", name="state"),
        sa.CheckConstraint("points > 0", name="points"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("code"),
        sa.Index("ix_stock_pickup_store_id_state", "store_id", "state"),
        sa.Index("ix_stock_pickup_member_id", "member_id"),
        sa.Index("ix_stock_pickup_gift_id", "gift_id"),
    )
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    key: Mapped[str] = api.column(_("Key"))
    code: Mapped[str] = api.column(_("Pick-up code"))
    gift_id: Mapped[int] = api.column(_("Gift for points"), sa.ForeignKey("stock_gift.id"))
    product_id: Mapped[int] = api.column(_("Product"), sa.ForeignKey("stock_product.id"))
    member_id: Mapped[int] = api.column(_("Member"), sa.ForeignKey("membership_member.id"))
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    points: Mapped[int] = api.column(_("Points"))
    state: Mapped[str] = api.column(_("State"), choices=STATES, default="waiting")
    until_on: Mapped[dt.date | None] = api.column(_("Kept for her until"))
    #: What holds when it lapses, as it was when she took it.
    points_back: Mapped[bool] = api.column(
        _("Points go back if it is not picked up"), default=True, server_default=sa.true()
    )
    asked_at: Mapped[dt.datetime] = api.column(_("Exchanged at"))
    asked_by: Mapped[int | None] = api.column(
        _("Taken for her by"), sa.ForeignKey("console_user.id")
    )
    ended_at: Mapped[dt.datetime | None] = api.column(_("Ended at"))
    ended_by: Mapped[int | None] = api.column(_("Ended by"), sa.ForeignKey("console_user.id"))
    reason: Mapped[str] = api.column(_("Reason"), default="")
    version: Mapped[int] = api.column(_("Version"), default=1)

    product: Mapped[Product] = relationship(Product)
    store: Mapped[api.Store] = relationship(api.Store)
    member: Mapped[Member] = relationship(Member)
