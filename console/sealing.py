"""Seals of the audit trail: every night all that is new is hashed and signed.

The key lies outside the database, so who can write every table still cannot make a seal.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped

from console import clock
from console.audit import AuditEntry
from console.db import CHAIN, Json, Model, column, db
from console.hookspecs import console_seal_heads
from console.i18n import _
from console.locks import wait_for_writers
from console.seal_key import seal_key
from console.unit import unit

log = logging.getLogger(__name__)

#: The most deeds under one seal: what does not fit is named so closely.
MOST = 10_000
#: What an erasure may change; all else stays for ever.
TEXTS = ("title", "subject_label", "before", "after", "note")
ASKED = console_seal_heads.__name__
SIGNED = ("sealed_at", "after_id", "through_id", "entries", "entries_digest", "heads")


class AuditSeal(Model):
    """A seal over the deeds since the seal before, signed together with it."""

    __tablename__ = "console_audit_seal"
    __table_args__ = (sa.UniqueConstraint("after_id"), sa.UniqueConstraint("through_id"))
    scope = CHAIN
    id: Mapped[int] = column(_("Number"), primary_key=True)
    sealed_at: Mapped[dt.datetime] = column(_("Sealed at"))
    after_id: Mapped[int] = column(_("After entry"))
    through_id: Mapped[int] = column(_("Through entry"))
    entries: Mapped[int] = column(_("Entries"))
    entries_digest: Mapped[str] = column(_("Digest of the entries"))
    #: The last seals of plugins that seal books of their own.
    heads: Mapped[list[str]] = column(_("Seals of plugins"), Json)
    digest: Mapped[str] = column(_("Seal"))


class ErasedEntry(Model):
    """That an erasure took texts of a deed: signed digests of what stood there and what stands.

    The seal was made over what stood there, and still tells a deed that was changed before.
    """

    __tablename__ = "console_audit_erased"
    scope = CHAIN
    entry_id: Mapped[int] = column(_("Number"), primary_key=True, autoincrement=False)
    was: Mapped[str] = column(_("Digest before"))
    now: Mapped[str] = column(_("Digest after"))
    digest: Mapped[str] = column(_("Seal"))


AUDIT: Any = AuditEntry.__table__
SEAL: Any = AuditSeal.__table__
ERASED: Any = ErasedEntry.__table__
FIXED = tuple(each.name for each in AUDIT.columns if each.name not in TEXTS)
ROWS = sa.select(
    *AUDIT.columns,
    ERASED.c.was.label("erased_was"),
    ERASED.c.now.label("erased_now"),
    ERASED.c.digest.label("erased_digest"),
).join_from(AUDIT, ERASED, ERASED.c.entry_id == AUDIT.c.id, isouter=True)


def sign(key: bytes, *told: Any) -> str:
    """Return the signature of values that JSON can hold, the same on every engine."""
    text = json.dumps(told, default=_plain, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def sign_seal(key: bytes, before: str, seal: Mapping[str, Any]) -> str:
    """Return the signature of a seal that follows the one signed *before*."""
    return sign(key, "audit seal", before, *(seal[name] for name in SIGNED))


def read_span(key: bytes, after: int, through: int) -> tuple[int, str]:
    """Count and hash the deeds between two numbers; ValueError when a cell cannot be read.

    A deed that an erasure changed is hashed as it was. Row and erasure are read by one
    statement, so that both are there or neither is.
    """
    found = ROWS.where(AUDIT.c.id <= through).order_by(AUDIT.c.id)
    if after:
        found = found.where(AUDIT.c.id > after)
    count, whole = 0, hashlib.sha256()
    for row in db.session.execute(found.execution_options(yield_per=1_000)).mappings():
        count += 1
        fixed = [row[name] for name in FIXED]
        whole.update(sign(key, "audit entry", fixed, _texts_of(key, row)).encode())
    return count, whole.hexdigest()


def seal_trail() -> int:
    """Seal all deeds since the last seal and return how many seals it took.

    Opens units of its own: the first one only waits until every deed up to a number is written
    or given up, so that nobody has to wait while hashes are reckoned.
    """
    key, through, made = seal_key(), _last_settled(), 0
    heads = heads_of_plugins()
    last_heads = [found[-1] for found in heads.values() if found]
    while _seal_next(key, through, last_heads):
        made += 1
    return made


def heads_of_plugins() -> dict[str, list[str]]:
    """Return the seals of the plugins that make their own, by plugin, the oldest first."""
    host = current_app.extensions["console"]
    heads: dict[str, list[str]] = {name: [] for name, *_rest in host.listeners(ASKED)}
    for each in host.answers(console_seal_heads):
        for head in each:
            heads.setdefault(head.partition(":")[0], []).append(head)
    return heads


def change_texts(where: sa.ColumnElement[bool], values: Mapping[str, Any]) -> None:
    """Change texts of deeds for an erasure, in the running unit; their seals still fit."""
    key = seal_key()
    wanted = list(db.session.scalars(sa.select(AUDIT.c.id).where(where)))
    for start in range(0, len(wanted), MOST // 10):
        some = wanted[start : start + MOST // 10]
        stood = _read(some)
        db.session.execute(sa.update(AUDIT).where(AUDIT.c.id.in_(some)).values(values))
        for number, row in _read(some).items():
            was, now = _texts_of(key, stood[number]), _digest_of_texts(key, row)
            if was != now:
                _keep_erased(key, number, was, now)


def _read(numbers: list[int]) -> dict[int, Mapping[str, Any]]:
    rows = db.session.execute(ROWS.where(AUDIT.c.id.in_(numbers))).mappings()
    return {row["id"]: dict(row) for row in rows}


def _keep_erased(key: bytes, number: int, was: str, now: str) -> None:
    values = {"was": was, "now": now, "digest": sign(key, "audit erased", number, was, now)}
    same = ERASED.c.entry_id == number
    if not db.session.execute(sa.update(ERASED).where(same).values(values)).rowcount:  # type: ignore[attr-defined]
        db.session.execute(sa.insert(ERASED).values(entry_id=number, **values))


def _digest_of_texts(key: bytes, row: Mapping[Any, Any]) -> str:
    return sign(key, "audit texts", row["id"], [row[name] for name in TEXTS])


def _texts_of(key: bytes, row: Mapping[Any, Any]) -> str:
    """Return the digest of a deed's texts as they were before an erasure took any."""
    now, was = _digest_of_texts(key, row), row["erased_was"]
    if was is None or row["erased_now"] != now:
        return now
    signed = sign(key, "audit erased", row["id"], was, now)
    return was if hmac.compare_digest(signed, row["erased_digest"]) else now


