"""The roster: a week of a store, who works when, and leave."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import redirect, request

from console import api
from console.api import _
from plugins.booking.forms import (
    day_of,
    moment_of,
    number_of,
    reach,
    store_here,
    stores_for,
    text_of,
    today_of,
)
from plugins.booking.models import Leave, Shift, Template
from plugins.booking.permissions import EDIT_ROSTER, SEE_ROSTER
from plugins.booking.services.rosters import (
    A_WEEK,
    ShiftDraft,
    ask_leave,
    copy_week,
    decide_leave,
    drop_shift,
    publish,
    put_shifts,
    shifts_between,
    templates,
    visits_hit,
)
from plugins.booking.services.showing import span_of
from plugins.salon.api import WEEKDAYS, Staff, show_time, working_staff

HOME = "/console/booking/roster/"


class Roster(api.AdminView):
    """A week as a grid: a line for each person, a shift for each day."""

    title, noun = _("Roster"), "roster"
    group, icon, order = "booking", "users", 40

    @api.page("/", needs=SEE_ROSTER)
    def index(self) -> Any:
        return self._show(store_here(SEE_ROSTER))

    @api.page("/", needs=EDIT_ROSTER, methods=("POST",))
    def save(self) -> Any:
        """Plan what the grid says; days that were published change at once."""
        store = store_here(EDIT_ROSTER)
        try:
            _save_week(store.id, _monday(store), {t.id: t for t in templates()})
        except api.Refused as refused:
            return self._show(store_here(EDIT_ROSTER), refused)
        return _done(store, api.gettext("Roster saved."))

    @api.page("/copy", needs=EDIT_ROSTER, methods=("POST",))
    def copy(self) -> Any:
        store = store_here(EDIT_ROSTER)
        monday = _monday(store)
        count = copy_week(store.id, monday - A_WEEK, monday)
        return _done(store, api.ngettext("%(num)s shift copied.", "%(num)s shifts copied.", count))

    @api.page("/publish", needs=EDIT_ROSTER, methods=("POST",))
    def publish(self) -> Any:
        store = store_here(EDIT_ROSTER)
        monday = _monday(store)
        publish(store.id, monday, monday + dt.timedelta(days=6))
        return _done(store, api.gettext("Published: guests can book this week."))

    @api.page("/leave", needs=EDIT_ROSTER, methods=("POST",))
    def add_leave(self) -> Any:
        store = store_here(EDIT_ROSTER)
        try:
            person = reach(Staff, number_of("staff_id") or 0, EDIT_ROSTER)
            first = moment_of("starts_at", store.time_zone)
            last = moment_of("ends_at", store.time_zone)
            ask_leave(person.id, store.id, first, last, text_of("reason"))
        except api.Refused as refused:
            return self._show(store_here(EDIT_ROSTER), refused)
        return _done(store, api.gettext("Leave noted; it counts once it is approved."))

    @api.page("/leave/<int:number>", needs=EDIT_ROSTER, methods=("POST",))
    def decide(self, number: int) -> Any:
        leave = reach(Leave, number, EDIT_ROSTER)
        approved = text_of("decision") == "approve"
        decide_leave(leave.id, approved=approved)
        words = api.gettext("Leave approved.") if approved else api.gettext("Leave declined.")
        return _done(api.db.session.get_one(api.Store, leave.store_id), words)

    def _show(self, store: api.Store, problem: api.Refused | None = None) -> Any:
        monday = _monday(store)
        days = [monday + dt.timedelta(days=n) for n in range(7)]
        shifts = list(api.db.session.scalars(shifts_between(store.id, monday, monday + A_WEEK)))
        page = api.render(
            "booking/roster.html",
            view=self,
            store=store,
            stores=stores_for(SEE_ROSTER),
            days=days,
            monday=monday,
            before=monday - A_WEEK,
            after=monday + A_WEEK,
            today=today_of(store),
            staff=[each for each in working_staff(store.id) if each.skills],
            shifts={(shift.staff_id, shift.day_on): shift for shift in shifts},
            templates=templates(),
            show_hours=show_hours,
            weekdays=dict(WEEKDAYS),
            unpublished=sum(not shift.published for shift in shifts),
            leaves=[(leave, visits_hit(leave)) for leave in _leaves(store.id)],
            span_of=span_of,
            may_edit=EDIT_ROSTER.held(store.id),
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page


def show_hours(one: Shift | Template) -> str:
    """Write the hours of a shift; nothing for a day off."""
    if one.begins is None or one.ends is None:
        return ""
    return f"{show_time(one.begins)}–{show_time(one.ends)}"  # noqa: RUF001


def _monday(store: api.Store) -> dt.date:
    day = day_of("week", today_of(store))
    return day - dt.timedelta(days=day.weekday())


@api.unit
def _save_week(store_id: int, monday: dt.date, known: dict[int, Template]) -> None:
    rows = api.db.session.scalars(shifts_between(store_id, monday, monday + A_WEEK))
    there = {(shift.staff_id, shift.day_on): shift for shift in rows}
    drafts = []
    for person in working_staff(store_id):
        for day in (monday + dt.timedelta(days=n) for n in range(7)):
            chosen, shift = text_of(f"shift-{person.id}-{day}"), there.get((person.id, day))
            if f"shift-{person.id}-{day}" not in request.form or chosen == "keep":
                continue
            if not chosen.isdecimal():
                if shift is not None:
                    drop_shift(store_id, person.id, day)
            elif int(chosen) in known and (shift is None or shift.template_id != int(chosen)):
                drafts.append(_draft(person.id, day, known[int(chosen)]))
    put_shifts(store_id, drafts)


def _draft(staff_id: int, day: dt.date, template: Template) -> ShiftDraft:
    begins, ends = template.begins, template.ends
    breaks = [(first, last) for first, last in template.breaks.get("spans", [])]
    span = None if begins is None or ends is None else (begins, ends)
    return ShiftDraft(staff_id, day, span, breaks, template.id)


def _leaves(store_id: int) -> list[Leave]:
    rows = sa.select(Leave).where(Leave.store_id == store_id, Leave.ends_at > api.now())
    return list(api.db.session.scalars(rows.order_by(Leave.starts_at)))


def _done(store: api.Store, words: str) -> Any:
    api.say_done(words)
    return redirect(f"{HOME}?store_id={store.id}&week={_monday(store)}")
