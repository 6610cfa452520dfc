"""Migrations: one linear history per plugin and one for the host, forward only.

A migration is a module `mNNNN_name.py` with `upgrade(op)`; *op* is Alembic's `Operations`. It
imports no living code. The way back is the copy of the database that is made before.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.pool import NullPool

from console import rights
from console.config import Config
from console.db import db
from console.host.discovery import discover
from console.migrate.apply import Report, apply, remember_failures
from console.migrate.history import (
    HOST,
    BadHistory,
    History,
    NewerSchema,
    SchemaBehind,
    histories_of,
    history_of,
    up_to_date,
)
from console.plugin import Plugin
from console.seal_key import seal_key
from console.search.building import build_missing

__all__ = [
    "HOST",
    "BadHistory",
    "NewerSchema",
    "Report",
    "SchemaBehind",
    "apply",
    "find_ready",
    "histories_of",
    "history_of",
    "migrate_database",
    "missing_of",
    "pending_of",
    "run",
]


def pending_of(manifest: type[Plugin]) -> list[str]:
    """Return the names of a plugin's migrations that were not applied yet."""
    history = history_of(manifest)
    if history.folder is None:
        return []
    with db.engine.connect() as connection:
        return [migration.name for migration in history.pending(connection)]


def missing_of(tables: Iterable[sa.Table]) -> list[str]:
    """Return which of these *tables*, and which columns of theirs, the database lacks."""
    inspector = sa.inspect(db.engine)
    there, missing = set(inspector.get_table_names()), []
    for table in tables:
        if table.name not in there:
            missing.append(table.name)
            continue
        known = {column["name"] for column in inspector.get_columns(table.name)}
        missing += [str(column) for column in table.columns if column.name not in known]
    return missing


def migrate_database(config: Config) -> Report:
    """Bring the host's tables and those of every installed plugin up to date, without an app."""
    found = discover(config.plugin_folder, distributions=config.plugin_distributions)
    engine = sa.create_engine(config.database_url, poolclass=NullPool)
    histories = histories_of(found.manifests)
    report = _left_to_the_owner(engine, histories)
    if report is None:
        key = seal_key(config.instance)
        report = apply(engine, histories, backups=config.instance / "backups", key=key)
    remember_failures(engine, report)
    build_missing(engine)
    if report.applied:
        rights.renew(engine, rights.kept_tables(found.manifests.values()))
    return report


def _left_to_the_owner(engine: sa.Engine, histories: list[History]) -> Report | None:
    """Return what waits for the owner of the tables, when the role at hand may not alter them.

    Plugins that wait cannot be mounted until then; when the host itself waits, it is raised.
    """
    with engine.connect() as connection:
        if rights.owns(connection):
            return None
        waiting = [history.name for history in histories if history.pending(connection)]
    why = "may be brought up to date by their owner alone: `console migrate` as that role"
    report = Report(failed={name: SchemaBehind(f"the tables of {name} {why}") for name in waiting})
    if HOST in report.failed:
        raise report.failed[HOST]
    return report


def find_ready(manifests: Iterable[type[Plugin]]) -> set[str]:
    """Name those of these plugins whose migrations were all applied.

    Refuse to work on tables that are older or newer than this version of the host.
    """
    engine = sa.create_engine(db.engine.url, poolclass=NullPool)  # leaves no connection behind
    host = history_of(HOST)
    with engine.connect() as connection:
        ready = up_to_date(connection, [host, *map(history_of, manifests)])
        if HOST not in ready and host.pending(connection):
            raise SchemaBehind("the tables are not up to date; run `console migrate`")
    return ready


def run(app: Flask) -> Report:
    """Bring the host's tables and those of every installed plugin up to date.

    *app* is made with `create_app(check_schema=False)`, and is made anew afterwards.
    """
    with app.app_context():
        host, config = app.extensions["console"], app.extensions["console_config"]
        engine: sa.Engine = db.engine
        histories, backups = histories_of(host.manifests), config.instance / "backups"
        report = apply(engine, histories, backups=backups, key=seal_key(config.instance))
        remember_failures(engine, report)
        build_missing(engine)
        engine.dispose()
    return report
