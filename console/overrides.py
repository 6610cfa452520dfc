"""The salon's own templates, which win over those of the console and of the plugins."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, TemplateNotFound

from console.config import Config

#: `{% extends "shipped/walkin/door.html" %}` is the template that came with the plugin.
SHIPPED = "shipped/"
#: Whether the salon has templates of its own.
FOUND = "console_own_templates"


def install(app: Flask) -> None:
    """Look for templates in `instance/templates/` first; call it before any is drawn."""
    config: Config = app.extensions["console_config"]
    own = app.jinja_loader or FileSystemLoader([])
    folder = FileSystemLoader(config.instance / "templates")
    app.jinja_loader = ChoiceLoader([folder, _Shipped(app, own), own])
    app.extensions[FOUND] = bool(folder.list_templates())


class _Shipped(BaseLoader):
    """Finds what the salon replaced, so that its own template need only tell what differs."""

    def __init__(self, app: Flask, own: BaseLoader) -> None:
        self._app, self._own = app, own

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        name = template.removeprefix(SHIPPED)
        if name != template:
            brought = (each.jinja_loader for each in self._app.iter_blueprints())
            for loader in (self._own, *filter(None, brought)):
                try:
                    return loader.get_source(environment, name)
                except TemplateNotFound:
                    continue
        raise TemplateNotFound(template)

    def list_templates(self) -> list[str]:
        return []  # what it finds, the other loaders list
