"""The demo's classes, waiting lists and turns."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.booking.models import GroupClass
from plugins.booking.permissions import SEE_VISITS
from plugins.booking.services.classes import ClassDraft, plan_classes, take_place
from plugins.booking.services.planning import Wish
from plugins.booking.services.reading import free_times
from plugins.booking.services.turns import note_turn
from plugins.booking.services.waiting import WaitDraft, join_waiting
from plugins.booking.services.waiting_offers import serve_waiting
from plugins.membership.api import Member
from plugins.salon.api import Service, services_on_sale, who_does, working_staff

FILE = Path(__file__).parent / "demo_data" / "waiting.toml"
#: Classes are planned this many days from today; the first of them is full.
DAYS = (1, 2, 3, 5, 8)
#: A class lasts at least so many minutes.
SHORTEST = 45


def load() -> None:
    """Plan classes, let guests wait, and let technicians come to work in every store."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    for store in api.db.session.scalars(sa.select(api.Store).order_by(api.Store.id)).all():
        members = _members(store.id)
        if not members:
            continue
        _load_turns(store)
        groups = _load_classes(store, told)
        for number, group in enumerate(groups):
            _fill(group, members, number)
        if groups:
            _load_waits(store, groups[0], members)


def _members(store_id: int) -> list[int]:
    rows = sa.select(Member.id).where(
        Member.home_store_id == store_id, Member.gone_at.is_(None), Member.status == "active"
    )
    return list(api.db.session.scalars(rows.order_by(Member.id.desc()).limit(40)))


def _load_turns(store: api.Store) -> None:
    today = api.business_day(api.now(), store.time_zone, store.cut_off_minutes)
    people = [each for each in working_staff(store.id) if each.skills][:5]
    for number, person in enumerate(people):
        came = api.now() - dt.timedelta(minutes=50 - 7 * number)
        with api.at_moment(came):
            note_turn(store.id, today, person.id, "here")
    if len(people) > 3:
        note_turn(store.id, today, people[3].id, "break")


def _load_classes(store: api.Store, told: Mapping[str, Any]) -> list[GroupClass]:
    """Plan a class on some of the coming days, where a leader and a room are free."""
    today, found = api.today(store.time_zone), list[GroupClass]()
    services = [
        each
        for each in services_on_sale(store.id)
        if not each.extra and sum(part.minutes for part in each.segments) >= SHORTEST
    ]
    for number, (by, each) in enumerate(zip(DAYS, told["classes"], strict=True)):
        key = f"demo:class:{store.id}:{number}"
        service = services[number * 2 % len(services)]
        day = today + dt.timedelta(days=by)
        found += _plan(store, service, day, {**each, "note": told["note"]}, key)
    return found


def _plan(
    store: api.Store, service: Service, day: dt.date, told: Mapping[str, Any], key: str
) -> list[GroupClass]:
    for leader in who_does(service, store.id):
        wish = Wish(service.variants[0].id, leader.id)
        moment = _evening(free_times(store.id, [wish], day, day)[day], store.time_zone)
        if moment is None:
            continue
        draft = ClassDraft(
            service.variants[0].id,
            leader.id,
            moment,
            told["places"],
            told["title"],
            told["price_fen"],
            told["note"],
        )
        try:
            return plan_classes(store.id, draft, key=key)
        except api.Refused:
            continue
    return []


def _evening(times: list[dt.datetime], zone: str) -> dt.datetime | None:
    late = [each for each in times if each.astimezone(ZoneInfo(zone)).hour >= 16]
    return next(iter(late or times), None)


def _fill(group: GroupClass, members: list[int], number: int) -> None:
    count = group.capacity if number == 0 else group.capacity * (number % 3 + 1) // 4
    for place, member_id in enumerate(members[number : number + count]):
        key = f"demo:place:{group.id}:{place}"
        take_place(group.id, key=key, member_id=member_id, source="desk")


def _load_waits(store: api.Store, group: GroupClass, members: list[int]) -> None:
    """Let two wait for the full class, and two for times that are not free."""
    day = group.visit.day_on
    for number, member_id in enumerate(members[20:22]):
        draft = WaitDraft(day, day, class_id=group.id, member_id=member_id, source="phone")
        with api.at_moment(api.now() - dt.timedelta(hours=3 - number)):
            join_waiting(store.id, draft, key=f"demo:wait:{store.id}:{number}")
    service = next(iter(services_on_sale(store.id)))
    tomorrow = api.today(store.time_zone) + dt.timedelta(days=1)
    for number, (member_id, hours) in enumerate(
        zip(members[22:24], ((1290, 1320), (600, 1200)), strict=False), 2
    ):
        draft = WaitDraft(
            tomorrow,
            tomorrow + dt.timedelta(days=2),
            variant_ids=(service.variants[0].id,),
            from_minute=hours[0],
            to_minute=hours[1],
            member_id=member_id,
            source="phone" if number == 2 else "desk",
            party=1 if number == 2 else 2,
        )
        with api.at_moment(api.now() - dt.timedelta(minutes=40 - 10 * number)):
            join_waiting(store.id, draft, key=f"demo:wait:{store.id}:{number}")
    serve_waiting(store.id)


PART = api.DemoPart(
    load,
    tour=(api.TourStop("turns", _("See whose turn it is"), "/console/booking/turns/", SEE_VISITS),),
)
