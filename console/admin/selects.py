"""Selects that are kept: whole, by all that they are built from.

The database library compiles a statement once. One that is built anew for each answer has still
to be recognised by all its parts, and its result to be fitted to the new one's columns; for a
page of a list that takes as long as the database does.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app

#: When so many are kept, all are forgotten.
MOST_KEPT = 300


def keep_select(
    expressions: Sequence[Any],
    conditions: Sequence[sa.ColumnElement[bool]],
    more: Hashable,
    build: Callable[[], sa.Select[Any]],
) -> sa.Select[Any]:
    """Return what *build* returned for the same expressions, conditions and *more*.

    Expressions are the same when they are the same objects, conditions when they say the same
    of the same values.
    """
    told = [_told(each) for each in conditions]
    if None in told:
        return build()
    key = (tuple(map(id, expressions)), tuple(told), more)
    kept: dict[Hashable, tuple[sa.Select[Any], Any]] = _kept()
    known = kept.get(key)
    if known is None:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        known = kept[key] = (build(), tuple(expressions))  # held, so that no other gets their ids
    return known[0]


def _kept() -> dict[Hashable, tuple[sa.Select[Any], Any]]:
    found: dict[Hashable, Any] = current_app.extensions["console"].remember("selects", dict)
    return found


def _told(condition: sa.ColumnElement[bool]) -> Hashable | None:
    """Return what a condition says, with its values; None when that cannot be told."""
    key = condition._generate_cache_key()
    if key is None:
        return None
    values = [each.effective_value for each in key.bindparams]
    told = tuple(tuple(each) if isinstance(each, list) else each for each in values)
    try:
        hash(told)
    except TypeError:  # such as a value of JSON
        return None
    return key.key, told
