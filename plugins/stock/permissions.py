"""What may be allowed with products, stock and gifts, and which preset roles have it."""

from __future__ import annotations

from console import api
from console.api import _

DESK = ("manager", "front_desk")
SEE_STOCK = api.Permission(
    "stock.see_stock", _("See products and stock"), (*DESK, "technician", "accountant")
)
EDIT_PRODUCTS = api.Permission(
    "stock.edit_products", _("Change products and minimums"), ("manager",)
)
SEE_COSTS = api.Permission("stock.see_costs", _("See purchase prices"), ("manager", "accountant"))
BOOK_STOCK = api.Permission(
    "stock.book_stock", _("Book deliveries, transfers and stock-takes"), DESK
)
USE_GOODS = api.Permission(
    "stock.use_goods", _("Take products for salon use"), (*DESK, "technician")
)
SEE_REPORT = api.Permission(
    "stock.see_report", _("See what stock is worth and where it went"), ("manager", "accountant")
)
EDIT_GIFTS = api.Permission("stock.edit_gifts", _("Change the gifts shelf"), ("manager",))
HAND_GIFTS = api.Permission("stock.hand_gifts", _("Exchange points and hand gifts over"), DESK)

PERMISSIONS = (
    SEE_STOCK,
    EDIT_PRODUCTS,
    SEE_COSTS,
    BOOK_STOCK,
    USE_GOODS,
    SEE_REPORT,
    EDIT_GIFTS,
    HAND_GIFTS,
)
