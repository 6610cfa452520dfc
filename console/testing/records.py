"""One made-up record in each table of a plugin, so that its pages have something to show."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from console import clock, demo
from console.db import Model, UtcDateTime, db, registries
from console.host import Host
from console.stores import Store
from console.testing.people import add_store
from console.unit import unit

#: Shown in full by no page, export or log, to nobody who may not see phone numbers.
PHONE = "13800138000"
HELP = "define a fixture `records` in conftest.py that adds a record to each table"


def make_records(app: Flask, of: Collection[str]) -> None:
    """Load the demo that the plugins bring, if any, and add a row to each table still empty."""
    host: Host = app.extensions["console"]
    if any(host.mounted[name].demo for name in of if name in host.mounted):
        demo.load(lambda _text: None, only=_with_requirements(host, of))
    fill_tables(of)


def fill_tables(of: Collection[str]) -> None:
    """Add a row to each table of these plugins that is still empty."""
    own = {mapper.local_table for name in of for mapper in registered(name)}
    for table in Model.metadata.sorted_tables:
        if table in own:
            _fill(table)


def _with_requirements(host: Host, of: Collection[str]) -> set[str]:
    found, left = set[str](), [*of]
    while left:
        name = left.pop()
        if name not in found and name in host.mounted:
            found.add(name)
            left += host.mounted[name].plugin.requires
    return found


def _fill(table: sa.Table) -> None:
    if db.session.execute(sa.select(table).limit(1)).first() is not None:
        return
    if table is Store.__table__:
        add_store()
        return
    for column in table.columns:
        for key in column.foreign_keys:
            if not column.nullable and key.column.table is not table:
                _fill(key.column.table)
    try:
        _add_row(table)
    except DBAPIError as problem:
        pytest.fail(f"no row fits {table.name}: {problem.orig}; {HELP}", pytrace=False)


def registered(name: str) -> list[Any]:
    """Return the mappers of a plugin."""
    return list(registries[name].mappers) if name in registries else []


@unit
def _add_row(table: sa.Table) -> None:
    row = {}
    for column in table.columns:
        if column.default is None and not _is_made_by_the_database(column):
            row[column.name] = _value_for(column)
    db.session.execute(sa.insert(table).values(**row))


def _is_made_by_the_database(column: sa.Column[Any]) -> bool:
    return column.server_default is not None or column is column.table.autoincrement_column


def _value_for(column: sa.Column[Any]) -> Any:
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column
        return db.session.scalar(sa.select(target).limit(1))
    if column.info.get("choices"):
        return column.info["choices"][0][0]
    if column.info.get("sensitive") == "phone":
        return PHONE
    if isinstance(column.type, UtcDateTime):
        return clock.now()
    if isinstance(column.type, sa.Date):
        return clock.now().date()
    if isinstance(column.type, sa.JSON):
        return {}
    return {bool: True, str: "Sample", bytes: b"sample"}.get(column.type.python_type, 1)
