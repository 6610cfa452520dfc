"""What the visit of a class does to the class: it takes whole rooms, and its guests follow it."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.hookspecs import booking_visit_moved
from plugins.booking.models import Cell, Claim, GroupClass, Seat, Visit
from plugins.booking.models.visits import LIVE
from plugins.booking.services.acts import note_act
from plugins.booking.services.claiming import Bits, JustTaken, lock_days

#: The source of the visit that claims leader and room of a class.
CLASS = "class"


def take_whole_rooms(visit: Visit) -> None:
    """Let a class have its rooms to itself, however many guests they take; raises `JustTaken`.

    The visit has one place in each room already.
    """
    claims = [claim for claim in visit.claims if claim.kind == "place"]
    rows = lock_days({("place", claim.resource_id) for claim in claims}, [visit.day_on])
    values, taken = list[dict[str, object]](), list[Bits]()
    for claim in claims:
        key, length = ("place", claim.resource_id), claim.last_cell - claim.first_cell
        units = {place[4] for place in rows.rows if place[2:4] == key}
        cells = range(claim.first_cell, claim.last_cell)
        names = {"kind": "place", "resource_id": claim.resource_id, "visit_id": visit.id}
        for unit in sorted(units - _own_units(visit, claim)):
            values += [{**names, "unit": unit, "cell": cell} for cell in cells]
            taken.append((key, unit, claim.first_cell, (1 << length) - 1))
    if not values:
        return
    try:
        with api.db.session.begin_nested():
            api.db.session.execute(sa.insert(Cell), values)
    except sa.exc.IntegrityError:
        raise JustTaken(_("Somebody else is in the room at this time.")) from None
    rows.put(taken, taken=True)


def _own_units(visit: Visit, claim: Claim) -> set[int]:
    """Return which places of a room a visit has for the whole of one of its claims."""
    rows = sa.select(Cell.unit).where(
        Cell.visit_id == visit.id,
        Cell.kind == "place",
        Cell.resource_id == claim.resource_id,
        Cell.cell == claim.first_cell,
    )
    return set(api.db.session.scalars(rows.distinct()))


def follow_class(visit: Visit) -> None:
    """Give a class and its guests the time and the leader that its own visit now has."""
    group = api.db.session.scalar(sa.select(GroupClass).where(GroupClass.visit_id == visit.id))
    if group is None:
        return
    group.starts_at, group.ends_at = visit.starts_at, visit.ends_at
    leader = next((item.staff_id for item in visit.items if item.staff_id), None)
    group.leader_id = leader or group.leader_id
    api.db.session.flush()
    rows = (
        sa.select(Visit)
        .join(Seat, Seat.visit_id == Visit.id)
        .where(Seat.class_id == group.id, Visit.status.in_(LIVE))
        .order_by(Visit.id)
    )
    for each in api.db.session.scalars(rows.with_for_update(of=Visit)).all():
        before = {"starts_at": each.starts_at.isoformat(), "class_id": group.id}
        each.day_on, each.starts_at, each.ends_at = visit.day_on, visit.starts_at, visit.ends_at
        for item in each.items:
            item.staff_id = group.leader_id
        each.version += 1
        api.db.session.flush()
        note_act(each, "change", None, before)
        if each.status != "hold":
            api.emit(booking_visit_moved, visit_id=each.id)


def give_back_seat(visit_id: int) -> None:
    """Free the place of a visit that will not be; most visits have none."""
    api.db.session.execute(sa.delete(Seat).where(Seat.visit_id == visit_id))
