"""The application as commands use it."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

import click
from flask import Flask


def make_app(ctx: click.Context, *, check_schema: bool = True) -> Flask:
    """Build the application and enter its context until the command ends."""
    from console.app import create_app
    from console.db import db

    app = create_app(check_schema=check_schema)
    ctx.with_resource(app.app_context())

    def close_connections() -> None:
        db.session.remove()
        db.engine.dispose()

    ctx.call_on_close(close_connections)
    return app


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the application as its first argument, and its context."""

    @click.pass_context
    def run(ctx: click.Context, *args: Any, **kwargs: Any) -> Any:
        return ctx.invoke(command, make_app(ctx), *args, **kwargs)

    return update_wrapper(run, command)
