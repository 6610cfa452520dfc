"""In which ways a word is looked up: as words that begin with it, and whole, by an index each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from console.admin.attributes import pk_of
from console.search.declared import FoundBy
from console.search.typed import read_phone
from console.search.words import LONGEST_WORD, normalise

TAIL = 4
#: Stands behind every letter: words that begin with a key lie before the key with this.
LAST = "\U0010ffff"


class Ways(NamedTuple):
    """How a word is looked up."""

    by_tail: bool
    by_phone: bool
    by_words: bool


def ways_of(declared: FoundBy, word: str) -> tuple[Ways, dict[str, str]]:
    """Return how a word is looked up, and the values that are looked for."""
    key = normalise(word)[:LONGEST_WORD]
    phone = read_phone(word) if declared.phone is not None else None
    ways = Ways(
        by_tail=len(word) == TAIL and word.isdecimal(),
        by_phone=phone is not None,
        by_words=bool(key) and phone is None,
    )
    whole = {"word": word, "upper": word.upper(), "lower": word.lower(), "phone": phone or ""}
    return ways, {**whole, "key": key, "beyond": key + LAST}


def whole_words(model: type[Any], declared: FoundBy, ways: Ways) -> Iterator[sa.Select[Any]]:
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
