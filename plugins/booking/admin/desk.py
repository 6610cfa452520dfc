"""Booking for a guest who calls or walks in."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, request

from console import api
from console.api import _
from plugins.booking.admin.turns import turn_strip
from plugins.booking.forms import (
    day_of,
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
from plugins.booking.permissions import EDIT_VISITS, FORCE_VISITS
from plugins.booking.services.booking import book
from plugins.booking.services.claiming import Taken
from plugins.booking.services.planning import Wish
from plugins.booking.services.reading import free_times
from plugins.booking.services.showing import clock_of
from plugins.booking.services.turn_proposal import give_turn
from plugins.membership.api import Member, find_exactly
from plugins.salon.api import services_on_sale, working_staff

HOME = "/console/booking/new/"


class Desk(api.AdminView):
    """One page: who, what, with whom, and a tap on a free time."""

    title, noun = _("New booking"), "new"
    group, icon, order, key = "booking", "plus", 30, "B"

    @api.page("/", needs=EDIT_VISITS)
    def index(self) -> Any:
        return self._show()

    @api.page("/", needs=EDIT_VISITS, methods=("POST",))
    def book(self) -> Any:
        store = store_here(EDIT_VISITS)
        try:
            member, name, phone = _guest()
            visit = book(
                store.id,
                _start(store),
                give_turn(store, today_of(store), _wishes()) if text_of("now") else _wishes(),
                key=key_of_form(),
                member_id=member.id if member else None,
                guest_name=name,
                guest_phone=phone,
                source="walk_in" if text_of("now") else "desk",
                note=text_of("note"),
                force=bool(text_of("force")) and FORCE_VISITS.held(store.id),
            )
        except api.Refused as refused:
            return self._show(refused)
        api.say_done(api.gettext("Booked."))
        return redirect(f"/console/booking/board/?store_id={store.id}&day={visit.day_on}")

    def _show(self, problem: api.Refused | None = None) -> Any:
        store = store_here(EDIT_VISITS)
        today = today_of(store)
        day = day_of("day", today)
        times, other = [], problem
        if text_of("variant_id"):
            try:
                times = free_times(store.id, _wishes(), day, day)[day]
            except api.Refused as refused:
                other = other or refused
        member_id = number_of("member_id")
        page = api.render(
            "booking/new.html",
            view=self,
            store=store,
            stores=stores_for(EDIT_VISITS),
            services=services_on_sale(store.id),
            staff=working_staff(store.id),
            day=day,
            days=[today + dt.timedelta(days=n) for n in range(14)],
            times=times,
            asked=bool(text_of("variant_id")),
            member=api.find_record(Member, member_id, EDIT_VISITS) if member_id else None,
            entered=request.values,
            starts_local=_local(store),
            clock_of=clock_of,
            key=request.form.get("key") or new_key(),
            may_force=FORCE_VISITS.held(store.id),
            problem=other,
            others=problem.alternatives if isinstance(problem, Taken) else (),
            turn_strip=turn_strip(store),
        )
        return (page, problem.status) if problem else page


def _guest() -> tuple[Member | None, str, str | None]:
    """Return the member that was found by what was typed, or the name of a guest."""
    member_id, text = number_of("member_id"), text_of("guest")
    if member_id:
        return reach(Member, member_id, EDIT_VISITS), "", None
    found = find_exactly(text) if text else []
    if len(found) == 1:
        return found[0], "", None
    return None, text, text_of("guest_phone") or None


def _start(store: api.Store) -> dt.datetime:
    if text_of("now"):
        seconds = int(api.now().timestamp())
        return dt.datetime.fromtimestamp(seconds - seconds % 300, dt.UTC)
    name = "starts_at" if text_of("starts_at") else "starts_local"
    return moment_of(name, store.time_zone)


def _wishes() -> list[Wish]:
    """Return the services that were chosen, one after the other."""
    staff_id, chosen = number_of("staff_id"), request.values.getlist("variant_id")
    numbers = [int(each) for each in chosen if each.isascii() and each.isdecimal()]
    party = min(max(number_of("party") or 1, 1), 6)
    one = [Wish(number, staff_id) for number in numbers] or [Wish(None, staff_id)]
    return [Wish(w.variant_id, w.staff_id if not n else None, n) for n in range(party) for w in one]


def _local(store: api.Store) -> str:
    """Return the time that the board or the form sent, as the browser's field wants it."""
    try:
        moment = moment_of("starts_local", store.time_zone)
    except api.Refused:
        return ""
    return f"{moment.astimezone(ZoneInfo(store.time_zone)):%Y-%m-%dT%H:%M}"
