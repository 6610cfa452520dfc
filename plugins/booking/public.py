"""Booking on a member's phone: pages that lead from one to the next by links, and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Response, abort, redirect, request

from console import api
from console.api import _
from plugins.booking.forms import day_of, moment_of, new_key, number_of, text_of
from plugins.booking.models import Visit
from plugins.booking.models.visits import STATUSES
from plugins.booking.services.booking import book, change_visit, wishes_of
from plugins.booking.services.calendars import write_calendar
from plugins.booking.services.claiming import Taken
from plugins.booking.services.planning import Wish
from plugins.booking.services.reading import free_times
from plugins.booking.services.rules import CUT_OFF, HORIZON
from plugins.booking.services.showing import clock_of, services_of, staff_of, with_items
from plugins.booking.services.turning import turn_visit
from plugins.membership.api import Member
from plugins.salon.api import (
    Service,
    Variant,
    price_with,
    services_on_sale,
    show_price,
    show_price_range,
    who_does,
)

routes = api.PublicRoutes("booking", __name__)
PAGES = (routes,)
#: A member reads that she was not there, and never that she broke her word.
WORDS = {**dict(STATUSES), "no_show": _("Not visited")}
SHOWN, DAYS = 20, 7


@routes.get("/", audience="visitor")
def choose_service() -> Any:
    """Show what can be booked in a store; a tap chooses."""
    store, chosen = _store(), _chosen()
    services = [each for each in services_on_sale(store.id) if who_does(each, store.id)]
    return api.render_public(
        "booking/phone/services.html",
        store=store,
        stores=_stores(),
        services=services,
        chosen=chosen,
        link=_link,
        price_range=show_price_range,
    )


@routes.get("/who", audience="visitor")
def choose_technician() -> Any:
    """Show who does it, with her price, and offer anybody."""
    store, chosen = _store(), _chosen()
    if not chosen:
        return redirect("/booking/")
    able = [{each.id for each in who_does(service, store.id)} for service, _variant in chosen]
    people = [
        each for each in who_does(chosen[0][0], store.id) if each.id in set.intersection(*able)
    ]
    service, variant = chosen[0]
    priced = [
        (each, show_price(price_with(service, variant, each)) if len(chosen) == 1 else "")
        for each in people
        if each.shown
    ]
    return api.render_public(
        "booking/phone/who.html", store=store, chosen=chosen, people=priced, link=_link
    )


@routes.get("/when", audience="visitor")
def choose_time() -> Any:
    """Show the free times of a week, one day opened."""
    store = _store()
    wishes = _wishes()
    if not wishes:
        return redirect("/booking/")
    return _when(store, wishes)


@routes.get("/confirm", audience="visitor")
def ask_to_confirm() -> Any:
    """Show all that will be booked, before she sends it."""
    store = _store()
    if not _wishes():
        return redirect("/booking/")
    try:
        starts_at = moment_of("at", store.time_zone)
    except api.Refused:
        return redirect(f"/booking/when?{_link()}")
    return api.render_public(
        "booking/phone/confirm.html",
        store=store,
        chosen=_chosen(),
        starts_at=starts_at,
        clock=clock_of(starts_at, store.time_zone),
        day=starts_at.astimezone(ZoneInfo(store.time_zone)).date(),
        staff_id=number_of("staff"),
        visit=_own(number_of("visit")) if number_of("visit") else None,
        cut_off=CUT_OFF.get(store.id),
        key=new_key(),
    )


@routes.post("/confirm", audience="visitor")
def submit() -> Any:
    """Book, or move a booking; a time that was taken meanwhile leads back to the others."""
    store, wishes = _store(), _wishes()
    key = text_of("key")
    if not key.startswith("booking:") or not wishes:
        return redirect("/booking/")
    try:
        starts_at = moment_of("at", store.time_zone)
        if number_of("visit"):
            visit = _own(number_of("visit"))
            done = change_visit(visit.id, starts_at, wishes, key=key, by_member=True)
        else:
            done = book(
                store.id,
                starts_at,
                wishes,
                key=key,
                member_id=api.visitor().id,
                source="phone",
                note=text_of("note"),
            )
    except api.Refused as refused:
        return _when(store, wishes, refused)
    return redirect(f"/booking/mine/{done.id}")


@routes.get("/mine", audience="visitor")
def show_mine() -> Any:
    """Show her bookings: those to come first."""
    rows = sa.select(Visit).where(Visit.member_id == api.visitor().id, Visit.status != "hold")
    visits = with_items(rows.order_by(Visit.starts_at.desc()).limit(SHOWN))
    ahead = [each for each in reversed(visits) if each.ends_at > api.now() and _is_ahead(each)]
    return api.render_public(
        "booking/phone/mine.html",
        ahead=ahead,
        past=[each for each in visits if each not in ahead],
        words=WORDS,
        services_of=services_of,
        clock_of=clock_of,
    )


@routes.get("/mine/<int:number>", audience="visitor")
def show_one(number: int) -> Any:
    """Show one of her bookings as it now stands."""
    return _one(_own(number))


@routes.post("/mine/<int:number>/cancel", audience="visitor")
def cancel(number: int) -> Any:
    """Cancel a booking, until the store's cut-off."""
    visit = _own(number)
    try:
        turn_visit(visit.id, "cancel", by_member=True)
    except api.Refused as refused:
        return _one(_own(number), refused)
    return redirect(f"/booking/mine/{number}")


