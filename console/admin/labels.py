"""The words that stand for records: in cells, pickers, links and messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import RelationshipProperty, aliased

from console.admin.attributes import Attribute, attribute_of, pk_of, translated_by
from console.admin.values import writer
from console.db import db
from console.i18n import translate
from console.security import masking, rights
from console.stores import Store

#: Kinds of attributes that are not shown to people as they are kept.
WRITTEN = ("moment", "day", "money", "choice")


def label_columns(model: type[Any]) -> list[Any]:
    """Return the attributes that a label is made of: primary key, name, translations."""
    key = model.label_column
    names = translated_by(model, key)
    return [pk_of(model), getattr(model, key), *([getattr(model, names)] if names else [])]


def write_label(model: type[Any], row: Any, seen: Collection[Any] | None = None) -> str:
    """Write the label of a row of `label_columns`, masked if the reader may not see it.

    Whoever writes many asks `seen_labels` once for the rows that she sees in full.
    """
    return write_labels(model, [row], seen)[0]


def write_labels(
    model: type[Any], rows: Sequence[Any], seen: Collection[Any] | None = None
) -> list[str]:
    """Write the labels of many rows as `write_label` does."""
    attribute = attribute_of(model, model.label_column)
    hidden = attribute.sensitive
    if attribute.kind == "reference":
        named = labels_of(attribute.target, [row[1] for row in rows])
        return [named.get(row[1], str(row[0])) for row in rows]
    if attribute.kind in WRITTEN:
        write = writer(attribute.kind, attribute.choices)
        return [str(row[0]) if row[1] is None else write(row[1]) for row in rows]
    if hidden:
        seen = seen_labels(model, [row[0] for row in rows]) if seen is None else seen
        return [
            str(row[0])
            if row[1] is None
            else str(row[1])
            if row[0] in seen
            else masking.mask(str(row[1]), hidden)
            for row in rows
        ]
    if translated_by(model, attribute.key):
        return [
            str(row[0]) if row[1] is None else translate(str(row[1]), row[2] or {}) for row in rows
        ]
    return [str(row[0] if row[1] is None else row[1]) for row in rows]


def seen_labels(model: type[Any], ids: Iterable[Any]) -> Collection[Any]:
    """Return those of *ids* whose labels the reader sees in full; hidden ones take a query."""
    wanted = frozenset(ids)
    hidden = attribute_of(model, model.label_column).sensitive
    return masking.seen_in_full(model, wanted) if hidden else wanted


def labels_of(model: Any, ids: Iterable[Any]) -> dict[Any, str]:
    """Return the labels of many records by one query."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    if model is Store:  # every request knows them
        return {each.id: each.name for each in rights.read().stores if each.id in wanted}
    rows = db.session.execute(sa.select(*label_columns(model)).where(pk_of(model).in_(wanted)))
    seen = seen_labels(model, wanted)
    found = rows.all()
    return dict(zip((row[0] for row in found), write_labels(model, found, seen), strict=True))


def label_of(record: Any) -> str:
    """Return the label of a record that is loaded."""
    model = type(record)
    return write_label(model, [getattr(record, each.key) for each in label_columns(model)])


def title_of(record: Any, title: Any) -> str:
    """Return what heads a record's page; of one that has but a number, its list's *title* too."""
    named = attribute_of(type(record), type(record).label_column)
    is_bare = named.kind == "number" and named.key == pk_of(type(record)).key
    return f"{title} #{label_of(record)}" if is_bare else label_of(record)


def ids_paired_with(record: Any, relation: RelationshipProperty[Any]) -> list[Any]:
    """Return the keys of what *record* is paired with through a table of pairs, in its order."""
    key, asked = _asking_for_pairs(relation)
    rows = db.session.connection().execute(asked, {"own": getattr(record, key)})
    return list(rows.scalars())


@cache
def _asking_for_pairs(relation: RelationshipProperty[Any]) -> tuple[str, sa.Select[Any]]:
    [(own, own_ref)] = relation.synchronize_pairs
    [(other, other_ref)] = relation.secondary_synchronize_pairs or []
    found = sa.select(other).join(other_ref.table, other_ref == other)
    asked = found.where(own_ref == sa.bindparam("own")).order_by(*(relation.order_by or ()))
    return relation.parent.get_property_by_column(own).key, asked


def pairs_of(model: type[Any], attribute: Attribute, ids: Iterable[Any]) -> dict[Any, list[str]]:
    """Return the labels of what many records are paired with through a table of pairs."""
    relation = sa.inspect(model).relationships[attribute.key]
    if attribute.target is None:
        return {}
    owner = aliased(model)  # a model may be paired with itself
    own = getattr(owner, pk_of(model).key)
    rows = db.session.execute(
        sa.select(own, *label_columns(attribute.target))
        .select_from(owner)
        .join(getattr(owner, attribute.key))
        .where(own.in_(list(ids)))
        .order_by(own, *(relation.order_by or [pk_of(attribute.target)]))
    )
    paired = rows.all()
    seen = seen_labels(attribute.target, (row[1] for row in paired))
    found: dict[Any, list[str]] = {}
    for number, *row in paired:
        found.setdefault(number, []).append(write_label(attribute.target, row, seen))
    return found
