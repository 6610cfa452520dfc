"""Migrations: whole or not at all, on both engines, whatever SQLite would do by itself."""

from __future__ import annotations

from flask import Flask

from console import migrate
from console.db import db


def test_the_tables_are_as_the_models_say(app: Flask) -> None:
    with db.engine.connect() as connection:
        for name in (migrate.HOST, *app.extensions["console"].manifests):
            assert migrate.differences(name, connection) == []
