"""Booking and changing: one unit that claims all a visit needs, or refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.hookspecs import booking_visit_booked, booking_visit_moved
from plugins.booking.models import Item, Visit
from plugins.booking.services.acts import act_known, check_visit, lock_visit, note_act
from plugins.booking.services.claiming import take
from plugins.booking.services.days import cell_at, moment_of
from plugins.booking.services.planning import Wish, plan_visit
from plugins.booking.services.rules import AUTO_ACCEPT, CUT_OFF, HOLD, MOST_OPEN
from plugins.booking.services.seating import Moved, Seat, find_seat
from plugins.membership.api import Member, require_active
from plugins.salon.api import Service, Staff, Variant, price_with

#: While it is one of these, a visit can get another time.
MOVABLE = ("hold", "pending", "confirmed")


@api.unit
def book(
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
    force: bool = False,
) -> Visit:
    """Book a visit and return it; the same *key* returns the visit of that time.

    Members' bookings (source "phone") wait for review unless the store accepts them by itself.
    With *keep* the time is only held for some minutes, until `submit` makes it a booking.
    Raises `Taken` (409) with the nearest free times, and `Refused`.
    """
    known = _visit_of(key)
    if known is not None:
        return known
    by_member = source == "phone"
    try:
        name = _check_guest(member_id, guest_name, starts_at, by_member=by_member)
        planned = plan_visit(store_id, wishes, force=force)
        seat = find_seat(store_id, planned, starts_at, by_member=by_member, force=force)
    except api.Refused:
        # The same form may have got the time while this one waited for the lock.
        known = _visit_of(key)
        if known is None:
            raise
        return known
    known = _visit_of(key)
    if known is not None:
        return known
    visit = Visit(
        store_id=store_id,
        day_on=seat.day.day,
        starts_at=seat.starts_at,
        ends_at=seat.ends_at,
        member_id=member_id,
        guest_name=name,
        guest_phone=guest_phone or None,
        party=len({wish.guest for wish in wishes}),
        source=source,
        note=note.strip()[:500],
        forced=force,
        key=key,
        booked_at=api.now(),
        booked_by=api.actor().user_id,
        status="hold" if keep else _first_status(store_id, by_member=by_member),
        hold_until=api.now() + dt.timedelta(minutes=HOLD.get()) if keep else None,
    )
    _store(visit)
    _seat(visit, wishes, seat)
    if not keep:
        _announce(visit)
    return visit


@api.unit
def submit(key: str, *, note: str = "") -> Visit:
    """Make a booking of the time that was kept under *key*; sent twice it is done once.

    Raises `Conflict` when the time was kept for too long.
    """
    found = _visit_of(key)
    visit = lock_visit(found.id) if found is not None else None
    if visit is None or (visit.hold_until is not None and visit.hold_until <= api.now()):
        raise api.Conflict(_("The time was kept for too long. Please choose again."))
    if visit.status != "hold":
        return visit
    if visit.member_id is not None and visit.source == "phone":
        _check_open(visit.member_id, visit.store_id)
    visit.status = _first_status(visit.store_id, by_member=visit.source == "phone")
    visit.hold_until, visit.booked_at = None, api.now()
    visit.note = note.strip()[:500] or visit.note
    visit.version += 1
    api.db.session.flush()
    _announce(visit)
    return visit


@api.unit
def change_visit(
    visit_id: int,
    starts_at: dt.datetime,
    wishes: Sequence[Wish] | None = None,
    *,
    key: str,
    by_member: bool = False,
    force: bool = False,
    reason: str = "",
) -> Visit:
    """Give a visit another time, other technicians or services; all of it or nothing.

    A member can until the store's cut-off, and what she changes is reviewed again. Raises
    `Taken` (409) with the nearest free times, and `Refused`.
    """
    visit = lock_visit(visit_id)
    if act_known(key, visit_id):
        return visit
    if visit.status not in MOVABLE:
        raise api.Conflict(_("This booking can no longer be changed."))
    if by_member:
        require_before_cut_off(visit)
    wanted = list(wishes) if wishes is not None else wishes_of(visit)
    planned = plan_visit(visit.store_id, wanted, force=force)
    moved = Moved(visit.id, visit.day_on)
    before = {"starts_at": visit.starts_at.isoformat(), "staff": _staff_of(visit)}
    seat = find_seat(
        visit.store_id, planned, starts_at, by_member=by_member, force=force, moved=moved
    )
    visit.day_on, visit.starts_at, visit.ends_at = seat.day.day, seat.starts_at, seat.ends_at
    visit.party = len({wish.guest for wish in wanted})
    visit.forced, visit.reason = force, reason.strip()[:200]
    if by_member and visit.status == "confirmed":
        visit.status = _first_status(visit.store_id, by_member=True)
    visit.version += 1
    api.db.session.expire(visit, ["claims"])
    _seat(visit, wanted, seat)
    check_visit(visit.id, "change")
    note_act(visit, "change", key, before)
    api.emit(booking_visit_moved, visit_id=visit.id)
    return visit


def wishes_of(visit: Visit) -> list[Wish]:
    """Return what a visit was booked for; who was not asked for may be anybody again."""
    return [
        Wish(
            item.variant_id,
            item.staff_id if item.requested else None,
            item.guest,
            item.minutes,
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


def _store(visit: Visit) -> None:
    """Add a visit; another store may have used its key in this moment."""
    try:
        with api.db.session.begin_nested():
            api.db.session.add(visit)
            api.db.session.flush()
    except sa.exc.IntegrityError:
        raise api.Conflict(_("This form was sent before with other contents.")) from None


def _check_guest(
    member_id: int | None, guest_name: str, starts_at: dt.datetime, *, by_member: bool
) -> str:
    if moment_of(cell_at(starts_at)) != starts_at:
        raise api.Refused(_("Visits begin at full five minutes."))
    if starts_at < api.now() - dt.timedelta(days=1):
        raise api.Refused(_("This time has passed."))
    if member_id is None:
        if not guest_name.strip():
            raise api.Refused(_("Say who comes: a member or a name."))
        return guest_name.strip()[:60]
    require_active(member_id)
    if by_member:
        _check_open(member_id)
    return api.db.session.get_one(Member, member_id).name


def _check_open(member_id: int, store_id: int | None = None) -> None:
    """Refuse one more open booking than a member may have; her row is locked for the count."""
    api.db.session.get(Member, member_id, with_for_update=True)
    count = api.db.session.scalar(
        sa.select(sa.func.count(Visit.id)).where(
            Visit.member_id == member_id,
            Visit.status.in_(("pending", "confirmed")),
            Visit.starts_at > api.now(),
        )
    )
    if (count or 0) >= MOST_OPEN.get(store_id):
        raise api.Refused(
            _("You have %(count)s open bookings; more are not possible.", count=count)
        )


def _first_status(store_id: int, *, by_member: bool) -> str:
    return "pending" if by_member and not AUTO_ACCEPT.get(store_id) else "confirmed"


def _seat(visit: Visit, wishes: Sequence[Wish], seat: Seat) -> None:
    visit.items = [_item(number, wish, seat) for number, wish in enumerate(wishes)]
    api.db.session.flush()
    take(visit.id, seat.choices, seat.day.first, seat.start, seat.rows)


def _item(number: int, wish: Wish, seat: Seat) -> Item:
    offset, minutes = seat.plan.times[number]
    staff_id = seat.staff_of(number)
    title, price = "", None
    if wish.variant_id is not None:
        title, price = _priced(wish.variant_id, staff_id)
    return Item(
        guest=wish.guest,
        variant_id=wish.variant_id,
        title=title,
        staff_id=staff_id,
        requested=wish.staff_id is not None and wish.asked,
        offset=offset,
        minutes=minutes,
        price_fen=price,
    )


def _priced(variant_id: int, staff_id: int | None) -> tuple[str, int | None]:
    variant = api.db.session.get_one(Variant, variant_id)
    service = api.db.session.get_one(Service, variant.service_id)
    title = f"{service.name} {variant.name}".strip()
    if staff_id is None:
        return title, variant.price_fen
    staff = api.db.session.get_one(Staff, staff_id)
    return title, price_with(service, variant, staff).fen


def _staff_of(visit: Visit) -> list[Any]:
    return [item.staff_id for item in visit.items]


def _announce(visit: Visit) -> None:
    check_visit(visit.id, "book")
    note_act(visit, "book")
    api.emit(booking_visit_booked, visit_id=visit.id)
