"""The manifest: the whole plugin at a glance."""

from __future__ import annotations

from console import api
from console.api import _

from walkin.admin import TicketAdmin
from walkin.hookspecs import walkin_guest_called
from walkin.permissions import CALL, SEE
from walkin.public import public
from walkin.services import MOST, PATIENCE


class Walkin(api.Plugin):
    """Guests without a booking take a number at the door."""

    name, version, title = "walkin", "0.1.0", _("Walk-in queue")
    summary = _("Guests without a booking take a number at the door.")
    permissions = (SEE, CALL)
    hooks = (walkin_guest_called,)
    settings = (PATIENCE, MOST)
    admin_views = (TicketAdmin,)
    public_routes = (public,)
