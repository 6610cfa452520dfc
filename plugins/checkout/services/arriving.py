"""The visit for which a member comes whose code is scanned on arrival."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from plugins.booking.api import Visit, turn_visit
from plugins.cashier.api import Arrival, bind_arrival

#: Who comes so much before her time comes for it.
EARLY = dt.timedelta(hours=2)
EXPECTED = ("pending", "confirmed")
HERE = ("arrived", "in_service")


def name_of(visit_id: int) -> str:
    """Name a visit as arrivals know it."""
    return f"visit:{visit_id}"


def check_in(arrival_id: int) -> None:
    """Note the visit for which a member came, and that she is here; in the running unit."""
    arrival = api.db.session.get_one(Arrival, arrival_id)
    visit = _named(arrival) if arrival.about else _expected(arrival)
    bind_arrival(arrival_id, name_of(visit.id) if visit is not None else "")
    if visit is not None and visit.status in (*EXPECTED, "no_show"):
        turn_visit(visit.id, "arrive")


def _named(arrival: Arrival) -> Visit | None:
    number = arrival.about.removeprefix("visit:")
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        return None
    visits = _hers(arrival).where(Visit.id == int(number))
    found: Visit | None = api.db.session.scalar(visits)
    return found


def _expected(arrival: Arrival) -> Visit | None:
    """Return the visit that runs, else the next one for which it is time."""
    rows = _hers(arrival).where(
        Visit.status.in_((*EXPECTED, *HERE)), Visit.starts_at <= arrival.at + EARLY
    )
    found = api.db.session.scalars(rows.order_by(Visit.starts_at.desc(), Visit.id)).all()
    here = [visit for visit in found if visit.status in HERE]
    return next(iter(here or found[::-1]), None)


def _hers(arrival: Arrival) -> sa.Select[Visit]:
    return sa.select(Visit).where(
        Visit.member_id == arrival.member_id,
        Visit.store_id == arrival.store_id,
        Visit.day_on == arrival.business_on,
    )
