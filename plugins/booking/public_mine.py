"""A member's own bookings on her phone: how they stand, and what she can do about them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, redirect

from console import api
from plugins.booking.forms import text_of
from plugins.booking.models import STATUSES, Rating, Visit
from plugins.booking.public_lines import lines_of_visit, sum_of
from plugins.booking.public_routes import local_day, map_of, own, routes, show
from plugins.booking.services.calendars import write_calendar
from plugins.booking.services.classes import class_of
from plugins.booking.services.offering import percent_for
from plugins.booking.services.paying import notes_of
from plugins.booking.services.proposing import answer_proposal, open_proposal
from plugins.booking.services.rating import may_change, may_rate, rating_of
from plugins.booking.services.rules import CUT_OFF
from plugins.booking.services.showing import clock_of, services_of, span_of, staff_of, with_items
from plugins.booking.services.turning import turn_visit
from plugins.salon.api import StoreProfile

WORDS = dict(STATUSES)
TONES = {
    "pending": "warn",
    "confirmed": "good",
    "arrived": "good",
    "in_service": "good",
    "rejected": "bad",
}
SHOWN = 30


@routes.get("/mine", audience="visitor")
def show_mine() -> Any:
    """Show her bookings: those to come first."""
    return show("mine", **_mine())


@routes.get("/mine/list", audience="visitor")
def show_list() -> Any:
    """Show the list alone, for the page that fetches it anew."""
    return show("_mine", **_mine())


@routes.get("/mine/<int:number>", audience="visitor")
def show_one(number: int) -> Any:
    """Show one of her bookings as it now stands."""
    return _one(own(number))


@routes.get("/mine/<int:number>/state", audience="visitor")
def show_state(number: int) -> Any:
    """Show how one of her bookings stands, for the page that fetches it anew."""
    return show("_one", **_facts(own(number)))


@routes.post("/mine/<int:number>/cancel", audience="visitor")
def cancel(number: int) -> Any:
    """Cancel a booking, until the store's cut-off."""
    visit = own(number)
    try:
        turn_visit(visit.id, "cancel", by_member=True)
    except api.Refused as refused:
        return _one(own(number), refused)
    return redirect(f"/booking/mine/{number}")


@routes.post("/mine/<int:number>/answer", audience="visitor")
def answer(number: int) -> Any:
    """Take the time that the store proposes, or give up the booking."""
    visit = own(number)
    try:
        answer_proposal(visit.id, accepted=text_of("answer") == "accept")
    except api.Refused as refused:
        return _one(own(number), refused)
    return redirect(f"/booking/mine/{number}")


@routes.get("/mine/<int:number>/calendar.ics", audience="visitor")
def show_calendar(number: int) -> Response:
    """Give a booking to the calendar of her phone."""
    text = write_calendar(own(number))
    return Response(
        text,
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="booking-{number}.ics"'},
    )


def _mine() -> dict[str, Any]:
    who, now = api.visitor().id, api.now()
    rows = sa.select(Visit).where(Visit.member_id == who, Visit.status != "hold")
    visits = with_items(rows.order_by(Visit.starts_at.desc()).limit(SHOWN))
    ahead = [each for each in reversed(visits) if each.ends_at > now and _is_ahead(each)]
    numbers = sa.select(Rating.visit_id).where(Rating.visit_id.in_([each.id for each in visits]))
    return {
        "ahead": ahead,
        "past": [each for each in visits if each not in ahead],
        "rated": set(api.db.session.scalars(numbers)),
        "may_rate": may_rate,
        "words": WORDS,
        "tones": TONES,
        "services_of": services_of,
        "staff_of": staff_of,
        "clock_of": clock_of,
        "local_day": local_day,
    }


def _one(visit: Visit, problem: api.Refused | None = None) -> Any:
    return show("one", problem, **_facts(visit))


def _facts(visit: Visit) -> dict[str, Any]:
    zone, minutes = visit.store.time_zone, CUT_OFF.get(visit.store_id)
    last = visit.starts_at - dt.timedelta(minutes=minutes)
    profile = api.db.session.get(StoreProfile, visit.store_id)
    rating = rating_of(visit.id)
    lines = lines_of_visit(visit, percent_for(visit.member_id))
    named = [str(item.variant_id) for item in visit.items if item.variant_id and not item.guest]
    again = {"store": visit.store_id, "variant": named}
    if visit.party > 1:
        again["people"] = visit.party
    asked = {item.staff_id for item in visit.items if item.requested}
    if len(asked) == 1:
        again["staff"] = asked.pop() or ""
    return {
        "visit": visit,
        "word": WORDS[visit.status],
        "tone": TONES.get(visit.status, ""),
        "lines": lines,
        "notes": notes_of(visit),
        "total": sum_of(lines),
        "clock": span_of(visit),
        "day": local_day(visit.starts_at, zone),
        "last_day": local_day(last, zone),
        "last_clock": clock_of(last, zone),
        "changeable": visit.status in ("pending", "confirmed") and api.now() <= last,
        "ahead": _is_ahead(visit),
        "move": "" if class_of(visit.id) else urlencode({**again, "visit": visit.id}, doseq=True),
        "again": urlencode(again, doseq=True) if named else "",
        "profile": profile,
        "map": map_of(profile),
        "proposal": open_proposal(visit.id),
        "rating": rating,
        "may_rate": may_rate(visit) if rating is None else may_change(rating),
        "clock_of": clock_of,
        "local_day": local_day,
    }


def _is_ahead(visit: Visit) -> bool:
    return visit.status in ("pending", "confirmed", "arrived", "in_service")
