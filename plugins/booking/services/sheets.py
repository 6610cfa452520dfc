"""What hangs on the wall: the visits of days, by who serves them or where, without numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from console import api
from plugins.booking.services.board import Sight, tell_board
from plugins.booking.services.days import moment_of
from plugins.booking.services.showing import clock_of

#: These take no time any more.
GONE = ("no_show",)


@dataclass(frozen=True)
class Line:
    """A visit in somebody's or something's time."""

    span: str
    guest: str
    what: str
    #: Who serves it, where the sheet is one of rooms, and in which room where it is one of staff.
    beside: str
    requested: bool
    sure: bool
    party: int


@dataclass
class Row:
    """A technician or a room, and what is booked on each of the days."""

    name: str
    title: str
    days: dict[str, list[Line]] = field(default_factory=dict)
    #: Days on which she works, or the room can be booked.
    there: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        """How many visits there are."""
        return sum(map(len, self.days.values()))


def rows_of(sight: Sight, rooms: Mapping[int, str], *, short: bool = False) -> list[Row]:
    """Return what is booked, a row for each technician or room; *short* shortens guests' names.

    *rooms* are the names of rooms and devices.
    """
    told, found = tell_board(sight), dict[int, Row]()
    for column in told["columns"]:
        row = found.setdefault(column["id"], Row(column["name"], column["title"]))
        row.days.setdefault(column["day"], [])
        if column["planned"]:
            row.there.add(column["day"])
    for visit in told["visits"]:
        if visit["status"] not in GONE:
            _put(found, visit, sight, rooms, short)
    for row in found.values():
        for lines in row.days.values():
            lines.sort(key=lambda line: line.span)
    return sorted(found.values(), key=lambda row: row.name)


def _put(
    found: Mapping[int, Row],
    visit: Mapping[str, Any],
    sight: Sight,
    rooms: Mapping[int, str],
    short: bool,
) -> None:
    zone, spans = sight.store.time_zone, dict[int, tuple[int, int]]()
    for kind, number, first, last, _item in visit["claims"]:
        if kind == sight.kind:
            low, high = spans.get(number, (first, last))
            spans[number] = (min(low, first), max(high, last))
    places = dict.fromkeys(
        rooms.get(claim[1], "") for claim in visit["claims"] if claim[0] == "place"
    )
    in_rooms = api.gettext(", ").join(filter(None, places))
    for number, (first, last) in spans.items():
        row = found.get(number)
        if row is None:
            continue
        begins, ends = clock_of(moment_of(first), zone), clock_of(moment_of(last), zone)
        line = Line(
            span=f"{begins}–{ends}",  # noqa: RUF001 - how a stretch of time is written
            guest=short_name(visit["name"]) if short and not visit["places"] else visit["name"],
            what=visit["what"],
            beside=visit["with"] if sight.kind == "place" else in_rooms,
            requested=sight.kind == "staff" and number in visit["asked"] and not visit["places"],
            sure=visit["status"] != "pending",
            party=visit["party"],
        )
        row.days.setdefault(visit["day"], []).append(line)


def short_name(name: str) -> str:
    """Write a guest's name so that other guests do not read who she is."""
    name = name.strip()
    if name[:1].isascii():
        first, _space, rest = name.partition(" ")
        return f"{first} {rest[0]}." if rest else first
    return f"{name[:1]}**" if len(name) > 1 else name
