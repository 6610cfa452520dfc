"""The manifest that every plugin subclasses, and the small things it may contribute."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from console.hookspecs import KINDS, hookimpl
from console.row_seals import SEALED

if TYPE_CHECKING:
    import click
    import sqlalchemy as sa

    from console.admin import AdminView
    from console.jobs import Schedule
    from console.public import PublicRoutes
    from console.search import SearchSource
    from console.security import Permission
    from console.settings import Setting

#: The number of `console.api` that this host speaks.
API = 1
SOURCE_LANGUAGES = ("en", "zh_Hans_CN")
NAME = re.compile(r"[a-z][a-z0-9]{1,19}")


class BadManifest(Exception):
    """A manifest is incomplete or contradicts itself."""


@dataclass(frozen=True)
class Card:
    """A card of the home page: *render* returns Markup, or None when there is nothing to show."""

    key: str
    needs: Permission
    render: Callable[[], Any]
    order: int = 100
    wide: bool = False


@dataclass(frozen=True)
class Command:
    """A click group that becomes `console <name> …`."""

    group: click.Group


@dataclass(frozen=True)
class TourStop:
    """A stop of the demo's tour: what to look at, and the path where it is.

    *minute* is when it comes in the five minutes; what has none is there to try afterwards.
    """

    key: str
    label: Any
    path: str
    needs: Permission
    minute: float | None = None


@dataclass(frozen=True)
class DemoPane:
    """A page of the demo's counter: of the staff's screen there, or of the phone beside it."""

    key: str
    label: Any
    path: str
    side: Literal["staff", "phone"]
    order: int = 100


@dataclass(frozen=True)
class DemoEntrance:
    """A way into the demo by one click: a POST to *path* signs *person* in.

    The view behind it asks `api.demo_flag()` itself.
    """

    label: Any
    person: str
    path: str


@dataclass(frozen=True)
class DemoPart:
    """What a plugin adds to the demo: *load* builds it once, *advance* keeps it alive.

    *finish* runs when every plugin has loaded. *advance* gets the last day that is filled in
    already; all of them post through the services.
    """

    load: Callable[[], None] | None = None
    advance: Callable[[Any], None] | None = None
    clear: Callable[[], None] | None = None
    finish: Callable[[], None] | None = None
    tour: tuple[TourStop, ...] = ()
    #: What it adds to `/demo/counter`, and to the sign-in page beside the staff's cards.
    panes: tuple[DemoPane, ...] = ()
    entrances: tuple[DemoEntrance, ...] = ()


class Plugin:
    """One feature of the console: what it is, what it needs, what it adds.

    The attributes cover the common case; a plugin that must compute what it adds overrides
    the `register_*` hook instead.
    """

    #: One lower-case word: the prefix of its tables, permissions, hooks, endpoints and URLs.
    name: ClassVar[str]
    version: ClassVar[str]
    title: ClassVar[Any]
    summary: ClassVar[Any]
    #: The console API it was written for.
    api: ClassVar[int] = API
    #: The language of its texts in the code: `"en"` or `"zh_Hans_CN"`.
    source_language: ClassVar[str] = "en"
    #: Plugins that must be sound and enabled first, with the versions accepted (`">=1,<2"`).
    requires: ClassVar[Mapping[str, str]] = {}
    #: Plugins whose hooks it answers when they are there.
    works_with: ClassVar[tuple[str, ...]] = ()
    #: The hooks it calls; other plugins answer them.
    hooks: ClassVar[tuple[Callable[..., Any], ...]] = ()
    #: Modules or objects with its `@hookimpl` functions.
    listeners: ClassVar[tuple[Any, ...]] = ()
    permissions: ClassVar[tuple[Permission, ...]] = ()
    admin_views: ClassVar[tuple[type[AdminView], ...]] = ()
    public_routes: ClassVar[tuple[PublicRoutes, ...]] = ()
    settings: ClassVar[tuple[Setting[Any], ...]] = ()
    jobs: ClassVar[tuple[Schedule, ...]] = ()
    cards: ClassVar[tuple[Card, ...]] = ()
    commands: ClassVar[tuple[Command, ...]] = ()
    search: ClassVar[tuple[SearchSource, ...]] = ()
    #: Tables whose rows are only added, each with the columns that may still change: a database
    #: role that only serves may do no more with them.
    append_only: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    #: Tables whose rows are sealed as the program writes them, and what they are called: an edit
    #: past the program is named. A table that joins them needs a migration of the plugin.
    sealed: ClassVar[Mapping[str, Any]] = {}
    #: Parts, or modules that have one named `PART`: those are imported only where a demo may be.
    demo: ClassVar[tuple[DemoPart | str, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for field in ("name", "version", "title", "summary"):
            if not hasattr(cls, field):
                raise BadManifest(f"{cls.__qualname__} has no {field!r}")
        if not NAME.fullmatch(cls.name):
            raise BadManifest(f"{cls.__qualname__}.name must be one lower-case word")
        if cls.source_language not in SOURCE_LANGUAGES:
            raise BadManifest(f"{cls.__qualname__}.source_language must be 'en' or 'zh_Hans_CN'")
        for permission in cls.permissions:
            if not permission.key.startswith(f"{cls.name}."):
                raise BadManifest(f"permission {permission.key!r} must start with '{cls.name}.'")
        for table in (*cls.append_only, *cls.sealed):
            if not table.startswith(f"{cls.name}_"):
                raise BadManifest(f"table {table!r} must start with '{cls.name}_'")
        for spec in cls.hooks:
            if not spec.__name__.startswith(f"{cls.name}_"):
                raise BadManifest(f"hook {spec.__name__!r} must start with '{cls.name}_'")
            if spec.__dict__.get("console_kind") not in KINDS:
                raise BadManifest(f"hook {spec.__name__!r} must be marked with its kind")
        SEALED.update(cls.sealed)

    @classmethod
    def check_migrated(cls, connection: sa.Connection) -> Iterable[str]:
        """Name what is wrong with the plugin's rows as a migration is about to leave them.

        It is asked before the commit of every migration, of whichever plugin, that altered the
        plugin's tables or rows; whatever it names rolls the migration back.
        """
        return ()

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        return self.permissions

    @hookimpl
    def register_admin_views(self) -> Iterable[type[AdminView]]:
        return self.admin_views

    @hookimpl
    def register_public_routes(self) -> Iterable[PublicRoutes]:
        return self.public_routes

    @hookimpl
    def register_settings(self) -> Iterable[Setting[Any]]:
        return self.settings

    @hookimpl
    def register_jobs(self) -> Iterable[Schedule]:
        return self.jobs

    @hookimpl
    def register_cards(self) -> Iterable[Card]:
        return self.cards

    @hookimpl
    def register_commands(self) -> Iterable[Command]:
        return self.commands

    @hookimpl
    def register_search(self) -> Iterable[SearchSource]:
        return self.search

    @hookimpl
    def register_demo(self) -> Iterable[DemoPart]:
        for part in self.demo:
            yield import_module(part).PART if isinstance(part, str) else part
