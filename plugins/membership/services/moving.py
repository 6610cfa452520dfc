"""Moving the rows of one file to another, whatever table they lie in, and moving them back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.membership.models import (
    CodeUse,
    Duplicate,
    Erasure,
    Member,
    Merge,
    MovedRow,
)

MEMBER: Any = Member.__table__
MOVED: Any = MovedRow.__table__
#: Tables of membership whose rows stay with the file that they name.
STAYING: tuple[Any, ...] = tuple(
    model.__table__ for model in (Member, Merge, Duplicate, CodeUse, Erasure)
)


def move_rows(column: Any, kept_id: int, gone_id: int) -> int:
    """Give the rows that name the gone file in *column* to the kept one; return how many.

    Call it while `membership_member_merging` is told. A row whose like the kept file has
    already, by the table's keys, is dropped. Undoing the merge moves all of them back.
    """
    merge_id = running_merge(kept_id, gone_id).id
    table: Any = column.property.columns[0].table if hasattr(column, "property") else column.table
    column = table.c[column.key]
    rows = api.db.session.execute(sa.select(table).where(column == gone_id)).mappings().all()
    held = _keys_of(table, column, kept_id)
    noted: list[dict[str, Any]] = []
    for row in rows:
        dropped = any(_key(row, names) in keys for names, keys in held.items())
        told = row if dropped else {key.name: row[key.name] for key in table.primary_key}
        noted.append(
            {
                "merge_id": merge_id,
                "table_name": table.name,
                "column_name": column.name,
                "row": {name: write_plain(value) for name, value in told.items()},
                "dropped": dropped,
            }
        )
        where = _is_row(table, row)
        change = sa.delete(table) if dropped else sa.update(table).values({column.name: kept_id})
        api.db.session.execute(change.where(where))
    if noted:
        api.db.session.execute(sa.insert(MOVED), noted)
    return len(rows)


def move_belongings(kept_id: int, gone_id: int) -> None:
    """Move the rows of all tables of membership."""
    for column in belongings():
        move_rows(column, kept_id, gone_id)


def belongings() -> Iterator[sa.Column[Any]]:
    """Yield the columns of membership's tables that say whose a row is."""
    for table in MEMBER.metadata.sorted_tables:
        if not table.name.startswith("membership_") or table in STAYING:
            continue
        for column in table.columns:
            if any(key.references(MEMBER) for key in column.foreign_keys):
                yield column


def move_back(merge: Merge) -> None:
    """Give back every row that a merge moved, unless it is gone since."""
    noted = sa.select(MOVED).where(MOVED.c.merge_id == merge.id).order_by(MOVED.c.id.desc())
    for moved in api.db.session.execute(noted).all():
        table = MEMBER.metadata.tables.get(moved.table_name)
        if table is None:
            continue
        row = {name: read_plain(table.c[name], value) for name, value in moved.row.items()}
        if moved.dropped:
            if api.db.session.execute(sa.select(table).where(_is_row(table, row))).first() is None:
                api.db.session.execute(sa.insert(table).values(row))
            continue
        now = {**row, moved.column_name: merge.kept_id} if moved.column_name in row else row
        change = sa.update(table).values({moved.column_name: merge.gone_id})
        whose = table.c[moved.column_name] == merge.kept_id
        api.db.session.execute(change.where(_is_row(table, now), whose))


def running_merge(kept_id: int, gone_id: int) -> Merge:
    """Return the merge of two files that stands."""
    found: Merge = api.db.session.scalars(
        sa.select(Merge)
        .where(Merge.kept_id == kept_id, Merge.gone_id == gone_id, Merge.undone_at.is_(None))
        .order_by(Merge.id.desc())
        .limit(1)
    ).one()
    return found


def write_plain(value: Any) -> Any:
    """Return a column's value as JSON can hold it."""
    return value.isoformat() if isinstance(value, (dt.datetime, dt.date)) else value


def read_plain(column: Any, value: Any) -> Any:
    """Return a value that `write_plain` wrote as its column holds it."""
    if value is None or not isinstance(value, str):
        return value
    if isinstance(column.type, api.UtcDateTime):
        return dt.datetime.fromisoformat(value)
    return dt.date.fromisoformat(value) if isinstance(column.type, sa.Date) else value


def _keys_of(table: Any, column: Any, kept_id: int) -> dict[tuple[str, ...], set[Any]]:
    """Return what the kept file has already, by each key that the column is part of."""
    keys = [table.primary_key, *(c for c in table.constraints if type(c) is sa.UniqueConstraint)]
    found: dict[tuple[str, ...], set[Any]] = {}
    for key in keys:
        if column.name not in key.columns:
            continue
        names = tuple(each.name for each in key.columns if each.name != column.name)
        wanted = [table.c[name] for name in names] or [sa.literal(1)]
        rows = api.db.session.execute(sa.select(*wanted).where(column == kept_id))
        found[names] = {tuple(row) if names else () for row in rows}
    return found


def _key(row: Mapping[Any, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _is_row(table: Any, row: Mapping[Any, Any]) -> sa.ColumnElement[bool]:
    return sa.and_(*(key == row[key.name] for key in table.primary_key))
