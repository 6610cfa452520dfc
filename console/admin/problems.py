"""Turning what the database refuses into words: it never speaks to a person itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from console.db import db
from console.unit import is_transient

Kind = Literal["unique", "missing", "reference", "rule"]
#: PostgreSQL's codes for what SQLite says in words.
STATES: dict[str, Kind] = {
    "23505": "unique",
    "23502": "missing",
    "23503": "reference",
    "23001": "reference",
    "23514": "rule",
}
SQLITE = re.compile(
    r"(?P<kind>UNIQUE|NOT NULL|FOREIGN KEY|CHECK) constraint failed(?:: (?P<where>.*))?"
)
SQLITE_KINDS: dict[str, Kind] = {
    "UNIQUE": "unique",
    "NOT NULL": "missing",
    "FOREIGN KEY": "reference",
    "CHECK": "rule",
}


@dataclass(frozen=True)
class Objection:
    """What a database refused: what kind of rule, of which table, about which columns."""

    kind: Kind
    table: str = ""
    columns: tuple[str, ...] = ()


def objection_of(problem: sa.exc.DBAPIError) -> Objection | None:
    """Read what the database refused; None when it was no refusal but a fault."""
    if is_transient(problem) or isinstance(problem, sa.exc.OperationalError):
        return None
    state = getattr(problem.orig, "sqlstate", None)
    if state is not None:
        return _from_postgres(str(state), problem.orig)
    if not isinstance(problem, sa.exc.IntegrityError):
        return None
    return _from_sqlite(str(problem.orig))


def _from_postgres(state: str, problem: Any) -> Objection | None:
    kind = STATES.get(state)
    if kind is None:
        raised = state in ("P0001", "23000", "23P01")
        return Objection("rule") if raised else None
    table, column = problem.diag.table_name or "", problem.diag.column_name
    if kind != "unique":
        return Objection(kind, table, (column,) if column else ())
    return Objection(kind, table, _columns_of(table, problem.diag.constraint_name or ""))


def _from_sqlite(text: str) -> Objection:
    read = SQLITE.fullmatch(text)
    if read is None:
        return Objection("rule")
    kind, where = SQLITE_KINDS[read["kind"]], read["where"] or ""
    if kind == "unique" and where.startswith("index "):
        name = where.removeprefix("index ").strip("'")
        table = next((t.name for t in _tables() if any(i.name == name for i in t.indexes)), "")
        return Objection(kind, table, _columns_of(table, name))
    if kind in ("unique", "missing"):
        places = [each.strip().partition(".") for each in where.split(",")]
        return Objection(kind, places[0][0], tuple(column for _table, _dot, column in places))
    return Objection(kind)


def _tables() -> list[sa.Table]:
    return list(db.metadata.tables.values())


def _columns_of(table: str, name: str) -> tuple[str, ...]:
    """Return the columns of a unique constraint or index, by its name."""
    found = db.metadata.tables.get(table)
    if found is None:
        return ()
    for each in (*found.constraints, *found.indexes):
        if isinstance(each, sa.UniqueConstraint | sa.Index) and each.name == name:
            return tuple(column.name for column in each.columns)
    return ()


def users_of(table: sa.Table, number: Any) -> list[str]:
    """Name the tables whose rows refer to the row *number* of *table*."""
    found: list[str] = []
    for other in _tables():
        for each in other.foreign_keys:
            if each.column.table is not table:
                continue
            used = sa.select(sa.literal(1)).select_from(other).where(each.parent == number).limit(1)
            if db.session.scalar(used) and other.name not in found:
                found.append(other.name)
    return found
