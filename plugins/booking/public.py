"""Booking on a member's phone: pages that lead from one to the next by links, and back.

What she chose stands in the address, so that "back" and loading again show the same page; only
the time that is kept for her is stored. Who has no card yet looks round all the same, joins
before she sends it, and comes back to what she chose.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import abort, redirect, request

from console import api
from plugins.booking import public_feeds, public_mine, public_rating, public_staff
from plugins.booking.forms import moment_of, new_key, number_of, text_of
from plugins.booking.models import Visit
from plugins.booking.public_lines import lines_of_choice, lines_of_visit, sum_of
from plugins.booking.public_routes import (
    MOST_SERVICES,
    chosen,
    kept_fields,
    link,
    local_day,
    member_id,
    open_stores,
    own,
    people_here,
    routes,
    show,
    store_here,
    wishes_here,
)
from plugins.booking.public_when import show_times, span_words
from plugins.booking.services.booking import change_visit
from plugins.booking.services.keeping import keep_time, kept_for
from plugins.booking.services.offering import bookable, fee_of, next_free, percent_for
from plugins.booking.services.paying import key_again, next_page, send_or_book, terms_of
from plugins.booking.services.planning import Wish
from plugins.booking.services.rating import scores_of
from plugins.booking.services.rules import AUTO_ACCEPT, CUT_OFF
from plugins.booking.services.showing import clock_of
from plugins.salon.api import Staff, minutes_of, years_of

PAGES = (routes,)
MODULES = (public_feeds, public_mine, public_rating, public_staff)


@routes.get("/", audience="anyone")
def choose_service() -> Any:
    """Show what can be booked in a store; a tap chooses."""
    store, staff_id, picked = store_here(), number_of("staff"), chosen()
    offered = bookable(store.id)
    if staff_id is not None:
        offered = {
            service: able
            for service, able in offered.items()
            if any(one.id == staff_id for one in able)
        }
    staff = api.db.session.get(Staff, staff_id) if staff_id else None
    who = member_id()
    percent, from_balance = percent_for(who), percent_for(who, "balance")
    return show(
        "services",
        store=store,
        stores=open_stores(),
        services=[each for each in offered if picked or not each.extra],
        chosen=picked,
        staff=staff,
        onwards="when" if staff is not None else "who",
        link=link,
        fee_of=lambda service, variant: fee_of(service, variant, percent, staff, from_balance),
        minutes_of=minutes_of,
    )


@routes.get("/who", audience="anyone")
def choose_technician() -> Any:
    """Show who does it, with her price and next free time, and offer anybody."""
    store, picked = store_here(), chosen()
    if not picked:
        return redirect(f"/booking/?{link()}")
    people = _able(store, picked)
    percent, ids = percent_for(member_id()), [person.id for person in people]
    return show(
        "who",
        store=store,
        chosen=picked,
        people=people,
        fees={
            person.id: [fee_of(service, variant, percent, person) for service, variant in picked]
            for person in people
        },
        years={person.id: years_of(person, api.today(store.time_zone)) for person in people},
        scores=scores_of(ids),
        free=next_free(store, ids),
        link=link,
        most=MOST_SERVICES,
        clock_of=clock_of,
        local_day=local_day,
    )


@routes.get("/when", audience="anyone")
def choose_time() -> Any:
    """Show the free times of a month, one day opened."""
    store, wishes = store_here(), wishes_here()
    if not wishes:
        return redirect(f"/booking/?{link()}")
    return show_times(store, wishes)


@routes.post("/keep", audience="anyone")
def keep() -> Any:
    """Keep the chosen time for a member while she looks it over."""
    store, wishes, who = store_here(), wishes_here(), member_id()
    if not wishes:
        return redirect(f"/booking/?{link()}")
    try:
        starts_at = moment_of("at", store.time_zone)
        if who is None or number_of("visit"):
            return redirect(f"/booking/confirm?{link(store=store.id, at=starts_at.isoformat())}")
        key = new_key()
        keep_time(store.id, starts_at, wishes, key=key, member_id=who)
    except api.Refused as refused:
        return show_times(store, wishes, refused)
    onwards = link(store=store.id, at=starts_at.isoformat(), key=key)
    return redirect(f"/booking/confirm?{onwards}")


@routes.get("/kept", audience="visitor")
def show_kept() -> Any:
    """Say for how long the time is still kept, for the page that asks again and again."""
    return show("_kept", **_kept(store_here()))


@routes.get("/confirm", audience="visitor")
def ask_to_confirm() -> Any:
    """Show all that will be booked, before she sends it."""
    store, wishes, key = store_here(), wishes_here(), text_of("key")
    sent = _sent(key)
    if sent is not None:
        return redirect(f"/booking/mine/{sent.id}")
    if not wishes:
        return redirect(f"/booking/?{link()}")
    try:
        starts_at = moment_of("at", store.time_zone)
    except api.Refused:
        return redirect(f"/booking/when?{link()}")
    moved = own(number_of("visit")) if number_of("visit") else None
    told = _kept(store)
    staff_id = number_of("staff")
    staff = api.db.session.get(Staff, staff_id) if staff_id else None
    percent = percent_for(member_id())
    known: Visit | None = told["kept"] or moved
    if known is not None:
        lines = lines_of_visit(known, percent)
    else:
        lines = lines_of_choice(chosen(), percent, staff, people_here())
    return show(
        "confirm",
        store=store,
        lines=lines,
        people=1 + max((line.guest for line in lines), default=0),
        total=sum_of(lines),
        starts_at=starts_at,
        clock=clock_of(starts_at, store.time_zone),
        day=local_day(starts_at, store.time_zone),
        visit=moved,
        terms=terms_of(store.id, api.visitor().id, starts_at, wishes) if moved is None else [],
        cut_off=span_words(CUT_OFF.get(store.id)) if CUT_OFF.get(store.id) else "",
        reviewed=not AUTO_ACCEPT.get(store.id),
        hidden=[*kept_fields(), ("at", starts_at.isoformat()), ("key", key or new_key())],
        link=link,
        **told,
    )


@routes.post("/confirm", audience="visitor")
def submit_booking() -> Any:
    """Book, or move a booking; a time that was taken meanwhile leads back to the others."""
    store, wishes = store_here(), wishes_here()
    key = text_of("key")
    if not key.startswith("booking:") or not wishes:
        return redirect("/booking/")
    try:
        onwards = _send(store, wishes, key)
    except api.Refused as refused:
        return show_times(store, wishes, refused)
    return redirect(onwards) if onwards is not None else abort(404)


def _send(store: api.Store, wishes: Sequence[Wish], key: str) -> str | None:
    """Move or book a visit, and return where she goes then; None if the key is another's."""
    starts_at = moment_of("at", store.time_zone)
    if number_of("visit"):
        visit = own(number_of("visit"))
        return next_page(change_visit(visit.id, starts_at, wishes, key=key, by_member=True))
    return send_or_book(
        store.id,
        starts_at,
        wishes,
        key=key,
        member_id=api.visitor().id,
        note=text_of("note"),
        form=request.form,
    )


