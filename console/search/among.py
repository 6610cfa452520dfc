"""Conditions that a row is one of some: each of them is looked up by its key."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from console.db import db


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


def among_selected(key: Any, rows: sa.Select[Any]) -> Any:
    """Return the condition that *key* is one of the ids that *rows* select, each looked up."""
    if db.engine.dialect.name == "sqlite":
        return key.in_(rows)
    return key == sa.any_(sa.func.array(rows.scalar_subquery()))


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
