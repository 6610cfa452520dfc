"""The products: what is for sale, for salon use, and given for points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import render_template
from markupsafe import Markup

from console import api
from console.api import _
from plugins.stock.models import KINDS, Level, Movement, Product
from plugins.stock.permissions import EDIT_PRODUCTS, SEE_COSTS, SEE_STOCK
from plugins.stock.services.moving import add_levels

SHOWN = 20


def _levels(ids: Sequence[int]) -> Sequence[Level]:
    """Return what is left of some products in the stores that the person may see."""
    wanted = sa.select(Level).where(Level.product_id.in_(ids)).order_by(Level.store_id)
    seen = SEE_STOCK.stores()
    if seen is not None:
        wanted = wanted.where(Level.store_id.in_(seen))
    return [one for one in api.db.session.scalars(wanted) if not one.store.closed]


def _by_store(ids: Sequence[int]) -> Mapping[int, str]:
    found: dict[int, list[str]] = {}
    for level in _levels(ids):
        found.setdefault(level.product_id, []).append(f"{level.store.name} {level.on_hand:,}")
    return {number: " · ".join(parts) for number, parts in found.items()}


def _sums(ids: Sequence[int]) -> Mapping[int, int]:
    found = dict.fromkeys(ids, 0)
    for level in _levels(ids):
        found[level.product_id] += level.on_hand
    return found


def _low(ids: Sequence[int]) -> Mapping[int, str]:
    """Name the stores in which products run low."""
    found: dict[int, list[str]] = {}
    for level in _levels(ids):
        if level.low:
            found.setdefault(level.product_id, []).append(level.store.name)
    return {number: " · ".join(names) for number, names in found.items()}


def _runs_low(_operation: str, value: bool) -> sa.ColumnElement[bool]:
    low = sa.select(Level.id).where(Level.product_id == Product.id, Level.low)
    seen = SEE_STOCK.stores()
    if seen is not None:
        low = low.where(Level.store_id.in_(seen))
    return low.exists() if value else ~low.exists()


class ProductAdmin(api.ModelAdmin):
    """Every product, with what is left of it in each store."""

    subject, noun = Product, "products"
    title, singular = _("Products"), _("product")
    icon, group, order = "shopping-bag", "shop", 10
    needs = {
        "view": SEE_STOCK,
        "create": EDIT_PRODUCTS,
        "edit": EDIT_PRODUCTS,
        "export": EDIT_PRODUCTS,
    }
    list_columns = (
        "name",
        "purpose",
        "price_fen",
        api.Column("cost_fen", hidden=True),
        api.Column("in_stock", _("In stock"), load=_sums, kind="number"),
        api.Column("by_store", _("In each store"), load=_by_store),
        api.Column("low", _("Running low"), load=_low),
        "code",
        "in_use",
    )
    field_needs = {"cost_fen": SEE_COSTS}
    default_sort = "place"
    filters = (
        "purpose",
        api.Filter("low", _("Running low"), "bool", where=_runs_low),
        "in_use",
    )
    search = ("name", "code")
    form = (
        api.FormSection(_("Product"), ("name", "names", "purpose", "code", "introduction")),
        api.FormSection(_("Prices"), ("price_fen", "cost_fen")),
        api.FormSection(_("Where it is shown"), ("place", "in_use")),
        api.picture_section(),
    )
    details = (
        "name",
        "names",
        "purpose",
        "price_fen",
        "cost_fen",
        "code",
        "introduction",
        "in_use",
    )
    inline_edit = ("in_use",)
    empty_hint = _("Add what you sell and what you use on guests, then count it in.")

    def offered(self) -> sa.ColumnElement[bool] | None:
        """Pickers offer what is in use."""
        return Product.in_use.is_(True)

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        record.code = "".join((record.code or "").split()) or None
        if record.code and not (record.code.isascii() and record.code.isalnum()):
            raise api.Refused(_("A barcode has letters and digits only."))
        if record.code and not 4 < len(record.code) < 33:
            raise api.Refused(_("A barcode has 5 to 32 characters."))
        if record.purpose == "retail" and record.price_fen is None:
            raise api.Refused(_("What is for sale needs a price."))
        if any(fen is not None and fen < 0 for fen in (record.price_fen, record.cost_fen)):
            raise api.Refused(_("A price cannot be below zero."))

    def after_save(self, record: Any, form: Any, *, created: bool) -> None:
        if created:
            stores = api.db.session.scalars(sa.select(api.Store)).all()
            add_levels([record.id], [store.id for store in stores if not store.closed])

    def panels(self, record: Any) -> list[api.Panel]:
        seen = SEE_STOCK.stores()
        moved = sa.select(Movement).where(Movement.product_id == record.id)
        if seen is not None:
            moved = moved.where(Movement.store_id.in_(seen))
        rows = api.db.session.scalars(moved.order_by(Movement.id.desc()).limit(SHOWN)).all()
        stores = {one.id: one.name for one in api.db.session.scalars(sa.select(api.Store))}
        drawn = render_template(
            "stock/_product.html",
            product=record,
            levels=_levels([record.id]),
            rows=rows,
            stores=stores,
            kinds=dict(KINDS),
        )
        return [api.Panel(_("Stock"), Markup(drawn), 10)]  # noqa: S704 - a template escapes
