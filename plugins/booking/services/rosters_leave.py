"""Leave: asked for, approved or declined, and the visits that it hits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Claim, Leave, Shift, Visit
from plugins.booking.models.visits import LIVE
from plugins.booking.permissions import EDIT_ROSTER, EDIT_VISITS
from plugins.booking.services.days import cell_at
from plugins.booking.services.rosters import A_DAY, rebuild
from plugins.salon.api import Staff

#: Where the manager decides, and where who asked reads the answer.
DESK, MINE = "/console/booking/leave/", "/console/booking/my-shifts/"
#: Nobody asks for more time off at once.
LONGEST = dt.timedelta(days=366)


@api.unit
def ask_leave(
    staff_id: int, store_id: int, starts_at: dt.datetime, ends_at: dt.datetime, reason: str = ""
) -> Leave:
    """Ask for time off; it counts once it is approved, and the manager is told."""
    if ends_at <= starts_at:
        raise api.Refused(_("The leave ends before it begins."))
    if ends_at - starts_at > LONGEST:
        raise api.Refused(_("Ask for at most a year at once."))
    same = sa.select(Leave.id).where(
        Leave.staff_id == staff_id,
        Leave.state != "declined",
        Leave.starts_at < ends_at,
        Leave.ends_at > starts_at,
    )
    if api.db.session.scalar(same.limit(1)) is not None:
        raise api.Refused(_("There is a leave at this time already."))
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
    api.notify(
        _("%(name)s asks for leave", name=_name(staff_id)),
        show_leave(leave),
        url=f"{DESK}{leave.id}",
        store_id=store_id,
        permission=EDIT_ROSTER,
        todo=True,
        key=f"booking.leave:{leave.id}",
    )
    return leave


@api.unit
def decide_leave(leave_id: int, *, approved: bool, answer: str = "") -> Leave:
    """Approve or decline a leave, or take back what was decided; who asked is told.

    Raises `Refused` when what was asked for is declined without a reason.
    """
    leave = _lock(leave_id)
    if not approved and leave.state == "asked" and not answer.strip():
        raise api.Refused(_("Say why, in words for who asked."))
    before, leave.state = leave.state, "approved" if approved else "declined"
    leave.decided_at, leave.decided_by = api.now(), api.actor().user_id
    leave.answer = answer.strip()[:200]
    api.db.session.flush()
    _rebuild(leave)
    api.settle_notice(f"booking.leave:{leave.id}")
    _ring_for_hits(leave)
    if before != leave.state:
        _tell(leave)
        title = _("Approved a leave") if approved else _("Declined a leave")
        api.record_audit(
            "booking.leave_decided",
            leave,
            before={"state": before},
            after={"state": leave.state, "answer": leave.answer},
            title=title,
        )
    return leave


@api.unit
def withdraw_leave(leave_id: int, staff_id: int) -> None:
    """Take back what one asked for oneself, before it is decided; raises `Refused`."""
    leave = _lock(leave_id)
    if leave.staff_id != staff_id:
        raise api.NotFound(_("There is no such leave."))
    if leave.state != "asked":
        raise api.Conflict(_("This has been decided already. Talk to your manager."))
    api.settle_notice(f"booking.leave:{leave.id}")
    api.db.session.delete(leave)


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


def leaves_between(
    staff_ids: Iterable[int], starts_at: dt.datetime, ends_at: dt.datetime
) -> list[Leave]:
    """Return what was asked for or approved of some people's leave that touches a time."""
    rows = sa.select(Leave).where(
        Leave.staff_id.in_(set(staff_ids)),
        Leave.state != "declined",
        Leave.starts_at < ends_at,
        Leave.ends_at > starts_at,
    )
    return list(api.db.session.scalars(rows.order_by(Leave.starts_at, Leave.id)))


def show_leave(leave: Leave) -> str:
    """Write when somebody is away, in the time of the store."""
    zone = ZoneInfo(api.db.session.get_one(api.Store, leave.store_id).time_zone)
    first, last = leave.starts_at.astimezone(zone), leave.ends_at.astimezone(zone)
    if not any((first.hour, first.minute, last.hour, last.minute)):
        days = first.date(), (last - A_DAY).date()
        return f"{days[0]}" if days[0] == days[1] else f"{days[0]} – {days[1]}"  # noqa: RUF001
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M}"
    return f"{first:%Y-%m-%d %H:%M} – {until}"  # noqa: RUF001


def _lock(leave_id: int) -> Leave:
    leave = api.db.session.get(Leave, leave_id, with_for_update=True)
    if leave is None:
        raise api.NotFound(_("There is no such leave."))
    return leave


def _rebuild(leave: Leave) -> None:
    first, last = leave.starts_at.date(), leave.ends_at.date()
    near = Shift.day_on.between(first - 2 * A_DAY, last + A_DAY)
    mine = sa.select(Shift.store_id, Shift.day_on).where(Shift.staff_id == leave.staff_id, near)
    by_store: dict[int, set[dt.date]] = {}
    for store_id, day in api.db.session.execute(mine):
        by_store.setdefault(store_id, set()).add(day)
    for store_id, days in sorted(by_store.items()):
        rebuild(store_id, days)


def _ring_for_hits(leave: Leave) -> None:
    """Leave a to-do while an approved leave hits bookings; settle it when it no longer counts."""
    key = f"booking.leave_hits:{leave.id}"
    hits = visits_hit(leave) if leave.state == "approved" else []
    if not hits:
        api.settle_notice(key)
        return
    api.notify(
        _("Bookings in the leave of %(name)s are to be moved", name=_name(leave.staff_id)),
        " · ".join(visit.guest_name for visit in hits[:10]),
        url=f"{DESK}{leave.id}",
        store_id=leave.store_id,
        permission=EDIT_VISITS,
        todo=True,
        key=key,
    )


def _tell(leave: Leave) -> None:
    staff = api.db.session.get_one(Staff, leave.staff_id)
    if staff.user_id is None:
        return
    approved = leave.state == "approved"
    title = _("Your leave is approved") if approved else _("Your leave was declined")
    body = " · ".join(part for part in (show_leave(leave), leave.answer) if part)
    api.notify(title, body, url=MINE, user_id=staff.user_id, key=f"booking.leave_told:{leave.id}")


def _name(staff_id: int) -> str:
    return api.db.session.get_one(Staff, staff_id).name
