"""Sealing rows anew after a migration, which changes tables and rows past any unit."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa

from console.row_checks import misfits_of, portions
from console.row_seals import ANEW, NONCE, ROW_SEAL, Shape, shapes
from console.row_writing import write_seals


class Resealing:
    """What a migration finds and leaves: rows that fitted before are sealed as they are after.

    Rows that did not fit are left without a seal, and so stay named.
    """

    def __init__(self, connection: sa.Connection, key: bytes) -> None:
        self.connection, self.key = connection, key
        self.misfits: dict[str, set[int]] = {}

    def look(self, owner: str) -> None:
        """Look at the rows of an owner's tables before one of them is altered."""
        if sa.inspect(self.connection).has_table(ROW_SEAL.name):
            for shape in self._shapes({owner}):
                self.misfits[shape.name] = self._misfits(shape)

    def seal(self, owners: set[str]) -> None:
        """Seal the rows of these owners' tables as they are now."""
        for shape in self._shapes(owners):
            self._seal(shape)

    def _shapes(self, owners: set[str]) -> list[Shape]:
        there = sa.inspect(self.connection).get_table_names()
        return [each for each in shapes(there) if each.name.partition("_")[0] in owners]

    def _misfits(self, shape: Shape) -> set[int]:
        """Return the rows that do not fit; none where the table was told in other columns."""
        names = self._names(shape)
        if not self._is_sealed(shape) or names - {each.name for each in shape.table.columns}:
            return set()
        return misfits_of(self.connection, self.key, shape, self._columns(shape))

    def _names(self, shape: Shape) -> set[str]:
        return {each["name"] for each in sa.inspect(self.connection).get_columns(shape.name)}

    def _columns(self, shape: Shape) -> list[Any]:
        names = self._names(shape)
        return [each for each in shape.table.columns if each.name in names]

    def _is_sealed(self, shape: Shape) -> bool:
        some = sa.select(ROW_SEAL.c.id).where(ROW_SEAL.c.subject == shape.number).limit(1)
        return self.connection.scalar(some) is not None

    def _seal(self, shape: Shape) -> None:
        nonce, left_out = secrets.token_bytes(NONCE), self.misfits.get(shape.name, set())
        if self._is_sealed(shape):
            write_seals(self.connection, [self._value(shape, nonce, ANEW, None)])
        for _low, _high, rows in portions(self.connection, shape, self._columns(shape)):
            values = [
                self._value(shape, nonce, row_id, row)
                for row_id, row in rows.items()
                if row_id not in left_out
            ]
            write_seals(self.connection, values)

    def _value(self, shape: Shape, nonce: bytes, row_id: int, row: Any) -> dict[str, Any]:
        digest = shape.sign(self.key, nonce, row_id, row)
        return {"subject": shape.number, "row_id": row_id, "digest": digest}
