"""Putting the console's pages into an application, and mounting those of plugins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_admin import Admin

from console.admin.drawn_fields import draw_field
from console.admin.home import Home

if TYPE_CHECKING:
    from console.admin.views import AdminView


class Shell(Admin):
    """Flask-Admin's own collection of views, without the menu it would remember per process."""

    def add_menu_item(self, menu_item: Any, target_category: str | None = None) -> None:
        """Leave the menu to `console.admin.menu`, which asks at each request."""


def install(app: Flask) -> Callable[[Any], None]:
    """Put the console's pages into *app* and return what mounts a further view."""
    from console import seal_checks
    from console.admin import counter, trace_panel
    from console.admin.lists.pruning import SCHEDULE
    from console.admin.system import VIEWS
    from console.search.palette import Palette
    from console.security import views as security_views
    from console.work import add_schedule

    app.jinja_env.globals["draw_field"] = draw_field
    app.extensions["console_menu"] = []
    app.extensions["console_views"] = {}
    home = Home("console")
    shell = Shell(app, index_view=home, url="/console")
    app.extensions["console_menu"].append(home)

    def add_view(view: AdminView) -> None:
        shell.add_view(view)
        app.extensions["console_menu"].append(view)
        subject = getattr(view, "subject", None)
        if subject is not None:
            app.extensions["console_views"].setdefault(subject, view)

    add_schedule(SCHEDULE)
    seal_checks.install()
    counter.install(app)
    trace_panel.install(app)
    security_views.add_views(add_view)
    own: tuple[type[AdminView], ...] = (*VIEWS, Palette)
    for make in own:
        made = make("console")
        made.check_complete()
        add_view(made)
    return add_view
