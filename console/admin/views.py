"""Admin views, of which no page can be mounted without saying who may use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from flask import abort
from flask_admin.base import BaseView, expose

from console.admin.menu import KEYS

if TYPE_CHECKING:
    from console.security import Permission

V = TypeVar("V", bound=Callable[..., Any])


class MissingPermission(Exception):
    """A page or action does not say which permission it needs."""


class BadGroup(Exception):
    """A view names a group that the menu does not have."""


@dataclass(frozen=True)
class Asks:
    """What a bulk action asks for first: a record of *target*, or one of the *choices*."""

    label: Any
    target: type[Any] | None = None
    choices: Sequence[tuple[Any, Any]] | Callable[[], Sequence[tuple[Any, Any]]] = ()
    #: Whether nothing may be chosen; the action then gets None.
    optional: bool = False

    @property
    def options(self) -> Sequence[tuple[Any, Any]]:
        """The closed list of values, if there is one."""
        return self.choices() if callable(self.choices) else self.choices


@dataclass(frozen=True)
class Bulk:
    """What a bulk action is offered with."""

    label: Any
    needs: Permission
    confirm: Any = None
    danger: bool = False
    asks: Asks | None = None
    undo: str | None = None
    in_chunks: bool = False


def page(rule: str, *, needs: Permission, methods: tuple[str, ...] = ("GET",)) -> Callable[[V], V]:
    """Serve a method at *rule* to those who hold *needs*."""

    def mark(method: V) -> V:
        method.__dict__["needs"] = needs
        marked: V = expose(rule, methods)(method)
        return marked

    return mark


def action(
    label: Any,
    *,
    needs: Permission,
    confirm: Any = None,
    danger: bool = False,
    asks: Asks | None = None,
    undo: str | None = None,
    in_chunks: bool = False,
) -> Callable[[V], V]:
    """Offer a method as a bulk action to those who hold *needs*.

    The method runs in a unit. It gets the chosen ids, all of them within the person's reach (and
    the value that it *asks* for), and returns what to tell her, a response, or the rows that it
    changed: their ids, or what they were before, by id. *undo* names the method that gets the
    latter and puts it back. One that works *in_chunks* is offered for any number of rows.
    """

    def mark(method: V) -> V:
        method.__dict__["bulk"] = Bulk(label, needs, confirm, danger, asks, undo, in_chunks)
        return method

    return mark


class AdminView(BaseView):
    """A page of the console, or several, with one entry in the menu."""

    title: ClassVar[Any] = ""
    #: The part of the URL and of the endpoint that names it.
    noun: ClassVar[str] = ""
    icon: ClassVar[str] = "point"
    #: The key of the group of the menu; None leaves it out of the menu.
    group: ClassVar[str | None] = "system"
    order: ClassVar[int] = 100
    #: The key that opens it from every page, such as "F2"; it then has a button at the top.
    key: ClassVar[str] = ""
    #: What the menu asks of the first page: `"?f.state.eq=open"`.
    menu_query: ClassVar[str] = ""
    _urls: list[Any]
    _default_view: str | None

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin
        super().__init__(type(self).title, endpoint=self.place[0], url=self.place[1])

    @property
    def place(self) -> tuple[str, str]:
        """The endpoint and the URL: `<plugin>_<noun>` and `/console/<plugin>/<noun>`."""
        folder = "system" if self.plugin == "console" else self.plugin
        return f"{self.plugin}_{self.noun}", f"/console/{folder}/{self.noun}"

    def needed(self, endpoint: str) -> Permission | None:
        """Return the permission that *endpoint* needs, or None: nobody may use it."""
        found: Permission | None = getattr(getattr(type(self), endpoint, None), "needs", None)
        return found

    def permission_keys(self) -> set[str]:
        """Return the keys of all permissions that the view's pages and actions need."""
        names = {name for _rule, name, _methods in self._urls}
        return {needs.key for name in names if (needs := self.needed(name)) is not None}

    def check_complete(self) -> None:
        """Raise unless every page and action says what it needs, and the group is one we have."""
        if self.group not in KEYS:
            raise BadGroup(f"{type(self).__name__}: the menu has no group {self.group!r}")
        gaps = sorted({n for _rule, n, _methods in self._urls if self.needed(n) is None})
        if gaps:
            raise MissingPermission(f"{type(self).__name__}: {', '.join(gaps)} must say `needs`")

    def allows(self, endpoint: str) -> bool:
        """Tell whether the signed-in person may use *endpoint*."""
        needs = self.needed(endpoint)
        return needs is not None and needs.held()

    def is_accessible(self) -> bool:
        """Tell whether the menu leads here: whether she may use the first page."""
        return self.allows(str(self._default_view))

    def _handle_view(self, name: str, **_values: Any) -> Any:
        return None if self.allows(name) else abort(403)

    def _run_view(self, fn: Any, *args: Any, **values: Any) -> Any:
        return fn(self, *args, **values)  # Flask-Admin runs it again on TypeError, hiding its cause
