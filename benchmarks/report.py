"""What a run leaves behind: figures as JSON, ratios as Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.bars import FLASK_ADMIN, MILLION, bars
from benchmarks.contestants import DESK, OURS
from benchmarks.timing import OPERATIONS

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- figures of make bench -->", "<!-- /figures -->"
README_HEADINGS = json.loads(Path(__file__).with_name("headings.json").read_text("utf-8"))
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def write(run: Mapping[str, Any], folder: Path = RESULTS) -> None:
    """Write one engine's run, and the table of all that are there."""
    write_run(run, folder / f"{run['engine']}.json", folder / "README.md", _page)


def write_run(
    run: Mapping[str, Any], file: Path, page: Path, draw: Callable[[Path], Iterable[str]]
) -> None:
    """Write one engine's run, and then the page that *draw* makes of all runs in its folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(run, indent=1, ensure_ascii=False, sort_keys=True)
    file.write_text(text + "\n", "utf-8")
    page.write_text("\n".join(draw(page.parent)) + "\n", "utf-8")


def read(folder: Path = RESULTS) -> list[dict[str, Any]]:
    """Return the runs that were written, SQLite's first."""
    files = [folder / f"{engine}.json" for engine in NAMES]
    return [json.loads(file.read_text("utf-8")) for file in files if file.exists()]


def _page(folder: Path) -> Iterator[str]:
    yield "# Results"
    yield ""
    yield "Written by `make bench`; machines are noisy, so ratios of one run count, not times."
    for run in read(folder):
        yield from ("", f"## {NAMES[run['engine']]}, {run['members']:,} members", "")
        yield from _table(run)
        if "orders" in run:
            yield from orders_table(run["orders"])
        yield from ("", "| bar | must be | was | |", "|---|---|---|---|")
        for bar in bars(run):
            verdict = "held" if bar.held else "**missed**"
            yield f"| {bar.what} | {bar.must} | {bar.was} | {verdict} |"


#: What is told of orders.
FIGURES = (
    ("floor_ms", "a bare journal of the ledger, within one process: ms of CPU"),
    ("order_cpu_ms", "an order at the till over HTTP: ms of CPU of the web processes"),
    ("order_later_ms", "what the worker does for it afterwards: ms of CPU"),
    ("session_cpu_ms", "a session used over HTTP: ms of CPU of the web processes"),
    ("session_later_ms", "what the worker does for it afterwards: ms of CPU"),
    ("order_ms", "an order at the till, both requests: median ms"),
    ("session_ms", "a session used, both requests: median ms"),
    ("orders_per_second", "orders a second, four tills, two web processes"),
)


def orders_table(told: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines of the table of what orders cost."""
    yield from ("", "| orders | was |", "|---|---|")
    for key, words in FIGURES:
        yield f"| {words} | {told[key]:.1f} |"


def _table(run: Mapping[str, Any]) -> Iterator[str]:
    names = list(run["operations"]["list page 1"]["ms"])
    yield f"| median ms | n | {' | '.join(names)} | Flask-Admin / ours | best peer / ours |"
    yield f"|---|---|{'---|' * len(names)}---|---|"
    for operation in OPERATIONS:
        told = run["operations"][operation]
        ms = told["ms"]
        best = min(value for name, value in ms.items() if name not in (OURS, DESK))
        cells = " | ".join(f"{ms[name]:.1f}" for name in names)
        ratios = f"{ms[FLASK_ADMIN] / ms[OURS]:.1f} | {best / ms[OURS]:.1f}"
        yield f"| {operation} | {told['n']} | {cells} | {ratios} |"


def quote(folder: Path = RESULTS, root: Path = ROOT) -> None:
    """Write the ratios of a million members into both READMEs, between their marks.

    Nothing stands there before such a run.
    """
    lines = _quoted(folder)
    for name, heading in README_HEADINGS.items():
        file = root / name
        before, mark, rest = file.read_text("utf-8").partition(BEGIN)
        _old, end, after = rest.partition(END)
        if not (mark and end):
            raise RuntimeError(f"{name} has no place for the figures")
        table = "\n".join([heading, "|---|---|---|", *lines, ""]) if lines else ""
        file.write_text(f"{before}{BEGIN}\n{table}{END}{after}", "utf-8")


def _quoted(folder: Path) -> list[str]:
    """Return the lines of the table that the READMEs quote."""
    runs = {run["engine"]: run for run in read(folder) if run["members"] >= MILLION}
    if not runs:
        return []
    return [
        f"| `{operation}` | {_ratios(runs.get('sqlite'), operation)}"
        f" | {_ratios(runs.get('postgresql'), operation)} |"
        for operation in OPERATIONS
    ]


def _ratios(run: Mapping[str, Any] | None, operation: str) -> str:
    if run is None:
        return "-"
    ms = run["operations"][operation]["ms"]
    best = min(value for name, value in ms.items() if name not in (OURS, DESK))
    return f"{ms[FLASK_ADMIN] / ms[OURS]:.1f} / {best / ms[OURS]:.1f}"
