"""The times that are offered are those that can be booked, on any day that anybody could have.

The model knows intervals and nothing else; the days are those on which programs err: clocks that
change, a leap day, a closing after midnight.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from console import api
from plugins.booking.api import Taken, Wish, book, free_times, turn_visit
from plugins.booking.services.rosters import ShiftDraft, publish, put_shifts
from plugins.booking.services.rules import STEP
from plugins.salon.models import Equipment, EquipmentKind
from plugins.salon.services.catalogue import SegmentDraft
from plugins.salon.services.hours import put_week
from tests.plugins.booking.naive import Interval, Paper, Wanted, Work, moment, without
from tests.support.booking import new_key
from tests.support.salon import add, add_service, add_skill, add_staff, add_store

pytestmark = pytest.mark.any_engine
DAYS = [
    ("Asia/Shanghai", dt.date(2026, 11, 23)),
    ("Asia/Shanghai", dt.date(2028, 2, 29)),
    ("Europe/Berlin", dt.date(2026, 3, 29)),
    ("Europe/Berlin", dt.date(2026, 10, 25)),
    ("Australia/Lord_Howe", dt.date(2026, 10, 4)),
    ("America/St_Johns", dt.date(2026, 11, 1)),
]
HOURS: list[list[Interval]] = [
    [(600, 1080)],
    [(0, 480)],
    [(60, 240), (300, 720)],
    [(1080, 1560)],
]
#: A hold lasts ten minutes; eleven after the first, one that began so much later still does.
LATE, LAPSED = dt.timedelta(minutes=5), dt.timedelta(minutes=11)
_numbers = count(1)


@st.composite
def works(draw: st.DrawFn) -> Work:
    """Draw a service: work, or work, wait and work, or with a helper."""
    minutes = st.sampled_from([10, 15, 20, 25, 32, 45])
    kinds = draw(st.sampled_from([("work",), ("work", "wait", "work"), ("help", "work")]))
    parts = tuple((kind, draw(minutes)) for kind in kinds)
    taken = st.sampled_from([(), ("room",), ("device",), ("room", "device")])
    return Work(parts, draw(st.sampled_from([0, 0, 10, 15])), draw(taken))


@dataclass
class Shift:
    """What one person works: from when, for how long, and a break."""

    begins: int
    ends: int
    breaks: list[Interval]


@st.composite
def shifts(draw: st.DrawFn, hours: list[Interval]) -> Shift:
    """Draw a shift around the opening hours, with a break or none."""
    first, last = hours[0][0], hours[-1][1]
    begins = max(0, first + 15 * draw(st.integers(-2, 4)))
    ends = last - 15 * draw(st.integers(-1, 4))
    at = begins + 5 * draw(st.integers(1, (ends - begins) // 5 - 2))
    rest = [(at, min(at + draw(st.sampled_from([15, 30, 60])), ends))]
    return Shift(begins, ends, rest if draw(st.booleans()) else [])


@pytest.mark.slow
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_what_is_offered_can_be_booked_and_nothing_else(app: Flask, data: st.DataObject) -> None:
    zone, day = data.draw(st.sampled_from(DAYS))
    hours = data.draw(st.sampled_from(HOURS))
    before = dt.datetime.combine(day - dt.timedelta(days=2), dt.time(3), dt.UTC)
    with api.at_moment(before):
        house = House(zone, day, hours, data)
        for _turn in range(data.draw(st.integers(0, 5))):
            house.fill(data)
    with api.at_moment(before + LAPSED):
        house.compare(data)


class House:
    """A store as it stands in the database, and as it stands on paper."""

    def __init__(self, zone: str, day: dt.date, hours: list[Interval], data: Any) -> None:
        """Build both."""
        self.store_id = add_store(f"店 {next(_numbers)}", zone).id
        self.kept: list[tuple[tuple[str, int], Interval]] = []
        self.step = data.draw(st.sampled_from([5, 15]))
        api.unit(lambda: put_week(self.store_id, dict.fromkeys(range(1, 8), hours)))()
        api.unit(lambda: STEP.put(self.step, self.store_id))()
        opened = [(moment(day, a, zone), moment(day, b, zone)) for a, b in hours]
        self.paper = Paper(zone, day, opened, {}, self._places(data), self._services(data), [])
        self._staff(data, hours)

    @api.unit
    def _places(self, data: Any) -> dict[str, dict[int, int]]:
        self.kinds: dict[str, int] = {}
        places: dict[str, dict[int, int]] = {"room": {}, "device": {}}
        for sort, numbers in places.items():
            number = next(_numbers)
            self.kinds[sort] = add(EquipmentKind(name=f"{sort} {number}", sort=sort)).id
            for place in range(data.draw(st.integers(1, 2))):
                capacity = data.draw(st.integers(1, 2)) if sort == "room" else 1
                named = {"name": f"{number}-{place}", "store_id": self.store_id}
                one = add(Equipment(**named, kind_id=self.kinds[sort], capacity=capacity))
                numbers[one.id] = capacity
        return places

    def _services(self, data: Any) -> list[Work]:
        self.skill, self.help = (add_skill(f"技能 {next(_numbers)}") for _n in range(2))
        self.variants = []
        drawn = data.draw(st.lists(works(), min_size=1, max_size=2))
        for work in drawn:
            segments = [
                SegmentDraft(
                    "wait" if kind == "wait" else "work",
                    minutes,
                    self.help.id if kind == "help" else None,
                )
                for kind, minutes in work.stretches
            ]
            service = add_service(
                f"项目 {next(_numbers)}",
                *segments,
                skill_id=self.skill.id,
                cleanup_minutes=work.cleanup,
                **{f"{sort}_kind_id": self.kinds[sort] for sort in work.kinds},
            )
            self.variants.append(int(service.variants[0].id))
        return list(drawn)

    def _staff(self, data: Any, hours: list[Interval]) -> None:
        paper, store = self.paper, api.db.session.get_one(api.Store, self.store_id)
        for number in range(data.draw(st.integers(1, 3))):
            skills = [self.skill, self.help] if number else [self.skill]
            one = add_staff(f"员工 {next(_numbers)}", store, skills=skills).id
            shift = data.draw(shifts(hours))
            span = (shift.begins, shift.ends)
            put_shifts(self.store_id, [ShiftDraft(one, paper.day, span, tuple(shift.breaks))])
            first, last, *rest = (
                moment(paper.day, minutes, paper.zone)
                for minutes in (*span, *(at for pair in shift.breaks for at in pair))
            )
            paper.there[one] = without((first, last), [(rest[0], rest[1])] if rest else [])
            if number:
                paper.helpers = [*paper.helpers, one]
        publish(self.store_id, paper.day, paper.day)

    def fill(self, data: Any) -> None:
        """Book, keep, or book and cancel something, and note what it takes.

        What is kept has lapsed when it is compared, unless it is kept a little later.
        """
        wanted = [Wanted(data.draw(st.integers(0, len(self.variants) - 1)), None, 0)]
        starts = self.paper.starts(wanted, self.step)
        if not starts:
            return
        start, fate = (
            data.draw(st.sampled_from(starts)),
            data.draw(st.sampled_from(["booked", "booked", "lapsed", "held", "cancelled"])),
        )
        with api.at_moment(api.now() + (LATE if fate == "held" else dt.timedelta(0))):
            visit = self._book(wanted, start, keep=fate in ("lapsed", "held"))
        for claim in visit.claims if fate != "cancelled" else ():
            who = (claim.kind, claim.resource_id)
            taken = (who, (claim.first_cell * 300, claim.last_cell * 300))
            self.paper.taken.append(taken)
            if fate == "lapsed":
                self.kept.append(taken)
        if fate == "cancelled":
            turn_visit(visit.id, "cancel")

    def compare(self, data: Any) -> None:
        """See that paper and database say the same, for booking and for offering."""
        for taken in self.kept:
            self.paper.taken.remove(taken)
        party = data.draw(st.booleans())
        people = st.sampled_from([None, None, *self.paper.there])
        wanted = [
            Wanted(data.draw(st.integers(0, len(self.variants) - 1)), data.draw(people), n * party)
            for n in range(data.draw(st.integers(1, 3)))
        ]
        expected = self.paper.starts(wanted, self.step)
        day = self.paper.day
        offered = free_times(self.store_id, self._wishes(wanted), day, day)[day]
        assert [int(each.timestamp()) for each in offered] == expected
        others = sorted({*self._all()} - {*expected})
        for start in _some(expected):
            assert self._can_book(wanted, start)
        for start in _some(others):
            assert not self._can_book(wanted, start)

    def _all(self) -> range:
        first, last = self.paper.opened[0][0], self.paper.opened[-1][1]
        return range(first - 7200, last + 7200, self.step * 60)

    def _wishes(self, wanted: list[Wanted]) -> list[Wish]:
        return [Wish(self.variants[one.work], one.staff, one.guest) for one in wanted]

    def _book(self, wanted: list[Wanted], start: int, **more: Any) -> Any:
        at = dt.datetime.fromtimestamp(start, dt.UTC)
        wishes = self._wishes(wanted)
        return book(self.store_id, at, wishes, key=new_key(), guest_name="王小姐", **more)

    def _can_book(self, wanted: list[Wanted], start: int) -> bool:
        """Book and take it back."""
        try:
            self._try(wanted, start)
        except Taken:
            return False
        except _Undone:
            return True
        raise AssertionError("unreachable")

    @api.unit
    def _try(self, wanted: list[Wanted], start: int) -> None:
        self._book(wanted, start)
        raise _Undone


class _Undone(Exception):
    """The booking went well and is taken back."""


def _some(starts: list[int], most: int = 5) -> list[int]:
    """Return the first, the last, and some between them."""
    every = max(1, len(starts) // most)
    return sorted({*starts[::every], *starts[:1], *starts[-1:]})
