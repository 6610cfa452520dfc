"""The manifest of the ledger."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.ledger import admin, commands, jobs, listeners, permissions
from plugins.ledger.hookspecs import HOOKS


class Ledger(api.Plugin):
    """Every balance in the house: money, sessions, points and coupons, in one append-only book."""

    name, version = "ledger", "1.0"
    title = _("Ledger")
    summary = _("Every balance in the house, in one book that is only ever added to.")
    hooks = HOOKS
    listeners = (listeners,)
    permissions = (permissions.SEE_BOOKS, permissions.EXPORT_BOOKS)
    admin_views = admin.VIEWS
    jobs = jobs.SCHEDULES
    demo = ("plugins.ledger.demo",)
    commands = (api.Command(commands.ledger),)
