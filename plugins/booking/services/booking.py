"""Booking and changing: one unit that claims all a visit needs, or refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.hookspecs import booking_visit_booked, booking_visit_moved
from plugins.booking.models import Item, Visit
from plugins.booking.services.acts import act_known, check_visit, lock_visit, note_act
from plugins.booking.services.claiming import JustTaken, Taken
from plugins.booking.services.class_visits import CLASS
from plugins.booking.services.guests import (
    check_count,
    check_guest,
    look_before,
)
from plugins.booking.services.planning import Planned, Wish, plan_visit
from plugins.booking.services.rules import AUTO_ACCEPT, CUT_OFF, HOLD
from plugins.booking.services.seating import Hold, Moved, alternatives, find_seat
from plugins.booking.services.writing import write_seat, write_visit

#: While it is one of these, a visit can get another time.
MOVABLE = ("hold", "pending", "confirmed")


@dataclass(frozen=True)
class Booked:
    """A visit as whoever booked it is told of it; plain values, which outlive the unit."""

    id: int
    day_on: dt.date
    starts_at: dt.datetime
    guest_name: str


class Facts(TypedDict, total=False):
    """What may be said of a booking besides who, when and what for; see `book`."""

    member_id: int | None
    guest_name: str
    guest_phone: str | None
    source: str
    note: str
    keep: bool
    #: Holds, with their days, that are given back for it; their time is over.
    former: Sequence[Hold]
    force: bool


def book(
    store_id: int,
    starts_at: dt.datetime,
    wishes: Sequence[Wish],
    *,
    key: str,
    **facts: Unpack[Facts],
) -> Visit:
    """Book a visit and return it; the same *key* returns the visit of that time.

    Members' bookings (source "phone") wait for review unless the store accepts them by itself.
    With *keep* the time is only held for some minutes, until `submit` makes it a booking.
    Raises `Taken` (409) with the nearest free times, and `Refused`.
    """
    return api.db.session.get_one(
        Visit, book_briefly(store_id, starts_at, wishes, key=key, **facts).id
    )


def book_briefly(
    store_id: int,
    starts_at: dt.datetime,
    wishes: Sequence[Wish],
    *,
    key: str,
    **facts: Unpack[Facts],
) -> Booked:
    """Do what `book` does, and return what is known of the visit without reading it."""
    try:
        return _book(store_id, starts_at, wishes, key=key, **facts)
    except JustTaken as taken:
        source = facts.get("source", "desk")
        planned = _planned(store_id, wishes, source, force=bool(facts.get("force")))
        times = alternatives(store_id, planned, starts_at, by_member=source == "phone")
        raise Taken(taken.message, times) from None


@api.unit
def _book(
    store_id: int,
    starts_at: dt.datetime,
    wishes: Sequence[Wish],
    *,
    key: str,
    member_id: int | None = None,
    guest_name: str = "",
    guest_phone: str | None = None,
    source: str = "desk",
    note: str = "",
    keep: bool = False,
    former: Sequence[Hold] = (),
    force: bool = False,
) -> Booked:
    by_member = source == "phone"
    try:
        name = check_guest(member_id, guest_name, starts_at, by_member=by_member)
        seen = look_before(store_id, starts_at, key, member_id if by_member else None)
        if seen.known is not None:
            return _booked(api.db.session.get_one(Visit, seen.known))
        if by_member:
            check_count(seen.open, store_id)
        planned = _planned(store_id, wishes, source, force=force)
        holds = sorted({*seen.holds, *former})
        seat = find_seat(
            store_id, planned, starts_at, by_member=by_member, force=force, holds=holds
        )
    except api.Refused:
        # The same form may have got the time while this one waited for the lock.
        known = _visit_of(key)
        if known is None:
            raise
        return _booked(known)
    number = write_visit(
        key,
        store_id,
        wishes,
        seat,
        member_id=member_id,
        guest_name=name,
        guest_phone=guest_phone or None,
        source=source,
        note=note.strip()[:500],
        forced=force,
        status="hold" if keep else first_status(store_id, by_member=by_member),
        hold_until=api.now() + dt.timedelta(minutes=HOLD.get()) if keep else None,
    )
    if number is None:
        return _stored_by_another(key, store_id)
    if not keep:
        announce(number, member_id)
    return Booked(number, seat.day.day, seat.starts_at, name)


class Ways(TypedDict, total=False):
    """How a visit may be changed; see `change_visit`."""

    by_member: bool
    force: bool
    reason: str


def change_visit(
    visit_id: int,
    starts_at: dt.datetime,
    wishes: Sequence[Wish] | None = None,
    *,
    key: str,
    **ways: Unpack[Ways],
) -> Visit:
    """Give a visit another time, other technicians or services; all of it or nothing.

    A member can until the store's cut-off, and what she changes is reviewed again. Raises
    `Taken` (409) with the nearest free times, and `Refused`.
    """
    try:
        return _change(visit_id, starts_at, wishes, key=key, **ways)
    except JustTaken as taken:
        visit = api.db.session.get_one(Visit, visit_id)
        wanted = list(wishes) if wishes is not None else wishes_of(visit)
        force, by_member = ways.get("force", False), ways.get("by_member", False)
        planned = _planned(visit.store_id, wanted, visit.source, force=force)
        times = alternatives(visit.store_id, planned, starts_at, by_member=by_member)
        raise Taken(taken.message, times) from None


@api.unit
def _change(
    visit_id: int,
    starts_at: dt.datetime,
    wishes: Sequence[Wish] | None,
    *,
    key: str,
    by_member: bool = False,
    force: bool = False,
    reason: str = "",
) -> Visit:
    visit = lock_visit(visit_id)
    if act_known(key, visit_id):
        return visit
    if visit.status not in MOVABLE:
        raise api.Conflict(_("This booking can no longer be changed."))
    if by_member:
        require_before_cut_off(visit)
    wanted = list(wishes) if wishes is not None else wishes_of(visit)
    planned = _planned(visit.store_id, wanted, visit.source, force=force)
    moved = Moved(visit.id, visit.day_on)
    before = {
        "starts_at": visit.starts_at.isoformat(),
        "staff": [item.staff_id for item in visit.items],
        "status": visit.status,
    }
    seat = find_seat(
        visit.store_id, planned, starts_at, by_member=by_member, force=force, moved=moved
    )
    visit.day_on, visit.starts_at, visit.ends_at = seat.day.day, seat.starts_at, seat.ends_at
    visit.party = len({wish.guest for wish in wanted})
    visit.forced, visit.reason = force, reason.strip()[:200]
    if by_member and visit.status == "confirmed":
        visit.status = first_status(visit.store_id, by_member=True)
    visit.version += 1
    api.db.session.flush()
    api.db.session.execute(sa.delete(Item).where(Item.visit_id == visit.id))
    write_seat(visit.id, visit.store_id, wanted, seat)
    api.db.session.expire(visit, ["items", "claims"])
    check_visit(visit.id, "change", visit.member_id)
    note_act(visit.id, "change", key, before, by_member=by_member)
    api.emit(booking_visit_moved, visit_id=visit.id)
    return visit


def _planned(store_id: int, wishes: Sequence[Wish], source: str, *, force: bool) -> Planned:
    """Return the plans of a visit; a class has its room to itself."""
    planned = plan_visit(store_id, wishes, force=force)
    return replace(planned, whole=True) if source == CLASS else planned


def wishes_of(visit: Visit) -> list[Wish]:
    """Return what a visit was booked for; who was not asked for may be anybody again."""
    return [
        Wish(
            item.variant_id,
            item.staff_id if item.requested else None,
            item.guest,
            item.minutes,
            length=item.agreed_minutes,
        )
        for item in visit.items
    ]


def require_before_cut_off(visit: Visit) -> None:
    """Refuse what a member wants to change too late by herself."""
    last = visit.starts_at - dt.timedelta(minutes=CUT_OFF.get(visit.store_id))
    if api.now() > last:
        raise api.Refused(_("It is too late to change this booking here. Please call the store."))


def _visit_of(key: str) -> Visit | None:
    found: Visit | None = api.db.session.scalar(sa.select(Visit).where(Visit.key == key))
    return found


def _booked(visit: Visit) -> Booked:
    return Booked(visit.id, visit.day_on, visit.starts_at, visit.guest_name)


def _stored_by_another(key: str, store_id: int) -> Booked:
    known = _visit_of(key)
    if known is None or known.store_id != store_id:
        raise api.Conflict(_("This form was sent before with other contents."))
    return _booked(known)


def first_status(store_id: int, *, by_member: bool) -> str:
    """Return the status that a booking begins with."""
    return "pending" if by_member and not AUTO_ACCEPT.get(store_id) else "confirmed"


def announce(visit_id: int, member_id: int | None) -> None:
    """Let other plugins object to a booking, note it, and tell of it."""
    check_visit(visit_id, "book", member_id)
    note_act(visit_id, "book")
    api.emit(booking_visit_booked, visit_id=visit_id)
