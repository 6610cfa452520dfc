"""What is left in each store, and the movements that made it so."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.stock.models import PURPOSES, Level, Movement, Product
from plugins.stock.permissions import BOOK_STOCK, EDIT_PRODUCTS, SEE_STOCK, USE_GOODS
from plugins.stock.services.moving import watch_level

#: In the order in which they matter.
STATES = (("below", _("Below zero")), ("low", _("Running low")), ("ok", _("Enough")))
BOOK = "/console/stock/booking/"


class LevelAdmin(api.ModelAdmin):
    """The stock of the stores that a person sees, product by product, with its minimum."""

    subject, noun = Level, "levels"
    title, singular = _("Stock"), _("minimum")
    icon, group, order = "package", "shop", 20
    needs = {"view": SEE_STOCK, "edit": EDIT_PRODUCTS, "export": BOOK_STOCK}
    list_columns = (
        "product_id",
        api.Column(
            "purpose",
            _("Purpose"),
            expression=Product.purpose.expression,
            join=lambda level: (Product, Product.id == level.product_id),
            kind="choice",
            choices=PURPOSES,
        ),
        "store_id",
        "on_hand",
        "least",
        api.Column(
            "state",
            _("State"),
            expression=lambda level: sa.case(
                (level.on_hand < 0, "below"), (level.low, "low"), else_="ok"
            ),
            kind="choice",
            choices=STATES,
        ),
    )
    default_sort = "-low"
    filters = ("store_id", "low", "product_id", "on_hand")
    form = ("least",)
    details = ("product_id", "store_id", "on_hand", "least", "low")
    inline_edit = ("least",)
    empty_hint = _("Stock appears here when products are counted in.")
    page_actions = (
        {"label": _("Delivery"), "icon": "package", "url": f"{BOOK}delivery", "needs": BOOK_STOCK},
        {"label": _("Salon use"), "icon": "droplet", "url": f"{BOOK}use", "needs": USE_GOODS},
        {
            "label": _("Stock-take"),
            "icon": "clipboard-list",
            "url": f"{BOOK}count",
            "needs": BOOK_STOCK,
        },
    )

    def before_save(self, record: Any, form: Any, *, created: bool) -> None:
        if record.least is None or record.least < 0:
            raise api.Refused(_("Enter 0 or more pieces."))
        watch_level(record)


class MovementAdmin(api.ModelAdmin):
    """Every movement of stock, for ever: what came, what went, and why."""

    subject, noun = Movement, "movements"
    title = _("Stock movements")
    icon, group, order = "arrows-exchange", "shop", 40
    needs = {"view": SEE_STOCK, "export": BOOK_STOCK}
    list_columns = (
        "at",
        "product_id",
        "store_id",
        "kind",
        "quantity",
        "after",
        "reason",
        "other_store_id",
        "by",
    )
    default_sort = "-id"
    filters = ("kind", "store_id", "product_id", "booked_on", "by")
    details = (
        "at",
        "booked_on",
        "product_id",
        "store_id",
        "kind",
        "quantity",
        "after",
        "reason",
        "other_store_id",
        "by",
    )
    empty_hint = _("Movements appear here with the first count.")
