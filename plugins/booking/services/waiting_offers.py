"""Offering free times to those who wait, first come first, and what they answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.hookspecs_waiting import booking_time_offered
from plugins.booking.models import OPEN_WAITS, Visit, Wait, WaitAct
from plugins.booking.services.booking import book
from plugins.booking.services.claiming import claimed_keys, drop_holds, lock_days
from plugins.booking.services.classes import lock_class, places_left, take_place
from plugins.booking.services.paying import send_kept
from plugins.booking.services.sending import lock_kept, submit
from plugins.booking.services.waiting import (
    KEPT,
    Span,
    end_wait,
    fitting_times,
    has_too_many,
    lock_list,
    note_wait,
    overlapped,
    refused_spans,
    suits_hours,
    wishes_of_wait,
)
from plugins.booking.services.waiting_telling import tell_in_vain, tell_offer

#: The source of visits that were offered to somebody who waits.
WAITING = "waiting"
#: Who did not answer so many offers waits no longer.
MOST_UNANSWERED = 3
#: So many times are tried for one who waits before it is the next one's turn.
TRIES = 3


@api.unit
def serve_waiting(store_id: int) -> int:
    """Offer what is free in a store to those who wait, and return how many offers were made.

    Offers that nobody answered in time are given back first. May be repeated.
    """
    waits = lock_list(store_id)
    for wait in waits:
        _note_booked(wait)
        _lapse_if_late(wait)
        _end_if_over(wait)
    count, passed = 0, list[Wait]()
    for wait in waits:
        if wait.state != "waiting":
            continue
        visit = _offer_first(wait)
        if visit is None:
            passed.append(wait)
            continue
        count += 1
        _note_passed(passed, wait, visit)
    return count


@api.unit
def offer_time(wait_id: int, starts_at: dt.datetime, staff_id: int | None = None) -> Wait:
    """Offer somebody who waits a time that staff chose; raises `Taken` and `Refused`."""
    wait = _locked(wait_id)
    if wait.state != "waiting" or wait.class_id is not None:
        raise api.Conflict(_("%(name)s does not wait for a time.", name=wait.guest_name))
    _keep(wait, _hold(wait, starts_at, staff_id))
    return wait


@api.unit
def take_offer(wait_id: int, form: Mapping[str, str] | None = None) -> Visit:
    """Book what is kept for somebody; taken twice it is booked once.

    With the *form* of a member's phone it may be kept a while longer instead, as while she pays.
    Raises `Conflict` when it was kept for too long.
    """
    wait = _locked(wait_id)
    if wait.state == "taken" and wait.visit is not None:
        return wait.visit
    if wait.state not in OPEN_WAITS:
        raise api.Conflict(_("You are no longer on the waiting list."))
    visit = lock_kept(wait.visit.key) if has_offer(wait) and wait.visit is not None else None
    if visit is None:
        raise api.Conflict(
            _("This time was kept for too long and may be gone. We tell you of the next one.")
        )
    if form is None:
        submit(visit.key)
    else:
        send_kept(visit, "", form, of_class=wait.class_id is not None)
    if visit.status == "hold":
        wait.offered_until = visit.hold_until
    else:
        end_wait(wait, "taken", "take")
    return visit


@api.unit
def decline_offer(wait_id: int) -> Wait:
    """Give back what is kept for somebody, and offer it to the next; she goes on waiting.

    Who declines a place in a class no longer waits for it.
    """
    wait = _locked(wait_id)
    if wait.state != "offered":
        raise api.Conflict(_("There is nothing to decline."))
    span = _drop(wait)
    note_wait(wait, "decline", span)
    if wait.class_id is not None:
        end_wait(wait, "removed", "remove", "decline")
    serve_waiting(wait.store_id)
    return wait


@api.unit
def leave_waiting(wait_id: int, why: str = "") -> Wait:
    """Take somebody off the list; what was kept for her is offered to the next."""
    wait = _locked(wait_id)
    if wait.state not in OPEN_WAITS:
        return wait
    _drop(wait)
    end_wait(wait, "removed", "remove", why.strip()[:200])
    serve_waiting(wait.store_id)
    return wait


def has_offer(wait: Wait) -> bool:
    """Tell whether something is kept for her at this moment."""
    return (
        wait.state == "offered"
        and wait.offered_until is not None
        and wait.offered_until > api.now()
    )


def stores_waiting() -> list[int]:
    """Return the stores where somebody waits."""
    rows = sa.select(Wait.store_id).where(Wait.state.in_(OPEN_WAITS)).distinct()
    return sorted(api.db.session.scalars(rows))


def _locked(wait_id: int) -> Wait:
    """Lock a store's list and return one who is, or was, on it; raises `NotFound`."""
    store_id = api.db.session.scalar(sa.select(Wait.store_id).where(Wait.id == wait_id))
    if store_id is None:
        raise api.NotFound(_("There is no such record."))
    lock_list(store_id)
    wait = api.db.session.get_one(Wait, wait_id, with_for_update=True, populate_existing=True)
    _note_booked(wait)
    return wait


