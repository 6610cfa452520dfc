"""Public routes: each says who may call it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from flask import Blueprint

V = TypeVar("V", bound=Callable[..., Any])

#: *anyone*: no identity needed; *visitor*: a member signed in on her phone; *signed*: a machine
#: whose signature the view itself verifies (such a route needs no CSRF token).
Audience = Literal["anyone", "visitor", "signed"]


class PublicRoutes:
    """A plugin's pages outside the console, all below `/<plugin>/`."""

    def __init__(self, plugin: str, import_name: str) -> None:
        self.plugin = plugin
        self.blueprint = Blueprint(f"{plugin}_public", import_name, url_prefix=f"/{plugin}")

    def get(self, rule: str, *, audience: Audience) -> Callable[[V], V]:
        """Serve GET at *rule*."""
        return self._route(rule, "GET", audience)

    def post(self, rule: str, *, audience: Audience) -> Callable[[V], V]:
        """Serve POST at *rule*."""
        return self._route(rule, "POST", audience)

    def _route(self, rule: str, method: str, audience: Audience) -> Callable[[V], V]:
        def mark(view: V) -> V:
            view.__dict__["audience"] = audience
            return self.blueprint.route(rule, methods=[method])(view)

        return mark
