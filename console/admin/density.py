"""Conditions in the form that is quick for few rows and for many.

PostgreSQL's planner knows how many rows a condition lets pass; SQLite's guesses, and so reads
half a table to sort it when a filter lets half of it pass. So on SQLite the rows are counted
first, up to `MANY`: few are looked up and sorted, many are met soon enough while the list is
read in its own order, and the condition is then checked row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.sql import operators, visitors

from console.db import db

MANY = 2000


def are_few(rows: sa.Select[Any]) -> bool:
    """Tell whether *rows* are no more than `MANY`."""
    some = rows.limit(MANY + 1).subquery()
    counted = db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
    return counted <= MANY


def known_few(key: Hashable, rows: Callable[[], sa.Select[Any]]) -> bool:
    """Tell it of what is known under a *key* for a minute; *rows* are selected only to count."""
    host = current_app.extensions["console"]
    return bool(host.remember_briefly(("few", key), lambda: are_few(rows())))


def leads_to_few(rows: Callable[[], sa.Select[Any]], key: Hashable) -> bool:
    """Tell whether a list had better begin at *rows*; PostgreSQL finds out by itself."""
    return _is_sqlite() and known_few(key, rows)


def few_of(rows: sa.Select[Any]) -> list[Any] | None:
    """Return the keys that *rows* select when they are few; PostgreSQL finds out by itself."""
    if not _is_sqlite():
        return None
    found = list(db.session.scalars(rows.limit(MANY + 1)))
    return found if len(found) <= MANY else None


def among(key: Any, rows: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """Return the condition that *key* is one of *rows*, which select a single column."""
    condition: sa.ColumnElement[bool] = key.in_(rows)
    if not _is_sqlite() or are_few(rows):
        return condition
    (column,) = rows.selected_columns
    return checked(rows.where(column == key).correlate(key.table).exists())


def checked(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return *condition* as one that is checked row by row, and leads to no index."""
    return sa.case((condition, 1), else_=0) == sa.literal_column("1")


def eased(
    model: type[Any],
    condition: sa.ColumnElement[bool],
    sorted_by: sa.ColumnElement[Any],
    asked: Hashable,
) -> sa.ColumnElement[bool]:
    """Return *condition* on *model*'s own columns in the form that suits a list in that order.

    *asked* are the words that the condition was made from.
    """
    if not _is_sqlite():
        return condition
    used = {part for part in visitors.iterate(condition) if isinstance(part, sa.Column)}
    own: sa.Table = sa.inspect(model).local_table
    if not used & _led(own) or used & set(sorted_by.base_columns):
        return condition  # no index would be taken, or it is the list's own
    if _lies_in_order(own, condition, sorted_by):
        return condition
    (key,) = own.primary_key.columns
    few = known_few((own.name, asked), lambda: sa.select(key).where(condition))
    return condition if few else checked(condition)


def _lies_in_order(
    table: sa.Table, condition: sa.ColumnElement[bool], sorted_by: sa.ColumnElement[Any]
) -> bool:
    """Tell whether an index has the rows of one value side by side, in the list's order."""
    if not isinstance(condition, sa.BinaryExpression) or condition.operator is not operators.eq:
        return False
    wanted = [*condition.left.base_columns, *sorted_by.base_columns]
    return any(list(index.columns)[: len(wanted)] == wanted for index in table.indexes)


@lru_cache(maxsize=256)
def _led(table: sa.Table) -> frozenset[Any]:
    """Return the columns that an index of *table* begins with."""
    return frozenset(index.columns[0] for index in table.indexes if len(index.columns))


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"