def _sent(key: str) -> Visit | None:
    """Return the booking that was made of a form with this key."""
    if not key:
        return None
    rows = sa.select(Visit).where(
        Visit.key.in_((key, key_again(key))),
        Visit.member_id == api.visitor().id,
        Visit.status != "hold",
    )
    found: Visit | None = api.db.session.scalar(rows)
    return found


def _kept(store: api.Store) -> dict[str, Any]:
    """Return what is kept under the key of the page, until when, and for how many minutes."""
    kept = kept_for(api.visitor().id, text_of("key")) if text_of("key") else None
    if kept is None or kept.hold_until is None:
        return {"kept": None, "asked": text_of("key"), "query": request.query_string.decode()}
    left = kept.hold_until - api.now()
    return {
        "kept": kept,
        "asked": text_of("key"),
        "query": request.query_string.decode(),
        "until": clock_of(kept.hold_until, store.time_zone),
        "minutes": max(1, -(-int(left.total_seconds()) // 60)),
    }


def _able(store: api.Store, picked: Sequence[Any]) -> list[Staff]:
    """Return who does all of it and is shown to members."""
    offered = {service.id: able for service, able in bookable(store.id).items()}
    lists = [offered.get(service.id, []) for service, _variant in picked]
    common = set.intersection(*({one.id for one in able} for able in lists))
    return [one for one in lists[0] if one.id in common and one.shown]
