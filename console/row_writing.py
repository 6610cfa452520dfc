"""Sealing what a unit writes: each row of a sealed table that it touched, before the commit."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from console.row_seals import NONCE, ROW_SEAL, SEALED, Shape, shape_of
from console.seal_key import seal_key

Key = tuple[Any, ...]
AT_ONCE = 500


class Written:
    """The rows of sealed tables that a unit wrote, and for some of them the record as it is now.

    A row without its record is read again before it is sealed: a statement changed it, or
    somebody else may have changed other columns of it meanwhile.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.alone = session.get_bind().dialect.name == "sqlite"
        self.rows: dict[Shape, dict[Key, Any]] = {}
        #: Records that the unit itself made: what nobody set of them is empty.
        self.fresh: set[Any] = set()
        #: The last number before the unit's own statements added rows.
        self.last: dict[Shape, int] = {}
        self.rolled_back = False

    def note(self, record: Any, *, fresh: bool = False) -> None:
        """Note a record that was flushed."""
        mapper = sa.inspect(record).mapper
        if mapper.local_table.name in SEALED:
            shape = shape_of(mapper.local_table.name)
            key = tuple(mapper.primary_key_from_instance(record))
            kept = record if fresh or self.alone else None
            self.rows.setdefault(shape, {}).setdefault(key, kept)
            if fresh:
                self.fresh.add(record)

    def note_keys(self, shape: Shape, keys: Iterable[Key]) -> None:
        """Note rows that a statement writes."""
        self.rows.setdefault(shape, {}).update(dict.fromkeys(keys))

    def seal(self) -> None:
        """Seal all that was written, in the running unit."""
        for shape, last in self.last.items():
            number = shape.keys[0]
            added = self.session.connection().scalars(sa.select(number).where(number > last))
            self.note_keys(shape, [(each,) for each in added])
        if not self.rows:
            return
        key, nonce = seal_key(), secrets.token_bytes(NONCE)
        values = []
        for shape, row_id, row in self._read():
            digest = shape.sign(key, nonce, row_id, row)
            values.append({"subject": shape.number, "row_id": row_id, "digest": digest})
        write_seals(self.session.connection(), values)

    def _read(self) -> Iterator[tuple[Shape, int, Mapping[Any, Any] | None]]:
        for shape, noted in self.rows.items():
            left = []
            for key, record in noted.items():
                told = None if record is None or self.rolled_back else self._told(shape, record)
                if told is None:
                    left.append(key)
                else:
                    yield shape, shape.row_id(key), told
            for start in range(0, len(left), AT_ONCE):
                yield from self._read_again(shape, left[start : start + AT_ONCE])

    def _told(self, shape: Shape, record: Any) -> dict[str, Any] | None:
        """Return the columns of a record; None when one of them has to be read."""
        state = sa.inspect(record)
        told, known = {}, state.dict
        for each in shape.table.columns:
            name = state.mapper.get_property_by_column(each).key
            if name not in known and (name in state.expired_attributes or record not in self.fresh):
                return None
            told[each.name] = known.get(name)
        return told

    def _read_again(
        self, shape: Shape, keys: list[Key]
    ) -> Iterator[tuple[Shape, int, Mapping[Any, Any] | None]]:
        here = sa.tuple_(*shape.keys).in_(keys)
        if len(shape.keys) == 1:
            here = shape.keys[0].in_([key[0] for key in keys])
        read = self.session.connection().execute(sa.select(shape.table).where(here)).mappings()
        found = {shape.key_of(row): row for row in read}
        for key in keys:
            yield shape, shape.row_id(key), found.get(key)


def write_seals(connection: sa.Connection, values: list[dict[str, Any]]) -> None:
    """Add seals of rows."""
    if values:
        connection.execute(sa.insert(ROW_SEAL).inline(), values)


@sa.event.listens_for(Session, "after_flush")
def _on_flushed(session: Session, _context: object) -> None:
    written: Written | None = session.info.get("written")
    if written is None:
        return
    for record in session.new:
        written.note(record, fresh=True)
    for record in session.dirty:
        written.note(record)
    for record in session.deleted:
        mapper: Any = sa.inspect(record).mapper
        if mapper.local_table.name in SEALED:
            key = tuple(mapper.primary_key_from_instance(record))
            written.note_keys(shape_of(mapper.local_table.name), [key])
    for record in (*session.new, *session.dirty, *session.deleted):
        for link in _links_of(sa.inspect(record).mapper):
            shape = shape_of(link.secondary.name)
            written.note_keys(shape, _linked(link, shape, record))


@functools.cache
def _links_of(mapper: Any) -> list[Any]:
    """Return the relations of a mapper whose links are rows of a sealed table."""
    return [
        each
        for each in mapper.relationships
        if each.secondary is not None and each.secondary.name in SEALED
    ]


def _linked(link: Any, shape: Shape, record: Any) -> Iterator[Key]:
    """Yield the keys of the links of a record that a flush wrote, or may have."""
    history = sa.inspect(record).attrs[link.key].history
    for other in (*history.added, *history.unchanged, *history.deleted):
        told = {
            far.name: getattr(side, sa.inspect(side).mapper.get_property_by_column(near).key)
            for side, pairs in (
                (record, link.synchronize_pairs),
                (other, link.secondary_synchronize_pairs),
            )
            for near, far in pairs
        }
        yield tuple(told[each.name] for each in shape.keys)


@sa.event.listens_for(Session, "do_orm_execute")
def _on_statement(state: Any) -> None:
    written: Written | None = state.session.info.get("written")
    if written is None or not (state.is_insert or state.is_update or state.is_delete):
        return
    table = state.statement.table
    if table.name not in SEALED:
        return
    state.session.flush()
    shape = shape_of(table.name)
    if state.is_insert:
        _note_inserted(written, shape, state)
        return
    asked = sa.select(*shape.keys)
    if state.statement.whereclause is not None:
        asked = asked.where(state.statement.whereclause)
    found = state.session.connection().execute(asked, state.parameters or {})
    written.note_keys(shape, [tuple(row) for row in found])


def _note_inserted(written: Written, shape: Shape, state: Any) -> None:
    """Note the rows that a statement adds: by the keys that it tells, or by the last number."""
    told = state.parameters or state.statement.compile().params
    names = [each.name for each in shape.keys]
    rows = told if isinstance(told, list) else [told]
    if all(name in row for row in rows for name in names):
        written.note_keys(shape, [tuple(row[name] for name in names) for row in rows])
    elif shape not in written.last:
        last = sa.select(sa.func.max(shape.keys[0]))
        written.last[shape] = written.session.connection().scalar(last) or 0


@sa.event.listens_for(Session, "after_soft_rollback")
def _on_rolled_back(session: Session, _transaction: object) -> None:
    written: Written | None = session.info.get("written")
    if written is not None:
        written.rolled_back = True
