"""Leave and swaps as the manager decides them, and bookings that get somebody else."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import redirect, request

from console import api
from console.api import _
from plugins.booking.admin.roster import tell_problems
from plugins.booking.forms import (
    key_of_form,
    moment_of,
    new_key,
    number_of,
    reach,
    store_here,
    stores_for,
    text_of,
    today_of,
)
from plugins.booking.models import Leave, Swap, Visit
from plugins.booking.models.rosters import LEAVE_STATES, OPEN_SWAPS, SWAP_STATES
from plugins.booking.permissions import EDIT_ROSTER, EDIT_VISITS, SEE_ROSTER
from plugins.booking.services.claiming import Taken
from plugins.booking.services.rosters import A_DAY
from plugins.booking.services.rosters_checks import Objections
from plugins.booking.services.rosters_leave import (
    DESK,
    ask_leave,
    decide_leave,
    show_leave,
    visits_hit,
)
from plugins.booking.services.rosters_moving import hand_over, ways_out
from plugins.booking.services.rosters_swaps import decide_swap, objections_to, show_swap
from plugins.booking.services.showing import services_of, span_of
from plugins.salon.api import Staff, working_staff

STATES = {**dict(LEAVE_STATES), **{f"swap_{key}": label for key, label in SWAP_STATES}}
TONES = {"asked": "warn", "agreed": "warn", "approved": "good", "declined": "bad"}
#: Decided requests are shown for so long.
SHOWN = dt.timedelta(days=14)


class LeaveDesk(api.AdminView):
    """What people have asked for: time off, and swaps that a colleague agreed to."""

    title, noun = _("Leave and swaps"), "leave"
    group, icon, order = "booking", "hand-stop", 45

    @api.page("/", needs=SEE_ROSTER)
    def index(self) -> Any:
        return self._show(store_here(SEE_ROSTER))

    @api.page("/", needs=EDIT_ROSTER, methods=("POST",))
    def add(self) -> Any:
        """Note leave for somebody who asked in person."""
        store = store_here(EDIT_ROSTER)
        try:
            person = reach(Staff, number_of("staff_id") or 0, EDIT_ROSTER)
            first, last = read_absence(store.time_zone)
            leave = ask_leave(person.id, store.id, first, last, text_of("reason"))
        except api.Refused as refused:
            return self._show(store_here(EDIT_ROSTER), refused)
        return redirect(f"{DESK}{leave.id}")

    @api.page("/<int:number>", needs=SEE_ROSTER)
    def leave(self, number: int) -> Any:
        return self._show_leave(reach(Leave, number, SEE_ROSTER))

    @api.page("/<int:number>", needs=EDIT_ROSTER, methods=("POST",))
    def decide(self, number: int) -> Any:
        """Approve or decline; bookings that are hit stay until each has been moved."""
        leave = reach(Leave, number, EDIT_ROSTER)
        approved = text_of("decision") == "approve"
        try:
            decide_leave(leave.id, approved=approved, answer=text_of("answer"))
        except api.Refused as refused:
            return self._show_leave(reach(Leave, number, EDIT_ROSTER), refused)
        words = api.gettext("Leave approved.") if approved else api.gettext("Leave declined.")
        api.say_done(words)
        return redirect(f"{DESK}{number}" if approved else DESK)

    @api.page("/swaps/<int:number>", needs=SEE_ROSTER)
    def swap(self, number: int) -> Any:
        return self._show_swap(reach(Swap, number, SEE_ROSTER))

    @api.page("/swaps/<int:number>", needs=EDIT_ROSTER, methods=("POST",))
    def decide_swap(self, number: int) -> Any:
        swap = reach(Swap, number, EDIT_ROSTER)
        approved = text_of("decision") == "approve"
        try:
            decide_swap(
                swap.id,
                approved=approved,
                answer=text_of("answer"),
                sure=bool(text_of("sure")),
                with_visits=bool(text_of("with_visits")),
            )
        except api.Refused as refused:
            return self._show_swap(reach(Swap, number, EDIT_ROSTER), refused)
        api.say_done(api.gettext("Swap approved.") if approved else api.gettext("Swap declined."))
        return redirect(DESK)

    @api.page("/move/<int:number>", needs=EDIT_VISITS)
    def ways(self, number: int) -> Any:
        """Show who could serve a booking instead, and when else it could be."""
        return self._show_ways(reach(Visit, number, EDIT_VISITS))

    @api.page("/move/<int:number>", needs=EDIT_VISITS, methods=("POST",))
    def move(self, number: int) -> Any:
        visit = reach(Visit, number, EDIT_VISITS)
        try:
            zone = visit.store.time_zone
            hand_over(
                number,
                number_of("staff_id") or 0,
                number_of("to_id"),
                key=key_of_form(),
                starts_at=moment_of("starts_at", zone) if text_of("starts_at") else None,
                reason=text_of("reason"),
            )
        except api.Refused as refused:
            return self._show_ways(reach(Visit, number, EDIT_VISITS), refused)
        api.say_done(api.gettext("Moved; the guest is told."))
        return redirect(_next() or f"/console/booking/visits/{number}/")

    def _show(self, store: api.Store, problem: api.Refused | None = None) -> Any:
        page = api.render(
            "booking/leave.html",
            view=self,
            store=store,
            stores=stores_for(SEE_ROSTER),
            leaves=_leaves(store.id),
            swaps=_swaps(store.id),
            staff=[each for each in working_staff(store.id) if each.skills],
            show_leave=show_leave,
            show_swap=show_swap,
            states=STATES,
            tones=TONES,
            today=today_of(store),
            may_edit=EDIT_ROSTER.held(store.id),
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page

    def _show_leave(self, leave: Leave, problem: api.Refused | None = None) -> Any:
        page = api.render(
            "booking/leave_one.html",
            view=self,
            leave=leave,
            when=show_leave(leave),
            hits=visits_hit(leave),
            span_of=span_of,
            states=STATES,
            tones=TONES,
            may_edit=EDIT_ROSTER.held(leave.store_id),
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page

    def _show_swap(self, swap: Swap, problem: api.Refused | None = None) -> Any:
        against = objections_to(swap) if swap.state in OPEN_SWAPS else []
        page = api.render(
            "booking/swap_one.html",
            view=self,
            swap=swap,
            words=show_swap(swap),
            problems=tell_problems(Objections(against)) if against else [],
            states=STATES,
            tones=TONES,
            may_edit=EDIT_ROSTER.held(swap.store_id),
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page

    def _show_ways(self, visit: Visit, problem: api.Refused | None = None) -> Any:
        staff_id = number_of("staff_id") or next(
            (item.staff_id for item in visit.items if item.staff_id), 0
        )
        person = api.db.session.get(Staff, staff_id)
        if person is None or all(item.staff_id != staff_id for item in visit.items):
            raise api.NotFound(_("There is no such record."))
        page = api.render(
            "booking/move.html",
            view=self,
            visit=visit,
            person=person,
            ways=ways_out(visit, staff_id),
            services=services_of(visit),
            key=new_key(),
            next=_next(),
            entered=request.form,
            problem=problem,
            others=problem.alternatives if isinstance(problem, Taken) else (),
        )
        return (page, problem.status) if problem else page


def read_absence(zone: str) -> tuple[dt.datetime, dt.datetime]:
    """Return the time off that was entered: whole days, or hours of them; raises `Refused`."""
    try:
        first = dt.date.fromisoformat(text_of("first_on"))
        last = dt.date.fromisoformat(text_of("last_on") or text_of("first_on"))
    except ValueError:
        raise api.Refused(_("Choose a day.")) from None
    begins, ends = _time("begins"), _time("ends")
    if not dt.date(2000, 1, 1) < first < dt.date(2200, 1, 1):
        raise api.Refused(_("Choose a day."))
    if last < first or (last - first).days > 400:
        raise api.Refused(_("The leave ends before it begins."))
    start = dt.datetime.combine(first, begins or dt.time.min, ZoneInfo(zone))
    end = dt.datetime.combine(last if ends else last + A_DAY, ends or dt.time.min, ZoneInfo(zone))
    return start.astimezone(dt.UTC), end.astimezone(dt.UTC)


def _time(name: str) -> dt.time | None:
    try:
        return dt.time.fromisoformat(text_of(name)) if text_of(name) else None
    except ValueError:
        raise api.Refused(_("Choose a time.")) from None


def _leaves(store_id: int) -> list[Leave]:
    rows = sa.select(Leave).where(
        Leave.store_id == store_id,
        Leave.ends_at > api.now(),
        sa.or_(Leave.state != "declined", Leave.decided_at > api.now() - SHOWN),
    )
    return list(api.db.session.scalars(rows.order_by(Leave.state != "asked", Leave.starts_at)))


def _swaps(store_id: int) -> list[Swap]:
    rows = sa.select(Swap).where(
        Swap.store_id == store_id,
        Swap.state != "withdrawn",
        sa.or_(Swap.state.in_(OPEN_SWAPS), Swap.decided_at > api.now() - SHOWN),
    )
    return list(api.db.session.scalars(rows.order_by(Swap.state != "agreed", Swap.day_on)))


def _next() -> str:
    """Return the page of booking that led here, if one did."""
    back = text_of("next")
    return back if back.startswith("/console/booking/") else ""
