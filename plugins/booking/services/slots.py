"""Free times, and who serves: arithmetic on bits that knows neither database nor clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from plugins.booking.services.days import ALL, bits_of

#: A person is ("staff", id), a room or device ("place", id).
Key = tuple[str, int]
#: The free bits of a resource, one number for each guest that it takes at once.
Units = tuple[int, ...]
Free = Mapping[Key, Units]
#: First cell and number of cells, counted from the beginning of the visit.
Part = tuple[int, int]
Cost = Callable[[Key, int], tuple[int, ...]]

#: A gap shorter than this is too short for most services: half an hour.
ORPHAN = 6
#: What leaving such a gap weighs, in cells of work that somebody has already: an hour.
ORPHAN_COST = 12


@dataclass(frozen=True)
class Role:
    """What one resource of a pool does in a visit; without a pool anybody on duty will do."""

    item: int
    parts: tuple[Part, ...]
    pool: tuple[Key, ...] | None
    #: The technician of the service, not her helper, room or device.
    leads: bool = False

    def cells(self, start: int) -> int:
        """Return the bits that the role takes when the visit starts at a bit."""
        return sum(((1 << length) - 1) << (start + first) for first, length in self.parts)


@dataclass(frozen=True)
class Plan:
    """How a visit runs when each service is done at a certain pace."""

    roles: tuple[Role, ...]
    #: Cells until the guest leaves.
    length: int
    #: For each service: minutes after the beginning, and how many.
    times: tuple[tuple[int, int], ...]

    @cached_property
    def extent(self) -> int:
        """Cells until the last clean-up is done."""
        return max(first + length for role in self.roles for first, length in role.parts)

    @cached_property
    def crowded(self) -> bool:
        """Tell whether two roles may compete for one resource at the same time."""
        return any(
            _compete(one, other)
            for place, one in enumerate(self.roles)
            for other in self.roles[place + 1 :]
        )


@dataclass(frozen=True)
class Choice:
    """Who or what fills a role, and which bits of which of its units."""

    role: Role
    key: Key
    units: tuple[tuple[int, int], ...]


def fit(free: int, length: int) -> int:
    """Return the bits from which so many free bits follow one another."""
    have = 1
    while have < length and free:
        more = min(have, length - have)
        free &= free >> more
        have += more
    return free


def starts(plan: Plan, free: Free, allowed: int = ALL) -> int:
    """Return the bits at which a visit can begin."""
    found = allowed
    for role in plan.roles:
        if not found:
            return 0
        found &= _role_starts(role, free)
    if found and plan.crowded:
        kept = (bit for bit in bits_of(found) if assign(plan, bit, free) is not None)
        return sum(1 << bit for bit in kept)
    return found


def assign(
    plan: Plan, start: int, free: Free, cost: Cost | None = None
) -> tuple[Choice, ...] | None:
    """Choose who does what for a visit that starts at a bit, the cheapest that fits first."""
    order = sorted(range(len(plan.roles)), key=lambda n: len(_pool(plan.roles[n], free)))
    found = _assign(plan.roles, order, start, dict(free), cost, {})
    return None if found is None else tuple(found[n] for n in range(len(plan.roles)))


def cost_of(free: Free, load: Mapping[Key, int]) -> Cost:
    """Weigh candidates: who had less work that day, and where no gap is left that is lost."""

    def weigh(key: Key, cells: int) -> tuple[int, ...]:
        if key[0] != "staff":
            return (_spare(free[key], cells), key[1])
        return (load.get(key, 0) + ORPHAN_COST * orphans(_union(free[key]), cells), key[1])

    return weigh


def orphans(free: int, cells: int) -> int:
    """Return how many gaps too short for a service are left at the ends of what is taken."""
    if not cells:
        return 0
    first, last = (cells & -cells).bit_length() - 1, cells.bit_length()
    before = _run_below(free, first)
    after = _run_above(free, last)
    return (0 < before < ORPHAN) + (0 < after < ORPHAN)


def nearest(offered: Sequence[int], wanted: int, most: int = 3) -> list[int]:
    """Return those of the offered times that lie nearest to the wanted one, in their order."""
    return sorted(sorted(offered, key=lambda each: (abs(each - wanted), each))[:most])


def _role_starts(role: Role, free: Free) -> int:
    found = 0
    parts = role.parts
    first, length = parts[0]
    for key in _pool(role, free):
        there = free.get(key)
        if there is None:
            continue
        bits = there[0] if len(there) == 1 else _union(there)
        if not bits:
            continue
        able = fit(bits, length) >> first
        for begins, more in parts[1:]:
            able &= fit(bits, more) >> begins
        found |= able
    return found


def _assign(
    roles: Sequence[Role],
    order: Sequence[int],
    start: int,
    free: dict[Key, Units],
    cost: Cost | None,
    chosen: dict[int, Choice],
) -> dict[int, Choice] | None:
    if len(chosen) == len(order):
        return chosen
    number = order[len(chosen)]
    role = roles[number]
    cells = role.cells(start)
    before = roles[order[len(chosen) - 1]] if chosen else None
    twin = before is not None and (before.pool, before.parts) == (role.pool, role.parts)
    ranked = _ranked(role, cells, free, cost)
    if twin and cost is None:
        last = chosen[order[len(chosen) - 1]].key
        ranked = [key for key in ranked if key >= last]
    for key in ranked:
        taken = _take(free[key], cells)
        if taken is None:
            continue
        kept, units = taken
        choice = Choice(role, key, units)
        found = _assign(roles, order, start, {**free, key: kept}, cost, {**chosen, number: choice})
        if found is not None:
            return found
    return None


def _ranked(role: Role, cells: int, free: Free, cost: Cost | None) -> list[Key]:
    able = [key for key in _pool(role, free) if key in free and not cells & ~_union(free[key])]
    return sorted(able) if cost is None else sorted(able, key=lambda key: cost(key, cells))


def _pool(role: Role, free: Free) -> Sequence[Key]:
    if role.pool is not None:
        return role.pool
    return [key for key in free if key[0] == "staff"]


def _take(units: Units, cells: int) -> tuple[Units, tuple[tuple[int, int], ...]] | None:
    """Take cells from the first units that have them; None unless all are there."""
    kept, taken = list(units), []
    for number, there in enumerate(units):
        got = cells & there
        if got:
            kept[number] = there & ~got
            taken.append((number, got))
            cells &= ~got
        if not cells:
            return tuple(kept), tuple(taken)
    return None


def _compete(one: Role, other: Role) -> bool:
    if not one.cells(0) & other.cells(0):
        return False
    if one.pool is None or other.pool is None:
        pool = one.pool if one.pool is not None else other.pool
        return pool is None or any(key[0] == "staff" for key in pool)
    return not set(one.pool).isdisjoint(other.pool)


def _union(units: Units) -> int:
    found = 0
    for unit in units:
        found |= unit
    return found


def _spare(units: Units, cells: int) -> int:
    """Return how many guests more a room could take at the same time."""
    return sum(1 for unit in units if not cells & ~unit)


def _run_below(free: int, bit: int) -> int:
    below = ~free & ((1 << bit) - 1)
    return bit - below.bit_length()


def _run_above(free: int, bit: int) -> int:
    rest = free >> bit
    return (~rest & (rest + 1)).bit_length() - 1
