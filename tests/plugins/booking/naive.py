"""A day of a store on paper: lists of intervals in seconds, and every way to serve tried out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from zoneinfo import ZoneInfo

#: From a second to another one.
Interval = tuple[int, int]
Who = tuple[str, int]
STEP = 300


@dataclass(frozen=True)
class Work:
    """A service: its stretches ("work", "help" or "wait", minutes), its clean-up, what it is in.

    It takes a place of each of its *kinds*: a room, a device, both, or none.
    """

    stretches: tuple[tuple[str, int], ...]
    cleanup: int
    kinds: tuple[str, ...]

    @property
    def stay(self) -> int:
        """Seconds until the guest leaves, as time is counted."""
        return _up(sum(minutes for _kind, minutes in self.stretches) * 60)

    def of(self, kind: str) -> list[Interval]:
        """Return when somebody does one kind of work."""
        found, offset = list[Interval](), 0
        for each, minutes in self.stretches:
            if each == kind:
                found.append((_down(offset), _up(offset + minutes * 60)))
            offset += minutes * 60
        if kind == "work" and not self.kinds and self.cleanup:
            found.append((_down(offset), _up(offset + self.cleanup * 60)))
        if kind in self.kinds:
            found.append((0, _up(offset + self.cleanup * 60)))
        return found


@dataclass(frozen=True)
class Wanted:
    """What one guest wants, and of whom."""

    work: int
    staff: int | None
    guest: int


@dataclass
class Paper:
    """Who works when in a store that is open at some hours, and what is taken."""

    zone: str
    day: dt.date
    opened: list[Interval]
    there: dict[int, list[Interval]]
    #: How many guests each place of a kind takes.
    places: dict[str, dict[int, int]]
    works: Sequence[Work]
    helpers: Sequence[int]
    now: int = 0
    taken: list[tuple[Who, Interval]] = field(default_factory=list)

    def starts(self, wanted: Sequence[Wanted], step: int) -> list[int]:
        """Return the seconds at which what is wanted can begin."""
        midnight, found = moment(self.day, 0, self.zone), []
        for start in range(midnight, midnight + 36 * 3600, step * 60):
            is_open = any(a <= start < b for a, b in self.opened)
            if is_open and start >= self.now and self.ways(wanted, start):
                found.append(start)
        return found

    def ways(self, wanted: Sequence[Wanted], start: int) -> bool:
        """Tell whether somebody can do each part, and no one does two things at a time."""
        roles = list(self._roles(wanted))
        return any(
            self._fits([(who, (start + a, start + b)) for who, parts in way for a, b in parts])
            for way in product(*([(who, parts) for who in pool] for pool, parts in roles))
        )

    def _roles(self, wanted: Sequence[Wanted]) -> Iterator[tuple[list[Who], list[Interval]]]:
        ends, used = dict[int, int](), dict[tuple[int, str], list[Interval]]()
        for one in wanted:
            work, offset = self.works[one.work], ends.get(one.guest, 0)
            able = [one.staff] if one.staff is not None else sorted(self.there)
            for kind, pool in (("work", able), ("help", list(self.helpers))):
                parts = [(offset + a, offset + b) for a, b in work.of(kind)]
                if parts:
                    yield [("staff", number) for number in pool], parts
            for kind in work.kinds:
                for first, last in work.of(kind):
                    used.setdefault((one.guest, kind), []).append((offset + first, offset + last))
            ends[one.guest] = offset + work.stay
        for (_guest, kind), parts in used.items():
            yield [("place", number) for number in self.places[kind]], parts

    def _fits(self, asked: Sequence[tuple[Who, Interval]]) -> bool:
        everything = [*self.taken, *asked]
        for who, (first, last) in asked:
            if who[0] == "staff" and not self._is_there(who[1], first, last):
                return False
            most = 1 if who[0] == "staff" else self._capacity(who[1])
            mine = [(a, b) for each, (a, b) in everything if each == who and a < last and first < b]
            points = [max(a, first) for a, _b in mine]
            if any(sum(a <= point < b for a, b in mine) > most for point in points):
                return False
        return True

    def _capacity(self, place: int) -> int:
        return next(numbers[place] for numbers in self.places.values() if place in numbers)

    def _is_there(self, staff: int, first: int, last: int) -> bool:
        inside = (self.there.get(staff, []), self.opened)
        return all(any(a <= first and last <= b for a, b in spans) for spans in inside)


def moment(day: dt.date, minutes: int, zone: str) -> int:
    """Return the second of a wall time, which may lie on the day after."""
    wall = dt.datetime.combine(day, dt.time.min) + dt.timedelta(minutes=minutes)
    return int(wall.replace(tzinfo=ZoneInfo(zone)).timestamp())


def without(span: Interval, breaks: Sequence[Interval]) -> list[Interval]:
    """Return what is left of a span between breaks."""
    found, at = list[Interval](), span[0]
    for first, last in sorted(breaks):
        if first > at:
            found.append((at, min(first, span[1])))
        at = max(at, last)
    if at < span[1]:
        found.append((at, span[1]))
    return found


def _down(seconds: int) -> int:
    return seconds - seconds % STEP


def _up(seconds: int) -> int:
    return -(-seconds // STEP) * STEP
