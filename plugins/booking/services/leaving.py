"""What guests have booked with somebody who leaves: handed to her successor, or to be placed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Claim, Shift, Visit
from plugins.booking.permissions import EDIT_VISITS
from plugins.booking.services.booking import MOVABLE
from plugins.booking.services.rosters import drop_shifts
from plugins.booking.services.rosters_moving import hand_over
from plugins.booking.services.showing import clock_of
from plugins.salon.api import Staff

#: So many bookings are named in a notice.
NAMED = 8


def visits_ahead(staff_id: int) -> list[Visit]:
    """Return what somebody would still serve, classes that she leads included, the next first."""
    hers = sa.select(Claim.visit_id).where(Claim.kind == "staff", Claim.resource_id == staff_id)
    rows = sa.select(Visit).where(
        Visit.id.in_(hers), Visit.status.in_(MOVABLE), Visit.starts_at > api.now()
    )
    return list(api.db.session.scalars(rows.order_by(Visit.starts_at, Visit.id)))


@api.unit
def hand_over_visits(staff_id: int, successor_id: int | None) -> list[Visit]:
    """Give each visit to come to the successor, if she is able, on the roster and free.

    Returns the others. They stay as they are, stand above the roster until somebody is found, and
    whoever may change bookings is told. Guests of visits that change hands are told as of any move.
    """
    left = []
    for visit in visits_ahead(staff_id):
        if successor_id is None or not _takes(visit, staff_id, successor_id):
            left.append(visit)
    left = [visit for visit in left if visit.status != "hold"]
    for store_id in sorted({visit.store_id for visit in left}):
        _tell(staff_id, store_id, [visit for visit in left if visit.store_id == store_id])
    return left


@api.unit
def drop_roster(staff_id: int) -> None:
    """Plan nothing more for somebody after today, wherever she works."""
    rows = sa.select(Shift.store_id, Shift.day_on, api.Store.time_zone)
    ahead = rows.join(api.Store, api.Store.id == Shift.store_id).where(
        Shift.staff_id == staff_id, Shift.day_on >= api.now().date()
    )
    by_store: dict[int, list[tuple[int, dt.date]]] = {}
    for store_id, day, zone in api.db.session.execute(ahead):
        if day > api.today(zone):
            by_store.setdefault(store_id, []).append((staff_id, day))
    for store_id, places in sorted(by_store.items()):
        drop_shifts(store_id, places)


def _takes(visit: Visit, staff_id: int, successor_id: int) -> bool:
    key = f"booking.left:{staff_id}:{visit.id}:{visit.version}"
    try:
        with api.db.session.begin_nested():
            hand_over(visit.id, staff_id, successor_id, key=key)
    except api.Refused:
        return False
    return True


def _tell(staff_id: int, store_id: int, visits: Sequence[Visit]) -> None:
    lines = [
        f"{visit.guest_name} {visit.day_on} {clock_of(visit.starts_at, visit.store.time_zone)}"
        for visit in visits[:NAMED]
    ]
    name = api.db.session.get_one(Staff, staff_id).name
    api.notify(
        _("Bookings of %(name)s that need somebody else: %(count)s", name=name, count=len(visits)),
        " · ".join([*lines, *(["…"] if len(visits) > NAMED else [])]),
        url=f"/console/booking/roster/?store_id={store_id}",
        store_id=store_id,
        permission=EDIT_VISITS,
    )
