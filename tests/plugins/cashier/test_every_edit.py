"""Whatever is edited in a table of money, sessions, points or goods: the row is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from console import api
from console.row_seals import SEALED
from console.testing.records import fill_tables
from tests.support.tampering import change, copy, owner_of_database, remove

pytestmark = pytest.mark.slow

OWNERS = ("cards", "cashier", "checkout", "membership", "stock")
#: What is not sealed row by row, and why.
LEFT_OUT = {
    "cashier_counter": "the last number given to a bill; the bills themselves have theirs",
    "cashier_online_circuit": "whether a provider answers at the moment",
    "membership_alias": "numbers that a member had in an earlier system, for the search",
    "membership_card": "the look and the series of a code on a phone; its uses are sealed",
    "membership_data_copy": "copies of her data that she asked for",
    "membership_duplicate": "files that look alike, computed every night",
    "membership_erasure": "requests to be forgotten; they are in the audit trail",
    "membership_history": "lines brought along from an earlier system, to be read only",
    "membership_id_document": "what tells that she was asked who she is; no money rests on it",
    "membership_identity": "accounts of her phone, each signing in for herself",
    "membership_join_code": "posters that people join by",
    "membership_member": "her personal file, in the audit trail; levels and holds are sealed",
    "membership_member_tag": "tags, free words",
    "membership_photo": "photographs of her hair; free notes",
    "membership_request": "wishes to get a phone number changed",
    "membership_series": "the last number given to a member",
    "membership_store": "stores that know her",
    "membership_tag": "tags, free words",
    "membership_visitor": "phones that are signed in",
}
Edit = Callable[[sa.Connection, Any, Any], bool]


def tables() -> list[Any]:
    """Return the tables of the plugins that keep money, sessions, points or goods."""
    known = api.db.metadata.tables
    return [known[name] for name in sorted(known) if name.partition("_")[0] in OWNERS]


def test_every_table_is_sealed_or_says_why_not(app: Flask) -> None:
    names = {table.name for table in tables()}
    assert names == {name for name in SEALED if name.partition("_")[0] in OWNERS} | {*LEFT_OUT}
    assert not {*LEFT_OUT} & {*SEALED}


def rounds(connection: sa.Connection) -> Iterator[list[tuple[str, Any, Any, Edit]]]:
    """Yield edits that can be made at once, one of each table: every column, then whole rows."""
    rows: dict[str, Any] = {}
    for table in tables():
        if table.name in SEALED:
            some = sa.select(table).order_by(*table.primary_key.columns).limit(1)
            rows[table.name] = connection.execute(some).mappings().first()
    known = api.db.metadata.tables
    most = max(len(known[name].columns) for name in rows)
    for place in range(most):
        some_edits: list[tuple[str, Any, Any, Edit]] = []
        for name, row in rows.items():
            columns = [each for each in known[name].columns if not each.primary_key]
            if place < len(columns):
                some_edits.append((columns[place].name, known[name], row, changing(columns[place])))
        yield some_edits
    yield [("a deleted row", known[name], row, remove) for name, row in rows.items()]
    yield [("an added row", known[name], row, copy) for name, row in rows.items()]


def changing(column: Any) -> Edit:
    """Return what changes one column of a row."""
    return lambda connection, table, row: change(connection, table, row, column)


def test_an_edit_of_any_column_of_any_row_is_named(with_demo: None, app: Flask) -> None:
    fill_tables(OWNERS)
    missed: list[str] = []
    refused: list[tuple[str, str]] = []
    with owner_of_database() as connection:
        assert [each.words() for each in api.check_rows(connection=connection)] == []
        for edits in rounds(connection):
            point = connection.begin_nested()
            done: list[tuple[str, str]] = []
            for what, table, row, edit in edits:
                where = f"{table.name}: {what}"
                (done if edit(connection, table, row) else refused).append((where, table.name))
            named = {each.table for each in api.check_rows(connection=connection)}
            missed += [where for where, table in done if table not in named]
            point.rollback()
    assert missed == []
    assert len(refused) < 100, "keys and constraints refuse some of them even here"
