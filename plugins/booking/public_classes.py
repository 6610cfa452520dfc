"""Classes on a phone: what is coming, and a place in it."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect

from console import api
from plugins.booking.forms import new_key, text_of
from plugins.booking.models import GroupClass, Visit, Wait
from plugins.booking.public_routes import (
    local_day,
    member_id,
    open_stores,
    routes,
    show,
    store_here,
)
from plugins.booking.services.classes import (
    coming_classes,
    place_of,
    places_left,
    take_place,
)
from plugins.booking.services.guests import check_count, count_open
from plugins.booking.services.showing import clock_of
from plugins.booking.services.waiting import WaitDraft, join_waiting, open_waits_of
from plugins.booking.services.waiting_offers import serve_waiting
from plugins.booking.showing_waits import class_title
from plugins.membership.api import active_name


@routes.get("/classes", audience="anyone")
def show_classes() -> Any:
    """Show the classes of a store that can be booked."""
    store = store_here()
    groups = coming_classes(store.id)
    return show(
        "classes",
        store=store,
        stores=open_stores(),
        groups=groups,
        left=places_left(groups),
        title_of=class_title,
        clock_of=clock_of,
        local_day=local_day,
    )


@routes.get("/classes/<int:number>", audience="anyone")
def show_class(number: int) -> Any:
    """Show a class: when, who leads it, what it costs, and whether there is a place."""
    return _one(_found(number))


@routes.post("/classes/<int:number>/book", audience="visitor")
def book_place(number: int) -> Any:
    """Book a place for whoever looks."""
    group, key = _found(number), text_of("key")
    if not key.startswith("booking:"):
        return redirect(f"/booking/classes/{number}")
    try:
        visit = _book(group, key, api.visitor().id)
    except api.Refused as refused:
        return _one(_found(number), refused)
    return redirect(f"/booking/mine/{visit.id}")


@routes.post("/classes/<int:number>/wait", audience="visitor")
def wait_for_place(number: int) -> Any:
    """Put whoever looks on the waiting list of a class."""
    group, key = _found(number), text_of("key")
    if not key.startswith("booking:"):
        return redirect(f"/booking/classes/{number}")
    day = group.visit.day_on
    try:
        draft = WaitDraft(day, day, class_id=number, member_id=api.visitor().id, source="phone")
        wait = join_waiting(group.store_id, draft, key=key)
    except api.Refused as refused:
        return _one(_found(number), refused)
    serve_waiting(group.store_id)
    return redirect(f"/booking/waiting/{wait.id}")


@api.unit
def _book(group: GroupClass, key: str, who: int) -> Visit:
    """Take a place; a class counts among the open bookings that a member may have."""
    known: Visit | None = api.db.session.query(Visit).filter_by(key=key, member_id=who).first()
    if known is not None:
        return known
    active_name(who, locked=True)
    check_count(count_open(who), group.store_id)
    return take_place(group.id, key=key, member_id=who, source="phone")


def _found(number: int) -> GroupClass:
    group = api.db.session.get(GroupClass, number)
    if group is None:
        abort(404)
    return group


def _one(group: GroupClass, problem: api.Refused | None = None) -> Any:
    who, zone = member_id(), group.store.time_zone
    left = places_left([group])[group.id]
    mine = place_of(group.id, who) if who is not None else None
    waits: list[Wait] = []
    if who is not None:
        waits = [each for each in open_waits_of(who) if each.class_id == group.id]
    coming = group.cancelled_at is None and group in coming_classes(group.store_id)
    return show(
        "class",
        problem,
        group=group,
        title=class_title(group),
        left=left,
        mine=mine,
        wait=waits[0] if waits else None,
        coming=coming,
        day=local_day(group.starts_at, zone),
        clock=f"{clock_of(group.starts_at, zone)}–{clock_of(group.ends_at, zone)}",  # noqa: RUF001
        key=new_key(),
    )
