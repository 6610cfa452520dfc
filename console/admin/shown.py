"""What a list may show to its reader: columns, filters, and the columns that she chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from console.admin import columns, filters
from console.admin.field_rights import may_list
from console.admin.scope import sees
from console.hookspecs import console_list_columns, console_list_filters
from console.security import people

if TYPE_CHECKING:
    from console.admin.columns import ListColumn
    from console.admin.filters import ListFilter
    from console.admin.listing import Listing
    from console.admin.model import ModelAdmin


def may_sort(column: ListColumn) -> bool:
    """Tell whether the reader may sort by *column*."""
    return column.sortable and bool(column.expressions) and sees(column.sensitive)


def all_columns(view: ModelAdmin) -> list[ListColumn]:
    """Return the columns of a view and those that other plugins add to its model's lists."""
    model = view.subject
    found = {column.key: column for column in view.own_columns}
    answers = current_app.extensions["console"].answers(console_list_columns, model=model)
    for answer in answers:
        for item in answer:
            found.setdefault(item.key, columns.resolve(model, item))
    return [each for each in found.values() if _is_listed(view, each)]


def _is_listed(view: ModelAdmin, each: ListColumn | ListFilter) -> bool:
    own = view.field_needs.get(each.key)
    if own is None and each.needs is None:
        return True
    return may_list(view, each.needs) and may_list(view, own)


def all_filters(view: ModelAdmin) -> dict[str, ListFilter]:
    """Return the filters of a view and those that other plugins add, by key."""
    model = view.subject
    found = {each.key: each for each in view.own_filters}
    answers = current_app.extensions["console"].answers(console_list_filters, model=model)
    for answer in answers:
        for item in answer:
            found.setdefault(item.key, filters.resolve(model, item))
    return {key: each for key, each in found.items() if _is_listed(view, each)}


def preference_of(view: ModelAdmin) -> str:
    """Name the preference in which a person's columns of a list are kept."""
    return f"columns:{view.endpoint}"


def shown_columns(view: ModelAdmin, listing: Listing) -> list[ListColumn]:
    """Return the columns that the reader wants to see, in her order; at least one."""
    known = {column.key: column for column in listing.columns}
    person = people.person()
    kept = person.preferences.get(preference_of(view), []) if person is not None else []
    chosen = listing.state.columns or kept
    wanted = [known[key] for key in chosen if key in known]
    return wanted or [c for c in listing.columns if not c.hidden] or listing.columns[:1]
