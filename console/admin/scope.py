"""Whose rows a person reaches: one condition for lists, records, pickers, actions and exports."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from flask import current_app

from console.admin import density
from console.admin.attributes import pk_of
from console.admin.selects import keep_select
from console.db import db
from console.once import read_once
from console.routes import MOST_ID
from console.security import masking
from console.stores import Store

if TYPE_CHECKING:
    from console.security import Permission


#: When so many conditions are kept, all are forgotten.
MOST_KEPT = 1000


def scope_of(model: type[Any], needs: Permission) -> sa.ColumnElement[bool] | None:
    """Return what limits *model* to the stores where *needs* is held; None for no limit."""
    stores = needs.stores()
    if stores is None:
        return here_of(cast(Any, model))
    if not stores:
        return sa.false()
    kept: dict[Any, sa.ColumnElement[bool] | None]
    kept = current_app.extensions["console"].remember("scopes", dict)
    asked = model, stores
    if asked not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[asked] = _within(model, stores)
    return kept[asked]


def _within(model: type[Any], stores: frozenset[int]) -> sa.ColumnElement[bool] | None:
    """Put together what limits *model* to *stores*, which takes longer than to ask by it."""
    if model is Store:
        return Store.id.in_(stores)
    here, where = here_of(cast(Any, model)), model.scope.where
    condition: sa.ColumnElement[bool] | None = where(model, stores) if where else None
    if condition is None or here is None:
        return here if condition is None else condition
    return sa.and_(condition, here)


@cache
def here_of(model: Any) -> sa.ColumnElement[bool] | None:
    """Return what limits *model* for everybody; it is put together once."""
    return None if model is Store or model.scope.here is None else model.scope.here(model)


def scope_of_list(model: type[Any], needs: Permission) -> sa.ColumnElement[bool] | None:
    """Return what limits a list of *model*, in the form that suits how many rows she sees."""
    limit, stores = scope_of(model, needs), needs.stores()
    keys = model.scope.keys if stores and model is not Store else None
    if (
        limit is None
        or keys is None
        or not stores
        or not density.leads_to_few(lambda: keys(stores), (model.__name__, stores))
    ):
        return limit
    return sa.and_(pk_of(model).in_(keys(stores)), limit)


def read_id(model: type[Any], text: object) -> Any:
    """Read an id as it stands in a URL or a form; None when no row can have it."""
    kind = pk_of(model).type.python_type
    if kind is str:
        return str(text) if text and len(str(text)) <= 200 else None
    written = str(text)
    if len(written) > 20 or not (written.isascii() and written.isdigit()):
        return None
    number = int(written)
    return number if number <= MOST_ID else None


def find(model: type[Any], text: object, needs: Permission, *, lock: bool = False) -> Any | None:
    """Load the record with this id if the person reaches it under *needs*, else return None."""
    number = read_id(model, text)
    if number is None:
        return None
    if lock:
        wanted, told = _wanted(model, needs, lock=True), {"wanted": number}
        return db.session.scalars(wanted, told).one_or_none()
    return read_once(
        ("console.found", model, number, needs.stores()),
        lambda: db.session.scalars(_wanted(model, needs), {"wanted": number}).one_or_none(),
    )


def _wanted(model: type[Any], needs: Permission, *, lock: bool = False) -> sa.Select[Any]:
    """Select the record whose id is `wanted`, under *lock* as it is by then."""
    limit = scope_of(model, needs)
    conditions = [] if limit is None else [limit]

    def build() -> sa.Select[Any]:
        asked = sa.select(model).where(pk_of(model) == sa.bindparam("wanted"), *conditions)
        if not lock:
            return asked
        return asked.with_for_update(of=model).execution_options(populate_existing=True)

    return keep_select([model], conditions, ("record", lock), build)


def reached(model: type[Any], ids: list[Any], needs: Permission) -> set[Any]:
    """Return those of *ids* whose rows the person reaches under *needs*."""
    if not ids:
        return set()
    key, limit = pk_of(model), scope_of(model, needs)
    conditions, alone = [] if limit is None else [limit], len(ids) == 1

    def build() -> sa.Select[Any]:
        # An equation, where one is asked about, has no list that is written anew each time.
        given: sa.BindParameter[Any] = sa.bindparam("wanted", expanding=not alone)
        return sa.select(key).where(key == given if alone else key.in_(given), *conditions)

    wanted = keep_select([key], conditions, ("reached", alone), build)
    db.session.flush()  # asked by the connection, which makes no objects
    return set(db.session.connection().scalars(wanted, {"wanted": ids[0] if alone else ids}))


def sees(sensitive: str | None) -> bool:
    """Tell whether the reader sees values of this sort in full, wherever they are.

    Who does not may neither sort by them nor look for parts of them.
    """
    return sensitive is None or masking.sees_all()
