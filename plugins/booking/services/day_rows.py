"""The rows of days, made before anybody locks them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from console import api
from plugins.booking.models import Cell, ResourceDay
from plugins.booking.services.claiming import any_of
from plugins.booking.services.days import BITS, first_cell, pack
from plugins.booking.services.slots import Key

#: Day, kind, number and unit of a row.
Row = tuple[dt.date, str, int, int]


def add_days(store_id: int, zone: str, wanted: Mapping[dt.date, Mapping[Key, int]]) -> None:
    """Add the rows of a store that are missing, on each day for resources with so many units.

    To be called in a unit before it locks a row of days. Rows are added in one order, whoever
    adds them, and a lock never waits for a row that is not there yet: so nobody who adds rows
    can wait for somebody who waits for her.
    """
    missing = _missing(store_id, wanted)
    if not missing:
        return
    firsts = {day: first_cell(day, zone) for day, _kind, _number, _unit in missing}
    busy = _busy(missing, firsts)
    values = [
        {
            "store_id": store_id,
            "day_on": row[0],
            "kind": row[1],
            "resource_id": row[2],
            "unit": row[3],
            "first_cell": firsts[row[0]],
            "base": pack(0),
            "busy": pack(busy.get(row, 0)),
        }
        for row in missing
    ]
    made = api.insert_into(ResourceDay.__table__).on_conflict_do_nothing()
    api.db.session.connection().execute(made, values)


def _missing(store_id: int, wanted: Mapping[dt.date, Mapping[Key, int]]) -> list[Row]:
    keys = {key for units in wanted.values() for key in units}
    if not keys:
        return []
    there = api.db.session.execute(
        sa.select(
            ResourceDay.day_on, ResourceDay.kind, ResourceDay.resource_id, ResourceDay.unit
        ).where(
            ResourceDay.store_id == store_id,
            ResourceDay.day_on.in_(wanted),
            any_of(ResourceDay, keys),
        )
    )
    rows = {
        (day, kind, number, unit)
        for day, resources in wanted.items()
        for (kind, number), units in resources.items()
        for unit in range(units)
    }
    return sorted(rows - {(day, kind, number, unit) for day, kind, number, unit in there})


def _busy(missing: list[Row], firsts: Mapping[dt.date, int]) -> dict[Row, int]:
    """Return the bits that cells say are taken already, such as in another store."""
    keys = {(kind, number) for _day, kind, number, _unit in missing}
    first, last = min(firsts.values()), max(firsts.values()) + BITS
    cells = api.db.session.execute(
        sa.select(Cell.kind, Cell.resource_id, Cell.unit, Cell.cell).where(
            any_of(Cell, keys), Cell.cell >= first, Cell.cell < last
        )
    )
    found: dict[Row, int] = {}
    for kind, number, unit, cell in cells:
        for day, start in firsts.items():
            if 0 <= cell - start < BITS:
                row = (day, kind, number, unit)
                found[row] = found.get(row, 0) | 1 << (cell - start)
    return found
