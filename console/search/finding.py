"""Finding records: what was typed becomes a condition that an index answers.

Each word is looked up first, up to `MOST_LISTED` records. A few become a list of ids, which
both engines read by the primary key. Many become a condition that is checked row by row while
the list is read in its own order: of a surname that every tenth member bears, a page is full
after five hundred rows. Nothing is left out either way.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from console.admin.attributes import pk_of
from console.db import db
from console.errors import Refused
from console.phones import normalise_phone
from console.search.declared import FoundBy, found_by, kind_of
from console.search.keeping import RECORD, WORD
from console.search.words import LONGEST_WORD, normalise

#: Beyond so many records a word is not looked up but compared.
MOST_LISTED = 5000
#: More words of a search than these are not looked at.
MOST_WORDS = 5
TAIL = 4
LAST = "\U0010ffff"


@dataclass(frozen=True)
class Finding:
    """What a search found: the condition that rows meet, and their ids unless they are many."""

    where: sa.ColumnElement[bool]
    ids: frozenset[int] | None = None
    #: What was found, read from the words on: the way to count it when it is much.
    from_words: sa.Select[Any] | None = None


@dataclass(frozen=True)
class _Word:
    """One word of a search: the ids it leads to if they are few, and what a row must meet."""

    ids: frozenset[int] | None
    condition: sa.ColumnElement[bool]
    range: sa.ColumnElement[bool]


def find(model: type[Any], text: str) -> Finding:
    """Find the rows of a model that declares `found_by`; all words must lead to a row."""
    declared = found_by(model)
    if declared is None:
        raise LookupError(f"{model.__name__} says nothing of what it is found by")
    pk = pk_of(model)
    words = [_look_up(model, declared, word) for word in _split(text)]
    if not words:
        return Finding(sa.true())
    few = [word.ids for word in words if word.ids is not None]
    many = [word for word in words if word.ids is None]
    if few:
        ids = frozenset.intersection(*few)
        if many and ids:
            ids = _check(pk, ids, many)
        return Finding(_among(pk, ids), ids)
    if len(many) > 1:
        return _find_together(model, pk, many)
    return _find_many(model, pk, many)


def count_up_to(rows: sa.Select[Any], most: int) -> int:
    """Count the different ids that *rows* selects, up to one more than *most*.

    A record may stand there more than once; so twice as many rows are read, and no more.
    """
    limit = 2 * (most + 1)
    some = rows.limit(limit).subquery()
    counted = sa.select(sa.func.count(), sa.func.count(some.c[0].distinct()))
    read, different = db.session.execute(counted.select_from(some)).one()
    return most + 1 if read == limit else int(different)


def _split(text: str) -> list[str]:
    """Return the words of a search; a phone number written with spaces is one word."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if any(letter.isdecimal() for letter in plain) and _read_phone(plain) is not None:
        return [plain]
    return plain.split()[:MOST_WORDS]


def _read_phone(word: str) -> str | None:
    try:
        return normalise_phone(word)
    except Refused:
        return None


def _look_up(model: type[Any], declared: FoundBy, word: str) -> _Word:
    pk = pk_of(model)
    whole = list(_whole(model, declared, word))
    key = normalise(word)[:LONGEST_WORD]
    is_phone = declared.phone is not None and _read_phone(word) is not None
    ranges = sa.false() if not key or is_phone else _range(model, key)
    ways = [each.add_columns(sa.literal(1)) for each in whole]
    if key and not is_phone:
        ways.append(sa.select(WORD.c.record_id, sa.literal(0)).where(ranges))
    if not ways:
        return _Word(frozenset(), sa.false(), ranges)
    rows = db.session.execute(sa.union_all(*ways).limit(MOST_LISTED + 1)).all()
    if len(rows) <= MOST_LISTED:
        ids = frozenset(row[0] for row in rows)
        return _Word(ids, _among(pk, ids), ranges)
    exactly = frozenset(row[0] for row in rows if row[1])
    condition = _compare(model, key)
    if exactly:
        condition = sa.or_(condition, _among(pk, exactly))
    return _Word(None, condition, ranges)


def _whole(model: type[Any], declared: FoundBy, word: str) -> Iterator[sa.Select[Any]]:
    """Yield what a whole word leads to; an index answers each."""
    pk = pk_of(model)
    for name in declared.codes:
        yield sa.select(pk).where(getattr(model, name).in_({word, word.upper(), word.lower()}))
    if declared.also is not None:
        yield declared.also(word)
    if declared.tail is not None and len(word) == TAIL and word.isdecimal():
        yield sa.select(pk).where(getattr(model, declared.tail) == word)
    phone = _read_phone(word) if declared.phone is not None else None
    if declared.phone is not None and phone is not None:
        yield sa.select(pk).where(getattr(model, declared.phone) == phone)


def _range(model: type[Any], key: str) -> sa.ColumnElement[bool]:
    """Return the condition of the words that begin with *key*; they lie side by side."""
    return sa.and_(WORD.c.kind == kind_of(model), WORD.c.word >= key, WORD.c.word < key + LAST)


def _compare(model: type[Any], key: str) -> sa.ColumnElement[bool]:
    """Return the condition that a row has a word beginning with *key*, checked row by row.

    The subquery is scalar on purpose: what may be turned into a join is turned into a scan of
    the whole index.
    """
    words = (
        sa.select(RECORD.c.words)
        .where(RECORD.c.kind == kind_of(model), RECORD.c.record_id == pk_of(model))
        .scalar_subquery()
    )
    return words.contains(f" {key}", autoescape=True)


def _among(pk: Any, ids: frozenset[int]) -> Any:
    """Return the condition that a row is one of *ids*: one parameter, however many they are."""
    if not ids:
        return sa.false()
    if len(ids) == 1:
        return pk.in_(ids)
    listed = sorted(ids)
    if db.engine.dialect.name == "sqlite":
        each = sa.func.json_each(json.dumps(listed)).table_valued("value")
        return pk.in_(sa.select(each.c.value))
    return pk == sa.any_(sa.literal(listed, ARRAY(sa.BigInteger)))


def _check(pk: Any, ids: frozenset[int], words: Sequence[_Word]) -> frozenset[int]:
    """Return those of *ids* that the other, frequent words lead to as well."""
    conditions = [word.condition for word in words]
    return frozenset(db.session.scalars(sa.select(pk).where(_among(pk, ids), *conditions)))


def _find_together(model: type[Any], pk: Any, words: Sequence[_Word]) -> Finding:
    """Find what several frequent words lead to: together they may lead to a few only."""
    read = _read_from_words(model, pk, words)
    ids = list(db.session.scalars(read.limit(MOST_LISTED + 1)))
    if len(ids) <= MOST_LISTED:
        found = frozenset(ids)
        return Finding(_among(pk, found), found)
    return _find_many(model, pk, words)


def _find_many(model: type[Any], pk: Any, words: Sequence[_Word]) -> Finding:
    condition = sa.and_(*(word.condition for word in words))
    return Finding(condition, None, _read_from_words(model, pk, words))


def _read_from_words(model: type[Any], pk: Any, words: Sequence[_Word]) -> sa.Select[Any]:
    first, *rest = words
    joined = sa.join(WORD, sa.inspect(model).local_table, WORD.c.record_id == pk)
    conditions = [word.condition for word in rest]
    return sa.select(pk).select_from(joined).where(first.range, *conditions)
