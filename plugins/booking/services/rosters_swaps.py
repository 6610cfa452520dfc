"""Swaps of shifts: one asks, the colleague agrees, the manager approves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Shift, Swap
from plugins.booking.models.rosters import OPEN_SWAPS
from plugins.booking.permissions import EDIT_ROSTER
from plugins.booking.services.rosters import Place, ShiftDraft, put_shifts
from plugins.booking.services.rosters_cells import read_places
from plugins.booking.services.rosters_checks import Objections, Plan, check_plan
from plugins.booking.services.rosters_leave import DESK, MINE
from plugins.booking.services.rosters_moving import hand_over_day
from plugins.booking.services.rosters_telling import show_span, users_of
from plugins.salon.api import Staff


@api.unit
def ask_swap(
    store_id: int,
    staff_id: int,
    day: dt.date,
    other_id: int,
    other_day: dt.date | None,
    note: str = "",
) -> Swap:
    """Ask a colleague to take over one's shift, for hers on another day or on the same.

    Without *other_day* she gives nothing in return. Raises `Refused`.
    """
    if staff_id == other_id:
        raise api.Refused(_("Choose a colleague."))
    swap = Swap(
        store_id=store_id,
        staff_id=staff_id,
        day_on=day,
        other_id=other_id,
        other_day_on=other_day,
        note=note.strip()[:200],
        state="asked",
        asked_at=api.now(),
        terms={},
    )
    swap.terms = _terms(swap)
    _check_fits(swap)
    open_one = sa.select(Swap.id).where(
        Swap.staff_id == staff_id, Swap.day_on == day, Swap.state.in_(OPEN_SWAPS)
    )
    if api.db.session.scalar(open_one.limit(1)) is not None:
        raise api.Refused(_("You have asked for this shift already."))
    api.db.session.add(swap)
    api.db.session.flush()
    title = _("%(name)s asks you to swap shifts", name=_name(staff_id))
    _tell(swap, swap.other_id, title, todo=True)
    return swap


@api.unit
def answer_swap(swap_id: int, staff_id: int, *, agreed: bool) -> Swap:
    """Agree, as the colleague who was asked, or decline; the manager decides afterwards."""
    swap = _lock(swap_id, "asked")
    if swap.other_id != staff_id:
        raise api.NotFound(_("There is no such swap."))
    swap.state, swap.agreed_at = "agreed" if agreed else "declined", api.now()
    _settle(swap)
    if not agreed:
        _tell(swap, swap.staff_id, _("%(name)s cannot swap", name=_name(staff_id)))
        return swap
    _check_terms(swap)
    _tell(swap, swap.staff_id, _("%(name)s agrees to swap", name=_name(staff_id)))
    api.notify(
        _("A swap waits for your approval"),
        show_swap(swap),
        url=f"{DESK}swaps/{swap.id}",
        store_id=swap.store_id,
        permission=EDIT_ROSTER,
        todo=True,
        key=f"booking.swap:{swap.id}",
    )
    return swap


@api.unit
def withdraw_swap(swap_id: int, staff_id: int) -> Swap:
    """Take back what one asked for oneself, before it is decided."""
    swap = _lock(swap_id, *OPEN_SWAPS)
    if swap.staff_id != staff_id:
        raise api.NotFound(_("There is no such swap."))
    swap.state = "withdrawn"
    _settle(swap)
    return swap


@api.unit
def decide_swap(
    swap_id: int, *, approved: bool, answer: str = "", sure: bool = False, with_visits: bool = False
) -> Swap:
    """Let a swap happen, or decline it with a reason; both are told.

    *with_visits* hands the visits over with the shifts; who cannot take one leaves it where it
    is, to be moved by hand. Raises `Conflict` when a shift is no longer what was agreed to, and
    `Objections` for visits that would be left without their technician, unless *sure*.
    """
    swap = _lock(swap_id, *OPEN_SWAPS)
    if approved and swap.state != "agreed":
        raise api.Conflict(_("The colleague has not agreed yet."))
    if not approved and not answer.strip():
        raise api.Refused(_("Say why, in words for both."))
    if approved:
        _apply(swap, sure=sure or with_visits)
    if approved and with_visits:
        _hand_over_visits(swap)
    swap.state = "approved" if approved else "declined"
    swap.decided_at, swap.decided_by = api.now(), api.actor().user_id
    swap.answer = answer.strip()[:200]
    _settle(swap)
    title = _("Your swap is approved") if approved else _("Your swap was declined")
    for staff_id in (swap.staff_id, swap.other_id):
        _tell(swap, staff_id, title)
    api.record_audit(
        "booking.swap_decided",
        swap,
        after={"state": swap.state, "answer": swap.answer},
        title=_("Approved a swap of shifts") if approved else _("Declined a swap of shifts"),
    )
    return swap


def objections_to(swap: Swap) -> list[Any]:
    """Return what speaks against a swap: visits that it hits, leave, closed days."""
    return list(check_plan(_plan(swap)))


def show_swap(swap: Swap) -> str:
    """Write who takes over whose shift."""
    mine, hers = _span(swap.terms.get("mine")), _span(swap.terms.get("hers"))
    words = f"{_name(swap.staff_id)} {swap.day_on:%m-%d} {show_span(mine)} → {_name(swap.other_id)}"
    if swap.other_day_on is not None:
        back = f"{swap.other_day_on:%m-%d} {show_span(hers)}"
        words += f" · {_name(swap.other_id)} {back} → {_name(swap.staff_id)}"
    return words


def _lock(swap_id: int, *states: str) -> Swap:
    swap = api.db.session.get(Swap, swap_id, with_for_update=True)
    if swap is None:
        raise api.NotFound(_("There is no such swap."))
    if swap.state not in states:
        raise api.Conflict(_("This has been decided already."))
    return swap


def _places(swap: Swap) -> list[Place]:
    """Return the cells that a swap touches: both people on both days."""
    days = {swap.day_on, swap.other_day_on or swap.day_on}
    return [(staff_id, day) for day in sorted(days) for staff_id in (swap.staff_id, swap.other_id)]


def _given(swap: Swap) -> tuple[Shift | None, Shift | None]:
    there = read_places(swap.store_id, _places(swap))
    mine = there.get((swap.staff_id, swap.day_on))
    back = swap.other_day_on
    return mine, None if back is None else there.get((swap.other_id, back))


def _terms(swap: Swap) -> dict[str, Any]:
    mine, hers = _given(swap)
    if mine is None or mine.span is None or not mine.published:
        raise api.Refused(_("You have no published shift on this day."))
    if swap.day_on < api.now().date():
        raise api.Refused(_("This day has passed."))
    if swap.other_day_on is None:
        return {"mine": list(mine.span)}
    if hers is None or hers.span is None or not hers.published:
        raise api.Refused(_("Your colleague has no published shift on this day."))
    return {"mine": list(mine.span), "hers": list(hers.span)}


def _check_fits(swap: Swap) -> None:
    """Refuse a swap after which somebody would have two shifts on a day."""
    if swap.other_day_on == swap.day_on:
        return
    there = read_places(swap.store_id, _places(swap))
    other = there.get((swap.other_id, swap.day_on))
    if other is not None and other.span is not None:
        raise api.Refused(_("%(name)s works on this day already.", name=_name(swap.other_id)))
    mine = there.get((swap.staff_id, swap.other_day_on)) if swap.other_day_on else None
    if mine is not None and mine.span is not None:
        raise api.Refused(_("%(name)s works on this day already.", name=_name(swap.staff_id)))


def _check_terms(swap: Swap) -> None:
    try:
        fits = _terms(swap) == swap.terms
        _check_fits(swap)
    except api.Refused:
        fits = False
    if not fits:
        raise api.Conflict(_("One of the shifts has changed meanwhile. Ask again."))


def _plan(swap: Swap) -> Plan:
    before = read_places(swap.store_id, _places(swap))
    zone = api.db.session.get_one(api.Store, swap.store_id).time_zone
    drafts: dict[Place, ShiftDraft | None] = {}
    mine, hers = _given(swap)
    back = swap.other_day_on
    if back != swap.day_on:
        drafts[swap.staff_id, swap.day_on] = _off(swap.staff_id, swap.day_on)
        if back is not None:
            drafts[swap.other_id, back] = _off(swap.other_id, back)
    if mine is not None:
        drafts[swap.other_id, swap.day_on] = _handed(mine, swap.other_id)
    if hers is not None and back is not None:
        drafts[swap.staff_id, back] = _handed(hers, swap.staff_id)
    return Plan(swap.store_id, zone, drafts, before)


def _apply(swap: Swap, *, sure: bool) -> None:
    _check_terms(swap)
    plan = _plan(swap)
    found = check_plan(plan)
    if found and not sure:
        raise Objections(found)
    put_shifts(swap.store_id, [draft for draft in plan.drafts.values() if draft is not None])


def _hand_over_visits(swap: Swap) -> None:
    key = f"booking.swap:{swap.id}"
    hand_over_day(swap.store_id, swap.staff_id, swap.other_id, swap.day_on, key=key)
    if swap.other_day_on is not None:
        back = swap.other_day_on
        hand_over_day(swap.store_id, swap.other_id, swap.staff_id, back, key=f"{key}:back")


def _handed(shift: Shift, staff_id: int) -> ShiftDraft:
    rests = tuple(shift.rests)
    return ShiftDraft(staff_id, shift.day_on, shift.span, rests, shift.template_id, published=True)


def _off(staff_id: int, day: dt.date) -> ShiftDraft:
    return ShiftDraft(staff_id, day, None, published=True)


def _tell(swap: Swap, staff_id: int, title: Any, *, todo: bool = False) -> None:
    user_id = users_of([staff_id]).get(staff_id)
    if user_id is not None:
        body = " · ".join(part for part in (show_swap(swap), swap.note, swap.answer) if part)
        key = f"booking.swap:{swap.id}:{staff_id}"
        api.notify(title, body, url=MINE, user_id=user_id, todo=todo, key=key)


def _settle(swap: Swap) -> None:
    api.settle_notice(f"booking.swap:{swap.id}")
    api.settle_notice(f"booking.swap:{swap.id}:{swap.other_id}")


def _span(pair: Any) -> tuple[int, int] | None:
    return (pair[0], pair[1]) if pair else None


def _name(staff_id: int) -> str:
    return api.db.session.get_one(Staff, staff_id).name
