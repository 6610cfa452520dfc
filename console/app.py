"""Putting one application together."""

from __future__ import annotations

from inspect import CO_COROUTINE
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import Babel

from console import admin, i18n, kept, logs, overrides, security, web
from console.config import Config, load_config
from console.db import db, engine_options
from console.drawing import QuickEnvironment
from console.host import Host, faults
from console.host.mount import folder_of
from console.i18n import LOCALES
from console.plugin import Plugin
from console.routes import LateRule, RowNumber
from console.security.reading import html_language
from console.security.settings import SHOP_NAME
from console.security.signed_cookie import SignedCookie

HERE = Path(__file__).parent


class Console(Flask):
    """Flask with the console's own rules, templates and cookie.

    Flask takes eight steps to see that a view is no coroutine; none of ours is.
    """

    url_rule_class = LateRule
    jinja_environment = QuickEnvironment
    session_interface = SignedCookie()

    def ensure_sync(self, func: Any) -> Any:
        """Return *func* as something to be called, also when it is a coroutine."""
        code = getattr(func, "__code__", None)
        if code is not None and not code.co_flags & CO_COROUTINE:
            return func
        return super().ensure_sync(func)


def create_app(
    config: Config | None = None,
    *,
    plugins: tuple[type[Plugin], ...] = (),
    check_schema: bool = True,
) -> Flask:
    """Build the application: the host's own pages, then every sound plugin.

    *plugins* are manifests to mount besides those that are found. Without *check_schema*
    plugins are mounted although their tables may not be there yet (for `console migrate`).
    """
    config = config or load_config()
    app = Console("console", instance_path=str(config.instance), root_path=str(HERE))
    app.url_map.converters["int"] = RowNumber
    app.config.from_mapping(config.for_flask())
    app.config.setdefault(
        "SQLALCHEMY_ENGINE_OPTIONS", engine_options(config.database_url, config.threads)
    )
    app.extensions["console_config"] = config
    logs.install(app)
    db.init_app(app)
    Babel(
        app,
        default_locale=LOCALES[0],
        default_translation_directories=";".join(_translations(config)),
        # As an object: Flask-Babel would read the name of the language for every request.
        locale_selector=lambda: i18n.locale_of(security.reader_locale()),
        timezone_selector=security.reader_time_zone,
    )
    i18n.install(app)
    kept.install(app)
    overrides.install(app)
    web.install(app)
    app.jinja_env.globals.update(html_language=html_language, shop_name=SHOP_NAME.get)
    security.install(app)
    add_view = admin.install(app)
    faults.install(app)
    host = app.extensions["console"] = Host(app, add_view)
    with app.app_context():
        host.load(
            folder=config.plugin_folder,
            extra=plugins,
            distributions=config.plugin_distributions,
            check_schema=check_schema,
        )
        _add_words_of_plugins(app, host)
    return app


def _translations(config: Config) -> list[str]:
    """Later folders win: the console's words, then the salon's own."""
    return [str(HERE.parent / "translations"), str(config.instance / "translations")]


def _add_words_of_plugins(app: Flask, host: Host) -> None:
    """Put the words that plugins bring along before the console's, which win over them."""
    folders = [folder_of(type(each.plugin)) for each in host.mounted.values()]
    brought = [str(f / "translations") for f in folders if f and (f / "translations").is_dir()]
    babel = app.extensions["babel"]
    babel.translation_directories[:0] = brought
    babel.instance.domain_instance.cache.clear()
