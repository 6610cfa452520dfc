"""Writing a visit and what it takes: services, claims, the cells, and the bits of the days.

PostgreSQL writes all that with one statement, since each costs a journey to the server and back;
SQLite, which knows no such statement and has no journeys, with one after another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Cell, Claim, Item, Visit
from plugins.booking.services.claiming import JustTaken, Locked, Place, write_busy
from plugins.booking.services.days import bits_of, pack, runs_of
from plugins.booking.services.slots import Choice

Rows = list[dict[str, Any]]


def take(
    visit: int | Mapping[str, Any],
    choices: Sequence[Choice],
    day_first: int,
    start: int,
    rows: Locked,
    items: Rows | None = None,
) -> int | None:
    """Write the claims of a visit that starts at a bit of a day, and services that it begins with.

    The values of a visit that is new, instead of its number, write it too. Returns its number;
    None, and nothing is written, if its key was used in this very moment. Raises `JustTaken`
    when somebody else has one of the cells.
    """
    cells = _cells(choices, day_first)
    claims = _claims(choices, day_first, start)
    taken = [(c.key, unit, day_first, bits) for c in choices for unit, bits in c.units]
    busy = rows.mark(taken, taken=True)
    connection = api.db.session.connection()
    write = _write_at_once if connection.dialect.name == "postgresql" else _write_in_turn
    return write(connection, visit, items or [], claims, cells, busy)


def _cells(choices: Sequence[Choice], day_first: int) -> Rows:
    """Return the cells in the order in which everybody writes them."""
    cells = sorted(
        (*choice.key, day_first + bit, unit)
        for choice in choices
        for unit, bits in choice.units
        for bit in bits_of(bits)
    )
    return [
        {"kind": kind, "resource_id": number, "cell": cell, "unit": unit}
        for kind, number, cell, unit in cells
    ]


def _claims(choices: Sequence[Choice], day_first: int, start: int) -> Rows:
    return [
        {
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
    connection: sa.Connection,
    visit: int | Mapping[str, Any],
    items: Rows,
    claims: Rows,
    cells: Rows,
    busy: Mapping[Place, int],
) -> int | None:
    number: int | None
    if isinstance(visit, int):
        number = visit
    else:
        number = connection.execute(_insert_visit(), visit).scalar()
        if number is None:
            return None
    items, claims, cells = (
        [{"visit_id": number, **row} for row in rows] for rows in (items, claims, cells)
    )
    if items:
        connection.execute(_INSERT_ITEMS, items)
    _require_all(connection.execute(_insert_cells(), cells).rowcount, cells)
    connection.execute(_INSERT_CLAIMS, claims)
    api.fail_point("after_cells")
    write_busy(busy)
    return number


@cache
def _insert_visit() -> Any:
    row = Visit.__table__.c
    made = api.insert_into(Visit.__table__).on_conflict_do_nothing(index_elements=[row.key])
    return made.returning(row.id)


_INSERT_ITEMS = sa.insert(Item.__table__)
_INSERT_CLAIMS = sa.insert(Claim.__table__)


@cache
def _insert_cells() -> Any:
    made = api.insert_into(Cell.__table__).on_conflict_do_nothing()
    return made.execution_options(preserve_rowcount=True)


def _write_at_once(
    connection: sa.Connection,
    visit: int | Mapping[str, Any],
    items: Rows,
    claims: Rows,
    cells: Rows,
    busy: Mapping[Place, int],
) -> int | None:
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
    known = visit if isinstance(visit, int) else None
    new = [] if isinstance(visit, int) else [visit]
    told = {"new": new, "items": items, "claims": claims, "cells": cells, "days": days}
    values = {name: json.dumps(rows, default=str) for name, rows in told.items()}
    number, written = connection.execute(
        _AT_ONCE, {**values, "known": known, "count": len(days)}
    ).one()
    api.fail_point("after_cells")
    if number is not None:
        _require_all(written, cells)
    return cast("int | None", number)


# The limit says what is so: with it the planner, who cannot count the rows of a text, looks up
# the few days instead of reading all there are.
_AT_ONCE = sa.text(
    """
    WITH new AS (
        INSERT INTO booking_visit (store_id, day_on, starts_at, ends_at, status, hold_until,
            member_id, guest_name, guest_phone, party, source, note, reason, forced, key,
            booked_at, booked_by, version)
        SELECT store_id, day_on, starts_at, ends_at, status, hold_until,
            member_id, guest_name, guest_phone, party, source, note, reason, forced, key,
            booked_at, booked_by, version
        FROM json_populate_recordset(CAST(NULL AS booking_visit), CAST(:new AS json))
        ON CONFLICT (key) DO NOTHING
        RETURNING id
    ), visit AS (
        SELECT id FROM new
        UNION ALL
        SELECT CAST(:known AS bigint) WHERE CAST(:known AS bigint) IS NOT NULL
    ), services AS (
        INSERT INTO booking_item (visit_id, guest, variant_id, title, staff_id, requested,
            "offset", minutes, agreed_minutes, price_fen)
        SELECT visit.id, guest, variant_id, title, staff_id, requested, "offset", minutes,
            agreed_minutes, price_fen
        FROM visit, json_populate_recordset(CAST(NULL AS booking_item), CAST(:items AS json))
    ), claims AS (
        INSERT INTO booking_claim (visit_id, item, kind, resource_id, first_cell, last_cell)
        SELECT visit.id, item, kind, resource_id, first_cell, last_cell
        FROM visit, json_populate_recordset(CAST(NULL AS booking_claim), CAST(:claims AS json))
    ), days AS (
        UPDATE booking_day AS day SET busy = told.busy
        FROM (
            SELECT * FROM json_populate_recordset(CAST(NULL AS booking_day), CAST(:days AS json))
            LIMIT :count
        ) AS told
        WHERE day.store_id = told.store_id AND day.day_on = told.day_on
            AND day.kind = told.kind AND day.resource_id = told.resource_id
            AND day.unit = told.unit AND EXISTS (SELECT FROM visit)
    ), cells AS (
        INSERT INTO booking_cell (kind, resource_id, cell, unit, visit_id)
        SELECT kind, resource_id, cell, unit, visit.id
        FROM visit, json_populate_recordset(CAST(NULL AS booking_cell), CAST(:cells AS json))
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT (SELECT id FROM visit), (SELECT count(*) FROM cells)
    """
)


def _require_all(written: int, cells: Rows) -> None:
    if written < len(cells):
        raise JustTaken(_("This time was taken a moment ago."))
