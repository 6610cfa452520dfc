"""Finding records: what was typed becomes a condition that an index answers.

Each word is looked up first, up to `MOST_LISTED` records. A few become a list of ids, which
both engines read by the primary key. Many become a condition that is checked row by row while
the list is read in its own order: of a surname that every tenth member bears, a page is full
after five hundred rows. What is many, but rare among the newest rows, is gathered all the same.
Nothing is left out either way.
"""

from __future__ import annotations

import heapq
import json
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple

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
#: Of those that are looked up, so many of the newest are named at once.
NEWEST = 400
#: Words that are rare among so many of the newest records are gathered up to so many ids.
SAMPLE, MOST_GATHERED = 20_000, 100_000
#: So many hits in the sample fill a page before it ends; more than so many are not counted.
PAGE, MOST_COUNTED = 50, 1001
#: More words of a search than these are not looked at.
MOST_WORDS = 5
TAIL = 4
LAST = "\U0010ffff"


@dataclass(frozen=True)
class Few:
    """What was found, when it is not many records."""

    pk: Any
    #: The newest of them, newest first: up to `NEWEST`.
    newest: Sequence[int]
    count: int
    look_up: Callable[[], frozenset[int]]

    @cached_property
    def ids(self) -> frozenset[int]:
        """The ids of all."""
        return frozenset(self.newest) if self.count <= len(self.newest) else self.look_up()


@dataclass(frozen=True)
class Finding:
    """What a search found: a condition, or the records themselves unless they are many."""

    condition: sa.ColumnElement[bool] | None = None
    few: Few | None = None
    #: Some of what was found, when it is too much to be counted: a select of ids.
    some: sa.Select[Any] | None = None
    #: So many were found at least, whatever the person's reach.
    least: int = 0
    #: Of a few: the one word that was typed, which may lead to some of them as it stands.
    word: str = ""

    @cached_property
    def where(self) -> sa.ColumnElement[bool]:
        """The condition that rows meet."""
        if self.few is not None:
            condition: sa.ColumnElement[bool] = among(self.few.pk, self.few.ids)
            return condition
        return sa.true() if self.condition is None else self.condition


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
    typed = _split(text)
    if len(typed) == 1:
        alone = _look_up_few(model, declared, typed[0])
        if alone is not None:
            return Finding(few=alone, word=normalise(typed[0])[:LONGEST_WORD])
    words = [_look_up(model, declared, word) for word in typed]
    if not words:
        return Finding()
    few = [word.ids for word in words if word.ids is not None]
    many = [word for word in words if word.ids is None]
    if few:
        ids = frozenset.intersection(*few)
        if many and ids:
            ids = _check(pk, ids, many)
        return Finding(few=_few(pk, ids), word=words[0].key if len(words) == 1 else "")
    seen = _count_newest(model, many)
    if seen < PAGE and not any(word.exactly for word in many):
        together = _gather(model, many)
        if len(together) <= MOST_GATHERED:
            return Finding(few=_few(pk, together))
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


def _few(pk: Any, ids: frozenset[int]) -> Few:
    return Few(pk, heapq.nlargest(NEWEST, ids), len(ids), lambda: ids)


def _look_up_few(model: Any, declared: FoundBy, word: str) -> Few | None:
    """Look up a word that stands alone: the newest that it leads to, and how many; None if many."""
    ways, values = _ways(declared, word)
    asked = _asking_newest(model, declared, ways)
    if asked is None:
        return _few(pk_of(model), frozenset())
    rows = db.session.connection().execute(asked, values).all()
    if not rows:
        return _few(pk_of(model), frozenset())
    _first, listed, count = rows[0]
    if listed > MOST_LISTED:
        return None
    newest = [row[0] for row in rows]
    return Few(pk_of(model), newest, count, lambda: _look_up(model, declared, word).ids or _NONE)


_NONE: frozenset[int] = frozenset()


