"""The manifest of the bills of visits and of booking deposits."""

from __future__ import annotations

import datetime as dt

from console import api
from console.api import _
from plugins.checkout import listeners, shown
from plugins.checkout.admin import VIEWS
from plugins.checkout.permissions import PERMISSIONS
from plugins.checkout.sealed import SEALED
from plugins.checkout.services.deposits import drop_lapsed
from plugins.checkout.services.rules import SETTINGS
from plugins.ledger.api import CODES

CODES.update({"deposit": _("Booking deposit"), "deposit_kept": _("Deposit kept")})


class Checkout(api.Plugin):
    """Visits at the till: one bill for each, and deposits that are paid ahead for them."""

    name, version = "checkout", "1.0"
    title = _("Bookings at the till")
    summary = _("Bills of bookings by one tap, and booking deposits.")
    requires = {
        "salon": ">=1,<2",
        "ledger": ">=1,<2",
        "membership": ">=1,<2",
        "booking": ">=1,<2",
        "cashier": ">=1,<2",
    }
    listeners = (listeners, shown)
    sealed = SEALED
    permissions = PERMISSIONS
    admin_views = VIEWS
    settings = SETTINGS
    demo = ("plugins.checkout.demo",)
    jobs = (api.Schedule("checkout.lapse", drop_lapsed, every=dt.timedelta(minutes=10)),)
