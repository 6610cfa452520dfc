"""The manifest of booking."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.booking import models
from plugins.booking.hookspecs import HOOKS
from plugins.booking.permissions import PERMISSIONS
from plugins.booking.services.rules import SETTINGS

__all__ = ["Booking", "models"]


class Booking(api.Plugin):
    """Rosters, free times, visits and the board."""

    name, version = "booking", "1.0"
    title = _("Bookings")
    summary = _("Rosters, free times, bookings and the board.")
    requires = {
        "salon": ">=1,<2",
        "membership": ">=1,<2",
        "messages": ">=1,<2",
    }
    hooks = HOOKS
    permissions = PERMISSIONS
    settings = SETTINGS
