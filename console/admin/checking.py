"""What a view must agree with before it is mounted: a slip shows at once, not to a guest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.admin import columns, inline
from console.admin.attributes import BadView, attribute_of

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin


def check_verbs(view: ModelAdmin, verbs: frozenset[str]) -> None:
    """Raise unless `needs` names known verbs, and who may look."""
    if "view" not in view.needs or set(view.needs) - verbs:
        known = ", ".join(sorted(verbs))
        raise BadView(f"{type(view).__name__}.needs must name view, and nothing but {known}")


def check_ignored(view: ModelAdmin, stock: type[Any], ours: type[Any]) -> None:
    """Raise when the view sets what Flask-Admin would read and we do not."""
    known = {each for each in dir(stock) if each.startswith(("column_", "form_", "can_"))}
    classes = [each for each in type(view).__mro__ if issubclass(each, ours)]
    given = {each for cls in classes if cls is not ours for each in vars(cls)}
    if ignored := sorted((known & given) - set(vars(ours))):
        ours_are = "list_columns, filters, search, form, inline_edit, details and needs"
        raise BadView(
            f"{type(view).__name__}: {', '.join(ignored)} would be ignored; say {ours_are}"
        )


def check_form(view: ModelAdmin, stock: type[Any]) -> None:
    """Raise when people may add or change records by a form that has no field."""
    pages = {"create": "create_view", "edit": "edit_view"}
    own = {
        verb
        for verb, page in pages.items()
        if getattr(type(view), page) is not getattr(stock, page)
    }
    if set(view.needs) & set(pages) - own and not view.form:
        raise BadView(
            f"{type(view).__name__}: create and edit want a `form`, which names the fields"
        )


def check_names(view: ModelAdmin) -> None:
    """Raise unless every name is an attribute of the model, and each column stands once."""
    model = view.subject
    shown = [column.key for column in view.own_columns]
    twice = {key for key in shown if shown.count(key) > 1}
    if twice:
        raise BadView(f"columns named twice: {', '.join(sorted(twice))}")
    for key in (*view.search, *view.details, *view.form_names, *view.totals):
        attribute_of(model, key)
    for key in view.inline_edit:
        attribute = attribute_of(model, key)
        fits = attribute.kind in inline.EDITORS and not attribute.sensitive
        if not fits or key not in view.form_names or key not in shown:
            raise BadView(f"{key!r} cannot be edited in the list")
    columns.resolve(model, view.default_sort.removeprefix("-"))
