"""Checking in and out on one's own phone, with the code that the store shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import redirect

from console import api
from console.api import _
from plugins.booking.forms import number_of, text_of, today_of
from plugins.booking.models import Stint
from plugins.booking.permissions_attendance import CHECK_IN
from plugins.booking.services.attendance import check_in, check_out, stint_open
from plugins.booking.services.attendance_codes import PLACE, check_place, counts_now, has_point
from plugins.booking.services.attendance_hours import (
    MARKS,
    hours_between,
    show_minutes,
    totals_of,
)
from plugins.booking.services.rosters_telling import show_span
from plugins.booking.services.showing import clock_of
from plugins.salon.api import Staff, staff_of

HOME = "/console/booking/check-in/"
#: Her own days are shown so far back.
SHOWN = dt.timedelta(days=30)


class CheckIn(api.AdminView):
    """Whether I am at work, and how long I worked on the last days."""

    title, noun = _("My attendance"), "check-in"
    group, icon, order = "booking", "clock", 49

    @api.page("/", needs=CHECK_IN)
    def index(self) -> Any:
        return self._show()

    @api.page("/", needs=CHECK_IN, methods=("POST",))
    def note(self) -> Any:
        """Check in or out; where the phone is decides and is told, and is not kept."""
        me = _me()
        store_id, act = number_of("store_id") or 0, text_of("act")
        if not counts_now(store_id, text_of("code")):
            return self._show(api.Conflict(_("This code is too old. Scan the one shown now.")))
        try:
            near, told = check_place(store_id, _point())
            done = _note(store_id, me.id, act, near)
        except api.Refused as refused:
            return self._show(refused)
        api.say_done(f"{done} {told}".strip())
        return redirect(HOME)

    def _show(self, problem: api.Refused | None = None) -> Any:
        me = staff_of(api.actor().user_id)
        facts: dict[str, Any] = {"me": None}
        if me is not None:
            facts = _facts(me, _scanned(me))
        page = api.render("booking/check_in.html", view=self, problem=problem, **facts)
        return (page, problem.status) if problem else page


def here_of(me: Staff) -> str:
    """Return since when somebody is at work today, on the clock of the store; "" if she is not."""
    stint = stint_open(me.id, me.main_store)
    return clock_of(stint.came_at, stint.store.time_zone) if stint is not None else ""


def _me() -> Staff:
    me = staff_of(api.actor().user_id)
    if me is None:
        raise api.Refused(_("Your sign-in belongs to no staff file."))
    return me


def _scanned(me: Staff) -> api.Store | None:
    """Return the store whose code she scanned a moment ago."""
    store_id = number_of("store_id") or 0
    store = next((each for each in me.stores if each.id == store_id), None)
    return store if store is not None and counts_now(store_id, text_of("code")) else None


def _point() -> tuple[float, float] | None:
    try:
        latitude, longitude = float(text_of("latitude")), float(text_of("longitude"))
    except ValueError:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _note(store_id: int, staff_id: int, act: str, near: bool | None) -> str:
    if act == "in":
        stint: Stint | None = check_in(store_id, staff_id, near=near)
        words = api.gettext("Checked in.")
    elif act == "out":
        stint = check_out(store_id, staff_id, near=near)
        words = api.gettext("Checked out.")
    else:
        raise api.NotFound(_("There is no such record."))
    if stint is None:
        return api.gettext("You came only now, so nothing is noted.")
    return words


def _facts(me: Staff, scanned: api.Store | None) -> dict[str, Any]:
    store = scanned or me.main_store
    today = today_of(store)
    days = [
        day
        for each in me.stores
        for day in hours_between(each, today - SHOWN, today, [me.id]).values()
    ]
    total = totals_of(day for day in days if day.day.month == today.month).get(me.id)
    return {
        "me": me,
        "scanned": scanned,
        "code": text_of("code"),
        "elsewhere": scanned is None and counts_now(number_of("store_id") or 0, text_of("code")),
        "expired": bool(text_of("code")) and scanned is None,
        "here": stint_open(me.id, store),
        "asks_place": scanned is not None
        and PLACE.get(scanned.id) != "off"
        and has_point(scanned.id),
        "days": sorted(days, key=lambda day: day.day, reverse=True),
        "total": total,
        "marks": MARKS,
        "show_minutes": show_minutes,
        "show_span": show_span,
        "clock": lambda moment: clock_of(moment, store.time_zone),
        "home": HOME,
    }
