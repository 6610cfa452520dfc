"""Whom bookings concern among the technicians: each hears of what is new, moved or cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Act, Item, Visit
from plugins.booking.services.showing import clock_of
from plugins.salon.api import Staff


@api.hookimpl
def booking_visit_booked(visit_id: int) -> None:
    """Tell those who will serve, once it is certain."""
    visit = api.db.session.get(Visit, visit_id)
    if visit is not None and visit.status == "confirmed":
        _tell(visit, _serving(visit_id), _("A new booking for you: %(name)s", name=_name(visit)))


@api.hookimpl
def booking_visit_moved(visit_id: int) -> None:
    """Tell those who serve, and those who do not any more."""
    visit = api.db.session.get(Visit, visit_id)
    if visit is None or visit.status != "confirmed":
        return
    name, serving, before = _name(visit), _serving(visit_id), _served_before(visit_id)
    moved = _("Your booking with %(name)s has another time", name=name)
    _tell(visit, serving & before, moved)
    _tell(visit, serving - before, _("A new booking for you: %(name)s", name=name))
    gone = _("The booking of %(name)s is now with somebody else", name=name)
    _tell(visit, before - serving, gone)


@api.hookimpl
def booking_visit_status_changed(visit_id: int, before: str, after: str) -> None:
    """Tell those who serve what was accepted or cancelled."""
    visit = api.db.session.get(Visit, visit_id)
    if visit is None:
        return
    if (before, after) == ("pending", "confirmed"):
        _tell(visit, _serving(visit_id), _("A new booking for you: %(name)s", name=_name(visit)))
    elif before == "confirmed" and after == "cancelled":
        gone = _("Your booking with %(name)s is cancelled", name=_name(visit))
        _tell(visit, _serving(visit_id), gone)


def _name(visit: Visit) -> str:
    return visit.guest_name


def _serving(visit_id: int) -> set[int]:
    rows = sa.select(Item.staff_id).where(Item.visit_id == visit_id, Item.staff_id.is_not(None))
    return set(api.db.session.scalars(rows))


def _served_before(visit_id: int) -> set[int]:
    """Return who served before the last change."""
    rows = sa.select(Act.facts).where(Act.visit_id == visit_id, Act.act == "change")
    facts = api.db.session.scalar(rows.order_by(Act.id.desc()).limit(1)) or {}
    return {number for number in facts.get("staff", ()) if number is not None}


def _tell(visit: Visit, staff_ids: Iterable[int], title: Any) -> None:
    """Put it into the inbox of those who sign in and did not book it themselves."""
    rows = sa.select(Staff.user_id).where(Staff.id.in_(staff_ids), Staff.user_id.is_not(None))
    when = f"{visit.day_on} {clock_of(visit.starts_at, visit.store.time_zone)}"
    for user_id in api.db.session.scalars(rows):
        if user_id != visit.booked_by:
            api.notify(
                title,
                f"{when} · {visit.store.name}",
                url=f"/console/booking/visits/{visit.id}/",
                store_id=visit.store_id,
                user_id=user_id,
            )
