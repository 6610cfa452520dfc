"""Admin views, of which no page can be mounted without saying who may use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from flask import abort
from flask_admin.base import BaseView, expose

if TYPE_CHECKING:
    from console.security import Permission

V = TypeVar("V", bound=Callable[..., Any])


class MissingPermission(Exception):
    """A page or action does not say which permission it needs."""


def page(
    rule: str, *, needs: Permission, methods: tuple[str, ...] = ("GET",)
) -> Callable[[V], V]:
    """Serve a method at *rule* to those who hold *needs*."""

    def mark(method: V) -> V:
        method.__dict__["needs"] = needs
        marked: V = expose(rule, methods)(method)
        return marked

    return mark


def action(
    label: Any, *, needs: Permission, confirm: Any = None, danger: bool = False
) -> Callable[[V], V]:
    """Offer a method as a bulk action to those who hold *needs*; it gets the chosen ids."""

    def mark(method: V) -> V:
        method.__dict__["needs"] = needs
        method.__dict__["bulk"] = (label, confirm, danger)
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
    _urls: ClassVar[list[tuple[str, str, Any]]]

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin
        folder = "system" if plugin == "console" else plugin
        super().__init__(
            name=type(self).title,
            endpoint=f"{plugin}_{self.noun}",
            url=f"/console/{folder}/{self.noun}",
        )

    def needed(self, endpoint: str) -> Permission | None:
        """Return the permission that *endpoint* needs, or None: nobody may use it."""
        found: Permission | None = getattr(getattr(type(self), endpoint, None), "needs", None)
        return found

    def permission_keys(self) -> set[str]:
        """Return the keys of all permissions that the view's pages and actions need."""
        names = {name for _rule, name, _methods in self._urls}
        return {needs.key for name in names if (needs := self.needed(name)) is not None}

    def check_complete(self) -> None:
        """Raise `MissingPermission` unless every page and action says what it needs."""
        gaps = sorted(n for _rule, n, _methods in self._urls if self.needed(n) is None)
        if gaps:
            raise MissingPermission(f"{type(self).__name__}: {', '.join(gaps)} must say `needs`")

    def allows(self, endpoint: str) -> bool:
        """Tell whether the signed-in person may use *endpoint*."""
        needs = self.needed(endpoint)
        return needs is not None and needs.held()

    def is_accessible(self) -> bool:
        return any(self.allows(name) for _rule, name, _methods in self._urls)

    def _handle_view(self, name: str, **_values: Any) -> Any:
        return None if self.allows(name) else abort(403)

    def _run_view(self, fn: Any, *args: Any, **values: Any) -> Any:
        return fn(self, *args, **values)  # Flask-Admin runs it again on TypeError, hiding its cause
