"""The manifest of the payment sandbox."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.sandboxpay import listeners
from plugins.sandboxpay.admin import VIEWS
from plugins.sandboxpay.jobs import SCHEDULES
from plugins.sandboxpay.permissions import PERMISSIONS
from plugins.sandboxpay.public import PAGES
from plugins.sandboxpay.settings import SETTINGS


class SandboxPay(api.Plugin):
    """A payment provider for the demo and for tests: no money moves."""

    name, version = "sandboxpay", "1.0"
    title = _("Payment sandbox")
    summary = _("Lets members pay by phone in the demo, with no account anywhere.")
    requires = {"ledger": ">=1,<2", "membership": ">=1,<2", "cashier": ">=1,<2"}
    listeners = (listeners,)
    permissions = PERMISSIONS
    admin_views = VIEWS
    public_routes = PAGES
    settings = SETTINGS
    jobs = SCHEDULES
    demo = ("plugins.sandboxpay.demo",)
