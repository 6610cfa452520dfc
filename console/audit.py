"""The audit trail: who did what, in the same unit as the deed itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped

from console import clock
from console.db import CHAIN, Model, column, db
from console.i18n import _
from console.security.actors import actor


class AuditEntry(Model):
    """One deed; rows are only ever added."""

    __tablename__ = "console_audit"
    scope = CHAIN
    id: Mapped[int] = column(_("Number"), primary_key=True)
    at: Mapped[dt.datetime] = column(_("Time"), index=True)
    user_id: Mapped[int | None] = column(_("Staff"), index=True)
    user_name: Mapped[str] = column(_("Staff"))
    store_id: Mapped[int | None] = column(_("Store"))
    till_id: Mapped[int | None] = column(_("Till"))
    ip: Mapped[str] = column(_("IP address"))
    request_id: Mapped[str] = column(_("Request"))
    act: Mapped[str] = column(_("Act"), index=True)
    subject_table: Mapped[str] = column(_("Subject"))
    subject_id: Mapped[int | None] = column(_("Number"))
    subject_label: Mapped[str] = column(_("Subject"))
    before: Mapped[dict[str, Any] | None] = column(_("Before"))
    after: Mapped[dict[str, Any] | None] = column(_("After"))
    note: Mapped[str] = column(_("Note"))


def record(
    act: str,
    subject: Model | None = None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
    store_id: int | None = None,
) -> None:
    """Add a deed to the audit trail, in the running unit."""
    who = actor()
    db.session.add(
        AuditEntry(
            at=clock.now(),
            user_id=who.user_id,
            user_name=who.name,
            store_id=store_id or who.store_id,
            till_id=who.till_id,
            ip=who.ip,
            request_id=who.request_id,
            act=act,
            subject_table=subject.__tablename__ if subject is not None else "",
            subject_id=subject.id if subject is not None else None,
            subject_label=str(getattr(subject, subject.label_column)) if subject else "",
            before=before,
            after=after,
            note=note,
        )
    )
