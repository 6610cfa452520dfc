"""Proposing a week: who works which shift, by what guests will need, with the reason of each.

Arithmetic that knows neither database nor clock, and answers the same for the same question.
Each next shift is the one that meets most of what is needed and not met yet; then shifts are
exchanged for others as long as that leaves less unmet. What cannot be met is named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from plugins.booking.services.rosters_week import (
    SLOT,
    Gap,
    Kind,
    Need,
    Person,
    Proposal,
    Reason,
    Rules,
    Span,
    Week,
    minutes_of,
    needs_of,
    runs_of,
)

#: Minutes between the end of a shift and the beginning of the next one.
REST = 11 * 60
A_DAY = dt.timedelta(days=1)


def propose(week: Week, people: Sequence[Person], kinds: Sequence[Kind], rules: Rules) -> Proposal:
    """Propose shifts for the cells of a week that are not planned yet."""
    state = _State(week, people, kinds, rules)
    state.meet(wished=False)
    state.mend()
    state.meet(wished=True)
    state.mend()
    if rules.fill:
        state.fill()
    cells = {
        (person.number, day): (state.given.get((person.number, day)), state.reason(person, day))
        for person in people
        for day in week.days
        if day not in person.fixed
    }
    return Proposal(cells, list(_gaps(state)))


class _State:
    """A week while it is being planned."""

    def __init__(
        self, week: Week, people: Sequence[Person], kinds: Sequence[Kind], rules: Rules
    ) -> None:
        self.week, self.rules = week, rules
        self.people = {person.number: person for person in sorted(people, key=lambda p: p.number)}
        self.kinds = list(kinds)
        self.slots = {kind: kind.slots for kind in kinds}
        self.needs = needs_of(week, rules)
        self.cover: dict[Need, int] = {}
        self.given: dict[tuple[int, dt.date], Kind] = {}
        self._gains: dict[dt.date, dict[tuple[Kind, frozenset[int]], int]] = {}
        for person in self.people.values():
            for day, kind in person.fixed.items():
                if kind is not None:
                    self._count(person, day, kind, 1)

    def meet(self, *, wished: bool) -> None:
        """Add shifts as long as one of them meets something; last those on days wished off."""
        while True:
            best = max(self._helpful(wished=wished), default=None, key=lambda each: each[0])
            if best is None:
                return
            _rank, person, day, kind = best
            self._give(person, day, kind)

    def _helpful(self, *, wished: bool) -> Iterator[tuple[tuple[int, ...], Person, dt.date, Kind]]:
        for number, person in self.people.items():
            hours, works = self._load(person)
            for place, day in enumerate(self.week.days):
                if (day in person.wished_off) != wished or (number, day) in self.given:
                    continue
                for order, kind in enumerate(self.kinds):
                    gain = self._gain(day, kind, person.skills)
                    if gain > 0 and self._may(person, day, kind, hours, works):
                        rank = (gain, -kind.minutes, -hours, -place, -order, -number)
                        yield rank, person, day, kind

    def mend(self) -> None:
        """Exchange shifts for others while that leaves less unmet."""
        while (better := self._exchange()) is not None:
            number, day, other_day, kind = better
            self._take(self.people[number], day)
            self._give(self.people[number], other_day, kind)

    def _exchange(self) -> tuple[int, dt.date, dt.date, Kind] | None:
        """Return the first shift that does more good as another kind, or on another day."""
        short = [day for day in self.week.days if self._unmet(day)]
        for (number, day), kept in sorted(self.given.items(), key=lambda each: each[0]):
            person = self.people[number]
            self._take(person, day)
            lost = self._gain(day, kept, person.skills)
            found = self._better(person, day, lost, short)
            self._give(person, day, kept)
            if found is not None:
                return (number, day, *found)
        return None

    def _better(
        self, person: Person, day: dt.date, lost: int, short: Sequence[dt.date]
    ) -> tuple[dt.date, Kind] | None:
        hours, works = self._load(person)
        for other in short if day in short else [day, *short]:
            if (person.number, other) in self.given or (
                other != day and other in person.wished_off
            ):
                continue
            for kind in self.kinds:
                gain = self._gain(other, kind, person.skills)
                if gain > lost and self._may(person, other, kind, hours, works):
                    return other, kind
        return None

    def fill(self) -> None:
        """Give everybody a full week, on the days and in the hours with most work for each."""
        while True:
            ranked = [
                (rank, person, day, kind)
                for person in self.people.values()
                for rank, day, kind in self._busiest(person)
            ]
            if not ranked:
                return
            _rank, person, day, kind = max(ranked, key=lambda each: each[0])
            self._give(person, day, kind)

    def _busiest(self, person: Person) -> Iterator[tuple[tuple[float, ...], dt.date, Kind]]:
        hours, works = self._load(person)
        for place, day in enumerate(self.week.days):
            if day in person.wished_off or (person.number, day) in self.given:
                continue
            for order, kind in enumerate(self.kinds):
                if self._may(person, day, kind, hours, works):
                    rank = (-hours, self._pressure(day, kind), -place, -order, -person.number)
                    yield rank, day, kind

    def _opens(self, day: dt.date, kind: Kind) -> bool:
        """Tell whether the store is open during a shift, but for setting up and clearing away."""
        openings, margin = self.week.openings.get(day, ()), self.rules.margin
        if not openings:
            return False
        first, last = min(a for a, _b in openings), max(b for _a, b in openings)
        return first - margin <= kind.span[0] and kind.span[1] <= last + margin

    def _pressure(self, day: dt.date, kind: Kind) -> float:
        shares = [
            self.needs.get((day, slot, None), 0) / (1 + self.cover.get((day, slot, None), 0))
            for slot in sorted(self.slots[kind])
        ]
        return round(sum(shares) / max(1, len(shares)), 6)

    def _load(self, person: Person) -> tuple[int, int]:
        """Return the minutes that somebody works in the week so far, and on how many days."""
        minutes, days = 0, set[dt.date]()
        for day in self.week.days:
            kind = self.given.get((person.number, day)) or person.fixed.get(day)
            if kind is not None:
                minutes, days = minutes + kind.minutes, days | {day}
            for span in person.elsewhere.get(day, ()):
                minutes, days = minutes + minutes_of(span), days | {day}
        return minutes, len(days)

    def _may(self, person: Person, day: dt.date, kind: Kind, hours: int, works: int) -> bool:
        if day in person.fixed or person.elsewhere.get(day) or not self._opens(day, kind):
            return False
        if hours + kind.minutes > self.rules.max_minutes:
            return False
        if works + 1 > len(self.week.days) - self.rules.rest_days:
            return False
        away = person.away.get(day, ())
        if any(first < kind.span[1] and kind.span[0] < last for first, last in away):
            return False
        before, after = self._spans(person, day - A_DAY), self._spans(person, day + A_DAY)
        if any(last - 1440 + REST > kind.span[0] for _first, last in before):
            return False
        return not any(kind.span[1] + REST > first + 1440 for first, _last in after)

    def _spans(self, person: Person, day: dt.date) -> list[Span]:
        kind = self.given.get((person.number, day)) or person.fixed.get(day)
        own = [] if kind is None else [kind.span]
        return [*own, *person.elsewhere.get(day, ())]

    def _gain(self, day: dt.date, kind: Kind, skills: frozenset[int]) -> int:
        known = self._gains.setdefault(day, {})
        if (kind, skills) not in known:
            known[kind, skills] = sum(
                self.cover.get((day, slot, skill), 0) < self.needs.get((day, slot, skill), 0)
                for slot in self.slots[kind]
                for skill in (None, *skills)
            )
        return known[kind, skills]

    def _unmet(self, day: dt.date) -> bool:
        return any(
            self.cover.get(key, 0) < need for key, need in self.needs.items() if key[0] == day
        )

    def _give(self, person: Person, day: dt.date, kind: Kind) -> None:
        self.given[person.number, day] = kind
        self._count(person, day, kind, 1)

    def _take(self, person: Person, day: dt.date) -> None:
        self._count(person, day, self.given.pop((person.number, day)), -1)

    def _count(self, person: Person, day: dt.date, kind: Kind, by: int) -> None:
        self._gains.pop(day, None)
        for slot in kind.slots:
            for skill in (None, *person.skills):
                key = (day, slot, skill)
                self.cover[key] = self.cover.get(key, 0) + by

    def reason(self, person: Person, day: dt.date) -> Reason:
        """Say why somebody works on a day, or does not."""
        kind = self.given.get((person.number, day))
        return self._why_off(person, day) if kind is None else self._why_on(person, day, kind)

    def _why_on(self, person: Person, day: dt.date, kind: Kind) -> Reason:
        skills = [None, *sorted(person.skills)]
        found: list[Reason] = []
        for skill in skills:
            missed = [
                slot
                for slot in sorted(self.slots[kind])
                if 0
                < self.cover.get((day, slot, skill), 0)
                <= self.needs.get((day, slot, skill), 0)
            ]
            found += [self._reason_of(day, run, skill) for run in runs_of(missed)]
        if not found:
            return Reason("full", kind.span)
        return max(found, key=lambda each: (each.need, each.minutes, each.span[1] - each.span[0]))

    def _reason_of(self, day: dt.date, run: Sequence[int], skill: int | None) -> Reason:
        need = max(self.needs[day, slot, skill] for slot in run)
        expected = sum(
            minutes
            for (on, slot, of), minutes in self.week.minutes.items()
            if on == day and slot in run and skill in (None, of)
        )
        span = (run[0] * SLOT, (run[-1] + 1) * SLOT)
        if skill is not None:
            return Reason("skill", span, round(expected), need, skill)
        kind = "visits" if need > self.rules.min_cover else "cover"
        return Reason(kind, span, round(expected), need)

    def _why_off(self, person: Person, day: dt.date) -> Reason:
        if not self.week.openings.get(day):
            return Reason("closed")
        if person.away.get(day):
            return Reason("away")
        if person.elsewhere.get(day):
            return Reason("elsewhere")
        if day in person.wished_off:
            return Reason("wished")
        hours, works = self._load(person)
        if works >= len(self.week.days) - self.rules.rest_days:
            return Reason("rest")
        shortest = min((kind.minutes for kind in self.kinds), default=0)
        if hours + shortest > self.rules.max_minutes:
            return Reason("hours", minutes=hours)
        return Reason("enough")


def _gaps(state: _State) -> Iterator[Gap]:
    """Yield the times at which too few are there, those that follow one another as one."""
    short: dict[tuple[dt.date, int | None, int, int], list[int]] = {}
    for (day, slot, skill), need in state.needs.items():
        there = state.cover.get((day, slot, skill), 0)
        if there < need:
            short.setdefault((day, skill, need, there), []).append(slot)
    found = [
        Gap(day, (run[0] * SLOT, (run[-1] + 1) * SLOT), need, there, skill)
        for (day, skill, need, there), slots in short.items()
        for run in runs_of(sorted(slots))
    ]
    yield from sorted(found, key=lambda gap: (gap.day, gap.span, gap.skill or 0))
