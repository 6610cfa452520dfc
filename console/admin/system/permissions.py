"""Who may use the host's own pages."""

from __future__ import annotations

from console.i18n import _
from console.security import host_permission

EDIT_SETTINGS = host_permission("console.edit_settings", _("Change settings"), ("manager",))
VIEW_PLUGINS = host_permission("console.view_plugins", _("See plugins"))
SWITCH_PLUGINS = host_permission("console.switch_plugins", _("Enable and disable plugins"))
TRACE_REQUESTS = host_permission("console.trace_requests", _("See which hooks ran for a page"))
VIEW_EVENTS = host_permission("console.view_events", _("See events between plugins"))
REPLAY_EVENTS = host_permission("console.replay_events", _("Replay failed events"))
VIEW_JOBS = host_permission("console.view_jobs", _("See everybody's jobs"), ("manager",))
