"""The manifest of membership."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.membership import listeners
from plugins.membership.admin import VIEWS
from plugins.membership.admin.cards import CARDS
from plugins.membership.demo import PART
from plugins.membership.importing.intake import COMMAND
from plugins.membership.permissions import PERMISSIONS
from plugins.membership.services.filing import refresh_birthdays


class Membership(api.Plugin):
    """Members, their tags and sources."""

    name, version = "membership", "1.0"
    title = _("Members")
    summary = _("Member files and list, tags, sources and manual adding.")
    requires = {"salon": ">=1,<2", "ledger": ">=1,<2"}
    listeners = (listeners,)
    permissions = PERMISSIONS
    admin_views = VIEWS
    cards = CARDS
    commands = (COMMAND,)
    demo = (PART,)
    jobs = (api.Schedule("membership.birthdays", refresh_birthdays, daily_at="00:05"),)
