"""The bars: what must hold of the figures of one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.contestants import DESK, OURS, SEARCHES
from benchmarks.timing import LISTS

FLASK_ADMIN = "Flask-Admin 2.2.1"
MILLION = 1_000_000


@dataclass(frozen=True)
class Bar:
    """One bar: what was measured, what it must be, and what it was."""

    what: str
    must: str
    was: str
    held: bool


def bars(run: Mapping[str, Any]) -> list[Bar]:
    """Return every bar for which *run* has figures; some hold of a million members only."""
    found = [*_forms(run)] if "operations" in run else []
    if run["members"] >= MILLION:
        found = [*_lists(run), *_searches(run), *found, *_throughput(run), *_growth(run)]
    for part in (_export, _import, _size, _weight, _plugins, _books):
        found += part(run)
    return found


def _at_least(what: str, times: float, least: float) -> Bar:
    return Bar(what, f"≥ {least:g}x", f"{times:.1f}x", times >= least)


def at_most(what: str, value: float, most: float, unit: str) -> Bar:
    """Return the bar of a figure that must not be larger."""
    return Bar(what, f"≤ {most:g} {unit}".rstrip(), f"{value:.2f} {unit}".rstrip(), value <= most)


def _peers(run: Mapping[str, Any], operation: str) -> dict[str, float]:
    taken = run["operations"][operation]["ms"]
    return {name: ms for name, ms in taken.items() if name not in (OURS, DESK)}


def _ours(run: Mapping[str, Any], operation: str) -> Iterator[tuple[str, float]]:
    """Yield who of ours was measured; the bar holds for each of them."""
    for name in (OURS, DESK):
        if name in run["operations"][operation]["ms"]:
            yield name, run["operations"][operation]["ms"][name]


def _lists(run: Mapping[str, Any]) -> Iterator[Bar]:
    for operation in LISTS:
        peers = _peers(run, operation)
        for name, ours in _ours(run, operation):
            label = f"{operation} ({name})"
            yield _at_least(f"{label} against Flask-Admin", peers[FLASK_ADMIN] / ours, 5)
            yield _at_least(f"{label} against the best peer", min(peers.values()) / ours, 4)


def _searches(run: Mapping[str, Any]) -> Iterator[Bar]:
    for operation in SEARCHES:
        best = min(_peers(run, operation).values())
        for name, ours in _ours(run, operation):
            yield _at_least(
                f"search by {operation} ({name}) against the best peer", best / ours, 50
            )


def _forms(run: Mapping[str, Any]) -> Iterator[Bar]:
    for operation in ("edit form", "save"):
        stock = _peers(run, operation)[FLASK_ADMIN]
        for name, ours in _ours(run, operation):
            yield _at_least(f"{operation} ({name}) against Flask-Admin", stock / ours, 1)


def _throughput(run: Mapping[str, Any]) -> Iterator[Bar]:
    if "per_second" in run:
        rates = run["per_second"]
        times = rates[OURS] / rates[FLASK_ADMIN]
        yield _at_least("list pages a second, 2 workers, against Flask-Admin", times, 5)


def _growth(run: Mapping[str, Any]) -> Iterator[Bar]:
    for name, ratio in run.get("growth", {}).items():
        yield at_most(f"{name}: {run['members']:,} members against 10,000", ratio, 1.3, "x")


def _export(run: Mapping[str, Any]) -> Iterator[Bar]:
    if "export" in run:
        taken = run["export"]
        yield at_most("export: first byte", taken["first_byte_s"], 1, "s")
        yield at_most("export: memory over idle", taken["memory_over_idle_mb"], 50, "MB")


def _import(run: Mapping[str, Any]) -> Iterator[Bar]:
    if "import_s" in run:
        yield at_most("import of 5,000 messy rows", run["import_s"], 10, "s")


def _size(run: Mapping[str, Any]) -> Iterator[Bar]:
    if "start_s" in run:
        yield at_most("start to first response", run["start_s"][OURS], 2, "s")
        yield at_most("memory of a worker", run["memory_mb"][OURS], 120, "MB")


def _weight(run: Mapping[str, Any]) -> Iterator[Bar]:
    if "list_weight" in run:
        weight = run["list_weight"]
        yield at_most("list page: requests", weight["requests"], 12, "")
        yield at_most("list page: first visit", weight["first_kb"], 150, "kB")
        yield at_most("list page: later visits", weight["later_kb"], 30, "kB")
    if "phone_weight" in run:
        yield at_most("member's page: first visit", run["phone_weight"]["first_kb"], 30, "kB")


def _books(run: Mapping[str, Any]) -> Iterator[Bar]:
    for what, ratio in run.get("book_growth", {}).items():
        journals = f"{run.get('journals', MILLION):,} journals"
        yield at_most(f"{what}: {journals} against an empty book", ratio, 1.2, "x")


def _plugins(run: Mapping[str, Any]) -> Iterator[Bar]:
    if "plugins_ratio" in run:
        yield at_most("page time, 50 plugins against 5", run["plugins_ratio"], 1.1, "x")
    if "switching" in run:
        switching = run["switching"]
        yield at_most("switching a plugin: dropped requests", switching["dropped"], 0, "")
        yield at_most("switching a plugin: seen everywhere after", switching["seen_s"], 1, "s")
