"""The manifest of membership."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.membership import correspondence, files, listeners, phone, profile
from plugins.membership.admin import VIEWS
from plugins.membership.admin.cards import CARDS
from plugins.membership.admin.search import SEARCH
from plugins.membership.counter import COUNTER_HOOKS
from plugins.membership.hookspecs import HOOKS
from plugins.membership.importing.intake import COMMAND
from plugins.membership.jobs import SCHEDULES
from plugins.membership.permissions import PERMISSIONS
from plugins.membership.public import PAGES
from plugins.membership.sealed import SEALED
from plugins.membership.settings import SETTINGS


class Membership(api.Plugin):
    """Members, their tags and sources."""

    name, version = "membership", "1.0"
    title = _("Members")
    summary = _("Member files and list, tags, sources and manual adding.")
    requires = {"salon": ">=1,<2", "ledger": ">=1,<2", "messages": ">=1,<2"}
    listeners = (listeners, correspondence, files, phone, profile)
    hooks = (*HOOKS, *COUNTER_HOOKS)
    sealed = SEALED
    permissions = PERMISSIONS
    settings = SETTINGS
    admin_views = VIEWS
    public_routes = PAGES
    cards = CARDS
    commands = (COMMAND,)
    search = SEARCH
    demo = ("plugins.membership.demo",)
    jobs = SCHEDULES
