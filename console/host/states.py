"""Which plugins are switched on: a row each, read again whenever the epoch is raised."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import audit, clock, epoch
from console.db import CHAIN, Model, column, db
from console.errors import NotFound, Refused
from console.hookspecs import console_check_disable, console_plugin_disabled, console_plugin_enabled
from console.i18n import _
from console.unit import unit

if TYPE_CHECKING:
    from console.host import Host


class PluginState(Model):
    """Whether an installed plugin is enabled; a plugin without a row has its default."""

    __tablename__ = "console_plugin"
    scope = CHAIN
    label_column = "name"
    name: Mapped[str] = column(_("Plugin"), primary_key=True)
    enabled: Mapped[bool] = column(_("Enabled"))
    changed_at: Mapped[dt.datetime] = column(_("Changed at"))


def read_states() -> dict[str, bool]:
    """Return what was switched on or off, by plugin."""
    return dict(db.session.execute(sa.select(PluginState.name, PluginState.enabled)).all())


def active_of(host: Host) -> frozenset[str]:
    """Return the plugins that are mounted, enabled, and whose requirements are active."""
    states = read_states()
    active: set[str] = set()
    for name, mounted in host.mounted.items():
        enabled = states.get(name, name not in host.foreign)
        if enabled and all(n in active for n in mounted.plugin.requires):
            active.add(name)
    return frozenset(active)


@unit
def enable(host: Host, name: str) -> None:
    """Enable a plugin, at once and in every worker; what it requires must be active."""
    mounted = host.mounted.get(name)
    if mounted is None:
        raise NotFound(_("There is no sound plugin of this name."))
    missing = [n for n in mounted.plugin.requires if not host.is_active(n)]
    if missing:
        raise Refused(_("Enable %(names)s first.", names=", ".join(missing)))
    _put(name, enabled=True)
    audit.record("enable_plugin", note=name)
    host.emit(console_plugin_enabled, plugin=name)


@unit
def disable(host: Host, name: str) -> None:
    """Disable a plugin, at once and in every worker; its data stays."""
    if name not in host.mounted:
        raise NotFound(_("There is no sound plugin of this name."))
    needing = [
        n for n, m in host.mounted.items() if name in m.plugin.requires and host.is_active(n)
    ]
    if needing:
        raise Refused(_("%(names)s need it; disable them first.", names=", ".join(needing)))
    objections = host.answers(console_check_disable, plugin=name)
    if objections:
        raise Refused(objections[0])
    _put(name, enabled=False)
    audit.record("disable_plugin", note=name)
    host.emit(console_plugin_disabled, plugin=name)


def _put(name: str, *, enabled: bool) -> None:
    row = db.session.get(PluginState, name)
    if row is None:
        db.session.add(PluginState(name=name, enabled=enabled, changed_at=clock.now()))
    else:
        row.enabled, row.changed_at = enabled, clock.now()
    epoch.bump()
