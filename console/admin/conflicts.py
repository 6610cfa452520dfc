"""Telling the second of two people who changed what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from console.admin import values
from console.admin.details import number_of
from console.admin.labels import labels_of
from console.admin.saving import tracked_values
from console.admin.versions import is_untouched
from console.audit import AuditEntry
from console.db import db
from console.i18n import gettext
from console.security import masking

if TYPE_CHECKING:
    from console.admin.forms import RecordForm
    from console.admin.model import ModelAdmin


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
