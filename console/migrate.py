"""Migrations: one linear history per plugin, and one for the host."""

from __future__ import annotations

from flask import Flask

from console.plugin import Plugin

#: The name of the host's own history.
HOST = "console"


def pending_of(manifest: type[Plugin]) -> list[str]:
    """Return the names of a plugin's migrations that were not applied yet."""
    return []


def run(app: Flask) -> None:
    """Apply what is pending."""
    from console.db import db

    with app.app_context():
        db.metadata.create_all(db.engine)
