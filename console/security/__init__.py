"""Who is at the console, and what she may do: the door to users, sessions and permissions."""

from __future__ import annotations

from console.security.actors import Actor, acting_as, actor
from console.security.guard import install
from console.security.permissions import (
    PRESETS,
    Permission,
    current_store,
    host_permission,
    host_permissions,
    known_store,
    visible_stores,
)
from console.security.reading import reader_locale, reader_time_zone

__all__ = [
    "PRESETS",
    "Actor",
    "Permission",
    "acting_as",
    "actor",
    "current_store",
    "host_permission",
    "host_permissions",
    "install",
    "known_store",
    "reader_locale",
    "reader_time_zone",
    "visible_stores",
]
