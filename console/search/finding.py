"""Finding records: what was typed becomes a condition that an index answers.

A word that stands alone leads to the newest records at once, however many it leads to: the words
that begin with it are a few ranges of the index, in each of which the records lie in order. Most
often these fill the page, and no more is looked up.

Else each word is looked up, up to `MOST_LISTED` records. A few become a list of ids, which
both engines read by the primary key. Many become a condition that is checked row by row while
the list is read in its own order: of a surname that every tenth member bears, a page is full
after five hundred rows. What is many, but rare among the newest rows, is gathered all the same.
Nothing is left out either way.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import sqlalchemy as sa

from console.admin.attributes import pk_of
from console.db import db
from console.search.among import among
from console.search.declared import FoundBy, found_by, kind_of
from console.search.keeping import RECORD, WORD
from console.search.newest import MOST_COUNTED, NEWEST, Asked, Few, ask_newest
from console.search.typed import split
from console.search.ways import LAST, Ways, ways_of, whole_words
from console.search.words import LONGEST_WORD, normalise

#: Beyond so many records a word is not looked up but compared.
MOST_LISTED = 5000
#: Words that are rare among so many of the newest records are gathered up to so many ids.
SAMPLE, MOST_GATHERED = 20_000, 100_000
#: So many hits in the sample fill a page before it ends.
PAGE = 50


@dataclass(frozen=True)
class Finding:
    """What a search found: a condition, or the records themselves unless they are many."""

    condition: sa.ColumnElement[bool] | None = None
    named: Few | None = None
    #: Asks for the newest, when that was not done yet; a list can ask together with their rows.
    asked: Asked | None = None
    #: Finds all, given the newest that were asked for.
    look_further: Callable[[Few | None], Finding] | None = None
    #: Some of what was found, when it is too much to be counted: a select of ids.
    some: sa.Select[Any] | None = None
    #: So many were found at least, whatever the person's reach.
    least: int = 0
    #: Of a few: the one word that was typed, which may lead to some of them as it stands.
    word: str = ""
    #: Whether it was found by words; a list then begins with the newest.
    by_words: bool = False

    @cached_property
    def newest(self) -> Few | None:
        """What was asked for; None where too many words begin with what was typed."""
        return None if self.asked is None else self.asked.read()

    def tell_newest(self, newest: Few | None) -> None:
        """Tell what was asked for, when it was read together with something else."""
        vars(self)["newest"] = newest

    @cached_property
    def few(self) -> Few | None:
        """The newest, if they are known without reading one record after the other."""
        if self.asked is None:
            return self.named
        return self.whole.named if self.newest is None else self.newest

    @cached_property
    def whole(self) -> Finding:
        """All of what was found, by a condition."""
        return self if self.look_further is None else self.look_further(self.newest)

    @cached_property
    def where(self) -> sa.ColumnElement[bool]:
        """The condition that rows meet."""
        condition = self.whole.condition
        return sa.true() if condition is None else condition


@dataclass(frozen=True)
class _Word:
    """One word of a search: the ids it leads to if they are few, else what a row must meet."""

    ids: frozenset[int] | None
    condition: sa.ColumnElement[bool] = field(default_factory=sa.true)
    key: str = ""
    least: int = 0
    #: Ids that the whole word leads to, besides those of names that begin with it.
    exactly: frozenset[int] = frozenset()


def find(model: Any, text: str, newest: int = NEWEST) -> Finding:
    """Find the rows of a model that declares `found_by`; all words must lead to a row.

    So many of the *newest* are named at once, if the words are not too many for it.
    """
    declared = found_by(model)
    if declared is None:
        raise LookupError(f"{model.__name__} says nothing of what it is found by")
    typed = split(text)
    if len(typed) != 1:
        return _find_all(model, declared, typed)
    ways, values = ways_of(declared, typed[0])
    asked = ask_newest(model, declared, ways, values, newest)
    if asked is None:
        return _listed(pk_of(model), frozenset())

    def look_further(few: Few | None) -> Finding:
        if few is None or not few.are_all:
            return _find_all(model, declared, typed)
        word = normalise(typed[0])[:LONGEST_WORD]
        return Finding(among(pk_of(model), few.newest), few, word=word, by_words=True)

    return Finding(asked=asked, look_further=look_further, by_words=True)


def _find_all(model: type[Any], declared: FoundBy, typed: Sequence[str]) -> Finding:
    pk = pk_of(model)
    words = [_look_up(model, declared, word) for word in typed]
    if not words:
        return Finding()
    few = [word.ids for word in words if word.ids is not None]
    many = [word for word in words if word.ids is None]
    if few:
        ids = frozenset.intersection(*few)
        if many and ids:
            ids = _check(pk, ids, many)
        return _listed(pk, ids, words[0].key if len(words) == 1 else "")
    seen = _count_newest(model, many)
    if seen < PAGE and not any(word.exactly for word in many):
        together = _gather(model, many)
        if len(together) <= MOST_GATHERED:
            return _listed(pk, together)
    return _find_many(model, many, seen)


def _listed(pk: Any, ids: frozenset[int], word: str = "") -> Finding:
    few = Few(heapq.nlargest(NEWEST, ids), len(ids))
    return Finding(among(pk, ids), few, word=word, by_words=True)


def _look_up(model: Any, declared: FoundBy, word: str) -> _Word:
    ways, values = ways_of(declared, word)
    asked, key = _asking(model, declared, ways, MOST_LISTED + 1), values["key"]
    if asked is None:
        return _Word(frozenset())
    rows = db.session.connection().execute(asked, values).all()
    if len(rows) <= MOST_LISTED:
        return _Word(frozenset(row[0] for row in rows), key=key)
    exactly = frozenset(row[0] for row in rows if row[1])
    condition = _compare(model, key)
    if exactly:
        condition = sa.or_(condition, among(pk_of(model), exactly))
    return _Word(None, condition, key, len({row[0] for row in rows}), exactly)


@cache
def _asking(model: type[Any], declared: FoundBy, ways: Ways, most: int) -> Any:
    """Build once what is asked for with every word that is typed; None if nothing can be."""
    whole = whole_words(model, declared, ways)
    asked = [each.add_columns(sa.literal(1)) for each in whole]
    if ways.by_words:
        found = WORD.c.word >= sa.bindparam("key"), WORD.c.word < sa.bindparam("beyond")
        words = sa.select(WORD.c.record_id, sa.literal(0))
        asked.append(words.where(WORD.c.kind == kind_of(model), *found))
    return sa.union_all(*asked).limit(most) if asked else None


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
    least = seen if rest else first.least
    return Finding(condition, some=read, least=least, by_words=True)
