"""The manifest of booking."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.booking import (
    attendance_parts,
    listeners,
    listeners_phone,
    listeners_staff,
    listeners_waiting,
    waiting_parts,
)
from plugins.booking.admin import VIEWS
from plugins.booking.hookspecs import HOOKS
from plugins.booking.jobs import SCHEDULES
from plugins.booking.paying import PAYING_HOOKS
from plugins.booking.permissions import PERMISSIONS
from plugins.booking.public import PAGES
from plugins.booking.services.rosters_rules import ROSTER_SETTINGS
from plugins.booking.services.rules import SETTINGS


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
    listeners = (listeners, listeners_phone, listeners_staff, listeners_waiting)
    hooks = (*HOOKS, *PAYING_HOOKS, *waiting_parts.HOOKS)
    permissions = (*PERMISSIONS, *waiting_parts.PERMISSIONS, *attendance_parts.PERMISSIONS)
    settings = (
        *SETTINGS,
        *ROSTER_SETTINGS,
        *waiting_parts.SETTINGS,
        *attendance_parts.SETTINGS,
    )
    admin_views = (*VIEWS, *waiting_parts.VIEWS, *attendance_parts.VIEWS)
    public_routes = PAGES
    demo = (
        "plugins.booking.demo",
        "plugins.booking.demo_phone",
        "plugins.booking.demo_waiting",
        "plugins.booking.demo_attendance",
    )
    jobs = (*SCHEDULES, *listeners_waiting.SCHEDULES)
