"""Booking for a guest who calls or walks in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import redirect, request

from console import api
from console.api import _
from plugins.booking.admin.turns import turn_strip
from plugins.booking.admin.wanted import Wanted, read_wanted
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
from plugins.booking.services.again import Again, again_for
from plugins.booking.services.booking import book_briefly
from plugins.booking.services.claiming import Taken
from plugins.booking.services.planning import Wish
from plugins.booking.services.reading import free_times
from plugins.booking.services.showing import clock_of, services_of, staff_of
from plugins.booking.services.turn_proposal import give_turn
from plugins.membership.api import Member, find_exactly, level_of
from plugins.salon.api import (
    SHORT_WEEKDAYS,
    WEEKDAYS,
    Service,
    Staff,
    services_on_sale,
    who_does,
    working_staff,
)

HOME = "/console/booking/new/"
DAYS, MOST_FOUND = 14, 8
#: Times before noon, before six, and later stand apart.
PARTS = ((0, 12, _("Morning")), (12, 18, _("Afternoon")), (18, 48, _("Evening")))


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
            again = again_for(member.id, store) if member and text_of("again") else None
            booked = book_briefly(
                store.id,
                _start(store),
                again.wishes if again else _wishes(store),
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
        when = f"{booked.day_on} {clock_of(booked.starts_at, store.time_zone)}"
        told = api.gettext("Booked: %(name)s, %(when)s.", name=booked.guest_name, when=when)
        api.say_done(told)
        return redirect(f"/console/booking/board/?store_id={store.id}&day={booked.day_on}")

    def _show(self, problem: api.Refused | None = None) -> Any:
        store, wanted = store_here(EDIT_VISITS), read_wanted()
        today = today_of(store)
        days = [today + dt.timedelta(days=n) for n in range(DAYS)]
        services = services_on_sale(store.id)
        free, other = _free(store, wanted, days)
        local = _local(store)
        day = _day(local, free, today)
        member = _member()
        kept = _kept(store, wanted, day, member, local)
        page = api.render(
            "booking/new.html",
            view=self,
            store=store,
            stores=stores_for(EDIT_VISITS),
            services=services,
            chosen=_titles(services, wanted),
            staff=_able(services, wanted, store),
            wanted=wanted,
            day=day,
            days=[(each, len(free.get(each, ()))) for each in days],
            parts=_parts(free.get(day, ()), store),
            member=member,
            level=level_of(member.id) if member else None,
            again=_tell_again(again_for(member.id, store), store) if member else None,
            found=[] if member else _find(),
            carried=kept,
            here=f"{HOME}?{urlencode(kept)}",
            entered=request.values,
            starts_local=local,
            starts_clock=local[11:] if local else "",
            clock_of=clock_of,
            weekdays=dict(WEEKDAYS),
            short_weekdays=SHORT_WEEKDAYS,
            key=request.form.get("key") or new_key(),
            may_force=FORCE_VISITS.held(store.id),
            problem=problem or other,
            others=problem.alternatives if isinstance(problem, Taken) else (),
            turn_strip=turn_strip(store),
        )
        return (page, problem.status) if problem else page


def _wishes(store: api.Store) -> list[Wish]:
    """Return what was chosen; a walk-in is served by whose turn it is."""
    wishes = read_wanted().wishes()
    return give_turn(store, today_of(store), wishes) if text_of("now") else wishes


def _free(
    store: api.Store, wanted: Wanted, days: Sequence[dt.date]
) -> tuple[dict[dt.date, list[dt.datetime]], api.Refused | None]:
    first, last = days[0], days[-1]
    tapped = _tapped("day")
    chosen = dt.date.fromisoformat(tapped) if tapped in map(str, days) else day_of("day", first)
    first, last = min(first, chosen), max(last, min(chosen, last + dt.timedelta(days=60)))
    try:
        return free_times(store.id, wanted.wishes(), first, last), None
    except api.Refused as refused:
        return {}, refused


def _day(local: str, free: dict[dt.date, list[dt.datetime]], today: dt.date) -> dt.date:
    """Return the day that was tapped or sent, else the first one with a free time."""
    tapped = _tapped("day")
    usual = next((day for day, times in free.items() if times), today)
    try:
        return dt.date.fromisoformat(tapped or local[:10])
    except ValueError:
        return day_of("day", usual)


def _tapped(what: str) -> str:
    """Return what a tap of this kind said; empty when another thing was tapped."""
    kind, _colon, rest = request.values.get("tap", "").partition(":")
    return rest if kind == what else ""


def _member() -> Member | None:
    """Return the member who was tapped or chosen before, or whom Enter finds."""
    tap = request.values.get("tap", "")
    if tap == "nobody:":
        return None
    text = _tapped("member")
    number = int(text) if text.isascii() and text.isdecimal() else number_of("member_id")
    if number is None and tap == "enter:":
        found = [each.id for each in find_exactly(text_of("guest"))] if text_of("guest") else []
        number = found[0] if len(found) == 1 else next((n for n, _name in _find()[:1]), None)
    found_record: Member | None = api.find_record(Member, number, EDIT_VISITS) if number else None
    return found_record


def _kept(
    store: api.Store, wanted: Wanted, day: dt.date, member: Member | None, local: str
) -> list[tuple[str, str]]:
    """Return what is chosen so far, as the next tap or the booking sends it."""
    kept = [("store_id", str(store.id)), ("day", str(day))]
    if member is not None:
        kept.append(("member_id", str(member.id)))
    if local and local[:10] == str(day):
        kept.append(("starts_local", local))
    kept += [("party", str(len(wanted.guests))), ("guest_at", str(wanted.guest))]
    kept.append(("minutes", str(wanted.minutes)))
    kept += [("wish", pair) for pair in wanted.pairs()]
    return kept + [("with", pair) for pair in wanted.served()]


def _parts(
    times: Sequence[dt.datetime], store: api.Store
) -> list[tuple[Any, list[tuple[str, str]]]]:
    """Return the times of a day by its parts, each with how it is sent and shown."""
    zone = ZoneInfo(store.time_zone)
    local = [(each.astimezone(zone), each) for each in times]
    first = local[0][0].date() if local else None
    hours = [(at.hour + (24 if at.date() != first else 0), at, each) for at, each in local]
    found = [
        (label, [(each.isoformat(), f"{at:%H:%M}") for hour, at, each in hours if a <= hour < b])
        for a, b, label in PARTS
    ]
    return [(label, shown) for label, shown in found if shown]


def _able(services: Sequence[Service], wanted: Wanted, store: api.Store) -> list[Staff]:
    """Return who can do all that the chosen guest wants."""
    staff = [each for each in working_staff(store.id) if each.skills]
    for service in services:
        if wanted.wants({variant.id for variant in service.variants}):
            able = {each.id for each in who_does(service, store.id)}
            staff = [each for each in staff if each.id in able]
    return staff


def _titles(services: Sequence[Service], wanted: Wanted) -> list[list[tuple[int, str]]]:
    """Return what each guest wants, by name."""
    names = {
        variant.id: f"{service.shown_name} {variant.shown_name if variant.name else ''}".strip()
        for service in services
        for variant in service.variants
    }
    return [[(v, names[v]) for v in guest if v in names] for guest in wanted.guests]


def _tell_again(again: Again | None, store: api.Store) -> dict[str, Any] | None:
    if again is None:
        return None
    return {
        "what": services_of(again.visit),
        "staff": staff_of(again.visit) if again.wishes[0].staff_id else "",
        "last_at": again.visit.starts_at,
        "exact": again.exact,
        "times": again.times,
        "wanted_at": again.wanted_at,
    }


def _find() -> list[tuple[Any, str]]:
    """Return the members that fit what was typed, the best first."""
    text = text_of("guest")
    if len(text) < 2 and text.isascii():
        return []
    return api.look_up(Member, text, EDIT_VISITS)[:MOST_FOUND]


def _guest() -> tuple[Member | None, str, str | None]:
    """Return the member that was found by what was typed, or the name of a guest."""
    member_id, text = number_of("member_id"), text_of("guest")
    if member_id:
        return reach(Member, member_id, EDIT_VISITS), "", None
    found = find_exactly(text) if text else []
    if len(found) == 1:
        return found[0], "", None
    if not text and text_of("now"):
        text = api.gettext("Walk-in")
    return None, text, text_of("guest_phone") or None


def _start(store: api.Store) -> dt.datetime:
    if text_of("now"):
        seconds = int(api.now().timestamp())
        return dt.datetime.fromtimestamp(seconds - seconds % 300, dt.UTC)
    name = next((each for each in ("again", "starts_at") if text_of(each)), "starts_local")
    return moment_of(name, store.time_zone)


def _local(store: api.Store) -> str:
    """Return the time that the board or the form sent, as the browser's field wants it."""
    try:
        moment = moment_of("starts_local", store.time_zone)
    except api.Refused:
        return ""
    return f"{moment.astimezone(ZoneInfo(store.time_zone)):%Y-%m-%dT%H:%M}"
