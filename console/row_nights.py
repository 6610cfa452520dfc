"""Every night the seals of rows are themselves sealed: none of them can go, or come, unseen."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console import clock
from console.db import CHAIN, Model, column, db
from console.i18n import _
from console.locks import wait_for_writers
from console.row_seals import ROW_SEAL
from console.seal_key import seal_key
from console.sealing import sign
from console.unit import unit

#: The most seals of rows under one seal.
MOST = 100_000
SIGNED = ("sealed_at", "after_id", "through_id", "seals", "seals_digest")


class RowNight(Model):
    """A seal over the seals of rows since the one before, signed together with it."""

    __tablename__ = "console_row_night"
    __table_args__ = (sa.UniqueConstraint("after_id"), sa.UniqueConstraint("through_id"))
    scope = CHAIN
    id: Mapped[int] = column(_("Number"), primary_key=True)
    sealed_at: Mapped[dt.datetime] = column(_("Sealed at"))
    after_id: Mapped[int] = column(_("After entry"))
    through_id: Mapped[int] = column(_("Through entry"))
    seals: Mapped[int] = column(_("Entries"))
    seals_digest: Mapped[str] = column(_("Digest of the entries"))
    digest: Mapped[str] = column(_("Seal"))


NIGHT: Any = RowNight.__table__


def seal_rows() -> int:
    """Seal the seals of rows that were added since the last time; return how many seals it took.

    Opens units of its own: the first one only waits until every row up to a number is written
    or given up.
    """
    key, through, made = seal_key(), _last_settled(), 0
    while _seal_next(key, through):
        made += 1
    return made


def broken_nights(connection: sa.Connection, key: bytes) -> Iterator[Mapping[Any, Any]]:
    """Yield the seals that do not fit the seals of rows, or the seal before."""
    before, after = "", 0
    for night in connection.execute(sa.select(NIGHT).order_by(NIGHT.c.id)).mappings().all():
        told = _read_span(connection, night["after_id"], night["through_id"])
        signed = _sign(key, before, night)
        same = (night["after_id"], night["seals"], night["seals_digest"]) == (after, *told)
        if not same or not hmac.compare_digest(signed, str(night["digest"])):
            yield night
        before, after = night["digest"], night["through_id"]


def _sign(key: bytes, before: str, night: Mapping[Any, Any]) -> str:
    return sign(key, "row seals", before, *(night[name] for name in SIGNED))


def _read_span(connection: sa.Connection, after: int, through: int) -> tuple[int, str]:
    count, whole = 0, hashlib.sha256()
    span = sa.select(ROW_SEAL).where(ROW_SEAL.c.id > after, ROW_SEAL.c.id <= through)
    asked = span.order_by(ROW_SEAL.c.id).execution_options(yield_per=5_000)
    for number, subject, row_id, digest in connection.execute(asked):
        count += 1
        whole.update(b"%d,%d,%d," % (number, subject, row_id) + bytes(digest))
    return count, whole.hexdigest()


@unit
def _last_settled() -> int:
    wait_for_writers("console_row_seal")
    return db.session.scalar(sa.select(sa.func.max(ROW_SEAL.c.id))) or 0


@unit
def _seal_next(key: bytes, through: int) -> bool:
    last = db.session.execute(sa.select(NIGHT).order_by(NIGHT.c.id.desc()).limit(1)).one_or_none()
    after, before = (last.through_id, last.digest) if last else (0, "")
    if through <= after:
        return False
    cut = sa.select(ROW_SEAL.c.id).where(ROW_SEAL.c.id > after, ROW_SEAL.c.id <= through)
    end = db.session.scalar(cut.order_by(ROW_SEAL.c.id).offset(MOST - 1).limit(1)) or through
    seals, digest = _read_span(db.session.connection(), after, end)
    row = {
        "sealed_at": clock.now(),
        "after_id": after,
        "through_id": end,
        "seals": seals,
        "seals_digest": digest,
    }
    db.session.execute(sa.insert(NIGHT).values(**row, digest=_sign(key, before, row)))
    return True
