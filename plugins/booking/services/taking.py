"""Writing what a visit takes: its services, its claims, the cells, and the bits of the days.

PostgreSQL writes all that with one statement, since each costs a journey to the server and back;
SQLite, which knows no such statement and has no journeys, with one after another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Cell, Claim, Item
from plugins.booking.services.claiming import JustTaken, Locked, Place, write_busy
from plugins.booking.services.days import bits_of, pack, runs_of
from plugins.booking.services.slots import Choice

Rows = list[dict[str, Any]]


def take(
    visit_id: int,
    choices: Sequence[Choice],
    day_first: int,
    start: int,
    rows: Locked,
    items: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write the claims of a visit that starts at a bit of a day, and services that it begins with.

    Raises `JustTaken` when somebody else has one of the cells.
    """
    cells = _cells(visit_id, choices, day_first)
    claims = _claims(visit_id, choices, day_first, start)
    taken = [(c.key, unit, day_first, bits) for c in choices for unit, bits in c.units]
    busy = rows.mark(taken, taken=True)
    connection = api.db.session.connection()
    write = _write_at_once if connection.dialect.name == "postgresql" else _write_in_turn
    write(connection, [{"visit_id": visit_id, **item} for item in items], claims, cells, busy)


def _cells(visit_id: int, choices: Sequence[Choice], day_first: int) -> Rows:
    """Return the cells in the order in which everybody writes them."""
    cells = sorted(
        (*choice.key, day_first + bit, unit)
        for choice in choices
        for unit, bits in choice.units
        for bit in bits_of(bits)
    )
    return [
        {"kind": kind, "resource_id": number, "cell": cell, "unit": unit, "visit_id": visit_id}
        for kind, number, cell, unit in cells
    ]


def _claims(visit_id: int, choices: Sequence[Choice], day_first: int, start: int) -> Rows:
    return [
        {
            "visit_id": visit_id,
            "item": choice.role.item,
            "kind": choice.key[0],
            "resource_id": choice.key[1],
            "first_cell": day_first + first,
            "last_cell": day_first + last,
        }
        for choice in choices
        for first, last in runs_of(choice.role.cells(start))
    ]


def _write_in_turn(
    connection: sa.Connection, items: Rows, claims: Rows, cells: Rows, busy: Mapping[Place, int]
) -> None:
    if items:
        connection.execute(_INSERT_ITEMS, items)
    _require_all(connection.execute(_insert_cells(), cells).rowcount, cells)
    connection.execute(_INSERT_CLAIMS, claims)
    api.fail_point("after_cells")
    write_busy(busy)


_INSERT_ITEMS = sa.insert(Item.__table__)
_INSERT_CLAIMS = sa.insert(Claim.__table__)


@cache
def _insert_cells() -> Any:
    made = api.insert_into(Cell.__table__).on_conflict_do_nothing()
    return made.execution_options(preserve_rowcount=True)


def _write_at_once(
    connection: sa.Connection, items: Rows, claims: Rows, cells: Rows, busy: Mapping[Place, int]
) -> None:
    days = [
        {
            "store_id": store_id,
            "day_on": str(day),
            "kind": kind,
            "resource_id": number,
            "unit": unit,
            "busy": f"\\x{pack(bits).hex()}",
        }
        for (store_id, day, kind, number, unit), bits in busy.items()
    ]
    told = {"items": items, "claims": claims, "cells": cells, "days": days}
    values = {name: json.dumps(rows) for name, rows in told.items()}
    written = connection.execute(_AT_ONCE, {**values, "count": len(days)}).scalar_one()
    api.fail_point("after_cells")
    _require_all(written, cells)


# The limit says what is so: with it the planner, who cannot count the rows of a text, looks up
# the few days instead of reading all there are.
_AT_ONCE = sa.text(
    """
    WITH services AS (
        INSERT INTO booking_item (visit_id, guest, variant_id, title, staff_id, requested,
            "offset", minutes, agreed_minutes, price_fen)
        SELECT visit_id, guest, variant_id, title, staff_id, requested, "offset", minutes,
            agreed_minutes, price_fen
        FROM json_populate_recordset(CAST(NULL AS booking_item), CAST(:items AS json))
    ), claims AS (
        INSERT INTO booking_claim (visit_id, item, kind, resource_id, first_cell, last_cell)
        SELECT visit_id, item, kind, resource_id, first_cell, last_cell
        FROM json_populate_recordset(CAST(NULL AS booking_claim), CAST(:claims AS json))
    ), days AS (
        UPDATE booking_day AS day SET busy = told.busy
        FROM (
            SELECT * FROM json_populate_recordset(CAST(NULL AS booking_day), CAST(:days AS json))
            LIMIT :count
        ) AS told
        WHERE day.store_id = told.store_id AND day.day_on = told.day_on
            AND day.kind = told.kind AND day.resource_id = told.resource_id
            AND day.unit = told.unit
    ), cells AS (
        INSERT INTO booking_cell (kind, resource_id, cell, unit, visit_id)
        SELECT kind, resource_id, cell, unit, visit_id
        FROM json_populate_recordset(CAST(NULL AS booking_cell), CAST(:cells AS json))
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT count(*) FROM cells
    """
)


def _require_all(written: int, cells: Rows) -> None:
    if written < len(cells):
        raise JustTaken(_("This time was taken a moment ago."))
