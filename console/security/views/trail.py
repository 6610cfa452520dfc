"""The audit trail, as those who may read it see it: numbers stay masked for most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import abort, redirect, url_for

from console import words
from console.admin import Column, Filter, ModelAdmin, page, render
from console.admin import scope as reach
from console.admin.attributes import BadView, attribute_of
from console.admin.field_rights import unmet
from console.admin.labels import labels_of
from console.admin.lookups import view_of
from console.admin.values import writer
from console.audit import AuditEntry
from console.db import db
from console.i18n import _, gettext
from console.seal_checks import standing, start_check
from console.security import masking, rights
from console.security.models import User
from console.security.permissions import VIEW_AUDIT
from console.security.reveal import model_of

#: What the host itself writes down, in words.
ACTS: dict[str, Any] = {
    "add": _("Added"),
    "change": _("Changed"),
    "delete": _("Deleted"),
    "export": _("Exported"),
    "add_role": _("Added a role"),
    "add_user": _("Added a staff user"),
    "agree_to_approval": _("Agreed to a request"),
    "ask_approval": _("Asked for approval"),
    "change_password": _("Changed a password"),
    "change_pin": _("Changed a PIN"),
    "change_role": _("Changed what a role allows"),
    "change_roles": _("Changed somebody's roles"),
    "change_settings": _("Changed settings"),
    "change_user": _("Changed a staff user"),
    "decline_approval": _("Declined a request"),
    "delete_role": _("Deleted a role"),
    "disable_plugin": _("Disabled a plugin"),
    "disable_user": _("Disabled a staff user"),
    "enable_plugin": _("Enabled a plugin"),
    "enable_user": _("Enabled a staff user"),
    "purge_plugin": _("Removed a plugin with its data"),
    "refuse_sign_in": _("Sign-in refused"),
    "register_till": _("Registered a till"),
    "replay_events": _("Had events delivered again"),
    "rename_role": _("Renamed a role"),
    "reveal": _("Looked at a number, with a reason"),
    "reveal_guest": _("Looked at the number of a guest"),
    "revoke_till": _("Revoked a till"),
    "set_up": _("Set up the shop"),
    "sign_in": _("Signed in"),
    "sign_in_by_pin": _("Changed over by PIN"),
}


def write_act(act: str, title: Mapping[str, Any] | None) -> str:
    """Return what an act is called."""
    if title:
        return words.thaw(dict(title))
    return str(ACTS[act]) if act in ACTS else act


def write_acts(ids: Sequence[int]) -> Mapping[int, str]:
    """Return what the acts of many entries are called."""
    rows = db.session.execute(
        sa.select(AuditEntry.id, AuditEntry.act, AuditEntry.title).where(
            AuditEntry.id.in_(list(ids))
        )
    )
    return {number: write_act(act, title) for number, act, title in rows}


def write_stores(ids: Sequence[int]) -> Mapping[int, str]:
    """Return the names of the stores of many entries."""
    book = rights.read()
    rows = db.session.execute(
        sa.select(AuditEntry.id, AuditEntry.store_id).where(AuditEntry.id.in_(list(ids)))
    )
    return {n: store.name for n, store_id in rows if (store := book.store(store_id)) is not None}


def write_subjects(ids: Sequence[int]) -> Mapping[int, str]:
    """Return what the subjects of many entries are called, masked where the label is sensitive."""
    rows = db.session.execute(
        sa.select(
            AuditEntry.id,
            AuditEntry.subject_table,
            AuditEntry.subject_id,
            AuditEntry.subject_label,
        ).where(AuditEntry.id.in_(list(ids)))
    )
    return {number: write_subject(table, key, label) for number, table, key, label in rows}


def write_subject(table: str, number: int | None, label: str) -> str:
    """Return what a subject is called: its kind and its name."""
    model = model_of(table) if table else None
    view = view_of(model) if model is not None else None
    kind = str(view.title) if view is not None else ""
    if model is not None and label:
        sensitive = sa.inspect(model).columns[model.label_column].info.get("sensitive")
        label = (
            masking.show(label, sensitive, model=model, record_id=number) if sensitive else label
        )
    return " · ".join(part for part in (kind, label) if part)


def is_act(_operation: str, act: str) -> sa.ColumnElement[bool]:
    """Return the condition that an entry is of this act."""
    return AuditEntry.act == act


def is_by(_operation: str, user_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that this person did it."""
    return AuditEntry.user_id == user_id


