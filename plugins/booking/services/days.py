"""Days of a store as bits: one for each five minutes, counted from local midnight.

A cell is a step of five minutes since 1970-01-01T00:00Z, so that it means the same moment in
every store and on both sides of a clock change. Bit n of a store's day is the n-th cell after
its local midnight; a day has room for an opening that lasts until noon of the next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTES = 5
SECONDS = MINUTES * 60
#: 36 hours, and one more for the day on which clocks go back.
BITS = 37 * 60 // MINUTES
ALL = (1 << BITS) - 1
BYTES = (BITS + 7) // 8
#: Days in a row lie so many bits apart in one number; the bits between two are never set.
STRIDE = BYTES * 8


def cell_at(moment: dt.datetime) -> int:
    """Return the cell that a moment lies in."""
    return int(moment.timestamp()) // SECONDS


def moment_of(cell: int) -> dt.datetime:
    """Return when a cell begins."""
    return dt.datetime.fromtimestamp(cell * SECONDS, dt.UTC)


def cells_for(minutes: int) -> int:
    """Return how many cells so many minutes take; a begun one is taken whole."""
    return -(-minutes // MINUTES)


@lru_cache(maxsize=8192)
def first_cell(day: dt.date, zone: str) -> int:
    """Return the cell of a day's local midnight."""
    return local_cell(day, 0, zone)


def local_cell(day: dt.date, minutes: int, zone: str) -> int:
    """Return the cell of a wall time, which may lie on the day after."""
    wall = dt.datetime.combine(day, dt.time.min) + dt.timedelta(minutes=minutes)
    return cell_at(wall.replace(tzinfo=ZoneInfo(zone)))


def mask(first: int, last: int) -> int:
    """Return bits *first* up to, without, *last*; those outside the day are left out."""
    first, last = max(first, 0), min(last, BITS)
    return ((1 << (last - first)) - 1) << first if last > first else 0


def spans_mask(day: dt.date, zone: str, spans: Iterable[tuple[int, int]]) -> int:
    """Return the bits of stretches that are given as minutes of the wall clock."""
    start, found = first_cell(day, zone), 0
    for begins, ends in spans:
        last = local_cell(day, ends, zone)
        found |= mask(local_cell(day, begins, zone) - start, last - start)
    return found


@lru_cache(maxsize=8192)
def open_mask(day: dt.date, zone: str, spans: tuple[tuple[int, int], ...]) -> int:
    """Return what `spans_mask` does, for stretches that are asked for again and again."""
    return spans_mask(day, zone, spans)


def in_a_row(days: Iterable[int]) -> int:
    """Return the bits of some days as one number, in which a day begins every `STRIDE` bits."""
    return int.from_bytes(b"".join(map(pack, days)), "little")


def shifted(bits: int, by: int) -> int:
    """Move bits to later ones, or with a negative number to earlier ones."""
    return (bits << by if by >= 0 else bits >> -by) & ALL


def bits_of(mask_: int) -> Iterator[int]:
    """Yield the bits that are set, the lowest first."""
    while mask_:
        low = mask_ & -mask_
        yield low.bit_length() - 1
        mask_ ^= low


def runs_of(mask_: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of set bits, as the first one and the one after the last."""
    while mask_:
        first = (mask_ & -mask_).bit_length() - 1
        rest = mask_ >> first
        length = (~rest & (rest + 1)).bit_length() - 1
        yield first, first + length
        mask_ = (rest >> length) << (first + length)


def pack(bits: int) -> bytes:
    """Write the bits of a day as they are stored."""
    return bits.to_bytes(BYTES, "little")


def unpack(stored: bytes) -> int:
    """Read the bits of a day."""
    return int.from_bytes(stored, "little")


@lru_cache(maxsize=64)
def steps(minutes: int) -> int:
    """Return the bits at which a visit may begin where times are offered every so often."""
    every = max(1, minutes // MINUTES)
    return sum(1 << bit for bit in range(0, BITS, every))
