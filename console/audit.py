"""The audit trail: who did what, in the same unit as the deed itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import clock, words
from console.db import Model, column, db, in_store
from console.i18n import _
from console.security.actors import actor
from console.unit import unit

LONGEST_TEXT = 2000


class AuditEntry(Model):
    """One deed; a trigger refuses to change or remove it."""

    __tablename__ = "console_audit"
    scope = in_store()
    id: Mapped[int] = column(_("Number"), primary_key=True)
    at: Mapped[dt.datetime] = column(_("Time"), index=True)
    user_id: Mapped[int | None] = column(_("Staff"), index=True)
    user_name: Mapped[str] = column(_("Staff"))
    store_id: Mapped[int | None] = column(_("Store"))
    till_id: Mapped[int | None] = column(_("Till"))
    ip: Mapped[str] = column(_("IP address"))
    request_id: Mapped[str] = column(_("Request number"))
    act: Mapped[str] = column(_("Act"), index=True)
    #: The act in words, when its name is none of the host's own.
    title: Mapped[dict[str, Any] | None] = column(_("Act"))
    subject_table: Mapped[str] = column(_("Subject"))
    subject_id: Mapped[int | None] = column(_("Number"))
    subject_label: Mapped[str] = column(_("Subject"))
    before: Mapped[dict[str, Any] | None] = column(_("Before"))
    after: Mapped[dict[str, Any] | None] = column(_("After"))
    note: Mapped[str] = column(_("Note"))
    __table_args__ = (sa.Index(None, "subject_table", "subject_id"),)


@unit
def record(
    act: str,
    subject: Model | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
    store_id: int | None = None,
    title: object = None,
) -> None:
    """Add a deed to the audit trail, in the running unit.

    *act* names the deed for filters (`salon.leave`), *title* says it in marked words; *before*
    and *after* hold what changed, by the names of the subject's columns.
    """
    who = actor()
    if subject is not None and subject.id is None:
        db.session.flush()
    told = {
        "at": clock.now(),
        "user_id": who.user_id,
        "user_name": who.name,
        "store_id": store_id or getattr(subject, "store_id", None) or who.store_id,
        "till_id": who.till_id,
        "ip": who.ip,
        "request_id": who.request_id,
        "act": act,
        "title": None if title is None else words.freeze(title),
        "subject_table": subject.__tablename__ if subject is not None else "",
        "subject_id": _number_of(subject),
        "subject_label": label_of(subject),
        "before": None if before is None else plain(before),
        "after": None if after is None else plain(after),
        "note": note[:LONGEST_TEXT],
    }
    # Not as an object: nobody reads it again here, and the session takes twice as long for one.
    db.session.connection().execute(_adding(), told)


@cache
def _adding() -> sa.Insert:
    """Return the statement that adds a deed, put together once."""
    return sa.insert(AuditEntry).inline()


def label_of(subject: Model | None) -> str:
    """Return what a record is called."""
    if subject is None:
        return ""
    return str(getattr(subject, subject.label_column) or "")[:200]


def changes(record: Model) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what was changed on a record and not flushed yet: the values before and after."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    state: Any = sa.inspect(record)
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if history.has_changes():
            before[attribute.key] = history.deleted[0] if history.deleted else None
            after[attribute.key] = history.added[0] if history.added else None
    return before, after


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON can hold them."""
    return {str(key): _plain(value) for key, value in values.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    return str(value)[:LONGEST_TEXT]


def _number_of(subject: Model | None) -> int | None:
    number = getattr(subject, "id", None)
    return number if isinstance(number, int) else None
