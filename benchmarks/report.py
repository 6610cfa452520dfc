"""What a run leaves behind: figures as JSON, ratios as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.bars import FLASK_ADMIN, bars
from benchmarks.contestants import DESK, OURS
from benchmarks.timing import OPERATIONS

RESULTS = Path(__file__).parent / "results"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def write(run: Mapping[str, Any], folder: Path = RESULTS) -> None:
    """Write one engine's run, and the table of all that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(run, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / f"{run['engine']}.json").write_text(text + "\n", "utf-8")
    (folder / "README.md").write_text("\n".join(_page(folder)) + "\n", "utf-8")


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
        yield from ("", "| bar | must be | was | |", "|---|---|---|---|")
        for bar in bars(run):
            verdict = "held" if bar.held else "**missed**"
            yield f"| {bar.what} | {bar.must} | {bar.was} | {verdict} |"


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


def headline(run: Mapping[str, Any]) -> str:
    """Return the one line of a run that the READMEs quote."""
    taken = run["operations"]
    stock = taken["list page 1"]["ms"][FLASK_ADMIN] / taken["list page 1"]["ms"][OURS]
    phone = taken["exact phone"]["ms"]
    best = min(value for name, value in phone.items() if name not in (OURS, DESK))
    return f"{NAMES[run['engine']]}: {stock:.1f}x / {best / phone[OURS]:.0f}x"
