"""What a run of orders leaves behind: figures as JSON, and a page of both engines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.bars import bars
from benchmarks.report import NAMES, orders_table, write_run

FILE, PAGE = "orders-{}.json", "orders.md"


def write_orders(run: Mapping[str, Any], folder: Path) -> None:
    """Write one engine's run, and the page of all that are there."""
    write_run(run, folder / FILE.format(run["engine"]), folder / PAGE, _page)


def _page(folder: Path) -> Iterator[str]:
    yield "# Orders"
    yield ""
    yield "Written by `make bench ARGS=--orders`. An order is a bill that is opened with a service"
    yield "and settled in cash, a session is one of a member's card, each with the two requests"
    yield "that the till sends; [docs/cashier.md](../../docs/cashier.md#what-it-costs) says more."
    for engine, name in NAMES.items():
        file = folder / FILE.format(engine)
        if file.exists():
            yield from _engine(name, json.loads(file.read_text("utf-8")))


def _engine(name: str, run: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"## {name}", "", f"On {run['on']}, load of the machine {run['load']:.1f}.")
    yield from orders_table(run["orders"])
    yield from ("", "| bar | must be | was | |", "|---|---|---|---|")
    for bar in bars(run):
        verdict = "held" if bar.held else "**missed**"
        yield f"| {bar.what} | {bar.must} | {bar.was} | {verdict} |"
