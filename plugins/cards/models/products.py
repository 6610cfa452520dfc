"""What is on sale: session cards, package cards and passes, with what is in them."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, relationship

from console import api
from console.api import _
from plugins.salon.api import Named, Service

KINDS = (
    ("sessions", _("Session card")),
    ("package", _("Package card")),
    ("pass", _("Pass (annual, monthly)")),
)
STARTS = (("sale", _("From the sale")), ("first_use", _("From the first use")))
_KIND = "kind IN ('sessions', 'package', 'pass')"


class Product(Named, api.Model):
    """A card product: its price, how long it is valid, and where.

    `valid_days` is missing for a card that never expires; a pass always has it. `per_week` is
    the most sessions in a week from Monday to Sunday.
    """

    __tablename__ = "cards_product"
    scope = api.CHAIN
    __table_args__ = (
        sa.CheckConstraint(_KIND, name="kind"),
        sa.CheckConstraint("starts IN ('sale', 'first_use')", name="starts"),
        sa.CheckConstraint("price_fen >= 0", name="price_fen"),
        sa.CheckConstraint("valid_days > 0 AND per_week > 0", name="positive"),
        sa.CheckConstraint("kind <> 'pass' OR valid_days IS NOT NULL", name="term"),
        sa.UniqueConstraint("name"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    kind: Mapped[str] = api.column(_("Kind"), choices=KINDS, default="sessions")
    price_fen: Mapped[int] = api.column(_("Price"))
    valid_days: Mapped[int | None] = api.column(
        _("Valid for, days"), help=_("Empty: without an end. A pass needs it.")
    )
    starts: Mapped[str] = api.column(_("Valid"), choices=STARTS, default="sale")
    per_week: Mapped[int | None] = api.column(
        _("Most sessions a week"), help=_("Empty: as many as she likes.")
    )
    people_most: Mapped[int] = api.column(
        _("People who may use it besides her"),
        help=_("0: only she herself, as with every pass."),
        default=5,
    )
    introduction: Mapped[str] = api.column(_("Introduction and rules"), sa.Text, default="")
    picture_id: Mapped[int | None] = api.column(_("Picture"), sa.ForeignKey("console_file.id"))
    on_sale: Mapped[bool] = api.column(_("On sale"), default=True)
    from_on: Mapped[dt.date | None] = api.column(_("On the shelf from"))
    until_on: Mapped[dt.date | None] = api.column(_("On the shelf until"))
    place: Mapped[int] = api.column(_("Position"), default=0)
    #: The import that brought it; it goes when the import is taken back.
    import_id: Mapped[int | None] = api.column(_("Made by import"))
    version: Mapped[int] = api.column(_("Version"), default=1)

    picture: Mapped[api.StoredFile | None] = relationship(api.StoredFile)
    stores: Mapped[list[api.Store]] = relationship(
        api.Store, secondary="cards_product_store", info={"label": _("Only in these stores")}
    )
    items: Mapped[list[Item]] = relationship(
        lambda: Item,
        order_by=lambda: (Item.place, Item.id),
        cascade="all, delete-orphan",
    )

    @property
    def others_most(self) -> int:
        """How many people may use it besides her; what is unlimited is hers alone."""
        return 0 if self.kind == "pass" else self.people_most


class ProductStore(api.Model):
    """A store where a card product is sold and used; without any it counts everywhere."""

    __tablename__ = "cards_product_store"
    scope = api.in_store("store_id")
    label_column = "product_id"
    product_id: Mapped[int] = api.column(
        _("Card product"), sa.ForeignKey("cards_product.id"), primary_key=True
    )
    store_id: Mapped[int] = api.column(
        _("Store"), sa.ForeignKey("console_store.id"), primary_key=True, index=True
    )


class Item(Named, api.Model):
    """Sessions of one service, or of any of several; a pass counts none.

    `list_fen` is what one session stands for on the price list; without it the highest price
    of its services counts.
    """

    __tablename__ = "cards_item"
    scope = api.CHAIN
    found_by = None  # type: ignore[assignment] # found by its member, not by its name
    __table_args__ = (
        sa.CheckConstraint("sessions >= 0 AND free >= 0", name="counts"),
        sa.CheckConstraint("list_fen >= 0", name="list_fen"),
    )
    id: Mapped[int] = api.column(_("Number"), primary_key=True)
    product_id: Mapped[int] = api.column(
        _("Card product"), sa.ForeignKey("cards_product.id"), index=True
    )
    place: Mapped[int] = api.column(_("Position"), default=0)
    sessions: Mapped[int] = api.column(_("Number of sessions"), default=0)
    free: Mapped[int] = api.column(_("Free sessions"), default=0)
    list_fen: Mapped[int | None] = api.column(_("List price of a session"))

    services: Mapped[list[Service]] = relationship(
        Service,
        secondary="cards_item_service",
        order_by=lambda: Service.id,
        info={"label": _("Services")},
    )


class ItemService(api.Model):
    """A service that an item of a card product is for."""

    __tablename__ = "cards_item_service"
    scope = api.CHAIN
    label_column = "item_id"
    item_id: Mapped[int] = api.column(_("Item"), sa.ForeignKey("cards_item.id"), primary_key=True)
    service_id: Mapped[int] = api.column(
        _("Service"), sa.ForeignKey("salon_service.id"), primary_key=True, index=True
    )
