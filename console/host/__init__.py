"""The plugins of one application: found, put in order, mounted, switched and called."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Hashable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import pluggy
from flask import Flask, g
from flask.globals import _cv_app
from sqlalchemy.exc import DBAPIError

from console import epoch, hookspecs, migrate, outbox
from console.db import db
from console.errors import Refused
from console.host import discovery, faults, mount, order, states, tracing
from console.host.discovery import Quarantine
from console.host.mount import Mounted
from console.i18n import _
from console.plugin import Plugin
from console.unit import in_unit

log = logging.getLogger(__name__)
T = TypeVar("T")

#: Seconds after which the answer of a plugin is worth a warning.
SLOW = 1.0
#: For how many seconds a rough figure is good enough, and how many are kept.
BRIEFLY, MOST_BRIEFLY = 60.0, 1000

__all__ = ["Host", "Mounted", "Quarantine"]


class Host:
    """The plugins of one application."""

    def __init__(self, app: Flask, add_view: Callable[[Any], None]) -> None:
        self.app, self._add_view = app, add_view
        self.pm = pluggy.PluginManager("console")
        self.pm.add_hookspecs(hookspecs)
        #: The sound plugins, in order of dependency.
        self.mounted: dict[str, Mounted] = {}
        self.quarantined: dict[str, Quarantine] = {}
        #: Every manifest that could be loaded, sound or not: migrations cover all of them.
        self.manifests: dict[str, type[Plugin]] = {}
        self.foreign: set[str] = set()
        self._owners: dict[str, str] = {}
        self._memory: dict[str, tuple[int, Any]] = {}

    def load(
        self,
        *,
        folder: Path | None = None,
        extra: tuple[type[Plugin], ...] = (),
        distributions: frozenset[str] = frozenset(),
        check_schema: bool = True,
    ) -> None:
        """Find, order and mount all plugins; a broken one costs only itself and its dependants."""
        found = discovery.discover(folder, extra, distributions)
        self.manifests, self.foreign = found.manifests, found.foreign
        ordered, left_out = order.put_in_order(found.manifests)
        self.quarantined = {**found.quarantined, **left_out}
        ready = migrate.find_ready(ordered) if check_schema else None
        for manifest in ordered:
            missing = [name for name in manifest.requires if name not in self.mounted]
            if missing:
                reason = _("It needs the plugin “%(name)s”.", name=missing[0])
                self.quarantined[manifest.name] = Quarantine(reason)
                continue
            self._try(manifest, ready, check_models=manifest not in extra)
        for name, quarantine in self.quarantined.items():
            log.error("plugin %s is quarantined: %s", name, quarantine.reason)

    def _try(
        self, manifest: type[Plugin], ready: Collection[str] | None, *, check_models: bool
    ) -> None:
        """Mount a plugin whose tables are *ready*; None asks nothing of tables."""
        plugin = None
        try:
            with discovery.time_limit(discovery.PATIENCE):
                plugin = manifest()
                mount.register(self.pm, plugin)
                demo = self.app.extensions["console_config"].demo
                mounted = mount.collect(plugin, with_demo=demo)
                mount.check(self.app, mounted)
                self._check_permissions(mounted)
                if ready is not None:
                    mount.check_schema(manifest, ready, with_models=check_models)
                for blueprint in mount.mount(self.app, mounted, self._add_view):
                    self._owners[blueprint] = manifest.name  # also if what follows fails
        except (Exception, SystemExit, discovery.TookTooLong) as problem:
            if plugin is not None:
                mount.unregister(self.pm, plugin)
            self.quarantined[manifest.name] = discovery.explain(problem)
            return
        self.mounted[manifest.name] = mounted

    def _check_permissions(self, mounted: Mounted) -> None:
        declared = {p.key for m in (*self.mounted.values(), mounted) for p in m.permissions}
        used = {key for view in mounted.views for key in view.permission_keys()}
        used |= {card.needs.key for card in mounted.cards}
        used |= {source.needs.key for source in mounted.search}
        unknown = sorted(k for k in used - declared if not k.startswith("console."))
        if unknown:
            raise mount.CannotMount(f"it uses permissions nobody declares: {', '.join(unknown)}")

    # -- what is switched on ------------------------------------------------------------------

    def active(self) -> list[Mounted]:
        """Return the plugins that are switched on, in order of dependency."""
        names = self.remember("plugins", lambda: states.active_of(self))
        return [m for name, m in self.mounted.items() if name in names]

    def is_active(self, name: str) -> bool:
        """Tell whether a plugin is sound, enabled, and has all it requires."""
        return name in self.remember("plugins", lambda: states.active_of(self))

    def owner(self, blueprint: str | None) -> str | None:
        """Return the plugin that a blueprint belongs to, or None for the host's own."""
        return self._owners.get(blueprint or "")

    def remember(self, key: str, read: Callable[[], T]) -> T:
        """Return what *read* answers, asking it again only when the epoch was raised."""
        known = vars(_cv_app.get().g)  # a page asks fifty times, each time by a proxy
        if known.get("console_epoch_raised") and in_unit():
            return read()  # uncommitted: nobody else may come to see it
        number = known.get("console_epoch")
        if number is None:
            number = g.console_epoch = epoch.read()
        kept = self._memory.get(key)
        if kept is None or kept[0] != number:
            kept = self._memory[key] = (number, read())
        value: T = kept[1]
        return value

    def remember_briefly(
        self, key: Hashable, read: Callable[[], T], keeps: Callable[[T], bool] = lambda _: True
    ) -> T:
        """Return what *read* answered within the last minute, if it *keeps*: a rough figure."""
        kept: dict[Hashable, tuple[float, Any]] = self.remember("briefly", dict)
        until, value = kept.get(key, (0.0, None))
        if until < time.monotonic():
            value = read()
            if len(kept) > MOST_BRIEFLY:
                kept.clear()
            if keeps(value):
                kept[key] = (time.monotonic() + BRIEFLY, value)
        return cast(T, value)

    def forget(self) -> None:
        """Read again all that is remembered, as after a change that raised no epoch."""
        self._memory.clear()
        g.pop("console_epoch", None)

    # -- calling ------------------------------------------------------------------------------

    def listeners(self, hook: str) -> list[tuple[str, Callable[..., Any], tuple[str, ...]]]:
        """Return plugin, function and argument names of who answers, in dependency order."""
        caller = getattr(self.pm.hook, hook, None)
        if caller is None:
            return []
        impls = [(i.plugin_name.partition(":")[0], i) for i in caller.get_hookimpls()]
        places = {name: place for place, name in enumerate(self.mounted)}
        impls.sort(key=lambda pair: places.get(pair[0], -1))
        return [
            (name, impl.function, impl.argnames) for name, impl in impls if self.is_active(name)
        ]

    def answers(self, spec: Callable[..., Any], **facts: Any) -> list[Any]:
        """Ask every active plugin and return the answers that are not None.

        In a unit a listener that raises rolls all back; while rendering it is left out.
        """
        found: list[Any] = []
        trace = tracing.current()
        for name, function, wanted in self.listeners(spec.__name__):
            begun, asked = time.monotonic(), trace.queries if trace else 0
            try:
                answer = function(**{key: facts[key] for key in wanted})
                if isinstance(answer, Iterator):
                    answer = list(answer)  # a generator does its work, and fails, only here
            except Exception as problem:
                if not isinstance(problem, Refused):
                    faults.note(name, spec.__name__, problem)
                if in_unit():
                    raise
                if isinstance(problem, DBAPIError):
                    db.session.rollback()  # a failed transaction answers nothing more
                log.exception("%s failed in %s", spec.__name__, name)
                continue
            took = time.monotonic() - begun
            if trace is not None:
                queries = trace.queries - asked
                tracing.note(trace, spec.__name__, name, seconds=took, queries=queries)
            if took > SLOW:
                log.warning("%s took %s more than %s s", spec.__name__, name, SLOW)
            if answer is not None:
                found.append(answer)
                if spec.__dict__["console_kind"] == "first":
                    break
        return found

    def emit(self, spec: Callable[..., Any], **facts: Any) -> None:
        """Store an event for each active listener, in the running unit."""
        for name in dict.fromkeys(plugin for plugin, *_rest in self.listeners(spec.__name__)):
            outbox.store(spec.__name__, name, facts)

    def deliver(self, hook: str, plugin: str, facts: dict[str, Any]) -> None:
        """Hand a stored event to one plugin's listeners; the worker calls this in a unit."""
        for name, function, wanted in self.listeners(hook):
            if name == plugin:
                function(**{key: facts[key] for key in wanted})
