"""What lies in each store, and every movement that made it so."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.stock.models.products import Product

KINDS = (
    ("opening", _("Opening count")),
    ("delivery", _("Delivery")),
    ("sale", _("Sale")),
    ("return", _("Returned by a guest")),
    ("use", _("Salon use")),
    ("count", _("Stock-take difference")),
    ("loss", _("Broken or expired")),
    ("transfer", _("Stock transfer")),
    ("gift", _("Gift for points")),
)


class Level(api.Model):
    """What is left of a product in a store.

    `on_hand` is the sum of its movements, which `move_stock` alone keeps up; below zero more was
    sold than was counted in.
    """

    __tablename__ = "stock_level"
    scope = api.in_store("store_id")
    label_column = "on_hand"
    __table_args__ = (
        sa.UniqueConstraint("product_id", "store_id"),
        sa.CheckConstraint("least >= 0", name="least"),
        sa.Index("ix_stock_level_store_id_low", "store_id", "low"),
    )
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    product_id: Mapped[int] = api.column(_("Product"), sa.ForeignKey("stock_product.id"))
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    on_hand: Mapped[int] = api.column(_("In stock"), default=0)
    least: Mapped[int] = api.column(
        _("Minimum"), help=_("With fewer pieces it is running low. 0: never."), default=0
    )
    low: Mapped[bool] = api.column(_("Running low"), default=False)
    version: Mapped[int] = api.column(_("Version"), default=1)

    product: Mapped[Product] = relationship(Product)
    store: Mapped[api.Store] = relationship(api.Store)


class Movement(api.Model):
    """Pieces that came or went, for ever; `after` is what was left then."""

    __tablename__ = "stock_movement"
    scope = api.in_store("store_id")
    label_column = "kind"
    __table_args__ = (
        sa.CheckConstraint(
            "kind IN ('opening', 'delivery', 'sale', 'return', 'use', 'count', 'loss', "
            "'transfer', 'gift')",
            name="kind",
        ),
        sa.UniqueConstraint("key"),
        sa.Index("ix_stock_movement_product_id_store_id", "product_id", "store_id"),
        sa.Index("ix_stock_movement_store_id_booked_on", "store_id", "booked_on"),
        sa.Index("ix_stock_movement_line_id", "line_id"),
    )
    id: Mapped[int] = api.column(_("ID"), primary_key=True)
    key: Mapped[str] = api.column(_("Key"))
    product_id: Mapped[int] = api.column(_("Product"), sa.ForeignKey("stock_product.id"))
    store_id: Mapped[int] = api.column(_("Store"), sa.ForeignKey("console_store.id"))
    kind: Mapped[str] = api.column(_("Kind"), choices=KINDS)
    quantity: Mapped[int] = api.column(_("Pieces"))
    after: Mapped[int] = api.column(_("In stock afterwards"))
    at: Mapped[dt.datetime] = api.column(_("Time"))
    booked_on: Mapped[dt.date] = api.column(_("Business day"))
    by: Mapped[int | None] = api.column(_("By"), sa.ForeignKey("console_user.id"))
    reason: Mapped[str] = api.column(_("Reason"), default="")
    line_id: Mapped[int | None] = api.column(_("Line"), sa.ForeignKey("cashier_line.id"))
    other_store_id: Mapped[int | None] = api.column(
        _("Other store"), sa.ForeignKey("console_store.id")
    )

    product: Mapped[Product] = relationship(Product)
