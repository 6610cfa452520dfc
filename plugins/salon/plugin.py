"""The manifest of the salon."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.salon import hookspecs
from plugins.salon.admin import VIEWS
from plugins.salon.admin.search import SEARCH
from plugins.salon.permissions import PERMISSIONS


class Salon(api.Plugin):
    """Stores, staff, the service catalogue, rooms and devices."""

    name, version = "salon", "1.0"
    title = _("Salon")
    summary = _("Stores, staff, services with prices and times, rooms and devices.")
    hooks = (hookspecs.salon_leaving_consequences, hookspecs.salon_staff_leaving)
    permissions = PERMISSIONS
    admin_views = VIEWS
    search = SEARCH
    demo = ("plugins.salon.demo",)
