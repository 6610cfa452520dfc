"""The newest records that a lone word leads to, and roughly how many there are.

The words of the index that begin with what was typed are met by jumping from one to the next.
Of each the records lie in order, so that the newest of all are read without the older ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from console.db import db
from console.search.declared import FoundBy, kind_of
from console.search.keeping import WORD
from console.search.ways import Ways, whole_words

#: So many of the newest are named at once, and so many words may begin with what was typed.
NEWEST, MOST_RANGES = 400, 128
#: More entries of the index than so many are not counted.
MOST_COUNTED = 1001
#: So many numbers stand beside each id.
NUMBERS = 5


def _figure(number: int) -> sa.ColumnElement[int]:
    """Write a figure into the statement: PostgreSQL then keeps one plan for all that is typed."""
    return sa.literal_column(str(number), sa.Integer)


#: The last three numbers of `_asking` where nothing is counted.
NOTHING_TOLD = (sa.null(),) * 3


@dataclass(frozen=True)
class Few:
    """The newest of what was found, newest first, and how many there are."""

    newest: Sequence[int]
    count: int
    #: Whether there are just so many, and not at least so many.
    is_counted: bool = True

    @property
    def are_all(self) -> bool:
        """Whether there are no older ones."""
        return self.is_counted and self.count <= len(self.newest)


@dataclass(frozen=True)
class Asked:
    """What asks for the newest that a lone word leads to, with the values that it takes."""

    #: Their ids, unordered.
    ids: sa.Select[Any]
    #: The numbers that `few_of` makes sense of, each as a select of its own.
    numbers: Sequence[sa.ColumnElement[Any]]
    #: The same, but of what lies behind the newest nothing is counted.
    uncounted: Sequence[sa.ColumnElement[Any]]
    values: Mapping[str, Any]

    def read(self) -> Few | None:
        """Ask it; None where too many words begin with what was typed."""
        asked = self.ids.add_columns(*self.numbers)
        rows = db.session.connection().execute(asked, self.values).all()
        ids = sorted((row[0] for row in rows), reverse=True)
        return few_of(ids, *rows[0][1:]) if rows else Few([], 0)


def few_of(
    newest: Sequence[int],
    ranges: int,
    named: int,
    entries: int | None,
    beside: int | None,
    records: int | None,
) -> Few | None:
    """Make sense of the numbers beside the ids, which are those of `_asking`."""
    if ranges > MOST_RANGES:
        return None
    if entries is None or beside is None or records is None:
        return Few(newest, named)
    count = records if ranges > 1 else entries + beside
    return Few(newest, count, entries + beside < MOST_COUNTED)


def ask_newest(
    model: Any, declared: FoundBy, ways: Ways, values: Mapping[str, Any], most: int
) -> Asked | None:
    """Ask for so many of the newest that a word leads to; None if nothing can be asked."""
    found = _asking(model, declared, ways, most, MOST_COUNTED, MOST_RANGES)
    return found and Asked(*found, values)


@cache
def _asking(
    model: Any, declared: FoundBy, ways: Ways, most: int, most_counted: int, most_ranges: int
) -> tuple[sa.Select[Any], Sequence[Any], Sequence[Any]] | None:
    """Build once what `Asked` asks; None if nothing can be.

    The numbers are: how many words begin with what was typed, up to one more than *most_ranges*;
    how many of the newest are named; and if these are not all, how many entries of the index
    there are, up to *most_counted*, how many records a whole word leads to besides, and how
    many records there are in all where several words may lead to one.
    """
    asked = [
        each.add_columns(_figure(1).label("whole")) for each in whole_words(model, declared, ways)
    ]
    own = WORD.c.kind == kind_of(model)
    ranges: sa.ColumnElement[int] = sa.literal(0)
    if ways.by_words:
        words = _words(own, most_ranges)
        asked.append(_newest_of_each(kind_of(model), words, most))
        ranges = sa.select(sa.func.count(words.c.word)).scalar_subquery()
    if not asked:
        return None
    found = sa.union_all(*asked).cte("found")
    key = found.c[0]
    ordered = sa.select(key.label("id")).group_by(key).order_by(key.desc())
    newest = ordered.limit(_figure(most)).cte("newest")
    count = sa.select(sa.func.count()).select_from(newest).scalar_subquery()
    sizes = sa.select(ranges.label("ranges"), count.label("named")).cte("sizes")
    within = own, WORD.c.word >= sa.bindparam("key"), WORD.c.word < sa.bindparam("beyond")
    some = sa.select(WORD.c.record_id).where(*within).limit(_figure(most_counted))
    told = _counts(found, sizes, some if ways.by_words else None, most)
    first, rest = (
        [sa.select(each).select_from(sizes).scalar_subquery() for each in some]
        for some in (sizes.c, told)
    )
    return sa.select(newest.c.id), (*first, *rest), (*first, *NOTHING_TOLD)


def _words(own: sa.ColumnElement[bool], most_ranges: int) -> Any:
    """Select the words that begin with what was typed, from one to the next, by their place."""
    begun = _next_word(own, WORD.c.word >= sa.bindparam("key"))
    words: Any = sa.select(begun.label("word"), sa.literal(0).label("place"))
    words = words.cte("words", recursive=True)
    following = _next_word(own, WORD.c.word > words.c.word)
    more = words.c.word.is_not(None), words.c.place < _figure(most_ranges)
    return words.union_all(sa.select(following, words.c.place + 1).where(*more))


def _counts(
    found: sa.CTE, sizes: sa.CTE, some: sa.Select[Any] | None, most: int
) -> Sequence[sa.ColumnElement[Any]]:
    """Return the last three numbers of `_asking`, of *some* entries of the index."""
    whole = sa.select(found.c[0]).where(found.c[1] == _figure(1))
    entries: sa.ColumnElement[int] = _figure(0)
    besides, every = whole, whole.subquery().c[0]
    if some is not None:
        entries = sa.select(sa.func.count()).select_from(some.subquery()).scalar_subquery()
        # Only asked of those that a whole word leads to, which PostgreSQL would else ask last.
        is_other = found.c[0].not_in(sa.select(some.subquery().c[0]))
        besides = whole.where(sa.case((found.c[1] == _figure(1), is_other), else_=sa.false()))
        every = sa.union_all(whole, sa.select(some.subquery().c[0])).subquery().c[0]
    beside = sa.select(sa.func.count(besides.subquery().c[0].distinct())).scalar_subquery()
    records = sa.select(sa.func.count(every.distinct())).scalar_subquery()
    all_named, one_word = sizes.c.named < _figure(most), sizes.c.ranges <= _figure(1)
    return (
        sa.case((all_named, sa.null()), else_=entries),
        sa.case((all_named, _figure(0)), else_=beside),
        sa.case((sa.or_(all_named, one_word), _figure(0)), else_=records),
    )


def _next_word(*conditions: sa.ColumnElement[bool]) -> Any:
    """Select the first word of the index that meets *conditions* and begins with what was typed."""
    before = WORD.c.word < sa.bindparam("beyond")
    asked = (
        sa.select(WORD.c.word).where(*conditions, before).order_by(WORD.c.word).limit(_figure(1))
    )
    return asked.correlate_except(WORD).scalar_subquery()


def _newest_of_each(kind: int, words: Any, most: int) -> sa.Select[Any]:
    """Select the newest records of each of *words*: enough that the newest of all are there.

    What is older than as many records as are wanted of one word is none of the newest.
    """
    each, newer = WORD.alias("each"), WORD.alias("newer")
    last = (
        sa.select(newer.c.record_id)
        .where(newer.c.kind == kind, newer.c.word == words.c.word)
        .order_by(newer.c.record_id.desc())
        .limit(_figure(1))
        .offset(_figure(most - 1))
        .correlate(words)
        .scalar_subquery()
    )
    oldest = sa.select(sa.func.max(last)).select_from(words).scalar_subquery()
    fits = sa.and_(each.c.kind == kind, each.c.word == words.c.word)
    asked = sa.select(each.c.record_id, _figure(0).label("whole")).select_from(
        words.join(each, fits)
    )
    return asked.where(each.c.record_id >= sa.func.coalesce(oldest, 0))
