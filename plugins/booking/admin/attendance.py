"""Attendance for a manager: the code to check in with, hours against the roster, corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request

from console import api
from console.api import _
from plugins.booking.admin.check_in import HOME as CHECK_IN_HOME
from plugins.booking.forms import day_of, number_of, reach, store_here, stores_for, text_of
from plugins.booking.forms import today_of as business_today
from plugins.booking.models import Stint
from plugins.booking.permissions import SEE_ROSTER
from plugins.booking.permissions_attendance import EDIT_HOURS, SEE_HOURS, SHOW_CODE
from plugins.booking.services.attendance import StintDraft, correct_stint, drop_stint
from plugins.booking.services.attendance_codes import STEP, code_now
from plugins.booking.services.attendance_hours import (
    MARKS,
    DayHours,
    hours_between,
    names_of,
    show_minutes,
    totals_of,
)
from plugins.booking.services.showing import clock_of, day_and_clock
from plugins.salon.api import SHORT_WEEKDAYS, Staff, read_time, working_staff

HOME = "/console/booking/attendance/"
A_DAY, MOST_DAYS = dt.timedelta(days=1), 100


class AttendancePages(api.AdminView):
    """A week of everybody: planned, worked, late, left early, missing."""

    title, noun = _("Attendance"), "attendance"
    group, icon, order = "booking", "clock", 47

    @api.page("/", needs=SEE_HOURS)
    def index(self) -> Any:
        store = store_here(SEE_HOURS)
        today = business_today(store)
        day = day_of("day", today)
        monday = day - day.weekday() * A_DAY
        days = [monday + n * A_DAY for n in range(7)]
        hours = hours_between(store, days[0], days[-1])
        here = {each.id for each in working_staff(store.id)}
        people = names_of(here | {staff_id for staff_id, _day in hours})
        return api.render(
            "booking/attendance.html",
            view=self,
            store=store,
            stores=stores_for(SEE_HOURS),
            days=days,
            weekdays=SHORT_WEEKDAYS,
            today=today,
            before=monday - 7 * A_DAY,
            after=monday + 7 * A_DAY,
            people=people,
            hours=hours,
            totals=totals_of(hours.values()),
            marks=MARKS,
            show_minutes=show_minutes,
            clock=lambda moment: clock_of(moment, store.time_zone),
            first_of_month=day.replace(day=1),
            may_edit=EDIT_HOURS.held(store.id),
            may_show_code=SHOW_CODE.held(store.id),
            may_see_roster=SEE_ROSTER.held(store.id),
        )

    @api.page("/code", needs=SHOW_CODE)
    def code(self) -> Any:
        """Show the code on a screen of the store."""
        store = store_here(SHOW_CODE)
        return api.render(
            "booking/attendance_code.html", view=self, every=STEP // 2, **_code_facts(store)
        )

    @api.page("/code/now", needs=SHOW_CODE)
    def code_now(self) -> Any:
        """Show the code alone, for the page that fetches it anew."""
        return render_template(
            "booking/_attendance_code.html", **_code_facts(store_here(SHOW_CODE))
        )

    @api.page("/<int:staff_id>/<day>", needs=SEE_HOURS)
    def person(self, staff_id: int, day: str) -> Any:
        return self._person(staff_id, _day(day))

    @api.page("/<int:staff_id>/<day>", needs=EDIT_HOURS, methods=("POST",))
    def correct(self, staff_id: int, day: str) -> Any:
        """Note, correct or take back when somebody was at work."""
        store, on = store_here(EDIT_HOURS), _day(day)
        number, reason = number_of("stint_id"), text_of("reason")
        try:
            if text_of("act") == "drop":
                drop_stint(number or 0, store.id, staff_id, reason=reason)
            else:
                draft = StintDraft(staff_id, on, *_moments(store, on))
                correct_stint(store.id, draft, reason=reason, stint_id=number)
        except api.NotFound:
            raise
        except api.Refused as refused:
            return self._person(staff_id, on, refused)
        api.say_done(api.gettext("Saved."))
        return redirect(f"{HOME}{staff_id}/{on}?store_id={store.id}")

    @api.page("/hours.<kind>", needs=SEE_HOURS)
    def export(self, kind: str) -> Any:
        """Send the days of some weeks as a spreadsheet."""
        store = store_here(SEE_HOURS)
        today = business_today(store)
        first, last = day_of("from", today.replace(day=1)), day_of("to", today)
        if kind not in ("csv", "xlsx"):
            raise api.NotFound(_("There is no such record."))
        if not 0 <= (last - first).days < MOST_DAYS:
            raise api.Refused(_("Choose %(days)s days at most.", days=MOST_DAYS))
        rows = _rows(store, list(hours_between(store, first, last).values()))
        _note_export(store, kind, first, last, len(rows))
        header = [str(each) for each in HEADER]
        return api.send_table(f"attendance-{first}-{last}", header, [rows], kind)

    def _person(self, staff_id: int, day: dt.date, problem: api.Refused | None = None) -> Any:
        store = store_here(SEE_HOURS)
        staff = reach(Staff, staff_id, SEE_HOURS)
        hours = hours_between(store, day, day, [staff_id]).get((staff_id, day))
        page = api.render(
            "booking/attendance_day.html",
            view=self,
            store=store,
            staff=staff,
            day=day,
            hours=hours or DayHours(staff_id, day),
            marks=MARKS,
            ways=dict(Stint.__table__.c.came_by.info.get("choices", ())),
            show_minutes=show_minutes,
            clock=lambda moment: clock_of(moment, store.time_zone),
            may_edit=EDIT_HOURS.held(store.id),
            entered=request.form,
            problem=problem,
            others=(),
        )
        return (page, problem.status) if problem else page


HEADER = (
    _("Day"),
    _("Technician"),
    _("Checked in at"),
    _("Checked out at"),
    _("Planned minutes"),
    _("Minutes at work"),
    _("Minutes late"),
    _("Minutes left early"),
    _("Remarks"),
)


def _rows(store: api.Store, hours: Sequence[DayHours]) -> list[list[Any]]:
    names, zone = names_of({each.staff_id for each in hours}), store.time_zone
    comma = api.gettext(", ")
    return [
        [
            each.day,
            names.get(each.staff_id, ""),
            day_and_clock(each.stints[0].came_at, zone) if each.stints else "",
            day_and_clock(left, zone) if each.stints and (left := each.stints[-1].left_at) else "",
            each.planned,
            each.worked,
            each.late,
            each.early,
            comma.join(str(MARKS[mark]) for mark in each.marks),
        ]
        for each in hours
    ]


@api.unit
def _note_export(store: api.Store, kind: str, first: dt.date, last: dt.date, rows: int) -> None:
    told = {"list": "attendance", "format": kind, "from": str(first), "to": str(last), "rows": rows}
    api.record_audit("export", after=told, store_id=store.id)


def _code_facts(store: api.Store) -> dict[str, Any]:
    told = urlencode({"store_id": store.id, "code": code_now(store.id)})
    base = (api.base_url() or request.url_root).rstrip("/")
    return {
        "store": store,
        "stores": stores_for(SHOW_CODE),
        "drawn": api.draw_qr(f"{base}{CHECK_IN_HOME}?{told}", scale=6, border=4),
        "clock": clock_of(api.now(), store.time_zone),
    }


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise api.NotFound(_("There is no such record.")) from None


def _moments(store: api.Store, day: dt.date) -> tuple[dt.datetime, dt.datetime | None]:
    """Read from when to when; what ends before it begins ends on the next day."""
    came, left = read_time(text_of("came")), text_of("left")
    until = read_time(left) if left else None
    if until is not None and until <= came:
        until += 24 * 60
    midnight = dt.datetime.combine(day, dt.time(), ZoneInfo(store.time_zone))

    def moment(minutes: int) -> dt.datetime:
        return (midnight + dt.timedelta(minutes=minutes)).astimezone(dt.UTC)

    return moment(came), moment(until) if until is not None else None
