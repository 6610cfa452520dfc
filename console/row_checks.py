"""Checking rows against their seals: what was changed, added or removed past the program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from console.db import db
from console.i18n import gettext
from console.row_nights import broken_nights
from console.row_seals import ANEW, ROW_SEAL, SEALED, Shape, shapes
from console.seal_key import seal_key

AT_ONCE = 2_000
Problem = Literal["changed", "added", "removed", "seals"]


@dataclass(frozen=True)
class RowMisfit:
    """A row that does not fit its seal, what is wrong with it, and what it says of its place.

    With the problem `seals` it is a seal over the seals of rows that does not fit them.
    """

    table: str
    row: str
    problem: Problem
    store_id: int | None = None
    bill_id: int | None = None

    def words(self) -> str:
        """Name the row as a person knows it."""
        if self.problem == "seals":
            return gettext("Seal %(seal)s", seal=self.row)
        return gettext("%(what)s no. %(number)s", what=SEALED[self.table], number=self.row)


def check_rows(
    newest: int | None = None, connection: sa.Connection | None = None
) -> list[RowMisfit]:
    """Compare all sealed rows with their seals, or the *newest* of each table, in one snapshot.

    Without a *connection* (to a restored copy, say) it opens one of its own.
    """
    key = seal_key()
    with _snapshot() if connection is None else nullcontext(connection) as connection:
        found: list[RowMisfit] = []
        for shape in shapes(sa.inspect(connection).get_table_names()):
            found += _check(connection, key, shape, newest)
        if newest is None:
            nights = broken_nights(connection, key)
            found += [RowMisfit("console_row_night", str(one["id"]), "seals") for one in nights]
    return found


def misfits_of(connection: sa.Connection, key: bytes, shape: Shape, columns: list[Any]) -> set[int]:
    """Return the numbers of the rows that do not fit, by these of the table's columns."""
    return {row_id for row_id, _row, _problem in _compare(connection, key, shape, columns)}


@contextmanager
def _snapshot() -> Iterator[sa.Connection]:
    """Read on a connection of its own, as of one moment, however long it takes."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        yield connection


def _check(
    connection: sa.Connection, key: bytes, shape: Shape, newest: int | None
) -> Iterator[RowMisfit]:
    columns = list(shape.table.columns)
    for row_id, row, problem in _compare(connection, key, shape, columns, newest):
        told = ", ".join(str(part) for part in shape.key_of(row)) if row is not None else row_id
        place = row or {}
        bill = place.get("id") if shape.name == "cashier_bill" else place.get("bill_id")
        yield RowMisfit(shape.name, str(told), problem, place.get("store_id"), bill)


def _compare(
    connection: sa.Connection,
    key: bytes,
    shape: Shape,
    columns: list[Any],
    newest: int | None = None,
) -> Iterator[tuple[int, Mapping[Any, Any] | None, Problem]]:
    """Yield what does not fit: the number of the row, the row unless it is gone, and why."""
    anew = sa.select(sa.func.max(ROW_SEAL.c.id)).where(
        ROW_SEAL.c.subject == shape.number, ROW_SEAL.c.row_id == ANEW
    )
    since = connection.scalar(anew) or 0
    for low, high, rows in portions(connection, shape, columns, newest):
        last, twice = _seals_of(connection, shape, since, low, high)
        for row_id in sorted(last.keys() | rows.keys()):
            row, seal = rows.get(row_id), last.get(row_id)
            if seal is None:
                yield row_id, row, "added"
            elif row_id in twice or not shape.fits(key, seal, row_id, row):
                yield row_id, row, _problem_of(row, gone=shape.fits(key, seal, row_id, None))


def _problem_of(row: Mapping[Any, Any] | None, *, gone: bool) -> Problem:
    if row is None:
        return "removed"
    return "added" if gone else "changed"


def portions(
    connection: sa.Connection, shape: Shape, columns: list[Any], newest: int | None = None
) -> Iterator[tuple[int, int | None, dict[int, Mapping[Any, Any]]]]:
    """Yield the rows between two numbers, the second None at the end; rows by number."""
    if not shape.numbered:
        links = connection.execute(sa.select(*columns)).mappings()
        yield ANEW, None, {shape.row_id(shape.key_of(row)): row for row in links}
        return
    number, low = shape.keys[0], ANEW
    if newest is not None:
        low = (connection.scalar(sa.select(sa.func.max(number))) or 0) - newest
        low = max(low, ANEW)
    while True:
        some = sa.select(*columns).where(number > low).order_by(number).limit(AT_ONCE)
        rows: dict[int, Mapping[Any, Any]] = {
            row[number.name]: row for row in _read(connection, some, number)
        }
        high = max(rows) if len(rows) == AT_ONCE else None
        yield low, high, rows
        if high is None:
            return
        low = high


def _read(connection: sa.Connection, some: Any, number: Any) -> list[Mapping[Any, Any]]:
    """Read rows; of one that no type can read there is only its number, which fits nothing."""
    try:
        return [*connection.execute(some).mappings()]
    except (ValueError, TypeError):
        numbers = connection.scalars(some.with_only_columns(number)).all()
        return [_read_one(connection, some.where(number == each), number) for each in numbers]


def _read_one(connection: sa.Connection, some: Any, number: Any) -> Mapping[Any, Any]:
    try:
        return connection.execute(some).mappings().one()
    except (ValueError, TypeError):
        return connection.execute(some.with_only_columns(number)).mappings().one()


def _seals_of(
    connection: sa.Connection, shape: Shape, since: int, low: int, high: int | None
) -> tuple[dict[int, bytes], set[int]]:
    """Return the last seal of each row, and the rows whose last seal is an old one put again."""
    mine = ROW_SEAL.c.subject == shape.number
    asked = sa.select(ROW_SEAL.c.row_id, ROW_SEAL.c.digest).where(mine, ROW_SEAL.c.id > since)
    asked = asked.where(ROW_SEAL.c.row_id > low)
    if high is not None:
        asked = asked.where(ROW_SEAL.c.row_id <= high)
    last: dict[int, bytes] = {}
    former: dict[int, set[bytes]] = {}
    for row_id, digest in connection.execute(asked.order_by(ROW_SEAL.c.id)):
        if row_id in last:
            former.setdefault(row_id, set()).add(last[row_id])
        last[row_id] = bytes(digest)
    return last, {row_id for row_id, seals in former.items() if last[row_id] in seals}
