"""The form of one record, what happens when two people edit it, and deleting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from werkzeug.datastructures import CombinedMultiDict

from console.admin import saving, scope
from console.admin.bulk import back
from console.admin.conflicts import describe_conflict, say_changed
from console.admin.details import load, number_of, tabs
from console.admin.forms import RecordForm
from console.admin.labels import label_of, title_of
from console.admin.problems import objection_of
from console.admin.refusals import attempt, explain_use, tell
from console.admin.saving import Stale, tracked_values
from console.admin.shell import render
from console.admin.versions import seal_fields
from console.errors import NotFound, Refused
from console.i18n import gettext

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
    if request.method == "POST":
        return _store(view, text)
    record = load(view, text, "edit")
    form = RecordForm(view, record, view.needs["edit"])
    version = seal_fields(tracked_values(form, record))
    return _form_page(view, form, title=title_of(record, view.title), version=version)


def _store(view: ModelAdmin, text: str) -> Any:
    version, entered = request.form.get("_version", ""), _entered()
    conflict, status = None, 422
    made: list[RecordForm] = []

    def read_form(record: Any) -> RecordForm:
        for sent in request.files.values():
            sent.stream.seek(0)  # the unit may run again
        made.append(RecordForm(view, record, view.needs["edit"], entered))
        return made[-1]

    try:
        if saving.update_whole(view, text, version, read_form):
            _say(gettext("Saved."))
            return redirect(_after_edit(view, scope.read_id(view.subject, text)))
    except Stale as stale:
        status, record = 409, load(view, text, "edit")
        conflict = describe_conflict(view, made[-1], record, stale.names, version)
        version = seal_fields(tracked_values(made[-1], record))
    except (Refused, sa.exc.DBAPIError) as problem:
        if not made or isinstance(problem, NotFound):
            raise
        tell(view, made[-1], problem)
    form = made[-1]
    return _form_page(view, form, title_of(form.record, view.title), version, conflict), status


def _entered() -> Any:
    """Return what was sent, files included; None while nothing was."""
    return CombinedMultiDict([request.form, request.files]) if request.method == "POST" else None


def _say(text: str) -> None:
    flash(text, "success")


def _after_edit(view: ModelAdmin, number: Any) -> str:
    if request.args.get("url"):
        return back(view)
    return view.record_url(number)


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
    return view.record_url(number)


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
