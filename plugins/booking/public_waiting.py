"""The waiting list on a member's phone: joining it, and taking what is kept for her in one tap."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import abort, redirect, request

from console import api
from console.api import _
from plugins.booking.forms import day_of, new_key, number_of, text_of
from plugins.booking.models import OPEN_WAITS, WAIT_STATES, Wait
from plugins.booking.paying import Terms
from plugins.booking.public_routes import (
    chosen,
    link,
    local_day,
    people_here,
    routes,
    show,
    store_here,
)
from plugins.booking.services.paying import next_page, paying_page, terms_of
from plugins.booking.services.planning import Wish
from plugins.booking.services.rules import HORIZON
from plugins.booking.services.showing import clock_of, staff_of
from plugins.booking.services.waiting import WaitDraft, join_waiting
from plugins.booking.services.waiting_offers import (
    decline_offer,
    has_offer,
    leave_waiting,
    serve_waiting,
    take_offer,
)
from plugins.booking.showing_waits import days_of, hours_of, what_of
from plugins.salon.api import Staff, read_time, show_time

#: A member reads that she waits, not how she was removed.
WORDS = {**dict(WAIT_STATES), "removed": _("No longer waiting")}
SHOWN = 20


@routes.get("/wait", audience="visitor")
def ask_to_wait() -> Any:
    """Ask between which days and hours a time would suit her."""
    return _form()


@routes.post("/wait", audience="visitor")
def wait() -> Any:
    """Put her on the list; what is free already is offered to her at once."""
    store = store_here()
    today = api.today(store.time_zone)
    key = text_of("key")
    if not key.startswith("booking:"):
        return redirect(f"/booking/wait?{link()}")
    first = day_of("first_on", today)
    try:
        draft = WaitDraft(
            first_on=first,
            last_on=max(first, day_of("last_on", first)),
            variant_ids=tuple(variant.id for _service, variant in chosen()),
            staff_id=number_of("staff"),
            from_minute=_minute("from_time", 0),
            to_minute=_minute("to_time", 2160),
            member_id=api.visitor().id,
            source="phone",
            note=text_of("note"),
            party=people_here(),
        )
        found = join_waiting(store.id, draft, key=key)
    except api.Refused as refused:
        return _form(refused)
    serve_waiting(store.id)
    return redirect(f"/booking/waiting/{found.id}")


@routes.get("/waiting", audience="visitor")
def show_waiting() -> Any:
    """Show what she waits for, and what she waited for lately."""
    rows = sa.select(Wait).where(Wait.member_id == api.visitor().id)
    waits = api.db.session.scalars(rows.order_by(Wait.id.desc()).limit(SHOWN)).all()
    return show(
        "waits",
        waits=[each for each in waits if each.state in OPEN_WAITS],
        past=[each for each in waits if each.state not in OPEN_WAITS],
        words=WORDS,
        what_of=what_of,
        days_of=days_of,
        hours_of=hours_of,
        has_offer=has_offer,
    )


@routes.get("/waiting/<int:number>", audience="visitor")
def show_wait(number: int) -> Any:
    """Show what she waits for, and what is kept for her."""
    found = _own(number)
    if found.state == "offered" and found.visit is not None and found.visit.status != "hold":
        return redirect(f"/booking/mine/{found.visit.id}")  # she has paid for it a moment ago
    return _one(found)


@routes.post("/waiting/<int:number>/take", audience="visitor")
def take(number: int) -> Any:
    """Book what is kept for her, or lead her to what is asked for first."""
    try:
        visit = take_offer(_own(number).id, request.form)
    except api.Refused as refused:
        return _one(_own(number), refused)
    return redirect(next_page(visit))


@routes.post("/waiting/<int:number>/decline", audience="visitor")
def decline(number: int) -> Any:
    """Let the next one have what is kept for her."""
    try:
        decline_offer(_own(number).id)
    except api.Refused as refused:
        return _one(_own(number), refused)
    return redirect(f"/booking/waiting/{number}")


@routes.post("/waiting/<int:number>/leave", audience="visitor")
def leave(number: int) -> Any:
    """Take her off the list."""
    leave_waiting(_own(number).id)
    return redirect("/booking/waiting")


def _own(number: int) -> Wait:
    """Return what whoever looks waits for; anybody else's is not there."""
    found = api.db.session.get(Wait, number)
    if found is None or found.member_id != api.visitor().id:
        abort(404)
    return found


def _one(found: Wait, problem: api.Refused | None = None) -> Any:
    zone, visit = found.store.time_zone, found.visit
    offered = has_offer(found) and visit is not None
    asked: list[Terms] = []
    if offered and visit is not None and found.member_id is not None:
        wishes = [Wish(item.variant_id, guest=item.guest) for item in visit.items]
        price_fen = found.group.price_fen if found.group is not None else None
        asked = terms_of(found.store_id, found.member_id, visit.starts_at, wishes, price_fen)
    return show(
        "wait_one",
        problem,
        wait=found,
        word=WORDS["waiting"] if found.state == "offered" and not offered else WORDS[found.state],
        what=what_of(found),
        days=days_of(found),
        hours=hours_of(found),
        offered=offered,
        terms=asked,
        pay=paying_page(visit) if offered and visit is not None else "",
        open=found.state in OPEN_WAITS,
        day=local_day(visit.starts_at, zone) if visit is not None else None,
        clock=clock_of(visit.starts_at, zone) if visit is not None else "",
        until=clock_of(found.offered_until, zone) if found.offered_until else "",
        staff=staff_of(visit) if visit is not None else "",
    )


def _form(problem: api.Refused | None = None) -> Any:
    store, picked = store_here(), chosen()
    if not picked:
        return redirect("/booking/")
    today = api.today(store.time_zone)
    last = HORIZON.get(store.id)
    staff_id = number_of("staff")
    return show(
        "wait",
        problem,
        store=store,
        picked=picked,
        people=people_here(),
        staff=api.db.session.get(Staff, staff_id) if staff_id else None,
        days=[today + dt.timedelta(days=number) for number in range(last + 1)],
        opened=day_of("day", today),
        first_on=text_of("first_on"),
        last_on=text_of("last_on"),
        times=[show_time(minute) for minute in range(6 * 60, 24 * 60, 60)],
        from_time=text_of("from_time"),
        to_time=text_of("to_time"),
        note=text_of("note"),
        key=new_key(),
    )


def _minute(name: str, usual: int) -> int:
    text = text_of(name)
    return read_time(text) if text else usual
