"""What a proposal for a week is made of: who could work, what is needed, and why it says so."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

#: What is needed and who is there is counted in half hours.
SLOT = 30
Span = tuple[int, int]
#: A half hour of the week, for everybody or for those with a skill.
Need = tuple[dt.date, int, int | None]


@dataclass(frozen=True)
class Rules:
    """What no proposal may break, and what it is to reach."""

    min_cover: int
    max_minutes: int
    rest_days: int
    #: A technician is planned to be busy for this share of her time, in percent.
    target_use: int
    #: Whether everybody gets a full week, also where fewer people would do.
    fill: bool
    #: So many minutes before opening and after closing a shift may reach.
    margin: int = 60


@dataclass(frozen=True)
class Kind:
    """A usual shift that may be proposed."""

    number: int
    span: Span
    breaks: tuple[Span, ...] = ()

    @property
    def minutes(self) -> int:
        """How long one works in it."""
        return minutes_of(self.span, self.breaks)

    @property
    def slots(self) -> frozenset[int]:
        """The half hours in which somebody is there from beginning to end."""
        return slots_of(self.span, self.breaks)


@dataclass(frozen=True)
class Person:
    """Somebody to plan for: what she can, when she is away, and what is planned already."""

    number: int
    skills: frozenset[int] = frozenset()
    away: Mapping[dt.date, Sequence[Span]] = field(default_factory=dict)
    elsewhere: Mapping[dt.date, Sequence[Span]] = field(default_factory=dict)
    wished_off: frozenset[dt.date] = frozenset()
    fixed: Mapping[dt.date, Kind | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Week:
    """Days to plan, when the store is open on them, and how many minutes of visits to expect.

    *minutes* says so for each half hour and skill; None stands for services of no skill.
    """

    days: Sequence[dt.date]
    openings: Mapping[dt.date, Sequence[Span]]
    minutes: Mapping[Need, float]


@dataclass(frozen=True)
class Reason:
    """Why somebody works or has a day off; the hours and figures stand for the words.

    *kind* is visits, cover, skill, full for work, and rest, wished, away, elsewhere, hours,
    closed for a day off.
    """

    kind: str
    span: Span = (0, 0)
    minutes: int = 0
    need: int = 0
    skill: int | None = None


@dataclass(frozen=True)
class Gap:
    """A time at which fewer people are there than needed."""

    day: dt.date
    span: Span
    need: int
    there: int
    skill: int | None


@dataclass(frozen=True)
class Proposal:
    """What is proposed for whom: a shift, or None for a day off, and why."""

    cells: Mapping[tuple[int, dt.date], tuple[Kind | None, Reason]]
    gaps: Sequence[Gap]


def minutes_of(span: Span, breaks: Iterable[Span] = ()) -> int:
    """Return how long one works in a shift."""
    return span[1] - span[0] - sum(last - first for first, last in breaks)


def slots_of(span: Span, breaks: Iterable[Span] = ()) -> frozenset[int]:
    """Return the half hours that lie wholly in a shift and touch no break."""
    there = range(-(-span[0] // SLOT), span[1] // SLOT)
    rests = {n for first, last in breaks for n in range(first // SLOT, -(-last // SLOT))}
    return frozenset(there) - rests


def needs_of(week: Week, rules: Rules) -> dict[Need, int]:
    """Return how many people are needed in each half hour that the store is open."""
    busy = SLOT * rules.target_use / 100
    total: dict[tuple[dt.date, int], float] = {}
    found: dict[Need, int] = {}
    for (day, slot, skill), minutes in week.minutes.items():
        total[day, slot] = total.get((day, slot), 0) + minutes
        if skill is not None and minutes > 0:
            found[day, slot, skill] = math.ceil(minutes / busy - 1e-9)
    for day in week.days:
        open_slots = {
            slot
            for first, last in week.openings.get(day, ())
            for slot in range(first // SLOT, -(-last // SLOT))
        }
        for slot in open_slots:
            expected = math.ceil(total.get((day, slot), 0) / busy - 1e-9)
            found[day, slot, None] = max(rules.min_cover, expected)
    return {key: count for key, count in found.items() if count and (*key[:2], None) in found}


def runs_of(slots: Sequence[int]) -> list[list[int]]:
    """Group half hours that follow one another."""
    found: list[list[int]] = []
    for slot in slots:
        if found and found[-1][-1] == slot - 1:
            found[-1].append(slot)
        else:
            found.append([slot])
    return found
