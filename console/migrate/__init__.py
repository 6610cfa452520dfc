"""Migrations: one linear history per plugin and one for the host, forward only.

A migration is a module `mNNNN_name.py` with `upgrade(op)`; *op* is Alembic's `Operations`. It
imports no living code. The way back is the copy of the database that is made before.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from console.db import db
from console.migrate.apply import Report, apply
from console.migrate.history import HOST, BadHistory, NewerSchema, histories_of, history_of
from console.migrate.write import differences, new
from console.plugin import Plugin

__all__ = [
    "HOST",
    "BadHistory",
    "NewerSchema",
    "Report",
    "apply",
    "differences",
    "histories_of",
    "new",
    "pending_of",
    "pending_of_host",
    "run",
]


def pending_of(manifest: type[Plugin]) -> list[str]:
    """Return the names of a plugin's migrations that were not applied yet."""
    history = history_of(manifest)
    if history.folder is None:
        return []
    with db.engine.connect() as connection:
        return [migration.name for migration in history.pending(connection)]


def pending_of_host() -> list[str]:
    """Return the names of the host's migrations that were not applied yet."""
    with db.engine.connect() as connection:
        return [migration.name for migration in history_of(HOST).pending(connection)]


def run(app: Flask) -> Report:
    """Bring the host's tables and those of every installed plugin up to date.

    *app* is made with `create_app(check_schema=False)`, and is made anew afterwards.
    """
    with app.app_context():
        host, config = app.extensions["console"], app.extensions["console_config"]
        engine: sa.Engine = db.engine
        report = apply(engine, histories_of(host.manifests), backups=config.instance / "backups")
        engine.dispose()
    return report
