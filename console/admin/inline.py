"""Editing one value in a list: the same form, checks, lock and audit as the whole record's."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request

from console.admin import saving, scope, values
from console.admin.attributes import attribute_of
from console.admin.conflicts import say_changed
from console.admin.field_rights import unmet
from console.admin.forms import RecordForm
from console.admin.refusals import attempt
from console.admin.saving import Stale
from console.i18n import gettext

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin

#: The kinds that can be edited in place, and the control that does it. Never money.
EDITORS = {"text": "text", "number": "number", "day": "date", "choice": "select", "bool": "select"}


def raw(value: Any) -> str:
    """Write a value as the control in the list takes it."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def choices(model: type[Any], key: str) -> list[tuple[str, str]]:
    """Return what the control offers, as text pairs."""
    attribute = attribute_of(model, key)
    found = [(str(value), str(label)) for value, label in attribute.choices]
    if attribute.kind == "bool":
        found = [("True", values.yes_or_no(value=True)), ("False", values.yes_or_no(value=False))]
    return [("", "–"), *found] if found and attribute.nullable else found  # noqa: RUF001


def save(view: ModelAdmin) -> Response:
    """Store one value that was edited in a list; answer with how it shows now."""
    key, number = request.form.get("key", ""), request.form.get("id", "")
    if key not in view.inline_edit:
        return _refuse(404, gettext("This cannot be edited here."))
    needs = view.needs["edit"]
    record = scope.find(view.subject, number, needs)
    if record is None:
        return _refuse(404, gettext("This record is no longer there."))
    if key in unmet(view, scope.read_id(view.subject, number)):
        return _refuse(404, gettext("This cannot be edited here."))
    data = request.form.copy()
    data[key] = request.form.get("value", "")
    form = RecordForm(view, record, needs, data, only=key)
    version = request.form.get("version", "")
    found = scope.read_id(view.subject, number)
    try:
        saved = form.validate() and attempt(
            view, form, lambda: saving.update(view, form, found, version)
        )
    except Stale:
        return _refuse(409, say_changed(view, found))
    if not saved:
        errors = [*form[key].errors, *form.form_errors]
        return _refuse(422, " ".join(map(str, errors)) or gettext("This was refused."))
    attribute = attribute_of(view.subject, key)
    value = getattr(record, key)
    return jsonify(
        ok=True,
        value=raw(value),
        display=values.writer(attribute.kind, attribute.choices)(value),
        version=saving.version_of(view, record),
    )


def _refuse(status: int, error: str) -> Response:
    answer = jsonify(ok=False, error=error)
    answer.status_code = status
    return answer
