"""Erasing what tells who somebody was, from all that is kept in words; the books stay.

The audit trail is append-only: a trigger lets texts of it go only while a row of
`console_erasing` is open, which is itself the record that something was erased.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import clock
from console.approval import Approval
from console.audit import AuditEntry
from console.db import CHAIN, Json, Model, column, db
from console.files import StoredFile, drop_bytes
from console.i18n import _
from console.inbox import Notice, NoticeRead
from console.sealing import TEXTS, change_texts
from console.security.actors import actor
from console.transfer.models import ImportRow, ImportRun
from console.unit import unit

#: What stands where a word was.
BLANK = "***"
#: Tables whose rows are never changed: books that are hashed and sealed hold no names.
SEALED = ("ledger_", "console_audit_seal", "console_audit_erased", "console_row_")
FINISHED = ("applied", "undone", "discarded")
AUDIT: Any = AuditEntry.__table__
APPROVAL: Any = Approval.__table__
NOTICE: Any = Notice.__table__
ROW: Any = ImportRow.__table__
RUN: Any = ImportRun.__table__
Found = Mapping[str, Sequence[Mapping[str, Any]]]


class Erasing(Model):
    """That a record's identity was erased: when, by whom; nothing else is known of it."""

    __tablename__ = "console_erasing"
    scope = CHAIN
    id: Mapped[int] = column(_("Number"), primary_key=True)
    subject_table: Mapped[str] = column(_("Subject"))
    subject_id: Mapped[int] = column(_("Number"))
    at: Mapped[dt.datetime] = column(_("Time"))
    user_name: Mapped[str] = column(_("By"), default="")
    open: Mapped[bool] = column(_("Running"), default=True)


@unit
def erase_traces(
    model: type[Any], record_id: int, *, imported_as: str = "", path: str = ""
) -> None:
    """Erase what the host keeps in words about a record, in the running unit.

    Values in the audit trail, approvals, notices that lead to *path*, and the lines of
    spreadsheets (imports of *imported_as*) that she came with, with the sheets themselves.
    """
    with_row = _open(model, record_id)
    about = sa.and_(AUDIT.c.subject_table == model.__tablename__, AUDIT.c.subject_id == record_id)
    blank = {"before": None, "after": None, "subject_label": "", "note": ""}
    change_texts(about, blank)
    asked = sa.and_(
        APPROVAL.c.subject_table == model.__tablename__, APPROVAL.c.subject_id == record_id
    )
    db.session.execute(
        sa.update(APPROVAL).where(asked).values(subject_label="", reason="", note="")
    )
    numbers = db.session.scalars(sa.select(APPROVAL.c.id).where(asked)).all()
    own = sa.and_(AUDIT.c.subject_table == "console_approval", AUDIT.c.subject_id.in_(numbers))
    change_texts(own, blank)
    _forget_notices(path, numbers)
    if imported_as:
        _forget_lines(imported_as, record_id)
    _close(with_row)


def rows_with(words: Iterable[str]) -> Found:
    """Find the rows of all tables that hold one of *words*; it reads everything, so it is slow.

    Call it outside a unit; `erase_words` then changes only these rows.
    """
    wanted = sorted({word for word in words if word})
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    if not wanted:
        return found
    _without_hurry()
    for table in db.metadata.sorted_tables:
        columns = _texts_of(table)
        if not columns or table.name.startswith(SEALED):
            continue
        holds = sa.or_(*(_as_text(each).contains(word) for each in columns for word in wanted))
        rows = db.session.execute(sa.select(*table.primary_key).where(holds)).mappings().all()
        if rows:
            found[table.name] = [dict(row) for row in rows]
    return found


@unit
def erase_words(model: type[Any], record_id: int, found: Found, words: Iterable[str]) -> None:
    """Blank *words* in the rows that `rows_with` found."""
    wanted = sorted({word for word in words if word})
    row = _open(model, record_id)
    for name, keys in found.items():
        table = db.metadata.tables[name]
        values = {each.name: _without(each, wanted) for each in _texts_of(table)}
        if table is AUDIT:
            change_texts(AUDIT.c.id.in_([key["id"] for key in keys]), values)
            continue
        for key in keys:
            same = sa.and_(*(table.c[part] == value for part, value in key.items()))
            db.session.execute(sa.update(table).where(same).values(values))
    _close(row)


def _open(model: type[Any], record_id: int) -> Erasing:
    row = Erasing(
        subject_table=str(model.__tablename__),
        subject_id=record_id,
        at=clock.now(),
        user_name=actor().name,
        open=True,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _close(row: Erasing) -> None:
    row.open = False
    db.session.flush()


def _forget_notices(path: str, approvals: Sequence[int]) -> None:
    ways = [NOTICE.c.url == f"/console/system/approvals/{number}" for number in approvals]
    if path:
        ways.append(NOTICE.c.url.startswith(path, autoescape=True))
    if not ways:
        return
    ids = db.session.scalars(sa.select(NOTICE.c.id).where(sa.or_(*ways))).all()
    db.session.execute(sa.delete(NoticeRead).where(NoticeRead.notice_id.in_(ids)))
    db.session.execute(sa.delete(NOTICE).where(NOTICE.c.id.in_(ids)))


def _forget_lines(subject: str, record_id: int) -> None:
    hers = sa.or_(ROW.c.added_id == record_id, ROW.c.record_id == record_id)
    runs = db.session.execute(
        sa.select(RUN.c.id, RUN.c.file_id, RUN.c.state)
        .join(ROW, ROW.c.import_id == RUN.c.id)
        .where(RUN.c.subject == subject, hers)
        .distinct()
    ).all()
    for run in runs:
        blank: dict[str, Any] = {"values": {}, "edits": {}}
        blank |= {name: [] for name in ("raw", "problems", "notes", "waived")}
        mine = sa.and_(ROW.c.import_id == run.id, hers)
        db.session.execute(sa.update(ROW).where(mine).values(blank))
        file = db.session.get(StoredFile, run.file_id)
        if file is not None and run.state in FINISHED:
            drop_bytes(file)


def _texts_of(table: sa.Table) -> list[Any]:
    """Return the texts of a table that may be changed: who did what, and when, stays."""
    if table is AUDIT:
        return [table.c[name] for name in TEXTS]
    keys = set(table.primary_key.columns)
    return [
        each
        for each in table.columns
        if each not in keys and isinstance(each.type, (sa.String, sa.JSON))
    ]


def _as_text(each: Any) -> Any:
    return sa.cast(each, sa.Text) if isinstance(each.type, sa.JSON) else each


def _without(each: Any, words: Sequence[str]) -> Any:
    told = _as_text(each)
    for word in words:
        told = sa.func.replace(told, word, BLANK)
    if not isinstance(each.type, sa.JSON):
        return told
    return sa.type_coerce(told, sa.Text) if _is_sqlite() else sa.cast(told, Json)


def _is_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"


def _without_hurry() -> None:
    if not _is_sqlite():
        db.session.execute(sa.text("SET LOCAL statement_timeout = 0"))
