"""Statements that take one row or tens of thousands alike, quickly, on both engines."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from console import api

T = TypeVar("T")
#: Row values in one statement: well under the 32,766 parameters that SQLite takes.
CHUNK = 2_000
#: From here on PostgreSQL gets columns as arrays: thousands of parameters take seconds to parse.
MANY = 30


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut *items* into pieces that fit into one statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def is_postgresql() -> bool:
    """Tell whether the database is PostgreSQL, where rows must be locked by hand."""
    return api.db.session.get_bind().dialect.name == "postgresql"


def insert_rows(
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
    returning: tuple[str, ...] = ("id",),
    unless_there: tuple[str, ...] = (),
) -> Sequence[Any]:
    """Insert rows that all have the same columns, leaving out those that are there already.

    They are there when a row has the same values in the unique columns *unless_there*; without
    these every conflict is an error.
    """
    if not rows:
        return []
    names = tuple(rows[0])
    if is_postgresql() and len(rows) >= MANY:
        values = [[row[name] for name in names] for row in rows]
        source = unnested([table.c[name] for name in names], values)
        statement = api.insert_into(table).from_select(names, sa.select(*source.c))
        finished = _finish_insert(statement, table, returning, unless_there)
        return api.db.session.execute(finished).all()
    engine = "postgresql" if is_postgresql() else "sqlite"
    # With RETURNING a list becomes a few INSERT … VALUES (…), (…), not a round trip per row.
    prepared = _prepared_insert(table, engine, returning, unless_there)
    return api.db.session.execute(prepared, list(rows)).all()


@functools.cache
def _prepared_insert(
    table: sa.Table, engine: str, returning: tuple[str, ...], unless_there: tuple[str, ...]
) -> Any:
    """Return the statement for *engine*, the one at hand, which compiles it once."""
    return _finish_insert(api.insert_into(table), table, returning, unless_there)


def _finish_insert(
    statement: Any, table: sa.Table, returning: tuple[str, ...], unless_there: tuple[str, ...]
) -> Any:
    if unless_there:
        statement = statement.on_conflict_do_nothing(index_elements=list(unless_there))
    return statement.returning(*(table.c[name] for name in returning))


class Lookup:
    """A prepared SELECT of rows by one or more columns, for any number of values."""

    def __init__(
        self, columns: Sequence[Any], keys: Sequence[Any], *conditions: sa.ColumnElement[bool]
    ) -> None:
        self._keys = keys
        self._chosen = sa.select(*columns).where(*conditions)
        key = sa.tuple_(*keys) if len(keys) > 1 else keys[0]
        self._few = self._chosen.where(key.in_(sa.bindparam("given", expanding=True)))

    def rows(self, values: Sequence[Sequence[Any]]) -> Iterator[Any]:
        """Yield the rows whose keys have one of the *values*."""
        if values and is_postgresql() and len(values) >= MANY:
            given = unnested(self._keys, values)
            same = (key == column for key, column in zip(self._keys, given.c, strict=True))
            yield from api.db.session.execute(self._chosen.join(given, sa.and_(*same)))
            return
        for some in chunks(values):
            plain = some if len(self._keys) > 1 else [value for (value,) in some]
            yield from api.db.session.execute(self._few, {"given": list(plain)})


def unnested(columns: Sequence[Any], values: Sequence[Sequence[Any]]) -> Any:
    """Return *values* as a table of PostgreSQL with the given columns, one parameter each."""
    from sqlalchemy.dialects.postgresql import ARRAY

    arrays = []
    for column, items in zip(columns, zip(*values, strict=True), strict=True):
        kind: Any = ARRAY(column.type)
        arrays.append(sa.cast(sa.literal(list(items), kind), kind))
    names = [sa.column(column.name, column.type) for column in columns]
    return sa.func.unnest(*arrays).table_valued(*names).render_derived("given")
