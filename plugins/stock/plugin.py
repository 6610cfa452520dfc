"""The manifest of stock and gifts."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.ledger.api import CODES
from plugins.stock import listeners
from plugins.stock.admin import VIEWS
from plugins.stock.models import Product
from plugins.stock.permissions import PERMISSIONS, SEE_STOCK
from plugins.stock.public import PAGES
from plugins.stock.sealed import SEALED
from plugins.stock.services.gifts import LAPSING, PICKUP_DAYS
from plugins.stock.services.lapsing import lapse_pickups
from plugins.stock.services.moving import BELOW_ZERO

CODES.update({"exchange_gift": _("Gift for points"), "gift_back": _("Gift cancelled")})


class Stock(api.Plugin):
    """Products with stock, and gifts for points."""

    name, version = "stock", "1.0"
    title = _("Products and stock")
    summary = _("Products with stock for sale and for salon use, and gifts for points.")
    requires = {
        "salon": ">=1,<2",
        "ledger": ">=1,<2",
        "messages": ">=1,<2",
        "membership": ">=1,<2",
        "cashier": ">=1,<2",
    }
    listeners = (listeners,)
    sealed = SEALED
    permissions = PERMISSIONS
    settings = (BELOW_ZERO, PICKUP_DAYS, LAPSING)
    admin_views = VIEWS
    public_routes = PAGES
    search = (api.record_source(Product, SEE_STOCK, title=_("Products")),)
    demo = ("plugins.stock.demo",)
    jobs = (api.Schedule("stock.pickups", lapse_pickups, daily_at="04:20"),)
