"""What is known of a model's attributes: label, kind, choices, what they refer to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, RelationshipProperty

from console.db import registries

#: The kinds whose values are numbers; they stand at the right.
NUMERIC = frozenset({"number", "money"})
#: The kinds that no list can be sorted by.
UNSORTED = frozenset({"json", "translations", "references"})


class BadView(Exception):
    """A view contradicts its model; the message says where."""


@dataclass(frozen=True)
class Attribute:
    """One mapped attribute, as lists, filters and forms need to know it."""

    key: str
    label: Any
    kind: str
    nullable: bool = True
    required: bool = False
    choices: Sequence[tuple[Any, Any]] = ()
    sensitive: str | None = None
    help: Any = None
    length: int | None = None
    #: The model that a reference, or each of several references, leads to.
    target: type[Any] | None = None


_known: dict[tuple[type[Any], str], Attribute] = {}


def attribute_of(model: type[Any], key: str) -> Attribute:
    """Describe the attribute *key* of *model*; `BadView` if there is none."""
    found = _known.get((model, key))
    if found is None:
        found = _known[model, key] = _describe(model, key)
    return found


def _describe(model: type[Any], key: str) -> Attribute:
    mapper: Mapper[Any] = sa.inspect(model)
    column = mapper.columns.get(key)
    if column is not None:
        return _from_column(model, key, column)
    relation = mapper.relationships.get(key)
    if relation is None:
        raise BadView(f"{model.__name__} has no {key!r}")
    return _from_relation(key, relation)


def _from_column(model: type[Any], key: str, column: sa.Column[Any]) -> Attribute:
    info = column.info
    target = next((model_of(each.column.table) for each in column.foreign_keys), None)
    kind = _kind_of(key, column, target)
    if kind == "json" and translated_by(model, key.removesuffix("s")) == key:
        kind = "translations"
    given = column.nullable or column.default is not None or column.server_default is not None
    return Attribute(
        key,
        info.get("label") or key,
        kind,
        nullable=bool(column.nullable),
        required=not given and kind != "bool",
        choices=info.get("choices") or (),
        sensitive=info.get("sensitive"),
        help=info.get("help"),
        length=getattr(column.type, "length", None),
        target=target,
    )


def _from_relation(key: str, relation: RelationshipProperty[Any]) -> Attribute:
    if not relation.uselist or relation.secondary is None:
        raise BadView(f"{relation}: only relationships through a table of pairs can be shown")
    label = relation.info.get("label") or key
    return Attribute(key, label, "references", target=relation.mapper.class_)


def _kind_of(key: str, column: sa.Column[Any], target: type[Any] | None) -> str:
    if target is not None:
        return "reference"
    if column.info.get("choices"):
        return "choice"
    if column.info.get("sensitive") == "phone":
        return "phone"
    if key.endswith("_fen"):
        return "money"
    if isinstance(column.type, sa.Text):
        return "long"
    if isinstance(column.type, sa.JSON):
        return "json"
    kinds: dict[type[Any], str] = {
        bool: "bool",
        int: "number",
        dt.datetime: "moment",
        dt.date: "day",
        str: "text",
    }
    return kinds.get(_python_type(column), "number" if _is_numeric(column) else "text")


def _python_type(column: sa.Column[Any]) -> type[Any]:
    kind = column.type
    if isinstance(kind, sa.TypeDecorator):
        kind = kind.impl_instance
    return kind.python_type


def _is_numeric(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.Numeric)


def pk_of(model: type[Any]) -> Any:
    """Return the mapped attribute that is the model's only primary key."""
    mapper: Mapper[Any] = sa.inspect(model)
    if len(mapper.primary_key) != 1:
        raise BadView(f"{model.__name__} needs a primary key of one column")
    return getattr(model, mapper.get_property_by_column(mapper.primary_key[0]).key)


def translated_by(model: Any, key: str) -> str | None:
    """Name the JSON column with the translations of *key*: `names` for `name`, if there is one."""
    return _translated_by(model, key)


@cache
def _translated_by(model: Any, key: str) -> str | None:
    column = sa.inspect(model).columns.get(f"{key}s")
    return f"{key}s" if column is not None and isinstance(column.type, sa.JSON) else None


@cache
def model_of(table: sa.Table) -> type[Any]:
    """Return the model of *table*; `BadView` when none is mapped to it yet."""
    for each in registries.values():
        for mapper in each.mappers:
            if mapper.local_table is table:
                return mapper.class_
    raise BadView(f"no model is mapped to {table.name!r}")
