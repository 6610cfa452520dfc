"""Free times against a model that counts minutes one by one."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.booking.services import days
from plugins.booking.services.slots import (
    Free,
    Key,
    Plan,
    Role,
    assign,
    cost_of,
    fit,
    nearest,
    orphans,
    starts,
)

pytestmark = pytest.mark.any_engine
DAY = 48  # cells: four hours are enough to meet every case
STAFF: tuple[Key, ...] = tuple(("staff", n) for n in range(3))
PLACES: tuple[Key, ...] = tuple(("place", n) for n in range(2))

masks = st.lists(st.tuples(st.integers(0, DAY), st.integers(1, DAY)), min_size=0, max_size=3).map(
    lambda spans: sum({1 << bit for a, n in spans for bit in range(a, min(a + n, DAY))})
)


@st.composite
def frees(draw: st.DrawFn) -> Free:
    """Draw when three people, and two rooms for one or two guests, are free."""
    found: dict[Key, tuple[int, ...]] = {key: (draw(masks),) for key in STAFF}
    for key in PLACES:
        found[key] = tuple(draw(masks) for _unit in range(draw(st.integers(1, 2))))
    return found


@st.composite
def roles(draw: st.DrawFn) -> Role:
    """Draw somebody or something that works, waits and works again."""
    pool = draw(st.sets(st.sampled_from(draw(st.sampled_from([STAFF, PLACES]))), min_size=1))
    first = draw(st.integers(0, 4))
    parts = [(first, draw(st.integers(1, 6)))]
    if draw(st.booleans()):
        begins = sum(parts[0]) + draw(st.integers(1, 6))
        parts.append((begins, draw(st.integers(1, 5))))
    return Role(0, tuple(parts), tuple(sorted(pool)))


def naive_starts(plan: Plan, free: Free) -> set[int]:
    """Try every start and every way to fill the roles, counting guests cell by cell."""
    return {start for start in range(DAY) if any(naive_ways(plan, free, start))}


def naive_ways(plan: Plan, free: Free, start: int) -> list[bool]:
    found = []
    for keys in product(*(role.pool or () for role in plan.roles)):
        taken: dict[tuple[Key, int], int] = {}
        for role, key in zip(plan.roles, keys, strict=True):
            for first, length in role.parts:
                for cell in range(start + first, start + first + length):
                    taken[key, cell] = taken.get((key, cell), 0) + 1
        found.append(
            all(
                count <= sum(unit >> cell & 1 for unit in free[key])
                for (key, cell), count in taken.items()
            )
        )
    return found


@settings(max_examples=150, deadline=None)
@given(st.lists(roles(), min_size=1, max_size=3), frees())
def test_the_times_offered_are_those_at_which_everybody_and_everything_is_free(
    wanted: list[Role], free: Free
) -> None:
    plan = Plan(tuple(wanted), 1, ((0, 5),))
    offered = set(days.bits_of(starts(plan, free, days.mask(0, DAY))))
    assert offered == naive_starts(plan, free)


@settings(max_examples=100, deadline=None)
@given(st.lists(roles(), min_size=1, max_size=3), frees())
def test_whoever_is_chosen_for_an_offered_time_is_free_then(wanted: list[Role], free: Free) -> None:
    plan = Plan(tuple(wanted), 1, ((0, 5),))
    for start in days.bits_of(starts(plan, free, days.mask(0, DAY))):
        chosen = assign(plan, start, free, cost_of(free, {}))
        assert chosen is not None
        taken: dict[tuple[Key, int], int] = {}
        for choice in chosen:
            assert sum(bits for _unit, bits in choice.units) == choice.role.cells(start)
            for unit, bits in choice.units:
                assert not bits & ~free[choice.key][unit]
                assert not bits & taken.get((choice.key, unit), 0)
                taken[choice.key, unit] = taken.get((choice.key, unit), 0) | bits


@given(masks, st.integers(1, 12))
def test_a_length_fits_where_so_many_free_cells_follow_one_another(free: int, length: int) -> None:
    fitting = {bit for bit in range(DAY) if all(free >> (bit + n) & 1 for n in range(length))}
    assert set(days.bits_of(fit(free, length))) == fitting


@given(masks)
def test_runs_say_what_the_bits_say(free: int) -> None:
    assert sum(days.mask(first, last) for first, last in days.runs_of(free)) == free
    assert days.unpack(days.pack(free)) == free


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC"]
    ),
    st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31)),
    st.integers(0, 287),
    st.integers(1, 144),
)
def test_a_stretch_of_the_wall_clock_holds_the_cells_between_its_moments(
    zone: str, day: dt.date, begins: int, length: int
) -> None:
    spans = [(begins * 5, (begins + length) * 5)]
    bits = days.spans_mask(day, zone, spans)
    start = days.first_cell(day, zone)
    first, last = (days.local_cell(day, minutes, zone) for minutes in spans[0])
    assert {start + bit for bit in days.bits_of(bits)} == set(range(first, last))


@pytest.mark.parametrize(
    ("day", "hours"), [(dt.date(2026, 3, 29), 23), (dt.date(2026, 10, 25), 25)]
)
def test_a_day_on_which_clocks_change_has_its_own_length(day: dt.date, hours: int) -> None:
    bits = days.spans_mask(day, "Europe/Berlin", [(0, 24 * 60)])
    assert bits.bit_count() == hours * 12


def test_a_store_that_closes_after_midnight_offers_the_night() -> None:
    day = dt.date(2028, 2, 29)
    bits = days.spans_mask(day, "Asia/Shanghai", [(22 * 60, 26 * 60)])
    last = days.moment_of(days.first_cell(day, "Asia/Shanghai") + bits.bit_length())
    assert last == dt.datetime(2028, 2, 29, 18, tzinfo=dt.UTC)


def test_a_party_needs_as_many_technicians_as_guests() -> None:
    role = Role(0, ((0, 4),), STAFF[:2])
    free: Free = {key: (days.mask(0, 8),) for key in STAFF}
    assert starts(Plan((role, role), 4, ()), free) == days.mask(0, 5)
    assert starts(Plan((role, role, role), 4, ()), free) == 0


def test_the_wait_of_one_guest_is_time_for_another() -> None:
    colour = Plan((Role(0, ((0, 6), (14, 4)), STAFF[:1]),), 18, ())
    cut = Plan((Role(0, ((0, 8),), STAFF[:1]),), 8, ())
    taken = colour.roles[0].cells(0)
    free: Free = {STAFF[0]: (days.mask(0, 18) & ~taken,)}
    assert list(days.bits_of(starts(cut, free))) == [6]


def test_anybody_is_who_had_less_work_and_leaves_no_gap_that_is_lost() -> None:
    plan = Plan((Role(0, ((0, 6),), STAFF[:2]),), 6, ())
    free: Free = {key: (days.mask(0, 24),) for key in STAFF}
    rested = assign(plan, 0, free, cost_of(free, {STAFF[0]: 6}))
    gapless = assign(
        plan,
        12,
        {**free, STAFF[0]: (days.mask(9, 24),)},
        cost_of({**free, STAFF[0]: (days.mask(9, 24),)}, {}),
    )
    assert rested is not None and rested[0].key == STAFF[1]
    assert gapless is not None and gapless[0].key == STAFF[1]
    assert orphans(days.mask(0, 24), days.mask(3, 9)) == 1


def test_the_nearest_times_are_told_in_their_order() -> None:
    assert nearest([10, 20, 26, 40, 90], 30) == [20, 26, 40]
