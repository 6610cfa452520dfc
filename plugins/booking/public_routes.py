"""The addresses of booking on a phone, and what every page there reads from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from babel.dates import format_skeleton, get_day_names
from flask import abort, request

from console import api
from plugins.booking.forms import number_of, text_of
from plugins.booking.models import Visit
from plugins.booking.services.booking import wishes_of
from plugins.booking.services.facts import is_known
from plugins.booking.services.planning import MOST_GUESTS, MOST_WISHES, Wish
from plugins.booking.services.rules import MAP_LINK
from plugins.membership.api import Member
from plugins.salon.api import Service, StoreProfile, Variant

routes = api.PublicRoutes("booking", __name__)
#: So many services one visit has on a phone.
MOST_SERVICES = 6
#: What she chose so far, as each page hands it to the next.
KEPT = ("store", "staff", "visit", "people")


def show(template: str, problem: api.Refused | None = None, **context: Any) -> Any:
    """Draw a page of `templates/booking/phone/`, with the status of what was refused."""
    page = api.render_public(
        f"booking/phone/{template}.html", problem=problem, day_words=day_words, **context
    )
    return (page, problem.status) if problem else page


def day_words(day: dt.date) -> str:
    """Write a day as people say it: with its weekday, without the year."""
    return str(format_skeleton("MMMEd", day, locale=api.reader_locale()))


def month_words(day: dt.date) -> str:
    """Write a month with its year."""
    return str(format_skeleton("yMMMM", day, locale=api.reader_locale()))


def weekday_letters() -> list[str]:
    """Return the shortest names of the days of the week, Monday first."""
    names = get_day_names("narrow", "stand-alone", locale=api.reader_locale())
    return [str(names[number]) for number in range(7)]


def local_day(moment: dt.datetime, zone: str) -> dt.date:
    """Return the day that a store's calendar shows at a moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def member_id() -> int | None:
    """Return who looks, if her card is bound on this phone."""
    visitor = api.find_visitor()
    return visitor.id if visitor is not None else None


def own(number: int | None) -> Visit:
    """Return a booking of whoever looks; anybody else's is not there."""
    visit = api.db.session.get(Visit, number) if number else None
    if visit is None or visit.member_id != api.visitor().id or visit.status == "hold":
        abort(404)
    return visit


def open_stores() -> list[api.Store]:
    """Return the stores that can be booked."""
    rows = sa.select(api.Store).where(api.Store.closed.is_(False)).order_by(api.Store.id)
    return list(api.db.session.scalars(rows))


def store_here() -> api.Store:
    """Return the store that was chosen, else her own, else the first."""
    wanted, who = number_of("store"), member_id()
    if wanted is None and who is not None:
        asked = sa.select(Member.home_store_id).where(Member.id == who)
        wanted = api.db.session.scalar(asked)
    store = api.known_store(wanted) if wanted is not None else None
    if store is not None and not store.closed:
        return store
    return next(iter(open_stores()), None) or abort(404)


def chosen() -> list[tuple[Service, Variant]]:
    """Return the services that were chosen so far; what is not there is left out."""
    found = []
    for number in _numbers():
        variant = api.db.session.get(Variant, number)
        if variant is not None:
            found.append((api.db.session.get_one(Service, variant.service_id), variant))
    return found


def _numbers() -> list[int]:
    sent = request.values.getlist("variant")[:MOST_SERVICES]
    return [int(text) for text in sent if text.isascii() and text.isdecimal() and len(text) < 18]


def wishes_here() -> list[Wish]:
    """Return what is to be booked, for each who comes; a booking that moves keeps what it was for.

    The technician who was chosen serves the first of them, whoever is free the others.
    """
    moved = number_of("visit") if member_id() is not None else None
    staff_id = number_of("staff")
    if moved:
        return [
            replace(wish, staff_id=staff_id) if staff_id and not wish.guest else wish
            for wish in wishes_of(own(moved))
        ]
    return [
        Wish(variant_id, None if guest else staff_id, guest)
        for guest in range(people_here())
        for variant_id in _numbers()
        if is_known(variant_id)
    ]


def people_here() -> int:
    """Return how many are to come."""
    return min(max(number_of("people") or 1, 1), most_people())


def most_people() -> int:
    """Return how many may come with one booking of what was chosen."""
    return min(MOST_GUESTS, MOST_WISHES // max(1, len(_numbers())))


def link(**more: Any) -> str:
    """Write what she chose so far, and more, as the query of the next page."""
    said: dict[str, Any] = {name: text_of(name) for name in KEPT if text_of(name)}
    said["variant"] = request.values.getlist("variant")[:MOST_SERVICES]
    if "add" in more:
        said["variant"] = [*said["variant"], more.pop("add")]
    if "drop" in more:
        said["variant"] = without(said["variant"], more.pop("drop"))
    told = {name: value for name, value in {**said, **more}.items() if value not in (None, "")}
    return urlencode(told, doseq=True)


def kept_fields() -> list[tuple[str, str]]:
    """Return what she chose so far, as a form sends it."""
    numbers = request.values.getlist("variant")[:MOST_SERVICES]
    said = [(name, text_of(name)) for name in KEPT if text_of(name)]
    return [*said, *(("variant", number) for number in numbers)]


def without(numbers: Sequence[str], place: int) -> list[str]:
    """Return all but the one at a place."""
    return [number for at, number in enumerate(numbers) if at != place]


def map_of(profile: StoreProfile | None) -> str:
    """Return where the map shows a store; nothing where nobody said it."""
    if profile is None or not profile.address or not MAP_LINK.get():
        return ""
    return MAP_LINK.get().replace("{address}", quote(profile.address, safe=""))
