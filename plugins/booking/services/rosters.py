"""Rosters: what is planned, published, and taken off again by leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Claim, Leave, ResourceDay, Shift, Template, Visit
from plugins.booking.models.visits import LIVE
from plugins.booking.services.claiming import add_days, lock_days
from plugins.booking.services.days import ALL, cell_at, first_cell, mask, pack, spans_mask
from plugins.salon.api import Staff

Span = tuple[int, int]
A_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class ShiftDraft:
    """What somebody is to work on a day; without *span* she has it off."""

    staff_id: int
    day: dt.date
    span: Span | None
    breaks: Sequence[Span] = ()
    template_id: int | None = None


@api.unit
def put_shifts(store_id: int, drafts: Iterable[ShiftDraft]) -> None:
    """Plan shifts of a store; days that were published change for guests at once.

    Raises `Refused` when somebody would work in two stores at the same time.
    """
    published = set[dt.date]()
    for draft in drafts:
        _check_draft(store_id, draft)
        shift = _find(store_id, draft) or Shift(
            store_id=store_id, staff_id=draft.staff_id, day_on=draft.day
        )
        shift.begins, shift.ends = draft.span or (None, None)
        shift.breaks = {"spans": [list(each) for each in draft.breaks]} if draft.breaks else {}
        shift.template_id = draft.template_id
        api.db.session.add(shift)
        if shift.published:
            published.add(draft.day)
    api.db.session.flush()
    rebuild(store_id, published)


@api.unit
def drop_shift(store_id: int, staff_id: int, day: dt.date) -> None:
    """Plan nothing for somebody on a day."""
    gone = Shift.store_id == store_id, Shift.staff_id == staff_id, Shift.day_on == day
    api.db.session.execute(sa.delete(Shift).where(*gone))
    rebuild(store_id, {day})


@api.unit
def publish(store_id: int, first_on: dt.date, last_on: dt.date) -> int:
    """Let guests book the shifts of some days, and return how many shifts are new to them."""
    fresh = sa.update(Shift).where(
        Shift.store_id == store_id,
        Shift.day_on.between(first_on, last_on),
        Shift.published.is_(False),
    )
    days = {first_on + dt.timedelta(days=n) for n in range((last_on - first_on).days + 1)}
    count = api.db.session.execute(fresh.values(published=True)).rowcount  # type: ignore[attr-defined]
    rebuild(store_id, days)
    api.record_audit(
        "booking.roster_published",
        api.db.session.get_one(api.Store, store_id),
        store_id=store_id,
        after={"first_on": first_on.isoformat(), "last_on": last_on.isoformat()},
        title=_("Published the roster"),
    )
    return int(count)


@api.unit
def copy_week(store_id: int, from_monday: dt.date, to_monday: dt.date) -> int:
    """Plan a week like another one; days that have a shift already are left alone."""
    rows = api.db.session.scalars(shifts_between(store_id, from_monday, from_monday + A_WEEK))
    taken = {
        (shift.staff_id, shift.day_on)
        for shift in api.db.session.scalars(shifts_between(store_id, to_monday, to_monday + A_WEEK))
    }
    by = to_monday - from_monday
    drafts = [
        ShiftDraft(
            shift.staff_id,
            shift.day_on + by,
            None if shift.begins is None or shift.ends is None else (shift.begins, shift.ends),
            shift.rests,
            shift.template_id,
        )
        for shift in rows
        if (shift.staff_id, shift.day_on + by) not in taken and shift.staff.left_on is None
    ]
    put_shifts(store_id, drafts)
    return len(drafts)


def shifts_between(store_id: int, first_on: dt.date, before: dt.date) -> sa.Select[Shift]:
    """Return the shifts of a store from a day on, before another."""
    return (
        sa.select(Shift)
        .where(Shift.store_id == store_id, Shift.day_on >= first_on, Shift.day_on < before)
        .order_by(Shift.day_on, Shift.staff_id)
    )


@api.unit
def ask_leave(
    staff_id: int, store_id: int, starts_at: dt.datetime, ends_at: dt.datetime, reason: str = ""
) -> Leave:
    """Ask for time off; it counts once it is approved."""
    if ends_at <= starts_at:
        raise api.Refused(_("The leave ends before it begins."))
    leave = Leave(
        store_id=store_id,
        staff_id=staff_id,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip()[:200],
        state="asked",
        asked_at=api.now(),
    )
    api.db.session.add(leave)
    api.db.session.flush()
    return leave


@api.unit
def decide_leave(leave_id: int, *, approved: bool) -> Leave:
    """Approve or decline a leave, or take back what was decided."""
    leave = api.db.session.get(Leave, leave_id, with_for_update=True)
    if leave is None:
        raise api.NotFound(_("There is no such leave."))
    leave.state = "approved" if approved else "declined"
    leave.decided_at, leave.decided_by = api.now(), api.actor().user_id
    api.db.session.flush()
    first, last = leave.starts_at.date(), leave.ends_at.date()
    near = Shift.day_on.between(first - dt.timedelta(days=2), last + dt.timedelta(days=1))
    mine = sa.select(Shift.store_id, Shift.day_on).where(Shift.staff_id == leave.staff_id, near)
    by_store: dict[int, set[dt.date]] = {}
    for store_id, day in api.db.session.execute(mine):
        by_store.setdefault(store_id, set()).add(day)
    for store_id, days in sorted(by_store.items()):
        rebuild(store_id, days)
    return leave


def visits_hit(leave: Leave) -> list[Visit]:
    """Return the visits that a person would serve in her leave, the earliest first."""
    first, last = cell_at(leave.starts_at), cell_at(leave.ends_at)
    claims = sa.select(Claim.visit_id).where(
        Claim.kind == "staff",
        Claim.resource_id == leave.staff_id,
        Claim.first_cell < last,
        Claim.last_cell > first,
    )
    rows = sa.select(Visit).where(Visit.id.in_(claims), Visit.status.in_(LIVE))
    return list(api.db.session.scalars(rows.order_by(Visit.starts_at)))


def rebuild(store_id: int, days: Iterable[dt.date]) -> None:
    """Work out anew who is there on days of a store: shifts less breaks and leave; in a unit."""
    zone = api.db.session.get_one(api.Store, store_id).time_zone
    for day in sorted(days):
        there = _there(store_id, zone, day)
        _write(store_id, zone, day, there)


def _there(store_id: int, zone: str, day: dt.date) -> dict[int, int]:
    start = first_cell(day, zone)
    shifts = api.db.session.scalars(
        sa.select(Shift).where(
            Shift.store_id == store_id, Shift.day_on == day, Shift.published.is_(True)
        )
    ).all()
    found = {}
    for shift in shifts:
        bits = 0
        if shift.begins is not None and shift.ends is not None:
            bits = spans_mask(day, zone, [(shift.begins, shift.ends)])
            bits &= ~spans_mask(day, zone, shift.rests)
        found[shift.staff_id] = bits
    away = sa.select(Leave).where(Leave.state == "approved", Leave.staff_id.in_(found))
    for leave in api.db.session.scalars(away):
        gone = mask(cell_at(leave.starts_at) - start, -(-_seconds(leave.ends_at) // 300) - start)
        found[leave.staff_id] &= ALL & ~gone
    return found


def _write(store_id: int, zone: str, day: dt.date, there: Mapping[int, int]) -> None:
    known = api.db.session.scalars(
        sa.select(ResourceDay.resource_id).where(
            ResourceDay.store_id == store_id,
            ResourceDay.day_on == day,
            ResourceDay.kind == "staff",
        )
    ).all()
    keys = {("staff", number): 1 for number in (*known, *there)}
    if not keys:
        return
    add_days(store_id, zone, day, keys)
    lock_days(keys, [day])
    for _kind, number in keys:
        row = (store_id, day, "staff", number, 0)
        stored = api.db.session.get_one(ResourceDay, row, populate_existing=True)
        stored.base = pack(there.get(number, 0))
    api.db.session.flush()


def _seconds(moment: dt.datetime) -> int:
    return int(moment.timestamp())


def _find(store_id: int, draft: ShiftDraft) -> Shift | None:
    found: Shift | None = api.db.session.scalar(
        sa.select(Shift).where(
            Shift.store_id == store_id,
            Shift.staff_id == draft.staff_id,
            Shift.day_on == draft.day,
        )
    )
    return found


def _check_draft(store_id: int, draft: ShiftDraft) -> None:
    if draft.span is None:
        return
    first, last = draft.span
    if not 0 <= first < last <= 2160 or first >= 1440:
        raise api.Refused(_("A shift ends after it begins."))
    if any(not first <= a < b <= last for a, b in draft.breaks):
        raise api.Refused(_("A break lies within the shift."))
    around = [draft.day + dt.timedelta(days=by) for by in (-1, 0, 1)]
    others = sa.select(Shift).where(
        Shift.staff_id == draft.staff_id, Shift.day_on.in_(around), Shift.begins.is_not(None)
    )
    for other in api.db.session.scalars(others):
        if (other.store_id, other.day_on) == (store_id, draft.day):
            continue
        by = (other.day_on - draft.day).days * 1440
        if (other.begins or 0) + by < last and first < (other.ends or 0) + by:
            name = api.db.session.get_one(Staff, draft.staff_id).name
            raise api.Refused(_("%(name)s works elsewhere at this time.", name=name))


def templates() -> list[Template]:
    """Return the usual shifts in their order."""
    return list(api.db.session.scalars(sa.select(Template).order_by(Template.place, Template.id)))
