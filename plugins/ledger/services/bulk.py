"""Statements that take one row or tens of thousands alike, quickly, on both engines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

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
    returning: Sequence[str] = ("id",),
    unless_there: Sequence[str] = (),
) -> Sequence[Any]:
    """Insert rows that all have the same columns, leaving out those that are there already.

    They are there when a row has the same values in the unique columns *unless_there*; without
    these every conflict is an error.
    """
    if not rows:
        return []
    arrays = is_postgresql() and len(rows) >= MANY
    statement: Any = (postgresql if is_postgresql() else sqlite).insert(table)
    if arrays:
        names = list(rows[0])
        values = [[row[name] for name in names] for row in rows]
        source = unnested([table.c[name] for name in names], values)
        statement = statement.from_select(names, sa.select(*source.c))
    if unless_there:
        statement = statement.on_conflict_do_nothing(index_elements=list(unless_there))
    statement = statement.returning(*(table.c[name] for name in returning))
    # With RETURNING a list becomes a few INSERT … VALUES (…), (…), not a round trip per row.
    return api.db.session.execute(statement, None if arrays else list(rows)).all()


def select_rows(
    columns: Sequence[Any],
    keys: Sequence[Any],
    values: Sequence[Sequence[Any]],
    *conditions: sa.ColumnElement[bool],
) -> Iterator[Any]:
    """Yield *columns* of the rows whose *keys* have one of the *values*."""
    chosen = sa.select(*columns).where(*conditions)
    if is_postgresql() and len(values) >= MANY:
        wanted = unnested(keys, values)
        same = (key == column for key, column in zip(keys, wanted.c, strict=True))
        yield from api.db.session.execute(chosen.join(wanted, sa.and_(*same)))
        return
    key = sa.tuple_(*keys) if len(keys) > 1 else keys[0]
    for some in chunks(values):
        wanted_values = some if len(keys) > 1 else [value for (value,) in some]
        yield from api.db.session.execute(chosen.where(key.in_(wanted_values)))


def unnested(columns: Sequence[Any], values: Sequence[Sequence[Any]]) -> Any:
    """Return *values* as a table of PostgreSQL with the given columns, one parameter each."""
    arrays = []
    for column, items in zip(columns, zip(*values, strict=True), strict=True):
        kind: Any = postgresql.ARRAY(column.type)
        arrays.append(sa.cast(sa.literal(list(items), kind), kind))
    names = [sa.column(column.name, column.type) for column in columns]
    return sa.func.unnest(*arrays).table_valued(*names).render_derived("given")
