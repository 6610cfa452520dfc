"""The bookings of the demo: rosters, and the visits of yesterday, today and tomorrow."""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.demo_rosters import load_history, load_roster, load_templates
from plugins.booking.models import Visit
from plugins.booking.permissions import EDIT_ROSTER, EDIT_VISITS, SEE_VISITS
from plugins.booking.services.booking import book
from plugins.booking.services.planning import Wish
from plugins.booking.services.proposing import propose_time
from plugins.booking.services.reading import free_times
from plugins.booking.services.turning import turn_visit
from plugins.membership.api import Member
from plugins.salon.api import Service, services_on_sale

FILE = Path(__file__).parent / "demo_data" / "booking.toml"
VISITS = 16
#: What becomes of the visits that have passed, in turn.
PAST = ("done", "done", "no_show", "done", "done", "cancel")


def load() -> None:
    """Plan three weeks and book three days in every store."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    templates = load_templates(told["templates"])
    draw = random.Random(20261122)  # noqa: S311 - nothing secret is drawn
    stores = api.db.session.scalars(sa.select(api.Store).order_by(api.Store.id)).all()
    asking = list[tuple[api.Store, int]]()
    for place, store in enumerate(stores):
        load_roster(store, templates, told["reasons"])
        today = api.today(store.time_zone)
        members = _members_of(store.id)
        if not members:
            continue
        asking.append((store, members[-1]))
        if place == 0:
            load_history(store, members)
        for by in (-1, 0, 1):
            _load_day(draw, store, today + dt.timedelta(days=by), members)
    _let_time_pass(told["reasons"]["cancelled"])
    for store, member_id in asking:
        _propose_time(store, member_id)


def _members_of(store_id: int) -> Sequence[int]:
    rows = sa.select(Member.id).where(
        Member.home_store_id == store_id, Member.gone_at.is_(None), Member.status == "active"
    )
    return api.db.session.scalars(rows.order_by(Member.id).limit(80)).all()


def _load_day(draw: random.Random, store: api.Store, day: dt.date, members: Sequence[int]) -> None:
    services = [each for each in services_on_sale(store.id) if not each.extra]
    guests = draw.sample(list(members), min(VISITS, len(members)))
    evening = dt.datetime.combine(day, dt.time(9), dt.UTC) - dt.timedelta(days=1)
    with api.at_moment(min(evening, api.now())):
        for number, guest in enumerate(guests):
            _load_visit(draw, store, day, guest, draw.choice(services), number)


def _load_visit(
    draw: random.Random, store: api.Store, day: dt.date, guest: int, service: Service, number: int
) -> None:
    wish = Wish(draw.choice(service.variants).id)
    times = free_times(store.id, [wish], day, day)[day]
    if times:
        source = "phone" if number in (5, 11) else "desk"
        key = f"demo:{store.id}:{day}:{number}"
        when = draw.choice(times)
        lead = api.now() if source == "desk" else when - dt.timedelta(days=1)
        with api.at_moment(min(lead, api.now())):
            book(store.id, when, [wish], key=key, member_id=guest, source=source)


def _let_time_pass(reason: str) -> None:
    """Let what lies behind now have happened, and accept most of what was asked for."""
    now = api.now()
    rows = sa.select(Visit).where(Visit.key.like("demo:%")).order_by(Visit.starts_at, Visit.id)
    for number, visit in enumerate(api.db.session.scalars(rows).all()):
        begins, ends, ahead = visit.starts_at, visit.ends_at, visit.starts_at > now
        if visit.status == "pending" and (not ahead or number % 2):
            turn_visit(visit.id, "confirm")
        if ahead:
            if visit.status == "confirmed" and begins - now < dt.timedelta(minutes=30):
                turn_visit(visit.id, "arrive")
            continue
        fate = PAST[number % len(PAST)]
        if ends > now:
            _act(visit.id, begins, "arrive", "start")
        elif fate == "done":
            _act(visit.id, begins, "arrive", "start")
            _act(visit.id, ends, "done")
        else:
            _act(visit.id, begins, fate, reason=reason if fate == "cancel" else "")


def _propose_time(store: api.Store, member_id: int) -> None:
    """Let a guest ask for a time of the day after tomorrow, and propose another to her."""
    day = api.today(store.time_zone) + dt.timedelta(days=2)
    service = next(each for each in services_on_sale(store.id) if not each.extra)
    wish = Wish(service.variants[0].id)
    times = free_times(store.id, [wish], day, day, by_member=True)[day]
    if len(times) < 2:
        return
    key = f"demo:proposed:{store.id}"
    visit = book(store.id, times[0], [wish], key=key, member_id=member_id, source="phone")
    propose_time(visit.id, times[-1], key=f"{key}:time")


def _act(visit_id: int, at: dt.datetime, *acts: str, reason: str = "") -> None:
    with api.at_moment(at):
        for act in acts:
            turn_visit(visit_id, act, reason=reason)


PART = api.DemoPart(
    load,
    tour=(
        api.TourStop(
            "board", _("Look at the booking board"), "/console/booking/board/", SEE_VISITS, 2
        ),
        api.TourStop("book", _("Book for a guest"), "/console/booking/new/", EDIT_VISITS),
        api.TourStop("roster", _("Publish a roster"), "/console/booking/roster/", EDIT_ROSTER),
    ),
)