def _seal_next(key: bytes, through: int, heads: list[str]) -> bool:
    last = db.session.execute(sa.select(SEAL).order_by(SEAL.c.id.desc()).limit(1)).one_or_none()
    after, before = (last.through_id, last.digest) if last else (0, "")
    if through <= after:
        return False
    cut = sa.select(AUDIT.c.id).where(AUDIT.c.id > after, AUDIT.c.id <= through)
    end = db.session.scalar(cut.order_by(AUDIT.c.id).offset(MOST - 1).limit(1)) or through
    entries, digest = read_span(key, after, end)
    row = {
        "sealed_at": clock.now(),
        "after_id": after,
        "through_id": end,
        "entries": entries,
        "entries_digest": digest,
        "heads": heads,
    }
    _write({**row, "digest": sign_seal(key, before, row)})
    return True


@unit
def _write(row: Mapping[str, Any]) -> None:
    number = db.session.scalar(sa.insert(SEAL).values(row).returning(SEAL.c.id))
    log.info("sealed the audit trail: %s through %s: %s", number, row["through_id"], row["digest"])


@unit
def _last_settled() -> int:
    wait_for_writers("console_audit")
    return db.session.scalar(sa.select(sa.func.max(AUDIT.c.id))) or 0


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    raise TypeError(f"{type(value).__name__} is not hashed")
