"""Classes on a phone: what is coming, and a place in it."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request

from console import api
from plugins.booking.forms import new_key, text_of
from plugins.booking.models import GroupClass, Wait
from plugins.booking.paying import Terms
from plugins.booking.public_routes import (
    local_day,
    member_id,
    open_stores,
    routes,
    show,
    store_here,
)
from plugins.booking.services.class_sending import kept_place, send_place
from plugins.booking.services.classes import coming_classes, place_of, places_left
from plugins.booking.services.paying import next_page, paying_page, terms_of
from plugins.booking.services.planning import Wish
from plugins.booking.services.showing import clock_of
from plugins.booking.services.waiting import WaitDraft, join_waiting, open_waits_of
from plugins.booking.services.waiting_offers import serve_waiting
from plugins.booking.showing_waits import class_title


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
    """Book a place for whoever looks, or keep it while she does what is asked for first."""
    group, key = _found(number), text_of("key")
    if not key.startswith("booking:"):
        return redirect(f"/booking/classes/{number}")
    try:
        visit = send_place(group.id, key=key, member_id=api.visitor().id, form=request.form)
    except api.Refused as refused:
        return _one(_found(number), refused)
    return redirect(next_page(visit))


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
    kept = kept_place(group.id, who) if who is not None else None
    asked: list[Terms] = []
    if who is not None and coming and (left or kept is not None):
        asked = terms_of(
            group.store_id, who, group.starts_at, [Wish(group.variant_id)], group.price_fen
        )
    return show(
        "class",
        problem,
        group=group,
        title=class_title(group),
        left=left,
        mine=mine,
        wait=waits[0] if waits else None,
        coming=coming,
        terms=asked,
        pay=paying_page(kept) if kept is not None else "",
        until=clock_of(kept.hold_until, zone) if kept is not None and kept.hold_until else "",
        day=local_day(group.starts_at, zone),
        clock=f"{clock_of(group.starts_at, zone)}–{clock_of(group.ends_at, zone)}",  # noqa: RUF001
        key=new_key(),
    )