def _note_booked(wait: Wait) -> None:
    """Know an offer as taken when its visit was booked meanwhile, as by paying for it.

    Locks the visit: until the unit ends nobody else books it.
    """
    if wait.state != "offered" or wait.visit_id is None:
        return
    visit = api.db.session.get(Visit, wait.visit_id, with_for_update=True, populate_existing=True)
    if visit is not None and visit.status not in ("hold", "cancelled", "rejected"):
        end_wait(wait, "taken", "take")


def _lapse_if_late(wait: Wait) -> None:
    if wait.state != "offered" or has_offer(wait):
        return
    span = _drop(wait)
    note_wait(wait, "lapse", span)
    if wait.class_id is not None:
        end_wait(wait, "removed", "remove", "lapse")
    elif sum(act == "lapse" for act, _span in refused_spans(wait)) >= MOST_UNANSWERED:
        end_wait(wait, "removed", "remove", "unanswered")


def _end_if_over(wait: Wait) -> None:
    if wait.state != "waiting":
        return
    group = wait.group
    if group is not None and group.cancelled_at is not None:
        end_wait(wait, "over", "over", "cancelled")
    elif group is not None:
        if group.starts_at <= api.now():
            _end_in_vain(wait)
    elif wait.last_on < api.today(wait.store.time_zone):
        _end_in_vain(wait)


def _end_in_vain(wait: Wait) -> None:
    end_wait(wait, "over", "over")
    tell_in_vain(wait)


def _offer_first(wait: Wait) -> Visit | None:
    """Keep the first time, or a place, that suits; None when nothing does."""
    if has_too_many(wait):
        return None
    if wait.class_id is not None:
        return _offer_place(wait)
    for moment in fitting_times(wait)[:TRIES]:
        try:
            with api.db.session.begin_nested():
                visit = _hold(wait, moment)
        except api.Refused:
            continue
        _keep(wait, visit)
        return visit
    return None


def _offer_place(wait: Wait) -> Visit | None:
    group = lock_class(wait.class_id or 0)
    if not places_left([group])[group.id]:
        return None
    try:
        with api.db.session.begin_nested():
            visit = take_place(
                group.id,
                key=_key(wait),
                member_id=wait.member_id,
                guest_name=wait.guest_name,
                guest_phone=wait.guest_phone,
                source=WAITING,
                keep_until=_until(wait),
            )
    except api.Refused:
        return None
    _keep(wait, visit)
    return visit


def _hold(wait: Wait, starts_at: dt.datetime, staff_id: int | None = None) -> Visit:
    visit = book(
        wait.store_id,
        starts_at,
        wishes_of_wait(wait, staff_id),
        key=_key(wait),
        member_id=wait.member_id,
        guest_name=wait.guest_name,
        guest_phone=wait.guest_phone,
        source=WAITING,
        note=wait.note,
        keep=True,
    )
    visit.hold_until = _until(wait)
    api.db.session.flush()
    return visit


def _key(wait: Wait) -> str:
    """Return the key of the next offer: no two can be made under it."""
    return f"{wait.key}:{wait.offers + 1}"


def _until(wait: Wait) -> dt.datetime:
    return api.now() + dt.timedelta(minutes=KEPT.get(wait.store_id))


def _keep(wait: Wait, visit: Visit) -> None:
    wait.state, wait.visit_id, wait.offered_until = "offered", visit.id, visit.hold_until
    wait.offers += 1
    note_wait(wait, "offer", (visit.starts_at, visit.ends_at))
    api.emit(booking_time_offered, wait_id=wait.id)
    tell_offer(wait, visit)


def _drop(wait: Wait) -> Span | None:
    """Give back what is kept for somebody, and return when it would have been.

    Whoever needed the time after it had lapsed may have dropped the hold already.
    """
    if wait.state != "offered":
        return None
    visit = wait.visit
    wait.state, wait.visit_id, wait.offered_until = "waiting", None, None
    api.db.session.flush()
    if visit is not None and visit.status == "hold":
        visit.hold_until = api.now()
        api.db.session.flush()
        drop_holds([visit.id], lock_days(claimed_keys([visit.id]), [visit.day_on]))
        api.db.session.expire(wait, ["visit"])
    rows = sa.select(WaitAct.starts_at, WaitAct.ends_at).where(
        WaitAct.wait_id == wait.id, WaitAct.act == "offer"
    )
    starts, ends = api.db.session.execute(rows.order_by(WaitAct.id.desc()).limit(1)).one()
    return None if starts is None or ends is None else (starts, ends)


def _note_passed(passed: Iterable[Wait], served: Wait, visit: Visit) -> None:
    """Remember why those before her in the list did not get what she was offered."""
    for wait in passed:
        if wait.class_id == served.class_id:
            why = _why_passed(wait, visit)
            if why:
                note_wait(wait, "pass", (visit.starts_at, visit.ends_at), why)


def _why_passed(wait: Wait, visit: Visit) -> str:
    if not wait.first_on <= visit.day_on <= wait.last_on:
        return ""
    if has_too_many(wait):
        return "open"
    if wait.class_id is not None:
        return "fit"
    if not suits_hours(wait, visit.day_on, visit.starts_at):
        return "hours"
    refused = overlapped(refused_spans(wait), visit.starts_at)
    if refused is not None:
        return refused
    staff = {item.staff_id for item in visit.items}
    if wait.staff_id and wait.staff_id not in staff:
        return "technician"
    return "party" if wait.party > 1 else "fit"
