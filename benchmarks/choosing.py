"""How work is spread, and which gaps are left, when guests ask for anybody: by three rules."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from statistics import mean, pstdev

from plugins.booking.services.days import bits_of, cells_for, mask, runs_of
from plugins.booking.services.slots import ORPHAN, Cost, Key, Plan, Role, assign, cost_of, starts

STAFF, DAYS, GUESTS = 10, 40, 45
#: A day from 10 to 20 in cells, and how long guests stay.
FIRST, LAST = 120, 240
LENGTHS = (30, 45, 60, 60, 90, 120)
KEYS: tuple[Key, ...] = tuple(("staff", number) for number in range(1, STAFF + 1))


def compare_rules(seed: int = 20260308) -> dict[str, dict[str, float]]:
    """Return, by rule, minutes of work between the least and the most, and the gaps left."""
    rules: dict[str, Callable[[dict[Key, tuple[int]], dict[Key, int], Random], Cost | None]] = {
        "ours": lambda free, load, _chance: cost_of(free, load),
        "first free": lambda _free, _load, _chance: None,
        "random": lambda _free, _load, chance: lambda _key, _cells: (chance.randrange(1 << 30),),
    }
    return {name: _run(rule, Random(seed)) for name, rule in rules.items()}


def _run(rule: Callable[..., Cost | None], chance: Random) -> dict[str, float]:
    spreads, deviations, counts, minutes, served = [], [], [], [], 0
    luck = Random(1)
    for _day in range(DAYS):
        free: dict[Key, tuple[int]] = {key: (mask(FIRST, LAST),) for key in KEYS}
        load = dict.fromkeys(KEYS, 0)
        for _guest in range(GUESTS):
            served += _serve(free, load, rule, luck, chance)
        worked = [cells * 5 for cells in load.values()]
        spreads.append(max(worked) - min(worked))
        deviations.append(pstdev(worked))
        gaps = [last - first for bits in free.values() for first, last in runs_of(bits[0])]
        short = [gap * 5 for gap in gaps if gap < ORPHAN]
        counts.append(len(short))
        minutes.append(sum(short))
    return {
        "spread_minutes": mean(spreads),
        "deviation_minutes": mean(deviations),
        "gaps": mean(counts),
        "gap_minutes": mean(minutes),
        "served": served / DAYS,
    }


def _serve(
    free: dict[Key, tuple[int]],
    load: dict[Key, int],
    rule: Callable[..., Cost | None],
    luck: Random,
    chance: Random,
) -> bool:
    """Let a guest come at one of the free quarters, drawn alike for each rule."""
    length, wished = cells_for(chance.choice(LENGTHS)), chance.random()
    plan = Plan((Role(0, ((0, length),), KEYS, leads=True),), length, ((0, length * 5),))
    quarters = [bit for bit in bits_of(starts(plan, free)) if bit % 3 == 0]
    if not quarters:
        return False
    start = quarters[int(wished * len(quarters))]
    choices = assign(plan, start, free, rule(free, load, luck))
    if choices is None:
        raise RuntimeError("a time that was free is not")
    key = choices[0].key
    free[key] = (free[key][0] & ~choices[0].role.cells(start),)
    load[key] += length
    return True
