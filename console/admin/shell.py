"""The frame round every page of the console."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, render_template
from flask_admin import Admin


def render(template: str, **context: Any) -> str:
    """Render *template* inside the shell."""
    return render_template(template, **context)


def install(app: Flask) -> Callable[[Any], None]:
    """Put the console's pages into *app* and return what mounts a further view."""
    admin = Admin(url="/console")
    admin.app = app
    return admin.add_view
