"""What a run of the booking part leaves behind, and its bars."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.bars import Bar, at_most
from benchmarks.report import NAMES, write_run

FILE, PAGE = "booking-{}.json", "booking.md"
CORES = 2


def booking_bars(run: Mapping[str, Any]) -> list[Bar]:
    """Return the bars of a run."""
    day, month, http = run["service"]["day"], run["service"]["full_month"], run["http"]
    return [
        at_most("any of 50 staff on one day: CPU", day["ms"], 5, "ms"),
        at_most("any of 50 staff on one day: queries", day["queries"], 5, ""),
        at_most("fully booked month, any of 50: CPU", month["ms"], 15, "ms"),
        at_most("fully booked month, any of 50: queries", month["queries"], 10, ""),
        at_most("one booking over HTTP, front desk: CPU", http["desk"], 5, "ms"),
        at_most("one booking over HTTP, phone: CPU", http["send"], 5, "ms"),
        _ceiling("front desk", http["desk"]),
        _ceiling("phone", http["send"]),
        at_most("page of free times, many stores against one", run["growth"]["page"], 1.2, "x"),
        at_most("keeping a time, many stores against one", run["growth"]["keep"], 1.2, "x"),
    ]


def _ceiling(who: str, ms: float) -> Bar:
    """Return the bar of how many bookings two cores can take in a second at most."""
    a_second = CORES * 1000 / ms
    what = f"bookings a second on {CORES} cores at most, {who}"
    return Bar(what, "≥ 400", f"{a_second:.0f}", a_second >= 400)


def write_bookings(run: Mapping[str, Any], folder: Path) -> None:
    """Write one engine's run, and the page of all that are there."""
    write_run(run, folder / FILE.format(run["engine"]), folder / PAGE, _page)


def _page(folder: Path) -> Iterator[str]:
    yield "# Bookings"
    yield ""
    yield "Written by `make bench ARGS=--bookings`: milliseconds of CPU, the least of many turns"
    yield "inside the service, the mean over HTTP. [docs/booking.md](../../docs/booking.md) says"
    yield "what each figure means."
    for engine, name in NAMES.items():
        file = folder / FILE.format(engine)
        if file.exists():
            yield from _engine(name, json.loads(file.read_text("utf-8")))


def _engine(name: str, run: Mapping[str, Any]) -> Iterator[str]:
    service, peer, http = run["service"], run["peer"], run["http"]
    yield from ("", f"## {name}", "", f"On {run['on']}, load of the machine {run['load']:.1f}.", "")
    yield "| | ours | queries | django-appointment 3.12 | queries |"
    yield "|---|---|---|---|---|"
    day = service["day"]
    yield (
        f"| free times of a day, any of 50 | {day['ms']:.2f} | {day['queries']} "
        f"| {peer['day_ms']:.0f} (50 calls) | {peer['day_queries']} |"
    )
    for key, words in (("free_month", "a free month"), ("full_month", "a fully booked month")):
        month = service[key]
        yield f"| {words}, any of 50 | {month['ms']:.2f} | {month['queries']} | not asked | |"
    yield f"| one booking, front desk | {http['desk']:.2f} | | {peer['book_ms']:.1f} | |"
    yield f"| one booking, phone | {http['send']:.2f} | | | |"
    yield f"| keeping a time, phone | {http['keep']:.2f} | | | |"
    yield f"| both together, phone | {http['keep'] + http['send']:.2f} | | | |"
    yield from ("", "| bar | must be | was | |", "|---|---|---|---|")
    for bar in booking_bars(run):
        verdict = "held" if bar.held else "**missed**"
        yield f"| {bar.what} | {bar.must} | {bar.was} | {verdict} |"
    yield from (
        "",
        "| who serves “anybody” | least to most work | gaps under 30 min a day | served |",
    )
    yield "|---|---|---|---|"
    for rule, told in run["choosing"].items():
        gaps = f"{told['gaps']:.1f} ({told['gap_minutes']:.0f} min)"
        yield f"| {rule} | {told['spread_minutes']:.0f} min | {gaps} | {told['served']:.1f} |"
