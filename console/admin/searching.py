"""What the search box of a list and a picker look for: words if the model declares them.

A model that declares `found_by` is asked through the words. Of any other, whole values are
found through indexes, and parts of values in its newest rows only: a table may grow to millions
of rows, and no search may read them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from console.admin.attributes import Attribute, attribute_of, pk_of
from console.admin.scope import read_id, sees
from console.db import db
from console.search.building import is_built
from console.search.declared import found_by
from console.search.finding import Finding, find
from console.search.newest import NEWEST

#: The digits of a whole phone number, and of the tail that anybody may look for.
PHONE, TAIL = 11, 4
WIDE = str.maketrans("０１２３４５６７８９", "0123456789")  # noqa: RUF001 - as phones are typed
#: Parts of values are looked for in so many of a table's newest rows.
MOST_READ = 20_000


def look_for(model: type[Any], keys: Sequence[str], text: str, newest: int = NEWEST) -> Finding:
    """Return what each word of *text* leads to together, by the words or in *keys*."""
    if has_words(model):
        return find(model, text, newest)
    attributes = [attribute_of(model, key) for key in keys or _declared_keys(model)]
    oldest = _oldest_read(model)
    conditions = [_finds_word(model, attributes, word, oldest) for word in text.split()[:5]]
    return Finding(sa.and_(sa.true(), *conditions))


def has_words(model: type[Any]) -> bool:
    """Tell whether *model* is found by words, and these are there."""
    return found_by(model) is not None and is_built(model)


def is_searched(model: type[Any], keys: Sequence[str]) -> bool:
    """Tell whether there is anything to search in."""
    return bool(keys) or found_by(model) is not None


def labels_of(model: type[Any], keys: Sequence[str]) -> list[str]:
    """Return what the search box says it looks for."""
    declared = found_by(model)
    named = keys
    if declared is not None:
        phone = (declared.phone,) if declared.phone else ()
        named = keys or (*declared.names[:1], *phone, *declared.codes)
    return [str(attribute_of(model, key).label) for key in named]


def is_complete(model: type[Any]) -> bool:
    """Tell whether a search reaches all rows of *model*, whatever part of a value is typed."""
    return has_words(model) or _oldest_read(model) is None


def _declared_keys(model: type[Any]) -> Sequence[str]:
    declared = found_by(model)
    if declared is None:
        return ()
    texts = [name for name in declared.names if attribute_of(model, name).kind == "text"]
    return [*texts, *declared.codes, *([declared.phone] if declared.phone else [])]


def _oldest_read(model: type[Any]) -> Any:
    """Return the key from which on parts are looked for; None when the table is small."""
    pk = pk_of(model)
    newest = sa.select(pk).order_by(pk.desc()).offset(MOST_READ).limit(1)
    return db.session.scalar(newest)


def _finds_word(
    model: type[Any], attributes: Sequence[Attribute], word: str, oldest: Any
) -> sa.ColumnElement[bool]:
    parts = sa.or_(sa.false(), *(_finds(model, each, word) for each in attributes))
    if oldest is None:
        return parts
    pk = pk_of(model)
    recent = sa.select(pk).where(pk > oldest, parts)
    whole = [sa.select(pk).where(each) for each in _finds_whole(model, attributes, word)]
    condition: sa.ColumnElement[bool] = pk.in_(sa.union_all(recent, *whole))
    return condition


def _finds_whole(
    model: type[Any], attributes: Sequence[Attribute], word: str
) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the conditions that an index answers: this very value, in a column that has one."""
    for attribute in attributes:
        if not _is_indexed(model, attribute.key):
            continue
        column = getattr(model, attribute.key)
        value = read_id(model, word) if attribute.kind == "number" else word.translate(WIDE)
        if value is not None:
            yield column == value


def _is_indexed(model: type[Any], key: str) -> bool:
    """Tell whether an index, or a unique constraint, begins with the column of *key*."""
    column = sa.inspect(model).columns[key]
    table: Any = model.__table__
    firsts = [list(index.columns)[:1] for index in table.indexes]
    firsts += [list(c.columns)[:1] for c in table.constraints if isinstance(c, sa.UniqueConstraint)]
    return any(first and first[0] is column for first in firsts)


def _finds(model: type[Any], attribute: Attribute, word: str) -> sa.ColumnElement[bool]:
    column = getattr(model, attribute.key)
    if attribute.kind == "phone":
        return _finds_phone(column, word)
    if attribute.target is not None:
        return sa.false()
    if attribute.kind == "number":
        number = read_id(model, word)
        return sa.false() if number is None else column == number
    if not sees(attribute.sensitive):
        return sa.cast(column == word, sa.Boolean)
    return contains(column, word)


def contains(column: Any, text: str) -> sa.ColumnElement[bool]:
    """Return the condition that *text* stands in *column*, in any case; wildcards are plain text.

    SQLite's LIKE ignores the case of itself; to lower every value first would cost twice.
    """
    own = db.engine.dialect.name == "sqlite"
    find_in = column.contains if own else column.icontains
    condition: sa.ColumnElement[bool] = find_in(text, autoescape=True)
    return condition


def _finds_phone(column: Any, word: str) -> sa.ColumnElement[bool]:
    """Find a whole number, or one by its last four digits; parts would give it away."""
    digits = word.translate(WIDE)
    if not digits.isdecimal():
        return sa.false()
    condition: sa.ColumnElement[bool]
    if len(digits) == TAIL:
        condition = column.endswith(digits)
    elif len(digits) >= PHONE or not sees("phone"):
        condition = column == digits
    else:
        condition = column.contains(digits)
    return condition
