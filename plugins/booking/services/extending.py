"""A visit lasts longer: as long as nobody else needs its technician and its room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.hookspecs import booking_visit_moved
from plugins.booking.models import Claim, Visit
from plugins.booking.services.acts import act_known, check_visit, lock_visit, note_act
from plugins.booking.services.claiming import Taken, busy_of, lock_days
from plugins.booking.services.class_visits import CLASS
from plugins.booking.services.day_rows import add_days
from plugins.booking.services.days import ALL, MINUTES, cell_at, cells_for, first_cell
from plugins.booking.services.showing import clock_of
from plugins.booking.services.slots import Choice, Free, Key, Plan, Role, Units, assign
from plugins.booking.services.taking import take
from plugins.salon.api import Equipment

#: While it is one of these, a visit can last longer.
EXTENDABLE = ("confirmed", "arrived", "in_service")
#: A visit lasts no more minutes longer at once.
LONGEST = 240


class NextGuest(Taken):
    """A visit cannot last as much longer: by `longest` minutes, or in one of the `rooms`."""

    def __init__(
        self,
        visit: Visit,
        longest: int,
        rooms: Sequence[Equipment] = (),
        alternatives: Sequence[dt.datetime] = (),
    ) -> None:
        super().__init__(_words(visit, longest), alternatives)
        self.longest, self.until = longest, end_after(visit, longest)
        self.rooms = [(room.id, room.shown_name) for room in rooms]


@dataclass(frozen=True)
class Switch:
    """A visit goes on in another room, or with another device, than it began."""

    source: int
    target: Equipment


@api.unit
def extend_visit(visit_id: int, minutes: int, *, key: str, room_id: int | None = None) -> Visit:
    """Let a visit last longer, with *room_id* in another room of the same kind from its end on.

    Raises `NextGuest` when somebody else is due, and `Refused`.
    """
    visit = lock_visit(visit_id)
    if act_known(key, visit_id):
        return visit
    if visit.status not in EXTENDABLE:
        raise api.Conflict(_("This booking is not in service."))
    if not MINUTES <= minutes <= LONGEST:
        raise api.Refused(
            _("Choose between %(least)s and %(most)s minutes.", least=MINUTES, most=LONGEST)
        )
    more = cells_for(minutes)
    _go_on(visit, more, room_id)
    visit.ends_at += dt.timedelta(minutes=more * MINUTES)
    if visit.items:
        visit.items[-1].minutes += more * MINUTES
    visit.version += 1
    api.db.session.expire(visit, ["claims"])
    note_act(visit, "extend", key, {"minutes": minutes})
    check_visit(visit.id, "extend", visit.member_id)
    api.emit(booking_visit_moved, visit_id=visit.id)
    return visit


def _go_on(visit: Visit, more: int, room_id: int | None) -> None:
    """Take the time after a visit for it."""
    switch = _switch_to(visit, room_id)
    keys = _keys_of(visit)
    if switch is not None:
        other = _capacities([switch.target])
        add_days(visit.store_id, visit.store.time_zone, {visit.day_on: other})
        keys |= other.keys()
    rows = lock_days(keys, [visit.day_on])
    choices = _going_on(visit, _free(visit, switch), more, switch)
    if choices is None:
        longest = longest_extension(visit, more * MINUTES)
        raise NextGuest(visit, longest, _rooms_instead(visit, more))
    take(visit.id, choices, _first_of(visit), 0, rows)


def longest_extension(visit: Visit, most: int = LONGEST) -> int:
    """Return by how many minutes a visit can last longer where it is; 0 when not at all."""
    free = _free(visit)
    able = (n for n in range(cells_for(most), 0, -1) if _going_on(visit, free, n))
    return next(able, 0) * MINUTES


def end_after(visit: Visit, minutes: int) -> str:
    """Write when a visit ends that lasts so many minutes longer."""
    return clock_of(visit.ends_at + dt.timedelta(minutes=minutes), visit.store.time_zone)


def rooms_beside(visit: Visit) -> Iterator[Switch]:
    """Give the rooms and devices of the store that could take the place of those of a visit."""
    for claim in _last_claims(visit):
        if claim.kind != "place":
            continue
        own = api.db.session.get_one(Equipment, claim.resource_id)
        same = sa.select(Equipment).where(
            Equipment.store_id == visit.store_id,
            Equipment.kind_id == own.kind_id,
            Equipment.id != own.id,
            Equipment.in_use,
        )
        for other in api.db.session.scalars(same.order_by(Equipment.name)):
            yield Switch(own.id, other)


def _rooms_instead(visit: Visit, more: int) -> list[Equipment]:
    """Return where else a visit could go on for so many cells."""
    return [
        each.target
        for each in rooms_beside(visit)
        if _going_on(visit, _free(visit, each), more, each)
    ]


def _switch_to(visit: Visit, room_id: int | None) -> Switch | None:
    if room_id is None:
        return None
    found = next((each for each in rooms_beside(visit) if each.target.id == room_id), None)
    if found is None:
        raise api.NotFound(_("There is no such record."))
    return found


def _going_on(
    visit: Visit, free: Free, more: int, switch: Switch | None = None
) -> tuple[Choice, ...] | None:
    """Return who goes on for so many cells, and where; None if somebody is not free."""
    first, end = _first_of(visit), cell_at(visit.ends_at)
    roles = []
    for claim in _last_claims(visit):
        part, key = (claim.last_cell - first, more), (claim.kind, claim.resource_id)
        if switch is not None and key == ("place", switch.source):
            # The room that she leaves is cleaned up meanwhile, so the other is needed at once.
            part, key = (end - first, more + claim.last_cell - end), ("place", switch.target.id)
        roles.append(Role(claim.item, (part,), (key,)))
    return assign(Plan(tuple(roles), more, ()), 0, free)


def _free(visit: Visit, switch: Switch | None = None) -> Free:
    """Return when those who would go on are free, as the cells say; a class needs whole rooms."""
    places = _places_of(visit, switch)
    units = {**{key: 1 for key in _keys_of(visit) if key[0] == "staff"}, **places}
    busy, free = busy_of(units, _first_of(visit)), dict[Key, Units]()
    for (kind, number), count in units.items():
        there = tuple(ALL & ~busy.get((kind, number, unit), 0) for unit in range(count))
        whole = visit.source == CLASS and kind == "place"
        free[kind, number] = (reduce(and_, there),) if whole else there
    return free


def _places_of(visit: Visit, switch: Switch | None) -> dict[Key, int]:
    """Return how many guests each room and device takes that a visit needs."""
    numbers = [number for kind, number in _keys_of(visit) if kind == "place"]
    rows = sa.select(Equipment).where(Equipment.id.in_(numbers))
    there = [*api.db.session.scalars(rows), *([switch.target] if switch else [])]
    return _capacities(there)


def _capacities(places: Sequence[Equipment]) -> dict[Key, int]:
    return {("place", each.id): each.capacity for each in places}


def _last_claims(visit: Visit) -> list[Claim]:
    """Return the claims of a visit that reach to its end."""
    end = cell_at(visit.ends_at)
    return [claim for claim in visit.claims if claim.last_cell >= end]


def _keys_of(visit: Visit) -> set[Key]:
    return {(claim.kind, claim.resource_id) for claim in visit.claims}


def _first_of(visit: Visit) -> int:
    return first_cell(visit.day_on, visit.store.time_zone)


def _words(visit: Visit, longest: int) -> object:
    if not longest:
        return _("The next guest is due then; this visit cannot last longer.")
    clock = end_after(visit, longest)
    return _("The next guest is due before then; it can last until %(time)s.", time=clock)
