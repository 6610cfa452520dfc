"""The manifest of cards."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.cards import listeners, records
from plugins.cards.admin import VIEWS
from plugins.cards.hookspecs import HOOKS
from plugins.cards.importing.intake import COMMAND
from plugins.cards.permissions import PERMISSIONS
from plugins.cards.public_transfers import PAGES
from plugins.cards.sealed import SEALED
from plugins.cards.services.nightly import earn_passes, remind_members
from plugins.cards.services.transfers import DAYS, close_transfers
from plugins.ledger.api import CODES

CODES.update(
    {
        "earn_pass": _("Pass, earned by day"),
        "pay_owing": _("Owing paid"),
        "swap_card": _("Card swapped"),
        "session_back": _("Session given back"),
    }
)


class Cards(api.Plugin):
    """Session cards, package cards and passes."""

    name, version = "cards", "1.0"
    title = _("Cards")
    summary = _("Card products, members' cards, using sessions and remaining services.")
    requires = {
        "salon": ">=1,<2",
        "ledger": ">=1,<2",
        "membership": ">=1,<2",
        "messages": ">=1,<2",
        "cashier": ">=1,<2",
    }
    listeners = (listeners, records)
    hooks = HOOKS
    sealed = SEALED
    permissions = PERMISSIONS
    settings = (DAYS,)
    admin_views = VIEWS
    commands = (COMMAND,)
    public_routes = PAGES
    demo = ("plugins.cards.demo",)
    jobs = (
        api.Schedule("cards.earn", earn_passes, daily_at="02:55"),
        api.Schedule("cards.remind", remind_members, daily_at="09:40"),
        api.Schedule("cards.transfers", close_transfers, daily_at="09:50"),
    )
