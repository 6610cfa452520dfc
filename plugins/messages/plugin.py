"""The manifest of messages."""

from __future__ import annotations

from console import api
from console.api import _
from plugins.messages import hookspecs, listeners
from plugins.messages.admin import VIEWS
from plugins.messages.jobs import SCHEDULES
from plugins.messages.permissions import PERMISSIONS
from plugins.messages.public import routes
from plugins.messages.services.settings import SETTINGS


class Messages(api.Plugin):
    """Messages to members, their channels, and codes that prove a phone."""

    name, version = "messages", "1.0"
    title = _("Messages")
    summary = _("The member's inbox, channels such as SMS, and codes that prove a phone.")
    requires = {}
    hooks = (hookspecs.messages_find_recipient, hookspecs.messages_channels)
    permissions = PERMISSIONS
    admin_views = VIEWS
    public_routes = (routes,)
    listeners = (listeners,)
    settings = SETTINGS
    jobs = SCHEDULES
