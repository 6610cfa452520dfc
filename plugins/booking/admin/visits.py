"""The list of visits, and what is done with one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request
from markupsafe import Markup

from console import api
from console.api import _
from plugins.booking.admin.acts import ASKING, LABELS, VISITS, acts_of, needs_of
from plugins.booking.forms import (
    day_of,
    key_of_form,
    moment_of,
    new_key,
    number_of,
    reach,
    text_of,
    today_of,
)
from plugins.booking.models import ACTS, Act, Visit
from plugins.booking.permissions import EDIT_VISITS, REVIEW_VISITS, SEE_VISITS, SERVE_VISITS
from plugins.booking.services.booking import change_visit, wishes_of
from plugins.booking.services.claiming import Taken
from plugins.booking.services.extending import (
    EXTENDABLE,
    LONGEST,
    NextGuest,
    end_after,
    extend_visit,
    longest_extension,
)
from plugins.booking.services.planning import Wish
from plugins.booking.services.proposing import propose_time
from plugins.booking.services.reading import free_times
from plugins.booking.services.showing import (
    clock_of,
    columns,
    services_of,
    span_of,
    staff_of,
    title_of,
)
from plugins.booking.services.turning import turn_visit
from plugins.salon.api import working_staff

#: So many minutes longer a visit usually lasts.
USUAL = 30


class VisitAdmin(api.ModelAdmin):
    """Every booking, whatever became of it."""

    subject, noun = Visit, "visits"
    title, singular = _("Bookings"), _("booking")
    icon, group, order = "calendar-event", "booking", 20
    needs = {"view": SEE_VISITS, "export": EDIT_VISITS}
    list_columns = (
        "starts_at",
        "guest_name",
        api.Column("what", _("Services"), load=lambda ids: columns(ids, services_of)),
        api.Column("who", _("Technician"), load=lambda ids: columns(ids, staff_of)),
        "status",
        "source",
        "store_id",
        "booked_at",
    )
    default_sort = "-starts_at"
    filters = ("status", "day_on", "store_id", "source", "member_id", "booked_at")
    search = ("guest_name",)
    details = (
        "starts_at",
        "ends_at",
        "status",
        "member_id",
        "guest_name",
        "guest_phone",
        "party",
        "store_id",
        "source",
        "note",
        "reason",
        "booked_at",
        "booked_by",
        "forced",
    )
    empty_hint = _("Bookings appear here when a member or the front desk books.")

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        return acts_of(record)

    def panels(self, record: Any) -> list[api.Panel]:
        acts = sa.select(Act).where(Act.visit_id == record.id).order_by(Act.id.desc()).limit(30)
        html = render_template(
            "booking/_visit.html",
            visit=record,
            acts=api.db.session.scalars(acts).all(),
            title_of=title_of,
            labels=dict(ACTS),
        )
        return [api.Panel(_("Services"), Markup(html), 10)]  # noqa: S704 - a template escapes

    @api.page("/<int:number>/turn/<act>", needs=SEE_VISITS)
    def ask(self, number: int, act: str) -> Any:
        return self._ask(reach(Visit, number, needs_of(act)), act)

    @api.page("/<int:number>/turn/<act>", needs=SEE_VISITS, methods=("POST",))
    def turn(self, number: int, act: str) -> Any:
        """Say what happened; the act itself asks for more than seeing."""
        visit = reach(Visit, number, needs_of(act))
        try:
            turn_visit(number, act, reason=text_of("reason"))
        except api.Refused as refused:
            if act in ASKING:
                return self._ask(visit, act, refused)
            raise
        api.say_done(api.gettext("Saved."))
        return redirect(_back() or f"{VISITS}{number}/")

    @api.page("/<int:number>/extend/<int:minutes>", needs=SERVE_VISITS, methods=("POST",))
    def extend(self, number: int, minutes: int) -> Any:
        visit = reach(Visit, number, SERVE_VISITS)
        key = f"booking.extend:{visit.id}:{visit.version}:{minutes}"
        return self._extend(visit, minutes, key)

    @api.page("/<int:number>/extend", needs=SERVE_VISITS)
    def ask_extension(self, number: int) -> Any:
        """Say until when a visit can last, and ask for how much longer it shall."""
        return self._ask_extension(reach(Visit, number, SERVE_VISITS))

    @api.page("/<int:number>/extend", needs=SERVE_VISITS, methods=("POST",))
    def extend_so_long(self, number: int) -> Any:
        """Let a visit last longer, in its room or in another."""
        visit = reach(Visit, number, SERVE_VISITS)
        return self._extend(visit, number_of("minutes") or 0, key_of_form())

    @api.page("/<int:number>/propose", needs=REVIEW_VISITS)
    def ask_proposal(self, number: int) -> Any:
        return self._ask_proposal(reach(Visit, number, REVIEW_VISITS))

    @api.page("/<int:number>/propose", needs=REVIEW_VISITS, methods=("POST",))
    def propose(self, number: int) -> Any:
        """Keep another time and ask the member whether she takes it."""
        visit = reach(Visit, number, REVIEW_VISITS)
        try:
            starts_at = moment_of("at", visit.store.time_zone)
            key, staff_id = key_of_form(), number_of("staff_id")
            propose_time(number, starts_at, key=key, staff_id=staff_id, note=text_of("note"))
        except api.Refused as refused:
            return self._ask_proposal(reach(Visit, number, REVIEW_VISITS), refused)
        api.say_done(api.gettext("Proposed. She answers on her phone."))
        return redirect(_back() or f"{VISITS}{number}/")

    @api.page("/<int:number>/change", needs=EDIT_VISITS)
    def ask_change(self, number: int) -> Any:
        return self._ask_change(reach(Visit, number, EDIT_VISITS))

    @api.page("/<int:number>/change", needs=EDIT_VISITS, methods=("POST",))
    def change(self, number: int) -> Any:
        visit = reach(Visit, number, EDIT_VISITS)
        try:
            starts_at = moment_of("starts_at", visit.store.time_zone)
            wishes = [_other(wish, number_of("staff_id")) for wish in wishes_of(visit)]
            change_visit(number, starts_at, wishes, key=key_of_form(), reason=text_of("reason"))
        except api.Refused as refused:
            return self._ask_change(reach(Visit, number, EDIT_VISITS), refused)
        api.say_done(api.gettext("Saved."))
        return redirect(f"{VISITS}{number}/")

    def _extend(self, visit: Visit, minutes: int, key: str) -> Any:
        try:
            extend_visit(visit.id, minutes, key=key, room_id=number_of("room_id"))
        except NextGuest as refused:
            return self._ask_extension(reach(Visit, visit.id, SERVE_VISITS), refused, minutes)
        except api.Refused as refused:
            return self._ask_extension(reach(Visit, visit.id, SERVE_VISITS), refused)
        api.say_done(api.gettext("Saved."))
        return redirect(f"{VISITS}{visit.id}/")

    def _ask_extension(
        self, visit: Visit, problem: api.Refused | None = None, minutes: int | None = None
    ) -> Any:
        able = visit.status in EXTENDABLE
        longest = longest_extension(visit) if able else 0
        page = api.render(
            "booking/extend.html",
            view=self,
            visit=visit,
            services=services_of(visit),
            span=span_of(visit),
            able=able,
            longest=longest,
            most=LONGEST,
            until=end_after(visit, longest),
            minutes=minutes or min(USUAL, longest or USUAL),
            rooms=problem.rooms if isinstance(problem, NextGuest) else (),
            key=new_key(),
            problem=problem,
        )
        return (page, problem.status) if problem else page

    def _ask(self, visit: Visit, act: str, problem: api.Refused | None = None) -> Any:
        page = api.render(
            "booking/turn.html",
            view=self,
            visit=visit,
            act=act,
            label=LABELS[act],
            services=services_of(visit),
            span=span_of(visit),
            problem=problem,
        )
        return (page, problem.status) if problem else page

    def _ask_proposal(self, visit: Visit, problem: api.Refused | None = None) -> Any:
        today = today_of(visit.store)
        day = max(day_of("day", visit.day_on), today)
        page = api.render(
            "booking/propose.html",
            view=self,
            visit=visit,
            day=day,
            days=[today + dt.timedelta(days=n) for n in range(14)],
            times=_times(visit, day),
            staff=working_staff(visit.store_id),
            services=services_of(visit),
            clock_of=clock_of,
            key=new_key(),
            entered=request.values,
            problem=problem,
            others=problem.alternatives if isinstance(problem, Taken) else (),
        )
        return (page, problem.status) if problem else page

    def _ask_change(self, visit: Visit, problem: api.Refused | None = None) -> Any:
        page = api.render(
            "booking/change.html",
            view=self,
            visit=visit,
            staff=working_staff(visit.store_id),
            services=services_of(visit),
            key=new_key(),
            entered=request.form,
            problem=problem,
            others=problem.alternatives if isinstance(problem, Taken) else (),
        )
        return (page, problem.status) if problem else page


def _times(visit: Visit, day: dt.date) -> list[dt.datetime]:
    """Return when a visit could be on a day with whom it was asked for, or who was chosen."""
    staff_id = number_of("staff_id")
    wishes = wishes_of(visit)
    if staff_id is not None:
        wishes = [replace(wish, staff_id=staff_id) for wish in wishes]
    try:
        times = free_times(visit.store_id, wishes, day, day, moved=visit.id)[day]
    except api.Refused:
        return []
    return [each for each in times if staff_id is not None or each != visit.starts_at]


def _other(wish: Wish, staff_id: int | None) -> Wish:
    return replace(wish, staff_id=staff_id, asked=True)


def _back() -> str:
    """Return the page of this console that the form came from, if it said so."""
    back = text_of("next")
    return back if back.startswith("/console/booking/") else ""
