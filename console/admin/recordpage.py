"""The form of one record, what happens when two people edit it, and deleting it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from werkzeug.datastructures import CombinedMultiDict

from console.admin import saving, scope, values
from console.admin.bulk import back
from console.admin.details import load, number_of, tabs
from console.admin.forms import RecordForm
from console.admin.labels import label_of, labels_of
from console.admin.problems import objection_of
from console.admin.refusals import attempt, explain_use
from console.admin.saving import Stale, tracked_values
from console.admin.shell import render
from console.admin.versions import is_untouched, seal_fields
from console.audit import AuditEntry
from console.db import db
from console.errors import Refused
from console.i18n import gettext
from console.security import masking

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin


def create(view: ModelAdmin) -> Any:
    """Show the form of a new record, or store what was entered."""
    form = RecordForm(view, None, view.needs["create"], _entered())
    if request.method == "POST" and form.validate():
        number = attempt(view, form, lambda: saving.create(view, form))
        if number is not None:
            _say(gettext("Added."))
            again = "_add_another" in request.form
            page = "create_view" if again else "details_view"
            return redirect(url_for(f"{view.endpoint}.{page}", **({} if again else {"id": number})))
    status = 422 if request.method == "POST" else 200
    return _form_page(view, form, title=view.create_label, version=None), status


def edit(view: ModelAdmin, text: str) -> Any:
    """Show the form of a record, or store what was entered; nobody overwrites another unawares."""
    record = load(view, text, "edit")
    number = number_of(view, record)
    form = RecordForm(view, record, view.needs["edit"], _entered())
    if request.method != "POST":
        version = seal_fields(tracked_values(form, record))
        return _form_page(view, form, title=label_of(record), version=version)
    version, conflict, status = request.form.get("_version", ""), None, 422
    try:
        saved = form.validate() and attempt(
            view, form, lambda: saving.update(view, form, number, version, row=False)
        )
        if saved:
            _say(gettext("Saved."))
            return redirect(_after_edit(view, number))
    except Stale as stale:
        status = 409
        record = load(view, text, "edit")
        conflict = describe_conflict(view, form, record, stale.names, version)
        version = seal_fields(tracked_values(form, record))
    return _form_page(view, form, label_of(record), version, conflict), status


def _entered() -> Any:
    """Return what was sent, files included; None while nothing was."""
    return CombinedMultiDict([request.form, request.files]) if request.method == "POST" else None


def _say(text: str) -> None:
    flash(text, "success")


def _after_edit(view: ModelAdmin, number: Any) -> str:
    if request.args.get("url"):
        return back(view)
    return url_for(f"{view.endpoint}.details_view", id=number)


def _form_page(
    view: ModelAdmin,
    form: RecordForm,
    title: object,
    version: str | None,
    conflict: dict[str, Any] | None = None,
) -> str:
    is_new = form.record is None
    return render(
        view.form_template,
        view=view.describe(),
        form=form,
        sections=[{"title": g.title, "fields": g.names, "columns": g.columns} for g in form.groups],
        record=None if is_new else str(title),
        title=str(title),
        version=version,
        conflict=conflict,
        cancel_url=back(view) if is_new or request.args.get("url") else _details_url(view, form),
        tabs=[] if is_new else tabs(view, form.record, "edit_view"),
    )


def _details_url(view: ModelAdmin, form: RecordForm) -> str:
    number = number_of(view, form.record)
    return url_for(f"{view.endpoint}.details_view", id=number)


def describe_conflict(
    view: ModelAdmin, form: RecordForm, record: Any, names: Sequence[str], version: str
) -> dict[str, Any]:
    """Say who changed what; fields that this person had not touched take over the new value."""
    current = tracked_values(form, record)
    changes = []
    for name in [each for each in names if each in form]:
        field, theirs = form[name], current[name]
        yours = _write(view, form, name, field.data)
        shown = _write(view, form, name, theirs)
        if is_untouched(version, list(current), name, field.data):
            field.process(None, theirs)
            field.raw_data, yours = None, ""
        elif field.data == theirs:
            continue
        changes.append({"label": field.label.text, "theirs": shown or None, "yours": yours or None})
    who, when = last_change(view, number_of(view, record))
    return {"who": who, "when": when, "changes": changes}


def last_change(view: ModelAdmin, number: Any) -> tuple[str, str]:
    """Return who was the last to change a record, and when, in words."""
    entry = db.session.execute(
        sa.select(AuditEntry.user_name, AuditEntry.at)
        .where(AuditEntry.subject_table == view.subject.__tablename__)
        .where(AuditEntry.subject_id == number)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).first()
    if entry is None:
        return gettext("Somebody"), gettext("an unknown time")
    return entry[0] or gettext("Somebody"), values.format_moment(entry[1], values.reader_zone())


def say_changed(view: ModelAdmin, number: Any) -> str:
    """Say that somebody else was first, where there is no room for a table."""
    who, when = last_change(view, number)
    return gettext(
        "%(who)s changed this record at %(when)s. Look at it again, then repeat what you did.",
        who=who,
        when=when,
    )


def _write(view: ModelAdmin, form: RecordForm, name: str, value: Any) -> str:
    attribute = form.own.get(name)
    if attribute is None:
        return "" if value is None else str(value)
    if attribute.target is not None:
        ids = value if attribute.kind == "references" else [value]
        labels = labels_of(attribute.target, ids or [])
        return gettext(", ").join(labels.values())
    if attribute.sensitive and value:
        number = number_of(view, form.record)
        return masking.show(str(value), attribute.sensitive, model=view.subject, record_id=number)
    return values.writer(attribute.kind, attribute.choices)(value)


def delete(view: ModelAdmin) -> Any:
    """Delete a record, or say in plain words why not; then lead back."""
    needs, text = view.needs["delete"], request.form.get("id", "")
    number = scope.read_id(view.subject, text)
    record = load(view, text, "delete")
    label = label_of(record)
    try:
        saving.delete(view, number, request.form.get("version", ""), needs)
    except Stale:
        flash(say_changed(view, number), "error")
    except Refused as problem:
        flash(str(problem), "error")
    except sa.exc.DBAPIError as problem:
        if objection_of(problem) is None:
            raise
        flash(explain_use(view, number), "error")
    else:
        _say(gettext("Deleted “%(name)s”.", name=label))
    return redirect(back(view))
