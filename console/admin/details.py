"""The page of one record: its facts, and the panels and actions that plugins add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import abort, current_app, url_for
from markupsafe import Markup

from console.admin import saving, scope, values
from console.admin.attributes import Attribute, attribute_of, pk_of
from console.admin.field_rights import unmet
from console.admin.labels import label_of, labels_of, pairs_of, title_of
from console.admin.lookups import view_of
from console.admin.shell import render
from console.hookspecs import console_record_actions, console_record_panels
from console.i18n import gettext
from console.security import masking

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin


def load(view: ModelAdmin, number: str, verb: str) -> Any:
    """Load a record within the person's reach for *verb*; 404 when it is not."""
    record = scope.find(view.subject, number, view.needs[verb])
    return abort(404) if record is None else record


def number_of(view: ModelAdmin, record: Any) -> Any:
    """Return a record's primary key."""
    return getattr(record, pk_of(view.subject).key)


def show(view: ModelAdmin, text: str) -> str:
    """Show a record with the panels and actions that plugins add."""
    record = load(view, text, "view")
    number = number_of(view, record)
    host = current_app.extensions["console"]
    facts = {"model": view.subject, "record_id": number}
    panels = [each for answer in host.answers(console_record_panels, **facts) for each in answer]
    panels += view.panels(record)
    asked = [each for answer in host.answers(console_record_actions, **facts) for each in answer]
    return render(
        view.details_template,
        view=view.describe(),
        record=title_of(record, view.title),
        groups=[{"title": "", "facts": facts_of(view, record)}],
        panels=[_panel(each) for each in sorted(panels, key=lambda each: each.order)],
        actions=[*_actions(view, record, number), *_offered(view, record, asked)],
        tabs=tabs(view, record, "details_view"),
        head=view.head(record),
    )


def facts_of(view: ModelAdmin, record: Any) -> list[dict[str, Any]]:
    """Return label and HTML of each attribute that the page of a record shows."""
    found = []
    hidden = unmet(view, number_of(view, record))
    for key in view.detail_names:
        if key in hidden:
            continue
        attribute = attribute_of(view.subject, key)
        found.append({"label": attribute.label, "html": _draw(view, record, attribute)})
    return found


def _draw(view: ModelAdmin, record: Any, attribute: Attribute) -> str:
    key = attribute.key
    value = getattr(record, key)
    number = number_of(view, record)
    if attribute.kind == "references":
        found = pairs_of(view.subject, attribute, [number]).get(number, [])
        return values.full("references")(found)
    if attribute.target is not None and value is not None:
        return _link(attribute.target, value)
    if attribute.sensitive and value:
        kind = attribute.sensitive
        return masking.draw(value, kind, model=view.subject, record_id=number, column=key)
    return values.full(attribute.kind, attribute.choices)(value)


def _link(target: type[Any], number: Any) -> str:
    label = labels_of(target, [number]).get(number, str(number))
    view = view_of(target)
    if view is None or not view.allows("details_view"):
        return values.full("text")(label)
    if not scope.reached(target, [number], view.needs["view"]):
        return values.full("text")(label)
    url = view.record_url(number)
    return Markup('<a href="{}">{}</a>').format(url, label)


def _panel(panel: Any) -> Markup:
    frame = Markup(
        '<section class="card"><div class="card-header"><h2 class="card-title">{}</h2></div>'
        '<div class="card-body">{}</div></section>'
    )
    return frame.format(panel.title, panel.html)


def _actions(view: ModelAdmin, record: Any, number: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if _reaches(view, number, "edit"):
        url = view.record_url(number, "edit/")
        found.append({"label": gettext("Edit"), "url": url, "icon": "pencil", "primary": True})
    if _reaches(view, number, "delete"):
        found.append(
            {
                "label": gettext("Delete"),
                "url": url_for(f"{view.endpoint}.delete_view"),
                "icon": "trash",
                "post": True,
                "danger": True,
                "confirm": gettext("Delete “%(name)s”?", name=label_of(record)),
                "fields": {"id": str(number), "version": saving.version_of(view, record)},
            }
        )
    return found


def _offered(view: ModelAdmin, record: Any, asked: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "label": each.label,
            "url": each.url,
            "post": each.method == "POST",
            "danger": each.danger,
            "confirm": each.confirm,
        }
        for each in (*asked, *view.record_actions(record))
        if each.needs.held()
    ]


def _reaches(view: ModelAdmin, number: Any, verb: str, here: str = "view") -> bool:
    """Tell whether she may do *verb* with a record that she was shown under *here*."""
    needs, shown = view.needs.get(verb), view.needs.get(here)
    if needs is None or not needs.held():
        return False
    if shown is not None and shown.stores() == needs.stores():
        return True
    return bool(scope.reached(view.subject, [number], needs))


def tabs(view: ModelAdmin, record: Any, active: str) -> list[dict[str, Any]]:
    """Return the ways to look at a record that the person may use."""
    number = number_of(view, record)
    offered = [("details_view", "view", gettext("Details")), ("edit_view", "edit", gettext("Edit"))]
    found = [{"label": view.title, "url": f"{view.url}/", "icon": "arrow-left", "active": False}]
    here = "edit" if active == "edit_view" else "view"
    for name, verb, label in offered:
        if name == active or _reaches(view, number, verb, here):
            url = view.record_url(number, "edit/" if verb == "edit" else "")
            found.append({"label": label, "url": url, "active": name == active})
    return found
