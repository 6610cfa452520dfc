"""Sources of the palette that lead to records of a model, found as its list finds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import sqlalchemy as sa

from console.db import db
from console.search.finding import meant
from console.search.sources import SearchHit, SearchSource

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin
    from console.security import Permission

#: What tells records of one name apart, by their ids.
Details = Callable[[Sequence[Any]], Mapping[Any, str]]
Elsewhere = Callable[[str], list[SearchHit]]


def record_source(
    model: type[Any],
    needs: Permission,
    *,
    title: Any,
    icon: str = "",
    order: int = 100,
    details: Details | None = None,
    elsewhere: Elsewhere | None = None,
) -> SearchSource:
    """Return a source of records that are shown by an admin view of *model*.

    It finds what the list finds, within the person's reach, and lists no more than a picker
    would offer. *details* answers a short text for each of many ids; *elsewhere* adds hits when
    nothing was found.
    """

    def find(text: str, most: int) -> list[SearchHit]:
        rows = _read(model, needs, most, text=text)
        found = list(_hits(model, rows, icon, details).values())
        return found if found or elsewhere is None else elsewhere(text)[:most]

    def recall(ids: Sequence[int]) -> dict[int, SearchHit]:
        rows = _read(model, needs, len(ids), ids=ids) if ids and needs.held() else []
        return _hits(model, rows, icon, details)

    def more(text: str) -> str:
        view = _view_of(model)
        return f"{view.url}/?q={quote(text)}" if view is not None else ""

    return SearchSource(
        key=str(model.__tablename__),
        title=title,
        needs=needs,
        find=find,
        order=order,
        model=model,
        recall=recall,
        more=more,
    )


def _view_of(model: type[Any]) -> ModelAdmin | None:
    from console.admin.lookups import view_of

    return view_of(model)


def _read(
    model: type[Any],
    needs: Permission,
    most: int,
    *,
    text: str = "",
    ids: Sequence[int] | None = None,
) -> list[Any]:
    """Read the labels of these records, or of those that fit, the closest and newest first."""
    from console.admin.attributes import pk_of
    from console.admin.labels import label_columns
    from console.admin.scope import scope_of

    view, pk = _view_of(model), pk_of(model)
    order = [pk.desc()]
    if view is None or not view.allows("details_view"):
        return []
    limit = scope_of(model, needs)
    conditions = [limit] if limit is not None else []
    if ids is not None:
        conditions.append(pk.in_(list(ids)))
    else:
        offered, found = view.offered(), view.look_for(text).whole
        if found.few is not None and not found.few.count:
            return []
        if found.word:
            order.insert(0, sa.case((pk.in_(meant(model, found.word)), 0), else_=1))
        conditions += [found.where, *([offered] if offered is not None else [])]
    wanted = sa.select(*label_columns(model)).where(*conditions).order_by(*order).limit(most)
    return list(db.session.execute(wanted))


def _hits(
    model: type[Any], rows: Sequence[Any], icon: str, details: Details | None
) -> dict[Any, SearchHit]:
    from console.admin.labels import seen_labels, write_label

    view = _view_of(model)
    if view is None or not rows:
        return {}
    seen = seen_labels(model, (row[0] for row in rows))
    told = details([row[0] for row in rows]) if details is not None else {}
    return {
        row[0]: SearchHit(
            label=write_label(model, row, seen),
            detail=told.get(row[0], ""),
            url=f"{view.url}/{quote(str(row[0]), safe='')}/",
            icon=icon or view.icon,
        )
        for row in rows
    }