@routes.get("/mine/<int:number>/calendar.ics", audience="visitor")
def show_calendar(number: int) -> Response:
    """Give a booking to the calendar of her phone."""
    text = write_calendar(_own(number))
    return Response(
        text,
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="booking-{number}.ics"'},
    )


def _when(store: api.Store, wishes: Sequence[Wish], problem: api.Refused | None = None) -> Any:
    today = api.today(store.time_zone)
    last = today + dt.timedelta(days=HORIZON.get(store.id))
    first = min(max(day_of("from", today), today), last)
    until = min(first + dt.timedelta(days=DAYS - 1), last)
    try:
        times = free_times(store.id, wishes, first, until, by_member=True)
    except api.Refused as refused:
        times, problem = {}, problem or refused
    opened = day_of("day", next((day for day, free in times.items() if free), first))
    page = api.render_public(
        "booking/phone/when.html",
        store=store,
        times=times,
        opened=opened,
        clock_of=clock_of,
        link=_link,
        earlier=first - dt.timedelta(days=DAYS) if first > today else None,
        later=until + dt.timedelta(days=1) if until < last else None,
        problem=problem,
        others=problem.alternatives if isinstance(problem, Taken) else (),
    )
    return (page, problem.status) if problem else page


def _one(visit: Visit, problem: api.Refused | None = None) -> Any:
    zone = visit.store.time_zone
    last = visit.starts_at - dt.timedelta(minutes=CUT_OFF.get(visit.store_id))
    again = {
        "store": visit.store_id,
        "variant": [i.variant_id for i in visit.items if i.variant_id],
    }
    page = api.render_public(
        "booking/phone/one.html",
        visit=visit,
        word=WORDS[visit.status],
        services=services_of(visit),
        staff=staff_of(visit),
        clock=f"{clock_of(visit.starts_at, zone)}–{clock_of(visit.ends_at, zone)}",  # noqa: RUF001
        day=visit.starts_at.astimezone(ZoneInfo(zone)).date(),
        changeable=visit.status in ("pending", "confirmed") and api.now() <= last,
        ahead=_is_ahead(visit),
        move=urlencode({**again, "visit": visit.id}, doseq=True),
        again=urlencode(again, doseq=True),
        problem=problem,
    )
    return (page, problem.status) if problem else page


def _is_ahead(visit: Visit) -> bool:
    return visit.status in ("pending", "confirmed", "arrived", "in_service")


def _own(number: int | None) -> Visit:
    """Return a booking of whoever looks; anybody else's is not there."""
    visit = api.db.session.get(Visit, number) if number else None
    if visit is None or visit.member_id != api.visitor().id or visit.status == "hold":
        abort(404)
    return visit


def _stores() -> list[api.Store]:
    rows = sa.select(api.Store).where(api.Store.closed.is_(False)).order_by(api.Store.id)
    return list(api.db.session.scalars(rows))


def _store() -> api.Store:
    """Return the store that was chosen, else her own."""
    number, stores = number_of("store"), _stores()
    member = api.db.session.get_one(Member, api.visitor().id)
    wanted = number or member.home_store_id
    return next((store for store in stores if store.id == wanted), stores[0])


def _chosen() -> list[tuple[Service, Variant]]:
    found = []
    for text in request.values.getlist("variant")[:6]:
        variant = api.db.session.get(Variant, int(text)) if text.isdecimal() else None
        if variant is not None:
            found.append((api.db.session.get_one(Service, variant.service_id), variant))
    return found


def _wishes() -> list[Wish]:
    if number_of("visit") and not number_of("staff"):
        return wishes_of(_own(number_of("visit")))
    return [Wish(variant.id, number_of("staff")) for _service, variant in _chosen()]


def _link(**more: Any) -> str:
    """Write what she chose so far, and more, as the query of the next page."""
    names = ("store", "staff", "visit")
    said: dict[str, Any] = {name: text_of(name) for name in names if text_of(name)}
    said["variant"] = request.values.getlist("variant")[:6]
    if "add" in more:
        said["variant"] = [*said["variant"], more.pop("add")]
    return urlencode({**said, **more}, doseq=True)
