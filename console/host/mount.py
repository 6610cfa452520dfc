"""Mounting one plugin: collect everything, check everything, and only then touch Flask."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask

from console import migrate
from console.db import Model, registries
from console.plugin import Plugin
from console.visitors import NOT_PUBLIC

if TYPE_CHECKING:
    import pluggy

    from console.admin import AdminView
    from console.jobs import Schedule
    from console.plugin import Card, Command, DemoPart
    from console.public import PublicRoutes
    from console.search import SearchSource
    from console.security import Permission
    from console.settings import Setting

RESERVED = NOT_PUBLIC | {"public", "visitor"}


class CannotMount(Exception):
    """A plugin contradicts the rules of the house; the message says which and how."""


@dataclass
class Mounted:
    """A plugin with everything it contributes."""

    plugin: Plugin
    permissions: tuple[Permission, ...] = ()
    admin_views: tuple[type[AdminView], ...] = ()
    public_routes: tuple[PublicRoutes, ...] = ()
    settings: tuple[Setting[Any], ...] = ()
    jobs: tuple[Schedule, ...] = ()
    cards: tuple[Card, ...] = ()
    commands: tuple[Command, ...] = ()
    demo: tuple[DemoPart, ...] = ()
    search: tuple[SearchSource, ...] = ()
    views: list[AdminView] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.plugin.name


def folder_of(manifest: type[Plugin]) -> Path | None:
    """Return the folder that belongs to the plugin alone, or None for a single-file plugin."""
    module = importlib.import_module(manifest.__module__)
    file = Path(module.__file__ or "")
    return file.parent if file.name in ("plugin.py", "__init__.py") else None


def register(pm: pluggy.PluginManager, plugin: Plugin) -> None:
    """Tell pluggy the plugin's hooks and listeners; every listener must match a hook."""
    if plugin.hooks:
        pm.add_hookspecs(
            type(plugin.name, (), {spec.__name__: staticmethod(spec) for spec in plugin.hooks})
        )
    for number, listener in enumerate((plugin, *plugin.listeners)):
        pm.register(listener, f"{plugin.name}:{number}")
        _check_listener(pm, plugin, listener)


def unregister(pm: pluggy.PluginManager, plugin: Plugin) -> None:
    """Take back whatever part of `register()` succeeded; pluggy's own is not atomic."""
    for name, _listener in list(pm.list_name_plugin()):
        if name.partition(":")[0] == plugin.name:
            pm.unregister(name=name)


def _check_listener(pm: pluggy.PluginManager, plugin: Plugin, listener: Any) -> None:
    for hook in pm.get_hookcallers(listener) or ():
        if hook.has_spec():
            continue
        owner = hook.name.partition("_")[0]
        if owner not in plugin.works_with:
            raise CannotMount(f"there is no hook {hook.name!r}")


def collect(plugin: Plugin, *, with_demo: bool) -> Mounted:
    """Ask the plugin for all it contributes, and check what can be checked without Flask."""
    mounted = Mounted(
        plugin,
        tuple(plugin.register_permissions()),
        tuple(plugin.register_admin_views()),
        tuple(plugin.register_public_routes()),
        tuple(plugin.register_settings()),
        tuple(plugin.register_jobs()),
        tuple(plugin.register_cards()),
        tuple(plugin.register_commands()),
        tuple(plugin.register_demo()) if with_demo else (),
        tuple(plugin.register_search()),
    )
    prefix = f"{plugin.name}."
    for key in (*(p.key for p in mounted.permissions), *(s.key for s in mounted.settings)):
        if not key.startswith(prefix):
            raise CannotMount(f"{key!r} must start with {prefix!r}")
    for routes in mounted.public_routes:
        if routes.plugin != plugin.name:
            raise CannotMount(f"public routes must lie below '/{plugin.name}/'")
    if plugin.name in RESERVED:
        raise CannotMount(f"the name {plugin.name!r} is reserved")
    return mounted


def check(app: Flask, mounted: Mounted) -> None:
    """Check all that mounting would break on: views, endpoints, templates, mappers."""
    name = mounted.name
    mounted.views = [view(name) for view in mounted.admin_views]
    _check_free(app, (view.endpoint for view in mounted.views), prefix=f"{name}_")
    _check_free(app, {routes.blueprint.name for routes in mounted.public_routes}, prefix=f"{name}_")
    for view in mounted.views:
        view.check_complete()
    folder = folder_of(type(mounted.plugin))
    if folder is not None and (folder / "templates").is_dir():
        strays = [p.name for p in (folder / "templates").iterdir() if p.name != name]
        if strays:
            raise CannotMount(f"templates must lie in templates/{name}/: {', '.join(strays)}")
    _check_tables(type(mounted.plugin))
    if name in registries:
        registries[name].configure(cascade=True)


def check_schema(manifest: type[Plugin], ready: Collection[str], *, with_models: bool) -> None:
    """Refuse a plugin whose migrations were not applied, or do not make what its models need.

    Those of our own are compared with the models by our tests, and not at every start.
    """
    if manifest.name not in ready and migrate.pending_of(manifest):
        raise CannotMount("its tables are not up to date; run `console migrate`")
    if not with_models or manifest.__module__.partition(".")[0] == "plugins":
        return
    models = [model for model in _models_of(manifest) if "__table__" in model.__dict__]
    missing = migrate.missing_of([model.__table__ for model in models])
    if missing:
        advice = f"run `console migrations new {manifest.name} NAME`, then `console migrate`"
        if folder_of(manifest) is None:
            advice = "a plugin with tables is a package, as `console new-plugin` begins one"
        raise CannotMount(f"no migration makes {', '.join(missing[:5])}: {advice}")


def _check_tables(manifest: type[Plugin]) -> None:
    """Refuse models of the plugin's package that are not named after the plugin."""
    for model in _models_of(manifest):
        table = model.__dict__.get("__tablename__", "")
        if not table.startswith(f"{manifest.name}_"):
            raise CannotMount(f"table {table!r} must start with '{manifest.name}_'")


def _models_of(manifest: type[Plugin]) -> list[type[Model]]:
    package = manifest.__module__.removesuffix(".plugin")
    models = Model.__subclasses__()
    return [each for each in models if f"{each.__module__}.".startswith(f"{package}.")]


def _check_free(app: Flask, endpoints: Iterable[str], *, prefix: str) -> None:
    seen: set[str] = set()
    for endpoint in endpoints:
        if not endpoint.startswith(prefix):
            raise CannotMount(f"endpoint {endpoint!r} must start with {prefix!r}")
        if endpoint in app.blueprints or endpoint in seen:
            raise CannotMount(f"endpoint {endpoint!r} is taken")
        seen.add(endpoint)


def mount(app: Flask, mounted: Mounted, add_view: Callable[[Any], None]) -> Iterator[str]:
    """Mount views, routes, templates and static files; name each blueprint before it is there."""
    folder = folder_of(type(mounted.plugin))
    if folder is not None and any((folder / d).is_dir() for d in ("templates", "static")):
        files = Blueprint(
            f"{mounted.name}_files",
            type(mounted.plugin).__module__,
            template_folder=str(folder / "templates"),
            static_folder=str(folder / "static") if (folder / "static").is_dir() else None,
            static_url_path=f"/static/{mounted.name}",
        )
        yield files.name
        app.register_blueprint(files)
    for view in mounted.views:
        yield view.endpoint
        add_view(view)
    for routes in mounted.public_routes:
        if routes.blueprint.name not in app.blueprints:
            yield routes.blueprint.name
            app.register_blueprint(routes.blueprint)
