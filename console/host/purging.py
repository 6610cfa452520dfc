"""Destroying the data of a plugin for good."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import current_app

from console import audit, epoch
from console.backup import copy_database
from console.db import db
from console.errors import NotFound, Refused
from console.host.inside import tables_of
from console.host.states import PluginState, read_states
from console.i18n import _
from console.jobs import StoredJob
from console.outbox import Delivery
from console.search.keeping import forget_tables
from console.settings import SettingValue
from console.unit import unit

if TYPE_CHECKING:
    from console.host import Host


def check_purge(host: Host, name: str) -> None:
    """Raise `Refused` while a plugin is in use or others need its tables; 404 for a stranger."""
    tables = tables_of(name)
    if not tables and name not in read_states():
        raise NotFound(_("There is nothing of this plugin in the database."))
    if name in host.mounted and host.is_active(name):
        raise Refused(_("Disable the plugin first."))
    needing = _neighbours(tables)
    if needing:
        raise Refused(_("The tables %(names)s refer to it.", names=", ".join(needing)))


def purge(host: Host, name: str) -> Path:
    """Destroy the tables, settings, events and jobs of a plugin; return the copy made before.

    The plugin must be disabled or gone, and no other plugin may need its tables.
    """
    check_purge(host, name)
    tables = tables_of(name)
    db.session.rollback()
    copy = copy_database(db.engine, backups(), f"before-purge-{name}")
    _destroy(name, tables)
    return copy


def backups() -> Path:
    """Return the folder of copies and exports."""
    folder: Path = current_app.extensions["console_config"].instance / "backups"
    return folder


def _neighbours(tables: list[str]) -> list[str]:
    inspector = sa.inspect(db.engine)
    return sorted(
        table
        for table in inspector.get_table_names()
        if table not in tables
        and any(key["referred_table"] in tables for key in inspector.get_foreign_keys(table))
    )


@unit
def _destroy(name: str, tables: list[str]) -> None:
    connection = db.session.connection()
    known = sa.MetaData()
    known.reflect(connection, only=tables)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    for table in reversed(known.sorted_tables):
        connection.execute(sa.schema.DropTable(table))
    if connection.dialect.name == "postgresql":
        _drop_functions(connection, name)
    forget_tables(tables)
    for model in (Delivery, StoredJob):
        db.session.execute(sa.delete(model).where(model.plugin == name))
    mine = SettingValue.key.startswith(f"{name}.", autoescape=True)
    db.session.execute(sa.delete(SettingValue).where(mine))
    if name not in current_app.extensions["console"].manifests:
        db.session.execute(sa.delete(PluginState).where(PluginState.name == name))
    audit.record("purge_plugin", note=name)
    epoch.bump()


def _drop_functions(connection: sa.Connection, name: str) -> None:
    found = connection.execute(
        sa.text(
            "SELECT p.oid::regprocedure::text FROM pg_proc p"
            " WHERE p.pronamespace = current_schema()::regnamespace AND p.proname LIKE :prefix"
        ),
        {"prefix": f"{name}\\_%"},
    )
    for function in found.scalars().all():
        connection.exec_driver_sql(f"DROP FUNCTION {function}")
