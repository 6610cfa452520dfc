"""How templates read what they are given."""

from __future__ import annotations

from typing import Any

from flask.templating import Environment

METHODS = frozenset(dir(dict))


class QuickEnvironment(Environment):
    """Reads `shell.menu` from a plain dict at once.

    Jinja asks for an attribute first and catches the failure, four hundred times a page.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj and attribute not in METHODS:
            return obj[attribute]
        return super().getattr(obj, attribute)
