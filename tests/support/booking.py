"""Makers of stores with a roster, and of visits, for tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from plugins.booking.api import Visit, Wish, book, free_times
from plugins.booking.models import Cell, ResourceDay, Template
from plugins.booking.services.claiming import check_days
from plugins.booking.services.rosters import ShiftDraft, publish, put_shifts
from plugins.salon.models import Equipment, EquipmentKind, Service, Skill, Staff
from plugins.salon.services.catalogue import SegmentDraft
from plugins.salon.services.hours import put_week
from tests.support.salon import add, add_service, add_skill, add_staff, add_store

ZONE = "Asia/Shanghai"
#: A Monday, and the morning before it, on which tests book.
MONDAY = dt.date(2026, 11, 23)
MORNING = dt.datetime(2026, 11, 22, 1, 0, tzinfo=dt.UTC)
_keys = count(1)


def at(clock: str, day: dt.date = MONDAY, zone: str = ZONE) -> dt.datetime:
    """Return a wall time as a moment."""
    return dt.datetime.combine(day, dt.time.fromisoformat(clock), ZoneInfo(zone)).astimezone(dt.UTC)


def clocks(moments: Sequence[dt.datetime], zone: str = ZONE) -> list[str]:
    """Write moments as wall times."""
    return [f"{moment.astimezone(ZoneInfo(zone)):%H:%M}" for moment in moments]


def zone_at_noon() -> str:
    """Name a time zone in which it is about noon, so that no visit of today reaches midnight."""
    ahead = 12 - api.now().hour
    return f"Etc/GMT{-ahead:+}"  # the signs of these zones are the other way round


class Salon:
    """A store that is open from 10 to 18, with technicians who do one service of an hour."""

    def __init__(self, technicians: int = 1, rooms: int = 0, **more: Any) -> None:
        """Build it, with the roster of one Monday published."""
        self.store = add_store(more.pop("name", "福田店"), more.pop("zone", ZONE))
        hours = more.pop("hours", (600, 1080))
        with_hours(self.store, hours)
        self.skill: Skill = add_skill(f"技能 {next(_keys)}")
        self.staff = [
            add_staff(name, self.store, skills=[self.skill])
            for name in ("Amy", "Coco", "Vivi", "Nana", "Leo", "Tony")[:technicians]
        ]
        if rooms:
            more["room_kind_id"] = add_rooms(self.store, rooms)
        segments = more.pop("segments", ())
        self.service: Service = add_service(
            f"面部清洁 {next(_keys)}", *segments, skill_id=self.skill.id, **more
        )
        self.roster(*self.staff, span=hours)
        # Numbers for threads, which may not use what another session has read.
        self.store_id, self.variant_id = self.store.id, self.service.variants[0].id
        self.staff_ids = [each.id for each in self.staff]

    def roster(
        self, *staff: Staff, day: dt.date = MONDAY, span: tuple[int, int] = (600, 1080), **more: Any
    ) -> None:
        """Plan and publish a day."""
        put_shifts(self.store.id, [ShiftDraft(each.id, day, span, **more) for each in staff])
        publish(self.store.id, day, day)

    def wish(self, staff: Staff | None = None, **more: Any) -> Wish:
        """Make a wish for the service."""
        variant_id = self.service.variants[0].id
        return Wish(variant_id, staff.id if staff else None, **more)

    def book(self, clock: str, staff: Staff | None = None, **more: Any) -> Visit:
        """Book a visit of somebody who called."""
        more.setdefault("key", new_key())
        if more.get("member_id") is None:
            more.setdefault("guest_name", "王小姐")
        wishes = more.pop("wishes", None) or [self.wish(staff)]
        return book(self.store.id, at(clock, more.pop("day", MONDAY)), wishes, **more)

    def free(self, *wishes: Wish, day: dt.date = MONDAY, **more: Any) -> list[str]:
        """Return the wall times that are offered."""
        return clocks(free_times(self.store.id, wishes or [self.wish()], day, day, **more)[day])


@api.unit
def with_hours(store: api.Store, span: tuple[int, int]) -> None:
    """Open a store every day."""
    put_week(store.id, {day: [span] for day in range(1, 8)})


@api.unit
def add_rooms(store: api.Store, count_: int, capacity: int = 1, sort: str = "room") -> int:
    """Add rooms or devices of a new kind, and return the number of the kind."""
    kind = add(EquipmentKind(name=f"房间 {next(_keys)}", sort=sort))
    for number in range(count_):
        name = f"{kind.name}-{number}"
        add(Equipment(name=name, store_id=store.id, kind_id=kind.id, capacity=capacity))
    return int(kind.id)


def new_key() -> str:
    """Return a key that no form had before."""
    return f"booking-{next(_keys)}"


def work(minutes: int, skill: Skill | None = None) -> SegmentDraft:
    """Make a stretch of work."""
    return SegmentDraft("work", minutes, skill.id if skill else None)


def wait(minutes: int) -> SegmentDraft:
    """Make a stretch in which the guest waits."""
    return SegmentDraft("wait", minutes)


def cells() -> int:
    """Return how many cells are taken in all."""
    api.db.session.rollback()
    return api.db.session.scalar(sa.select(sa.func.count()).select_from(Cell)) or 0


def lies() -> list[Any]:
    """Return the rows of days that do not say what the cells say."""
    api.db.session.rollback()
    days = api.db.session.execute(sa.select(ResourceDay.store_id, ResourceDay.day_on).distinct())
    return [place for store_id, day in days.all() for place in check_days(store_id, day)]


@api.unit
def add_template(name: str, begins: int, ends: int) -> Template:
    """Add a usual shift."""
    return add(Template(name=name, begins=begins, ends=ends))
