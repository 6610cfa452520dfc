"""The rosters of the demo: shifts, leave, a swap, and the visits that proposals count."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from plugins.booking.models import Item, Template, Visit
from plugins.booking.services.rosters import A_DAY, ShiftDraft, publish, put_shifts
from plugins.booking.services.rosters_leave import ask_leave, decide_leave
from plugins.booking.services.rosters_swaps import answer_swap, ask_swap
from plugins.membership.api import Member
from plugins.salon.api import Service, Staff, services_on_sale, working_staff

LOCALES = ("zh_Hant_TW", "en")
BACK, AHEAD, WEEKS_BACK = 7, 14, 8
#: Visits of a day by weekday, Monday first, and the hours at which they begin.
PER_DAY = (5, 6, 6, 7, 8, 11, 10)
HOURS = (10, 11, 13, 14, 14, 15, 15, 16, 16, 17, 18, 18, 19, 19, 20)


@api.unit
def load_templates(told: Sequence[Mapping[str, Any]]) -> list[Template]:
    """Add the usual shifts."""
    found = []
    for place, each in enumerate(told):
        begins, ends = each.get("span", (None, None))
        template = Template(
            name=each["name"][0],
            names=dict(zip(LOCALES, each["name"][1:], strict=True)),
            begins=begins,
            ends=ends,
            breaks={"spans": each["breaks"]} if "breaks" in each else {},
            place=place,
            sign=each["sign"],
            colour=each["colour"],
        )
        api.db.session.add(template)
        found.append(template)
    api.db.session.flush()
    return found


@api.unit
def load_roster(
    store: api.Store, templates: Sequence[Template], reasons: Mapping[str, str]
) -> None:
    """Plan three weeks of a store, with a leave and a swap that wait for an answer."""
    today = api.today(store.time_zone)
    days = [today + n * A_DAY for n in range(-BACK, AHEAD + 1)]
    staff = [each for each in working_staff(store.id) if each.skills]
    plan = {
        (person.id, day): _shift_of(number, place, templates, off=day != today)
        for number, person in enumerate(staff)
        for place, day in enumerate(days)
    }
    put_shifts(
        store.id,
        [
            ShiftDraft(staff_id, day, shift.span, shift.rests, shift.id)
            for (staff_id, day), shift in plan.items()
        ],
    )
    publish(store.id, days[0], days[-1])
    if len(staff) > 3:
        _load_leave(store, staff[-1], reasons["leave"])
        _load_swap(store, staff[0], staff[1], plan, today, reasons["swap"])


def _shift_of(number: int, place: int, templates: Sequence[Template], *, off: bool) -> Template:
    rests = (place + number * 2) % 7 == 0 and off
    return templates[-1] if rests else templates[(number + place // 7) % 3]


def _load_leave(store: api.Store, person: Staff, reason: str) -> None:
    zone = ZoneInfo(store.time_zone)
    midnight = dt.datetime.combine(api.today(store.time_zone), dt.time.min, zone)
    for by, decided in ((2, True), (5, False)):
        begins = midnight + by * A_DAY
        leave = ask_leave(person.id, store.id, begins, begins + A_DAY, reason)
        if decided:
            decide_leave(leave.id, approved=True)


def _load_swap(
    store: api.Store,
    one: Staff,
    other: Staff,
    plan: Mapping[tuple[int, dt.date], Template],
    today: dt.date,
    note: str,
) -> None:
    """Let two people ask to exchange their hours of a day on which both work other ones."""
    days = sorted(day for staff_id, day in plan if staff_id == one.id and day > today + A_DAY)
    for day in days:
        mine, hers = plan[one.id, day], plan[other.id, day]
        if mine.span and hers.span and mine.span != hers.span:
            swap = ask_swap(store.id, one.id, day, other.id, day, note)
            answer_swap(swap.id, other.id, agreed=True)
            return


@api.unit
def load_history(store: api.Store, members: Sequence[int]) -> None:
    """Add the visits of the last weeks, done and gone, for proposals to count."""
    draw = random.Random(20260927)  # noqa: S311 - nothing secret is drawn
    services = [each for each in services_on_sale(store.id) if not each.extra]
    named = sa.select(Member.id, Member.name).where(Member.id.in_(members))
    names = {row.id: row.name for row in api.db.session.execute(named)}
    today = api.today(store.time_zone)
    for by in range(-7 * WEEKS_BACK, -1):
        day = today + by * A_DAY
        for number in range(PER_DAY[day.weekday()]):
            guest = draw.choice(members)
            visit = _past_visit(draw, store, day, draw.choice(services), number)
            visit.member_id, visit.guest_name = guest, names[guest]
            api.db.session.add(visit)


def _past_visit(
    draw: random.Random, store: api.Store, day: dt.date, service: Service, number: int
) -> Visit:
    clock = dt.time(draw.choice(HOURS), draw.choice((0, 30)))
    begins = dt.datetime.combine(day, clock, ZoneInfo(store.time_zone))
    minutes = sum(one.minutes for one in service.segments if one.kind == "work") or 60
    variant = draw.choice(service.variants)
    title = f"{service.name} {variant.name}".strip()
    ends = begins + dt.timedelta(minutes=minutes)
    return Visit(
        store_id=store.id,
        day_on=day,
        starts_at=begins,
        ends_at=ends,
        status="done",
        key=f"demo-past:{store.id}:{day}:{number}",
        booked_at=begins - A_DAY,
        done_at=ends,
        source="demo",
        items=[Item(variant_id=variant.id, title=title, offset=0, minutes=minutes)],
    )
