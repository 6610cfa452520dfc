"""The card products and the shelf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.admin.contents import HOME, ContentPages, draw_contents
from plugins.cards.models import Card, Product
from plugins.cards.permissions import EDIT_PRODUCTS, SEE_CARDS
from plugins.cards.services.selling import list_total

#: A hundred years; a card that is to be valid for longer has no end.
MOST_DAYS = 36_500


def _products(ids: Sequence[int]) -> Sequence[Product]:
    return api.db.session.scalars(sa.select(Product).where(Product.id.in_(ids))).all()


def _contents(ids: Sequence[int]) -> Mapping[int, str]:
    return {product.id: say_contents(product) for product in _products(ids)}


def say_contents(product: Product) -> str:
    """Say what is in a product in one line."""
    parts = []
    for item in product.items:
        names = api.gettext(", ").join(service.shown_name for service in item.services)
        name = item.shown_name or names
        count = f" x{item.sessions}" if item.sessions else ""
        free = f" +{item.free}" if item.free else ""
        parts.append(f"{name}{count}{free}")
    return api.gettext("; ").join(parts)


def _list_totals(ids: Sequence[int]) -> Mapping[int, int]:
    return {product.id: list_total(product) for product in _products(ids)}


def _sold(ids: Sequence[int]) -> Mapping[int, int]:
    rows = api.db.session.execute(
        sa.select(Card.product_id, sa.func.count())
        .where(Card.product_id.in_(ids), Card.source == "sale", Card.state != "void")
        .group_by(Card.product_id)
    )
    found = dict.fromkeys(ids, 0)
    found.update({number: count for number, count in rows if number is not None})
    return found


class ProductAdmin(ContentPages, api.ModelAdmin):
    """What is on sale: session cards, package cards and passes."""

    subject, noun = Product, "products"
    title, singular = _("Card products"), _("card product")
    icon, group, order = "package", "cards", 30
    needs = {
        "view": SEE_CARDS,
        "create": EDIT_PRODUCTS,
        "edit": EDIT_PRODUCTS,
        "export": EDIT_PRODUCTS,
    }
    list_columns = (
        "name",
        "kind",
        api.Column("contents", _("Contents"), load=_contents),
        "price_fen",
        api.Column("list_total", _("List price"), load=_list_totals, kind="money"),
        "valid_days",
        "per_week",
        "stores",
        api.Column("sold", _("Sold"), load=_sold, kind="number"),
        "on_sale",
    )
    default_sort = "place"
    filters = ("kind", "on_sale", "from_on", "until_on")
    search = ("name",)
    form = (
        api.FormSection(_("Card product"), ("name", "names", "kind", "price_fen")),
        api.FormSection(
            _("How it is used"), ("valid_days", "starts", "per_week", "people_most", "stores")
        ),
        api.FormSection(
            _("On the shelf"), ("introduction", "from_on", "until_on", "place", "on_sale")
        ),
        api.picture_section(),
    )
    inline_edit = ("on_sale",)
    empty_hint = _("Make the first card product, then say what is in it.")

    def offered(self) -> sa.ColumnElement[bool] | None:
        """Pickers offer what is on sale."""
        return Product.on_sale.is_(True)

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        if record.price_fen is None or record.price_fen < 0:
            raise api.Refused(_("A price cannot be below zero."))
        if record.kind == "pass" and not record.valid_days:
            raise api.Refused(_("A pass needs the days that it is valid for."))
        if any(count is not None and count < 1 for count in (record.valid_days, record.per_week)):
            raise api.Refused(_("Enter at least 1, or nothing."))
        if (record.valid_days or 0) > MOST_DAYS:
            raise api.Refused(_("A card is valid for %(days)s days at most.", days=MOST_DAYS))
        if record.from_on and record.until_on and record.until_on < record.from_on:
            raise api.Refused(_("The last day lies before the first."))
        if record.people_most < 0:
            raise api.Refused(_("Enter 0 or more people."))
        record.people_most = record.others_most
        if record.kind != "package" and len(record.items) > 1:
            raise api.Refused(_("Only a package card has several lines."))

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        return [api.RecordAction(_("Contents"), f"{HOME}{record.id}/contents", SEE_CARDS, "GET")]

    def panels(self, record: Any) -> list[api.Panel]:
        return [api.Panel(_("Contents"), draw_contents(record), 10)]
