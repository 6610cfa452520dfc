"""Looking records up for pickers: scoped, typed, and a few at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import current_app

from console.admin import searching
from console.admin.attributes import attribute_of, pk_of
from console.admin.labels import label_columns, labels_of, seen_labels, write_label
from console.admin.scope import reached, scope_of, sees
from console.admin.searching import contains
from console.admin.state import LONGEST_SEARCH
from console.db import db

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin
    from console.security import Permission

#: How many choices a picker shows at once.
MOST_CHOICES = 20


def view_of(model: type[Any]) -> ModelAdmin | None:
    """Return the active admin view of *model*, if there is one."""
    views: dict[type[Any], ModelAdmin] = current_app.extensions["console_views"]
    view = views.get(model)
    if view is None:
        return None
    active = view.plugin == "console" or current_app.extensions["console"].is_active(view.plugin)
    return view if active else None


def look_up(target: type[Any], text: str, needs: Permission) -> list[tuple[Any, str]]:
    """Return up to 20 records of *target* that fit *text* and that the person reaches."""
    view = view_of(target)
    wanted = sa.select(*label_columns(target)).where(*_limits(target, view, needs))
    text = text.replace("\0", "").strip()[:LONGEST_SEARCH]
    if text:
        wanted = wanted.where(_fits(target, view, text))
    rows = db.session.execute(wanted.order_by(*_order(target)).limit(MOST_CHOICES)).all()
    seen = seen_labels(target, (row[0] for row in rows))
    return [(row[0], write_label(target, row, seen)) for row in rows]


def allowed(target: type[Any], ids: list[Any], needs: Permission) -> set[Any]:
    """Return those of *ids* that the person may choose."""
    found = reached(target, ids, needs)
    view = view_of(target) if found else None
    offered = view.offered() if view is not None else None
    if offered is None:
        return found
    key = pk_of(target)
    return set(db.session.scalars(sa.select(key).where(key.in_(found), offered)))


def known_labels(target: type[Any], ids: list[Any], needs: Permission) -> dict[Any, str]:
    """Return the labels of those of *ids* that the person reaches."""
    return labels_of(target, reached(target, ids, needs))


def _limits(
    target: type[Any], view: ModelAdmin | None, needs: Permission
) -> list[sa.ColumnElement[bool]]:
    limits = [scope_of(target, needs), view.offered() if view is not None else None]
    return [each for each in limits if each is not None]


def _fits(target: type[Any], view: ModelAdmin | None, text: str) -> sa.ColumnElement[bool]:
    if view is not None and searching.is_searched(target, view.search):
        return view.search_where(text)
    if searching.is_searched(target, ()):
        return searching.look_for(target, (), text).where
    name = getattr(target, target.label_column)
    if not isinstance(name.type, sa.String):
        return sa.cast(name, sa.String) == text
    if not sees(attribute_of(target, target.label_column).sensitive):
        return sa.cast(name == text, sa.Boolean)
    return contains(name, text)


def _order(target: type[Any]) -> list[Any]:
    """Order by name where an index does it, else by number: a picker may not sort a big table."""
    name = getattr(target, target.label_column)
    column = sa.inspect(target).columns[target.label_column]
    return [name, pk_of(target)] if column.index or column.unique else [pk_of(target)]
