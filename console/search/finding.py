"""Finding records: what was typed becomes a condition that an index answers.

Each word is looked up first, up to `MOST_LISTED` records. A few become a list of ids, which
both engines read by the primary key. Many become a condition that is checked row by row while
the list is read in its own order: of a surname that every tenth member bears, a page is full
after five hundred rows. What is many, but rare among the newest rows, is gathered all the same.
Nothing is left out either way.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from console.admin.attributes import pk_of
from console.db import db
from console.errors import Refused
from console.phones import normalise_phone
from console.search.declared import FoundBy, found_by, kind_of
from console.search.keeping import RECORD, WORD
from console.search.words import LONGEST_WORD, normalise

#: Beyond so many records a word is not looked up but compared.
MOST_LISTED = 5000
#: Words that are rare among so many of the newest records are gathered up to so many ids.
SAMPLE, MOST_GATHERED = 20_000, 100_000
#: So many hits in the sample fill a page before it ends; more than so many are not counted.
PAGE, MOST_COUNTED = 50, 1001
#: More words of a search than these are not looked at.
MOST_WORDS = 5
TAIL = 4
LAST = "\U0010ffff"


@dataclass(frozen=True)
class Finding:
    """What a search found: the condition that rows meet, and their ids unless they are many."""

    where: sa.ColumnElement[bool]
    ids: frozenset[int] | None = None
    #: Some of what was found, when it is too much to be counted: a select of ids.
    some: sa.Select[Any] | None = None
    #: So many were found at least, whatever the person's reach.
    least: int = 0
    #: Of a few: the one word that was typed, which may lead to some of them as it stands.
    word: str = ""


@dataclass(frozen=True)
class _Word:
    """One word of a search: the ids it leads to if they are few, else what a row must meet."""

    ids: frozenset[int] | None
    condition: sa.ColumnElement[bool] = field(default_factory=sa.true)
    key: str = ""
    least: int = 0
    #: Ids that the whole word leads to, besides those of names that begin with it.
    exactly: frozenset[int] = frozenset()


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
        return Finding(among(pk, ids), ids, word=words[0].key if len(words) == 1 else "")
    seen = _count_newest(model, many)
    if seen < PAGE and not any(word.exactly for word in many):
        together = _gather(model, many)
        if len(together) <= MOST_GATHERED:
            return Finding(among(pk, together), together)
    return _find_many(model, many, seen)


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


def _look_up(model: Any, declared: FoundBy, word: str) -> _Word:
    key = normalise(word)[:LONGEST_WORD]
    phone = _read_phone(word) if declared.phone is not None else None
    asked = _asking(
        model,
        declared,
        by_tail=len(word) == TAIL and word.isdecimal(),
        by_phone=phone is not None,
        by_words=bool(key) and phone is None,
    )
    if asked is None:
        return _Word(frozenset())
    whole = {"word": word, "upper": word.upper(), "lower": word.lower(), "phone": phone}
    values = {**whole, "key": key, "beyond": key + LAST}
    rows = db.session.connection().execute(asked, values).all()
    if len(rows) <= MOST_LISTED:
        return _Word(frozenset(row[0] for row in rows), key=key)
    exactly = frozenset(row[0] for row in rows if row[1])
    condition = _compare(model, key)
    if exactly:
        condition = sa.or_(condition, among(pk_of(model), exactly))
    return _Word(None, condition, key, len({row[0] for row in rows}), exactly)


@cache
def _asking(
    model: type[Any], declared: FoundBy, *, by_tail: bool, by_phone: bool, by_words: bool
) -> Any:
    """Build once what is asked for with every word that is typed; None if nothing can be."""
    whole = _whole(model, declared, by_tail=by_tail, by_phone=by_phone)
    ways = [each.add_columns(sa.literal(1)) for each in whole]
    if by_words:
        found = WORD.c.word >= sa.bindparam("key"), WORD.c.word < sa.bindparam("beyond")
        words = sa.select(WORD.c.record_id, sa.literal(0))
        ways.append(words.where(WORD.c.kind == kind_of(model), *found))
    return sa.union_all(*ways).limit(MOST_LISTED + 1) if ways else None


def _whole(
    model: type[Any], declared: FoundBy, *, by_tail: bool, by_phone: bool
) -> Iterator[sa.Select[Any]]:
    """Yield what a whole word leads to among the rows that are here; an index answers each."""
    pk, word = pk_of(model), sa.bindparam("word", type_=sa.String())
    here = sa.true() if model.scope.here is None else model.scope.here(model)
    as_typed = [word, *(sa.bindparam(name, type_=sa.String()) for name in ("upper", "lower"))]
    for name in declared.codes:
        yield sa.select(pk).where(getattr(model, name).in_(as_typed), here)
    if declared.also is not None:
        yield sa.select(pk).where(pk.in_(declared.also(word)), here)
    if declared.tail is not None and by_tail:
        yield sa.select(pk).where(getattr(model, declared.tail) == word, here)
    if declared.phone is not None and by_phone:
        phone = sa.bindparam("phone", type_=sa.String())
        yield sa.select(pk).where(getattr(model, declared.phone) == phone, here)


def _range(model: type[Any], key: str) -> sa.ColumnElement[bool]:
    """Return the condition of the words that begin with *key*; they lie side by side."""
    return sa.and_(WORD.c.kind == kind_of(model), WORD.c.word >= key, WORD.c.word < key + LAST)


def meant(model: type[Any], word: str) -> sa.Select[Any]:
    """Return a select of the ids that a whole word leads to, and not only its beginning."""
    return sa.select(WORD.c.record_id).where(WORD.c.kind == kind_of(model), WORD.c.word == word)


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


def among(pk: Any, ids: Collection[int]) -> Any:
    """Return the condition that a row is one of *ids*: one parameter, however many they are."""
    if not ids:
        return sa.false()
    if len(ids) == 1:
        return pk.in_(ids)
    listed = sorted(ids)
    if db.engine.dialect.name == "sqlite":
        each = sa.func.json_each(json.dumps(listed)).table_valued("value")
        return pk.in_(sa.select(each.c.value))
    from sqlalchemy.dialects.postgresql import ARRAY

    return pk == sa.any_(sa.literal(listed, ARRAY(sa.BigInteger)))


def _check(pk: Any, ids: frozenset[int], words: Sequence[_Word]) -> frozenset[int]:
    """Return those of *ids* that the other, frequent words lead to as well."""
    conditions = [word.condition for word in words]
    return frozenset(db.session.scalars(sa.select(pk).where(among(pk, ids), *conditions)))


def _count_newest(model: type[Any], words: Sequence[_Word]) -> int:
    """Count, up to a limit, the newest records that all the words lead to."""
    newest = (
        sa.select(RECORD.c.words)
        .where(RECORD.c.kind == kind_of(model))
        .order_by(RECORD.c.record_id.desc())
        .limit(SAMPLE)
        .subquery()
    )
    fits = [newest.c.words.contains(f" {word.key}", autoescape=True) for word in words]
    most = PAGE if len(words) == 1 else MOST_COUNTED
    some = sa.select(newest.c.words).where(*fits).limit(most).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _gather(model: type[Any], words: Sequence[_Word]) -> frozenset[int]:
    """Return the ids that all the words lead to, up to one more than may be gathered.

    A set operation on purpose: PostgreSQL takes a range of words for a single row, and would
    compare each row of one range with each of the other in a join.
    """
    ranges = [sa.select(WORD.c.record_id).where(_range(model, word.key)) for word in words]
    ids = sa.intersect(*ranges) if len(ranges) > 1 else ranges[0]
    return frozenset(db.session.scalars(ids.limit(MOST_GATHERED + 1)))


def _find_many(model: type[Any], words: Sequence[_Word], seen: int) -> Finding:
    first, *rest = words
    read = sa.select(WORD.c.record_id).where(_range(model, first.key)).limit(MOST_LISTED)
    condition = sa.and_(*(word.condition for word in words))
    return Finding(condition, None, read, seen if rest else first.least)
