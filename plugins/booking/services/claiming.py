"""Taking and giving back the time of people, rooms and devices.

Rows of days are there first (`day_rows`), then they are locked in the order of their resources,
whoever takes and gives; the cells are written afterwards, and their primary key has the last word.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.booking.models import Cell, Claim, ResourceDay, Visit
from plugins.booking.services.days import BITS, pack, shifted, unpack
from plugins.booking.services.slots import Key

KINDS = ("staff", "place")
#: Store, day, kind, number and unit of a row.
Place = tuple[int, dt.date, str, int, int]
#: Bits to set or clear, from a cell on, of one unit of a resource.
Bits = tuple[Key, int, int, int]


class Taken(api.Conflict):
    """Somebody else has the time; `alternatives` are the nearest free ones.

    `forcible` ones only stand against the roster or the opening hours.
    """

    def __init__(
        self,
        message: object,
        alternatives: Sequence[dt.datetime] = (),
        *,
        forcible: bool = False,
    ) -> None:
        super().__init__(message)
        self.alternatives, self.forcible = list(alternatives), forcible


class JustTaken(Taken):
    """The keys refused what the lock let pass; other times are to be looked for anew."""


@dataclass
class Locked:
    """Rows of days that nobody else changes until the unit ends."""

    rows: dict[Place, tuple[int, int]]
    #: When the resources are there, as it is stored.
    bases: dict[Place, bytes] = field(default_factory=dict)

    def put(self, changes: Iterable[Bits], *, taken: bool) -> None:
        """Write bits into every row that they fall into, in whatever store."""
        write_busy(self.mark(changes, taken=taken))

    def mark(self, changes: Iterable[Bits], *, taken: bool) -> dict[Place, int]:
        """Note bits as written, and return the rows that they change, for whoever writes them."""
        changed = dict[Place, int]()
        by_unit: dict[tuple[Key, int], list[tuple[int, int]]] = {}
        for key, unit, first, bits in changes:
            by_unit.setdefault((key, unit), []).append((first, bits))
        for place, (start, was) in self.rows.items():
            busy = was
            for first, bits in by_unit.get(((place[2], place[3]), place[4]), ()):
                here = shifted(bits, first - start)
                busy = busy | here if taken else busy & ~here
            if busy != was:
                changed[place] = busy
        self.rows |= {place: (self.rows[place][0], busy) for place, busy in changed.items()}
        return changed

    def put_bases(self, bases: Mapping[Place, bytes]) -> None:
        """Write when resources are there."""
        changed = {place: base for place, base in bases.items() if self.bases.get(place) != base}
        if changed:
            values = [_values(place, base) for place, base in changed.items()]
            api.db.session.connection().execute(_UPDATE_BASE, values)


def write_busy(busy: Mapping[Place, int]) -> None:
    """Write when resources are taken."""
    if busy:
        values = [_values(place, pack(bits)) for place, bits in busy.items()]
        api.db.session.connection().execute(_UPDATE, values)


_TABLE: sa.Table = ResourceDay.__table__
_NAMES = ("store_id", "day_on", "kind", "resource_id", "unit")
_ROW = sa.update(_TABLE).where(*(_TABLE.c[name] == sa.bindparam(f"of_{name}") for name in _NAMES))
_UPDATE = _ROW.values(busy=sa.bindparam("bits"))
_UPDATE_BASE = _ROW.values(base=sa.bindparam("bits"))


def _values(place: Place, bits: bytes) -> dict[str, object]:
    named = zip(_NAMES, place, strict=True)
    return {**{f"of_{name}": value for name, value in named}, "bits": bits}


def lock_days(
    keys: Iterable[Key], days: Iterable[dt.date], cells: tuple[int, int] | None = None
) -> Locked:
    """Lock days of resources, and those beside them, into which a late visit reaches.

    With *cells*, a first and a last one, only those days into which they fall.
    """
    near = {day + dt.timedelta(days=by) for day in days for by in (-1, 0, 1)}
    by_kind = _by_kind(keys)
    first, last = cells or (-EVER, EVER)
    connection = api.db.session.connection()
    rows = connection.execute(
        _locking(connection.dialect.name, *(KINDS if by_kind["place"] else KINDS[:1])),
        {**by_kind, "days": sorted(near), "first": first - BITS, "last": last},
    )
    locked = Locked({})
    for store, day, kind, number, unit, start, base, busy in rows.all():
        locked.rows[store, day, kind, number, unit] = (start, unpack(busy))
        locked.bases[store, day, kind, number, unit] = base
    return locked


@cache
def _locking(engine: str, *kinds: str) -> Any:
    """Build once what is asked for with every booking."""
    row = _TABLE.c
    wanted = (
        sa.and_(row.kind == kind, _among(row.resource_id, kind, engine)) for kind in sorted(kinds)
    )
    return (
        sa.select(
            row.store_id,
            row.day_on,
            row.kind,
            row.resource_id,
            row.unit,
            row.first_cell,
            row.base,
            row.busy,
        )
        .where(
            sa.or_(*wanted),
            _among(row.day_on, "days", engine),
            row.first_cell <= sa.bindparam("last"),
            row.first_cell > sa.bindparam("first"),
        )
        .order_by(row.kind, row.resource_id, row.day_on, row.unit, row.store_id)
        .with_for_update()
    )


def _among(column: Any, name: str, engine: str) -> Any:
    """Compare with any number of values.

    As one array they leave a statement as it was for the last booking, so that PostgreSQL's
    driver, which reads each text it does not know, knows it.
    """
    if engine == "postgresql":
        return column == sa.any_(sa.bindparam(name, type_=sa.ARRAY(column.type)))
    return column.in_(sa.bindparam(name, expanding=True))


#: More than any cell.
EVER = 1 << 40


def busy_of(keys: Iterable[Key], start: int) -> dict[tuple[str, int, int], int]:
    """Return the bits of a day that cells say are taken."""
    rows = api.db.session.execute(
        sa.select(Cell.kind, Cell.resource_id, Cell.unit, Cell.cell).where(
            any_of(Cell, keys), Cell.cell >= start, Cell.cell < start + BITS
        )
    )
    found: dict[tuple[str, int, int], int] = {}
    for kind, number, unit, cell in rows:
        place = (kind, number, unit)
        found[place] = found.get(place, 0) | 1 << (cell - start)
    return found


def claimed_keys(visit_ids: Sequence[int]) -> set[Key]:
    """Return whose time visits claim."""
    rows = sa.select(Claim.kind, Claim.resource_id).where(Claim.visit_id.in_(visit_ids))
    return {(kind, number) for kind, number in api.db.session.execute(rows.distinct())}


def release(
    visit_ids: Sequence[int], rows: Locked, since: int = 0, kinds: Sequence[str] = KINDS
) -> None:
    """Give back the cells of visits from a cell on; claims before it stay as they were."""
    gone = api.db.session.execute(
        sa.delete(Cell)
        .where(Cell.visit_id.in_(visit_ids), Cell.cell >= since, Cell.kind.in_(kinds))
        .returning(Cell.kind, Cell.resource_id, Cell.unit, Cell.cell)
    ).all()
    api.fail_point("after_release")
    rows.put([((kind, n), unit, cell, 1) for kind, n, unit, cell in gone], taken=False)
    late = sa.and_(Claim.visit_id.in_(visit_ids), Claim.last_cell > since, Claim.kind.in_(kinds))
    api.db.session.execute(sa.delete(Claim).where(late, Claim.first_cell >= since))
    api.db.session.execute(sa.update(Claim).where(late).values(last_cell=since))


def lapsed_holds(store_id: int, day: dt.date) -> list[tuple[int, dt.date]]:
    """Return the holds of a store whose time is over, and their days, near a day."""
    rows = api.db.session.connection().execute(LAPSED_NEAR, near(store_id, day))
    return sorted((number, day_on) for number, day_on in rows)


def near(store_id: int, day: dt.date) -> dict[str, Any]:
    """Return the values for `LAPSED_NEAR`."""
    around = dt.timedelta(days=1)
    return {"store": store_id, "now": api.now(), "since": day - around, "until": day + around}


def _lapsed() -> sa.Select[int, dt.date]:
    row = Visit.__table__.c
    return sa.select(row.id, row.day_on).where(
        row.store_id == sa.bindparam("store"),
        row.status == "hold",
        row.hold_until <= sa.bindparam("now"),
        row.day_on.between(sa.bindparam("since"), sa.bindparam("until")),
    )


#: Selects the holds whose time is over, and their days, near a day.
LAPSED_NEAR = _lapsed()


def drop_holds(visit_ids: Sequence[int], rows: Locked) -> None:
    """Forget holds whose time is over, and give back what they kept."""
    if not visit_ids:
        return
    still = sa.select(Visit).where(
        Visit.id.in_(visit_ids), Visit.status == "hold", Visit.hold_until <= api.now()
    )
    for visit in api.db.session.scalars(still.order_by(Visit.id).with_for_update()):
        release([visit.id], rows)
        api.db.session.expire(visit, ["claims"])
        api.db.session.delete(visit)
    api.db.session.flush()


def check_days(store_id: int, day: dt.date) -> list[Place]:
    """Return the rows of a store's day that do not say what the cells say."""
    rows = api.db.session.scalars(
        sa.select(ResourceDay).where(ResourceDay.store_id == store_id, ResourceDay.day_on == day)
    ).all()
    if not rows:
        return []
    busy = busy_of({(row.kind, row.resource_id) for row in rows}, rows[0].first_cell)
    return [
        (row.store_id, row.day_on, row.kind, row.resource_id, row.unit)
        for row in rows
        if unpack(row.busy) != busy.get((row.kind, row.resource_id, row.unit), 0)
    ]


def any_of(model: type[ResourceDay] | type[Cell], keys: Iterable[Key]) -> sa.ColumnElement[bool]:
    """Select the rows of some resources."""
    wanted = (
        sa.and_(model.kind == kind, model.resource_id.in_(numbers))
        for kind, numbers in _by_kind(keys).items()
        if numbers
    )
    return sa.or_(*wanted, sa.false())


def _by_kind(keys: Iterable[Key]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {"place": [], "staff": []}
    for kind, number in sorted(keys):
        found[kind].append(number)
    return found
