"""The bookings of the demo: rosters, and the visits of yesterday, today and tomorrow."""

from __future__ import annotations

import datetime as dt
import random
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import Template, Visit
from plugins.booking.permissions import EDIT_ROSTER, EDIT_VISITS, SEE_VISITS
from plugins.booking.services.booking import book
from plugins.booking.services.planning import Wish
from plugins.booking.services.reading import free_times
from plugins.booking.services.rosters import ShiftDraft, publish, put_shifts
from plugins.booking.services.rosters_leave import ask_leave, decide_leave
from plugins.booking.services.turning import turn_visit
from plugins.membership.api import Member
from plugins.salon.api import Service, Staff, services_on_sale, working_staff

FILE = Path(__file__).parent / "demo_data" / "booking.toml"
LOCALES = ("zh_Hant_TW", "en")
BACK, AHEAD, VISITS = 7, 14, 16
#: What becomes of the visits that have passed, in turn.
PAST = ("done", "done", "no_show", "done", "done", "cancel")


def load() -> None:
    """Plan three weeks and book three days in every store."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    templates = _load_templates(told["templates"])
    draw = random.Random(20261122)  # noqa: S311 - nothing secret is drawn
    for store in api.db.session.scalars(sa.select(api.Store).order_by(api.Store.id)).all():
        _load_roster(store, templates, told["reasons"]["leave"])
        today = api.today(store.time_zone)
        members = _members_of(store.id)
        if not members:
            continue
        for by in (-1, 0, 1):
            _load_day(draw, store, today + dt.timedelta(days=by), members)
    _let_time_pass(told["reasons"]["cancelled"])


@api.unit
def _load_templates(told: Sequence[Mapping[str, Any]]) -> list[Template]:
    found = []
    for place, each in enumerate(told):
        begins, ends = each.get("span", (None, None))
        names = dict(zip(LOCALES, each["name"][1:], strict=True))
        template = Template(
            name=each["name"][0], names=names, begins=begins, ends=ends, place=place
        )
        template.breaks = {"spans": each["breaks"]} if "breaks" in each else {}
        api.db.session.add(template)
        found.append(template)
    api.db.session.flush()
    return found


@api.unit
def _load_roster(store: api.Store, templates: Sequence[Template], reason: str) -> None:
    today = api.today(store.time_zone)
    days = [today + dt.timedelta(days=n) for n in range(-BACK, AHEAD + 1)]
    staff = [each for each in working_staff(store.id) if each.skills]
    drafts = []
    for number, person in enumerate(staff):
        for place, day in enumerate(days):
            off = (place + number * 2) % 7 == 0 and day != today
            shift = templates[-1] if off else templates[(number + place // 7) % 3]
            drafts.append(_draft(person, day, shift))
    put_shifts(store.id, drafts)
    publish(store.id, days[0], days[-1])
    if len(staff) > 3:
        _load_leave(store, staff[-1], today, reason)


def _draft(person: Staff, day: dt.date, shift: Template) -> ShiftDraft:
    spans = [(first, last) for first, last in shift.breaks.get("spans", [])]
    span = None if shift.begins is None or shift.ends is None else (shift.begins, shift.ends)
    return ShiftDraft(person.id, day, span, spans, shift.id)


def _load_leave(store: api.Store, person: Staff, today: dt.date, reason: str) -> None:
    for by, decided in ((2, True), (5, False)):
        begins = api.now() + dt.timedelta(days=by)
        leave = ask_leave(person.id, store.id, begins, begins + dt.timedelta(hours=10), reason)
        if decided:
            decide_leave(leave.id, approved=True)


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


def _act(visit_id: int, at: dt.datetime, *acts: str, reason: str = "") -> None:
    with api.at_moment(at):
        for act in acts:
            turn_visit(visit_id, act, reason=reason)


PART = api.DemoPart(
    load,
    tour=(
        api.TourStop(
            "board", _("Look at the booking board"), "/console/booking/board/", SEE_VISITS
        ),
        api.TourStop("book", _("Book for a guest"), "/console/booking/new/", EDIT_VISITS),
        api.TourStop("roster", _("Publish a roster"), "/console/booking/roster/", EDIT_ROSTER),
    ),
)