class AuditTrail(ModelAdmin):
    """Who did what, when and from where."""

    title = _("Audit trail")
    noun = "audit"
    icon = "history"
    order = 40
    subject = AuditEntry
    needs = {"view": VIEW_AUDIT}
    list_columns = (
        "at",
        "user_name",
        Column("deed", _("Act"), load=write_acts, sortable=False),
        Column("subject", _("Subject"), load=write_subjects, sortable=False),
        "note",
        Column("store", _("Store"), load=write_stores, sortable=False),
        "ip",
        "request_id",
    )
    default_sort = "-at"
    search = ("user_name", "note", "request_id")
    filters = (
        "at",
        Filter("user", _("Staff"), kind="reference", where=is_by, target=User),
        Filter(
            "act",
            _("Act"),
            kind="choice",
            where=is_act,
            choices=lambda: sorted(((key, str(label)) for key, label in ACTS.items()), key=str),
        ),
        Filter(
            "subject",
            _("Subject"),
            where=lambda _operation, text: AuditEntry.subject_label == text,
        ),
    )
    details = ("at",)
    list_template = "system/audit.html"

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "seals": standing(), "check_url": f"{self.url}/check"}

    @page("/check", needs=VIEW_AUDIT, methods=("POST",))
    def check_seals(self) -> Any:
        """Have the worker compare the trail with its seals, and show how far it is."""
        return redirect(url_for("console_jobs.show", number=start_check()))

    @page("/<id>/", needs=VIEW_AUDIT)
    def details_view(self, id: str) -> Any:
        """Show one deed with what it changed."""
        entry = reach.find(AuditEntry, id, VIEW_AUDIT)
        if entry is None:
            abort(404)
        return render(
            "system/deed.html",
            view=self,
            entry=entry,
            act=write_act(entry.act, entry.title),
            subject=write_subject(entry.subject_table, entry.subject_id, entry.subject_label),
            store=rights.read().store(entry.store_id),
            rows=list(write_changes(entry)),
            back=url_for(".index_view"),
        )


def write_changes(entry: AuditEntry) -> list[dict[str, Any]]:
    """Return what an entry changed, field by field, in words and masked."""
    before, after = entry.before or {}, entry.after or {}
    model = model_of(entry.subject_table) if entry.subject_table else None
    view = view_of(model) if model is not None else None
    hidden = unmet(view, entry.subject_id) if view is not None else ()
    return [
        {
            "label": _label_of(model, key),
            "before": _write(model, entry.subject_id, key, before.get(key)),
            "after": _write(model, entry.subject_id, key, after.get(key)),
        }
        for key in dict.fromkeys((*before, *after))
        if key not in hidden
    ]


def _label_of(model: type[Any] | None, key: str) -> str:
    try:
        return str(attribute_of(model, key).label) if model is not None else key
    except BadView:
        return key


def _write(model: type[Any] | None, number: int | None, key: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, list):
        return gettext(", ").join(str(each) for each in value)
    try:
        attribute = attribute_of(model, key) if model is not None else None
    except BadView:
        attribute = None
    if attribute is None or model is None or isinstance(value, dict):
        return str(value)
    if attribute.sensitive:
        return masking.show(str(value), attribute.sensitive, model=model, record_id=number)
    if attribute.target is not None:
        return labels_of(attribute.target, [value]).get(value, str(value))
    if attribute.kind in ("day", "moment"):
        read = dt.datetime if attribute.kind == "moment" else dt.date
        return writer(attribute.kind)(read.fromisoformat(str(value)))
    return writer(attribute.kind, attribute.choices)(value)
