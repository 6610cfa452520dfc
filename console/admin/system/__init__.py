"""The host's own pages below System: plugins, settings, events on their way, jobs."""

from __future__ import annotations

from console.admin.scanning import Scanning
from console.admin.system.events import Events
from console.admin.system.jobs import Jobs
from console.admin.system.plugins import Plugins
from console.admin.system.settings import Settings
from console.admin.views import AdminView

VIEWS: tuple[type[AdminView], ...] = (Settings, Plugins, Jobs, Events, Scanning)