def _look_up(model: Any, declared: FoundBy, word: str) -> _Word:
    ways, values = _ways(declared, word)
    asked, key = _asking(model, declared, ways), values["key"]
    if asked is None:
        return _Word(_NONE)
    rows = db.session.connection().execute(asked, values).all()
    if len(rows) <= MOST_LISTED:
        return _Word(frozenset(row[0] for row in rows), key=key)
    exactly = frozenset(row[0] for row in rows if row[1])
    condition = _compare(model, key)
    if exactly:
        condition = sa.or_(condition, among(pk_of(model), exactly))
    return _Word(None, condition, key, len({row[0] for row in rows}), exactly)


class _Ways(NamedTuple):
    """How a word is looked up."""

    by_tail: bool
    by_phone: bool
    by_words: bool


def _ways(declared: FoundBy, word: str) -> tuple[_Ways, dict[str, str]]:
    """Return how a word is looked up, and the values that are looked for."""
    key = normalise(word)[:LONGEST_WORD]
    phone = _read_phone(word) if declared.phone is not None else None
    ways = _Ways(
        by_tail=len(word) == TAIL and word.isdecimal(),
        by_phone=phone is not None,
        by_words=bool(key) and phone is None,
    )
    whole = {"word": word, "upper": word.upper(), "lower": word.lower(), "phone": phone or ""}
    return ways, {**whole, "key": key, "beyond": key + LAST}


@cache
def _asking(model: type[Any], declared: FoundBy, ways: _Ways) -> Any:
    """Build once what is asked for with every word that is typed; None if nothing can be."""
    whole = _whole(model, declared, ways)
    asked = [each.add_columns(sa.literal(1)) for each in whole]
    if ways.by_words:
        found = WORD.c.word >= sa.bindparam("key"), WORD.c.word < sa.bindparam("beyond")
        words = sa.select(WORD.c.record_id, sa.literal(0))
        asked.append(words.where(WORD.c.kind == kind_of(model), *found))
    return sa.union_all(*asked).limit(MOST_LISTED + 1) if asked else None


@cache
def _asking_newest(model: Any, declared: FoundBy, ways: _Ways) -> Any:
    """Build once what asks for the newest that a word leads to; None if nothing can be.

    The database sorts and counts: to hand over some thousands of ids takes longer.
    """
    asked: Any = _asking(model, declared, ways)
    if asked is None:
        return None
    found = asked.cte("found")
    key = found.c[0]
    listed = sa.select(sa.func.count()).select_from(found).scalar_subquery()
    count = sa.select(sa.func.count(key.distinct())).scalar_subquery()
    return sa.select(key, listed, count).group_by(key).order_by(key.desc()).limit(NEWEST)


def _whole(model: type[Any], declared: FoundBy, ways: _Ways) -> Iterator[sa.Select[Any]]:
    """Yield what a whole word leads to among the rows that are here; an index answers each."""
    pk, word = pk_of(model), sa.bindparam("word", type_=sa.String())
    here = sa.true() if model.scope.here is None else model.scope.here(model)
    as_typed = [word, *(sa.bindparam(name, type_=sa.String()) for name in ("upper", "lower"))]
    for name in declared.codes:
        yield sa.select(pk).where(getattr(model, name).in_(as_typed), here)
    if declared.also is not None:
        yield sa.select(pk).where(pk.in_(declared.also(word)), here)
    if declared.tail is not None and ways.by_tail:
        yield sa.select(pk).where(getattr(model, declared.tail) == word, here)
    if declared.phone is not None and ways.by_phone:
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


def among_given(key: Any) -> Any:
    """Return the condition that *key* is one of those of `given`: the same object every time."""
    return _among_given(key, db.engine.dialect.name)


@cache
def _among_given(key: Any, engine: str) -> Any:
    if engine == "sqlite":
        each = sa.func.json_each(sa.bindparam("given", type_=sa.String())).table_valued("value")
        return key.in_(sa.select(each.c.value))
    from sqlalchemy.dialects.postgresql import ARRAY

    return key == sa.any_(sa.bindparam("given", type_=ARRAY(sa.BigInteger)))


def given(ids: Sequence[int]) -> dict[str, Any]:
    """Return the parameter of `among_given`."""
    return {"given": json.dumps(ids) if db.engine.dialect.name == "sqlite" else list(ids)}


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
    return Finding(condition, some=read, least=seen if rest else first.least)
