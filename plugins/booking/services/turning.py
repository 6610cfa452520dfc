"""What happens to a visit after it was booked: review, arrival, service, and when it fails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from console import api
from console.api import _
from plugins.booking.hookspecs import booking_visit_status_changed
from plugins.booking.models import Visit
from plugins.booking.services.acts import act_known, check_visit, lock_visit, note_act
from plugins.booking.services.booking import require_before_cut_off
from plugins.booking.services.claiming import release
from plugins.booking.services.days import cell_at
from plugins.booking.services.seating import locked_for


@dataclass(frozen=True)
class Turn:
    """A change of status: from which, to which, and which moment it notes."""

    before: tuple[str, ...]
    after: str
    moment: str
    refusal: object


TURNS: Mapping[str, Turn] = {
    "confirm": Turn(
        ("pending",), "confirmed", "decided_at", _("This booking does not await review.")
    ),
    "reject": Turn(
        ("pending",), "rejected", "decided_at", _("This booking does not await review.")
    ),
    "arrive": Turn(
        ("pending", "confirmed", "no_show"),
        "arrived",
        "arrived_at",
        _("This booking is not expected any more."),
    ),
    "start": Turn(
        ("confirmed", "arrived"),
        "in_service",
        "started_at",
        _("The service can only begin after the guest has come."),
    ),
    "done": Turn(
        ("arrived", "in_service"), "done", "done_at", _("This booking is not in service.")
    ),
    "no_show": Turn(
        ("pending", "confirmed"),
        "no_show",
        "cancelled_at",
        _("This booking is not expected any more."),
    ),
    "cancel": Turn(
        ("hold", "pending", "confirmed", "arrived"),
        "cancelled",
        "cancelled_at",
        _("This booking can no longer be cancelled."),
    ),
}


@api.unit
def turn_visit(
    visit_id: int, act: str, *, key: str | None = None, reason: str = "", by_member: bool = False
) -> Visit:
    """Do one of `TURNS` with a visit; what it no longer needs is free at once.

    An act that was done before is not done again. Raises `Conflict` when the status does not
    allow it, and `Refused`.
    """
    turn, visit = TURNS[act], lock_visit(visit_id)
    if key is not None and act_known(key, visit_id):
        return visit
    if visit.status == turn.after:
        return visit
    if visit.status not in turn.before:
        raise api.Conflict(turn.refusal)
    if by_member:
        require_before_cut_off(visit)
    if act == "reject" and not reason.strip():
        raise api.Refused(_("Say why, in words for the guest."))
    if act == "no_show" and api.now() < visit.starts_at:
        raise api.Refused(_("She may still come: the booking has not begun."))
    before = visit.status
    if before == "no_show":
        raise_if_gone(visit)
    visit.status, visit.hold_until = turn.after, None
    setattr(visit, turn.moment, api.now())
    visit.reason = reason.strip()[:200] or visit.reason
    visit.version += 1
    api.db.session.flush()
    _free(visit, act)
    check_visit(visit.id, act, visit.member_id)
    note_act(visit, act, key, {"before": before}, by_member=by_member)
    if before != "hold":
        api.emit(booking_visit_status_changed, visit_id=visit.id, before=before, after=visit.status)
    return visit


def raise_if_gone(visit: Visit) -> None:
    """Refuse to take back a no-show after the day: her time is long given to others."""
    if api.now() > visit.starts_at + dt.timedelta(hours=12):
        raise api.Conflict(_("This booking is not expected any more."))


def _free(visit: Visit, act: str) -> None:
    """Give back what nobody needs any more; a room still has to be cleaned."""
    if act not in ("reject", "cancel", "no_show", "done"):
        return
    rows = locked_for([visit.id], [visit.day_on])
    if act in ("reject", "cancel"):
        release([visit.id], rows)
    else:
        since, end = cell_at(api.now()) + 1, cell_at(visit.ends_at)
        last = max((claim.last_cell for claim in visit.claims), default=end)
        release([visit.id], rows, since, ("staff",))
        cleaning = max(0, last - end) if act == "done" else 0
        release([visit.id], rows, since + cleaning, ("place",))
    api.db.session.expire(visit, ["claims"])
