"""How templates read what they are given."""

from __future__ import annotations

from typing import Any

from flask.templating import Environment
from jinja2 import Template
from jinja2.runtime import Context

METHODS = frozenset(dir(dict))


class QuickTemplate(Template):
    """Knows at once that its macros need nothing from the page that imports them.

    Jinja compares the names that both know one by one, for every import of every page.
    """

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        if ctx is not None and self._module is not None:
            known: frozenset[str] = vars(self).setdefault("console_known", frozenset(self.globals))
            if known.issuperset(ctx.globals_keys):
                return self._module
        return super()._get_default_module(ctx)


class QuickEnvironment(Environment):
    """Reads `shell.menu` from a plain dict at once.

    Jinja asks for an attribute first and catches the failure, four hundred times a page.
    """

    template_class = QuickTemplate

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj and attribute not in METHODS:
            return obj[attribute]
        return super().getattr(obj, attribute)
