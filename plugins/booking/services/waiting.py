"""The waiting list: who waits, for what, and which free times would suit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.hookspecs_waiting import booking_wait_ended, booking_wait_joined
from plugins.booking.models import OPEN_WAITS, GroupClass, Wait, WaitAct, WaitItem
from plugins.booking.services.guests import count_open
from plugins.booking.services.planning import MOST_GUESTS, Wish, plan_visit
from plugins.booking.services.reading import free_times
from plugins.booking.services.rules import HORIZON, MOST_OPEN
from plugins.membership.api import Member, require_active

KEPT = api.Setting(
    "booking.waiting_kept",
    _("Minutes for which a time is kept for somebody on the waiting list"),
    15,
    least=5,
    per_store=True,
)
AHEAD = api.Setting(
    "booking.waiting_ahead",
    _("Offer the waiting list times that begin in so many minutes at least"),
    60,
    least=0,
    per_store=True,
)
SETTINGS = (KEPT, AHEAD)
#: So many wishes a member may have on the list at once.
MOST_WAITS = 5
#: Why somebody was passed over, in words for staff.
REASONS = {
    "hours": _("wants to begin at another hour"),
    "technician": _("wants another technician"),
    "decline": _("declined this time"),
    "lapse": _("did not answer when this time was offered"),
    "open": _("has as many open bookings as a member may have"),
    "fit": _("her services do not fit in there"),
    "party": _("not all who come with her fit in there"),
    "unanswered": _("did not answer several offers"),
    "cancelled": _("the class was cancelled"),
}
Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class WaitDraft:
    """What somebody waits for: services between days and hours, or a place in a class.

    The hours say when a visit may begin, in minutes after the store's midnight. A *party* begins
    together, and each of it has the services; the technician serves the first.
    """

    first_on: dt.date
    last_on: dt.date
    variant_ids: tuple[int, ...] = ()
    class_id: int | None = None
    staff_id: int | None = None
    from_minute: int = 0
    to_minute: int = 2160
    member_id: int | None = None
    guest_name: str = ""
    guest_phone: str | None = None
    source: str = "desk"
    note: str = ""
    party: int = 1


@api.unit
def join_waiting(store_id: int, draft: WaitDraft, *, key: str) -> Wait:
    """Put somebody at the end of a store's waiting list; the same *key* returns the same place.

    Raises `Refused` for what could never be offered. `serve_waiting` offers her what is free.
    """
    known: Wait | None = api.db.session.scalar(sa.select(Wait).where(Wait.key == key))
    if known is not None:
        return known
    name = _check_guest(draft)
    _check_wish(store_id, draft)
    wait = Wait(
        store_id=store_id,
        member_id=draft.member_id,
        guest_name=name,
        guest_phone=draft.guest_phone or None,
        staff_id=draft.staff_id,
        class_id=draft.class_id,
        first_on=draft.first_on,
        last_on=draft.last_on,
        from_minute=draft.from_minute,
        to_minute=draft.to_minute,
        source=draft.source,
        note=draft.note.strip()[:200],
        party=draft.party,
        key=key,
        joined_at=api.now(),
        items=[WaitItem(variant_id=number) for number in draft.variant_ids],
    )
    api.db.session.add(wait)
    api.db.session.flush()
    note_wait(wait, "join")
    api.emit(booking_wait_joined, wait_id=wait.id)
    return wait


def _check_guest(draft: WaitDraft) -> str:
    if draft.member_id is None:
        if not draft.guest_name.strip():
            raise api.Refused(_("Say who waits: a member or a name."))
        return draft.guest_name.strip()[:60]
    require_active(draft.member_id)
    member = api.db.session.get_one(Member, draft.member_id, with_for_update=True)
    open_ones = open_waits_of(draft.member_id)
    if draft.class_id is not None and any(w.class_id == draft.class_id for w in open_ones):
        raise api.Conflict(_("%(name)s is on the waiting list already.", name=member.name))
    if draft.source == "phone" and len(open_ones) >= MOST_WAITS:
        raise api.Refused(
            _("You wait for %(count)s times; more are not possible.", count=len(open_ones))
        )
    return member.name


def _check_wish(store_id: int, draft: WaitDraft) -> None:
    store = api.db.session.get(api.Store, store_id)
    if store is None:
        raise api.NotFound(_("There is no such store."))
    if draft.class_id is not None:
        group = api.db.session.get(GroupClass, draft.class_id)
        if group is None or group.store_id != store_id:
            raise api.NotFound(_("There is no such class."))
        if group.cancelled_at is not None or group.starts_at <= api.now():
            raise api.Refused(_("This class can no longer be booked."))
        if draft.party != 1:
            raise api.Refused(_("Each guest waits for her own place in a class."))
        return
    today = api.today(store.time_zone)
    if draft.last_on < max(draft.first_on, today):
        raise api.Refused(_("Choose days that are still to come."))
    if (draft.last_on - today).days > HORIZON.get(store_id):
        raise api.Refused(
            _("Choose days within the next %(days)s days.", days=HORIZON.get(store_id))
        )
    if not 0 <= draft.from_minute < draft.to_minute:
        raise api.Refused(_("Choose hours of which the last comes after the first."))
    if not draft.variant_ids:
        raise api.Refused(_("Choose a service."))
    if not 1 <= draft.party <= MOST_GUESTS:
        raise api.Refused(_("Choose between one and %(most)s people.", most=MOST_GUESTS))
    plan_visit(store_id, wishes_for(draft.variant_ids, draft.staff_id, draft.party))


def open_waits_of(member_id: int) -> Sequence[Wait]:
    """Return what a member waits for, the oldest wish first."""
    rows = sa.select(Wait).where(Wait.member_id == member_id, Wait.state.in_(OPEN_WAITS))
    return api.db.session.scalars(rows.order_by(Wait.id)).all()


def lock_list(store_id: int) -> list[Wait]:
    """Lock all who wait in a store until the unit ends, and return them in their order."""
    rows = (
        sa.select(Wait)
        .where(Wait.store_id == store_id, Wait.state.in_(OPEN_WAITS))
        .order_by(Wait.joined_at, Wait.id)
        .with_for_update(of=Wait)
        .execution_options(populate_existing=True)
    )
    return list(api.db.session.scalars(rows))


def wishes_of_wait(wait: Wait, staff_id: int | None = None) -> list[Wish]:
    """Return what is booked for somebody who waits."""
    numbers = [item.variant_id for item in wait.items]
    return wishes_for(numbers, staff_id or wait.staff_id, wait.party)


def wishes_for(
    variant_ids: Sequence[int], staff_id: int | None = None, party: int = 1
) -> list[Wish]:
    """Return the same services for each of a party, of whom a technician serves the first."""
    return [
        Wish(number, None if guest else staff_id, guest)
        for guest in range(party)
        for number in variant_ids
    ]


def fitting_times(wait: Wait) -> list[dt.datetime]:
    """Return the free times that suit somebody, the earliest first.

    What overlaps a time that she declined, or let lapse, does not suit.
    """
    store = wait.store
    first, refused = max(wait.first_on, api.today(store.time_zone)), refused_spans(wait)
    if first > wait.last_on or not wait.items:
        return []
    earliest = api.now() + dt.timedelta(minutes=AHEAD.get(store.id))
    try:
        free = free_times(store.id, wishes_of_wait(wait), first, wait.last_on)
    except api.Refused:
        return []
    return [
        moment
        for day, moments in free.items()
        for moment in moments
        if moment >= earliest
        and suits_hours(wait, day, moment)
        and overlapped(refused, moment) is None
    ]


def suits_hours(wait: Wait, day: dt.date, moment: dt.datetime) -> bool:
    """Tell whether a visit may begin then, as far as her hours go."""
    local = moment.astimezone(ZoneInfo(wait.store.time_zone))
    minute = (local.date() - day).days * 1440 + local.hour * 60 + local.minute
    return wait.from_minute <= minute <= wait.to_minute


def refused_spans(wait: Wait) -> list[tuple[str, Span]]:
    """Return the times that she was offered in vain, each with what became of it."""
    rows = sa.select(WaitAct.act, WaitAct.starts_at, WaitAct.ends_at).where(
        WaitAct.wait_id == wait.id, WaitAct.act.in_(("lapse", "decline"))
    )
    return [
        (act, (starts, ends))
        for act, starts, ends in api.db.session.execute(rows)
        if starts is not None and ends is not None
    ]


def overlapped(refused: Sequence[tuple[str, Span]], moment: dt.datetime) -> str | None:
    """Tell what became of an offer that a visit at a moment would overlap."""
    for act, (starts, ends) in refused:
        if starts - (ends - starts) < moment < ends:
            return act
    return None


def has_too_many(wait: Wait) -> bool:
    """Tell whether a member has as many open bookings as she may book by herself."""
    if wait.member_id is None or wait.source != "phone":
        return False
    return count_open(wait.member_id) >= MOST_OPEN.get(wait.store_id)


def note_wait(wait: Wait, act: str, span: Span | None = None, why: str = "") -> None:
    """Remember what was done about somebody who waits."""
    starts_at, ends_at = span or (None, None)
    api.db.session.add(
        WaitAct(
            wait_id=wait.id,
            act=act,
            done_at=api.now(),
            by=api.actor().name,
            starts_at=starts_at,
            ends_at=ends_at,
            why=why,
        )
    )
    api.db.session.flush()


def end_wait(wait: Wait, state: str, act: str, why: str = "") -> None:
    """Take somebody off the list; in a unit."""
    wait.state, wait.offered_until = state, None
    note_wait(wait, act, why=why)
    api.settle_notice(f"booking.wait:{wait.id}")
    api.emit(booking_wait_ended, wait_id=wait.id, state=state)
