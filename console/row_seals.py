"""Seals of rows: what the program wrote into a table of consequence is told from what others wrote.

A row is signed with a key outside the database whenever a unit wrote it, each time anew. Who
edits the database itself cannot sign, so the row no longer fits its last seal.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from console.db import CHAIN, Model, UtcDateTime, column, db
from console.i18n import _

#: The tables whose rows are sealed, and what they are called; plugins add theirs.
SEALED: dict[str, Any] = {"console_file": _("Files")}
#: Below it begins what was sealed anew after a migration: seals before it say nothing more.
ANEW = 0
NONCE, SIGNATURE = 8, 16


class RowSeal(Model):
    """The seal of one row as a unit left it; the last one of a row holds."""

    __tablename__ = "console_row_seal"
    __table_args__ = (sa.Index(None, "subject", "row_id"),)
    scope = CHAIN
    id: Mapped[int] = column(_("Number"), primary_key=True)
    #: Stands for the table's name.
    subject: Mapped[int] = column(_("Subject"), sa.Integer)
    row_id: Mapped[int] = column(_("Number"))
    digest: Mapped[bytes] = column(_("Seal"), sa.LargeBinary)


ROW_SEAL: Any = RowSeal.__table__


class Shape:
    """How the rows of a sealed table are found and told in plain values."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.name = str(table.name)
        self.number = zlib.crc32(self.name.encode()) & 0x7FFFFFFF
        self.keys = list(table.primary_key.columns)
        #: Whether a row's own number stands for it.
        self.numbered = len(self.keys) == 1 and isinstance(self.keys[0].type, sa.Integer)
        self.plain = {each.name: _plain_of(each.type) for each in table.columns}

    def row_id(self, key: Sequence[Any]) -> int:
        """Return the number that stands for a row."""
        if self.numbered:
            return int(key[0])
        told = hashlib.sha256(json.dumps([str(part) for part in key]).encode()).digest()
        return int.from_bytes(told[:8], "big") >> 1

    def key_of(self, row: Mapping[Any, Any]) -> tuple[Any, ...]:
        """Return the primary key of a row that was read."""
        return tuple(row[each.name] for each in self.keys)

    def sign(self, key: bytes, nonce: bytes, row_id: int, row: Mapping[Any, Any] | None) -> bytes:
        """Return the seal of a row as it stands, or of its being there no more.

        The columns of *row* count: those that its table has.
        """
        told: Any = None
        if row is not None:
            told = {
                name: None if row[name] is None else self.plain[name](row[name]) for name in row
            }
        text = json.dumps([self.name, row_id, told], sort_keys=True, separators=(",", ":"))
        return nonce + hmac.digest(key, nonce + text.encode(), "sha256")[:SIGNATURE]

    def fits(self, key: bytes, seal: bytes, row_id: int, row: Mapping[Any, Any] | None) -> bool:
        """Tell whether a seal is that of the row; what no type can read fits nothing."""
        try:
            signed = self.sign(key, seal[:NONCE], row_id, row)
        except (ValueError, TypeError, AttributeError):
            return False
        return hmac.compare_digest(signed, seal)


@functools.cache
def shape_of(name: str) -> Shape:
    """Return the shape of a sealed table."""
    return Shape(db.metadata.tables[name])


def shapes(existing: Iterable[str]) -> list[Shape]:
    """Return the shapes of the sealed tables among *existing* that a model knows."""
    there = set(existing)
    return [shape_of(name) for name in sorted(SEALED) if name in there & {*db.metadata.tables}]


def _plain_of(type_: Any) -> Callable[[Any], Any]:
    for kind, plain in PLAIN:
        if isinstance(type_, kind):
            return plain
    return str


PLAIN: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (UtcDateTime, lambda at: at.astimezone(dt.UTC).isoformat(timespec="microseconds")),
    ((sa.Date, sa.Time), lambda day: day.isoformat()),
    (sa.JSON, lambda told: json.loads(json.dumps(told))),
    (sa.Boolean, bool),
    (sa.Integer, int),
    (sa.Numeric, lambda number: format(Decimal(str(number)).normalize(), "f")),
    (sa.LargeBinary, lambda read: bytes(read).hex()),
)
