"""The manifest of the till."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.cashier import closing_jobs, commands, statement_jobs
from plugins.cashier.admin import VIEWS
from plugins.cashier.admin.closing_cards import CARDS
from plugins.cashier.contracts import CONTRACT_HOOKS
from plugins.cashier.deductions import ANSWER_OBJECTIONS, DEDUCTION_HOOKS
from plugins.cashier.hearing import LISTENERS
from plugins.cashier.hookspecs import HOOKS
from plugins.cashier.online_jobs import SCHEDULES
from plugins.cashier.permissions import PERMISSIONS
from plugins.cashier.public import PAGES
from plugins.cashier.refunds import REFUND_HOOKS, REFUND_PERMISSIONS
from plugins.cashier.sealed import SEALED
from plugins.cashier.settings import SETTINGS


class Cashier(api.Plugin):
    """Bills: services, top-ups, cards and products, and how they are paid."""

    name, version = "cashier", "1.0"
    title = _("Till")
    summary = _("Bills and their payment: services, top-ups, cards and products.")
    requires = {
        "salon": ">=1,<2",
        "ledger": ">=1,<2",
        "membership": ">=1,<2",
        "messages": ">=1,<2",
    }
    hooks = (*HOOKS, *REFUND_HOOKS, *DEDUCTION_HOOKS, *CONTRACT_HOOKS)
    listeners = LISTENERS
    sealed = SEALED
    permissions = (*PERMISSIONS, *REFUND_PERMISSIONS, ANSWER_OBJECTIONS)
    admin_views = VIEWS
    demo = (
        "plugins.cashier.demo",
        "plugins.cashier.demo_refunds",
        "plugins.cashier.demo_deals",
        "plugins.cashier.demo_booked",
        "plugins.cashier.demo_signed",
    )
    public_routes = PAGES
    settings = SETTINGS
    jobs = (*SCHEDULES, *closing_jobs.SCHEDULES, *statement_jobs.SCHEDULES)
    cards = CARDS
    commands = (api.Command(commands.books),)
