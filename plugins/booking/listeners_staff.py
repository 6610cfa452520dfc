"""Whom bookings concern among the technicians: each hears of what is new, moved or cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Act, Item, Visit
from plugins.booking.services.acts import latest_act
from plugins.booking.services.showing import clock_of
from plugins.salon.api import Staff


@api.hookimpl
def booking_visit_booked(visit_id: int) -> None:
    """Tell those who will serve, once it is certain."""
    visit = api.db.session.get(Visit, visit_id)
    if visit is not None and visit.status == "confirmed":
        who = _actor(visit_id, "book")
        _tell(visit, _serving(visit_id), _new(visit), but=who)


@api.hookimpl
def booking_visit_moved(visit_id: int) -> None:
    """Tell those who serve, those who do not any more, and those who can no longer rely on it."""
    visit = api.db.session.get(Visit, visit_id)
    if visit is None or visit.status not in ("pending", "confirmed"):
        return
    act = latest_act(visit_id, "change", "extend")
    if "class_id" in act:
        return  # its leader hears of the class itself
    who = act.get("user_id")
    if visit.status == "confirmed":
        serving = _serving(visit_id)
        before = _staff_in(act) if "staff" in act else serving
        _tell_moved(visit, serving, before, but=who)
        return
    title = _("Your booking with %(name)s has another time and awaits review", name=_name(visit))
    _tell(visit, _relying(visit_id), title, but=who, key=f"booking.unsure:{visit_id}")


@api.hookimpl
def booking_visit_status_changed(visit_id: int, before: str, after: str) -> None:
    """Tell those who serve what was accepted or cancelled, and those who relied on it before."""
    visit = api.db.session.get(Visit, visit_id)
    if visit is None:
        return
    if (before, after) == ("pending", "confirmed"):
        who = _actor(visit_id, "confirm")
        _tell_moved(visit, _serving(visit_id), _relying(visit_id), but=who)
    elif after in ("cancelled", "rejected"):
        gone = _("Your booking with %(name)s is cancelled", name=_name(visit))
        staff = _relying(visit_id) if before == "pending" else _serving(visit_id)
        _tell(visit, staff, gone, but=_actor(visit_id, "cancel", "reject"))


def _name(visit: Visit) -> str:
    return visit.guest_name


def _new(visit: Visit) -> Any:
    return _("A new booking for you: %(name)s", name=_name(visit))


def _serving(visit_id: int) -> set[int]:
    rows = sa.select(Item.staff_id).where(Item.visit_id == visit_id, Item.staff_id.is_not(None))
    return set(api.db.session.scalars(rows))


def _relying(visit_id: int) -> set[int]:
    """Return who had been told of a booking that then went back into review.

    Of one that was confirmed anew: who had been told before that.
    """
    rows = sa.select(Act.act, Act.facts).where(
        Act.visit_id == visit_id, Act.act.in_(("change", "confirm"))
    )
    confirmed, since = set[int](), set[int]()
    acts = api.db.session.execute(rows.order_by(Act.id)).all()
    for act, facts in acts:
        if act == "confirm":
            confirmed, since = since, set()
        elif facts.get("status") == "confirmed":
            since = _staff_in(facts)
    return confirmed if acts and acts[-1][0] == "confirm" else since


def _staff_in(facts: Mapping[str, Any]) -> set[int]:
    return {number for number in facts.get("staff", ()) if number is not None}


def _actor(visit_id: int, *acts: str) -> int | None:
    """Return who of the staff did the latest of some acts; None when it was nobody of them."""
    number: int | None = latest_act(visit_id, *acts).get("user_id")
    return number


def _tell_moved(visit: Visit, serving: set[int], before: set[int], *, but: int | None) -> None:
    name = _name(visit)
    moved = _("Your booking with %(name)s has another time", name=name)
    _tell(visit, serving & before, moved, but=but)
    _tell(visit, serving - before, _new(visit), but=but)
    gone = _("The booking of %(name)s is now with somebody else", name=name)
    _tell(visit, before - serving, gone, but=but)


def _tell(
    visit: Visit, staff_ids: Iterable[int], title: Any, *, but: int | None, key: str = ""
) -> None:
    """Put it into the inbox of those who sign in, except who did it; one for each *key*."""
    rows = sa.select(Staff.user_id).where(Staff.id.in_(staff_ids), Staff.user_id.is_not(None))
    when = f"{visit.day_on} {clock_of(visit.starts_at, visit.store.time_zone)}"
    for user_id in api.db.session.scalars(rows):
        if user_id != but:
            api.notify(
                title,
                f"{when} · {visit.store.name}",
                url=f"/console/booking/visits/{visit.id}/",
                store_id=visit.store_id,
                user_id=user_id,
                key=f"{key}:{user_id}" if key else None,
            )
