"""Keeping the words of records, in the unit that writes these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from console.db import db
from console.search.declared import FoundBy, found_by, kind_of, kind_of_table
from console.search.models import SearchIndex, SearchRecord, SearchWord
from console.search.words import join_words, words_of

RECORD: Any = SearchRecord.__table__
WORD: Any = SearchWord.__table__
CHUNK = 500


def keep_words(model: type[Any], ids: Iterable[int]) -> None:
    """Write the words of these records anew, in the running unit.

    What passes the session by (`sa.insert`, `sa.update`) calls it for the rows that it wrote;
    what is added or changed as an object needs no call.
    """
    declared = found_by(model)
    if declared is None:
        return
    for some in _chunks(list(ids)):
        write_words_of(db.session, model, read_texts(db.session, model, some))


def forget_words(model: type[Any], ids: Iterable[int]) -> None:
    """Forget the words of records that were deleted past the session, in the running unit."""
    if found_by(model) is None:
        return
    for some in _chunks(list(ids)):
        write_words_of(db.session, model, dict.fromkeys(some, ()))


def forget_tables(names: Iterable[str]) -> None:
    """Forget all words of tables that were dropped, in the running unit."""
    kinds = [kind_of_table(name) for name in names]
    for table in (WORD, RECORD, SearchIndex.__table__):
        db.session.execute(sa.delete(table).where(table.c.kind.in_(kinds)))


def read_texts(at: Any, model: type[Any], ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """Return the texts that records are found by, by their ids; none for those that are gone."""
    table: Any = model.__table__
    pk, declared = table.primary_key.columns[0], found_by(model) or FoundBy()
    columns = [table.c[name] for name in declared.names]
    here = model.scope.here(model) if model.scope.here is not None else sa.true()
    rows = at.execute(sa.select(pk, *columns).where(pk.in_(ids), here))
    found: dict[int, Sequence[str]] = dict.fromkeys(ids, ())
    return found | {row[0]: tuple(_texts(row[1:])) for row in rows}


def write_words_of(at: Any, model: type[Any], texts: Mapping[int, Sequence[str]]) -> None:
    """Write the words of records by their texts, by a session or connection.

    A record without texts has no words. What is right already stays untouched.
    """
    kind = kind_of(model)
    wanted = {number: words_of(each) for number, each in texts.items()}
    mine = sa.and_(RECORD.c.kind == kind, RECORD.c.record_id.in_(list(wanted)))
    rows = at.execute(sa.select(RECORD.c.record_id, RECORD.c.words).where(mine))
    known = {row[0]: row[1] for row in rows}
    changed = {n: words for n, words in wanted.items() if known.get(n, "") != join_words(words)}
    stale = [number for number in changed if number in known]
    if stale:
        _remove(at, kind, {number: known[number].split() for number in stale})
    records = [
        {"kind": kind, "record_id": number, "words": join_words(words)}
        for number, words in changed.items()
        if words
    ]
    leading = [
        {"kind": kind, "word": word, "record_id": number}
        for number, words in changed.items()
        for word in words
    ]
    if records:
        at.execute(sa.insert(RECORD), records)
        at.execute(sa.insert(WORD), leading)


def _remove(at: Any, kind: int, known: Mapping[int, Sequence[str]]) -> None:
    """Remove rows by their whole keys, which the record's own row tells."""
    at.execute(sa.delete(RECORD).where(RECORD.c.kind == kind, RECORD.c.record_id.in_(list(known))))
    for number, words in known.items():
        mine = sa.and_(WORD.c.kind == kind, WORD.c.word.in_(words), WORD.c.record_id == number)
        at.execute(sa.delete(WORD).where(mine))


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, Mapping):
            yield from (str(each) for each in value.values() if each)
        elif value:
            yield str(value)


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


@sa.event.listens_for(Session, "after_flush")
def _on_flush(session: Session, _context: object) -> None:
    """Keep the words of every object that this flush added, changed or deleted."""
    touched: dict[type[Any], tuple[list[int], list[int]]] = {}
    for record in (*session.new, *session.dirty):
        model = type(record)
        declared = found_by(model)
        if declared is not None and _is_changed(record, declared):
            touched.setdefault(model, ([], []))[0].append(_id_of(record))
    for record in session.deleted:
        if found_by(type(record)) is not None:
            touched.setdefault(type(record), ([], []))[1].append(_id_of(record))
    for model, (kept, gone) in touched.items():
        keep_words(model, kept)
        forget_words(model, gone)


def _is_changed(record: Any, declared: FoundBy) -> bool:
    state = sa.inspect(record)
    return any(state.attrs[name].history.has_changes() for name in declared.names)


def _id_of(record: Any) -> int:
    return int(sa.inspect(type(record)).primary_key_from_instance(record)[0])
