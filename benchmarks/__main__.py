"""`make bench`: measure the console beside its peers, write the figures, and judge them."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.bars import MILLION, Bar, bars
from benchmarks.booking_report import booking_bars, write_bookings
from benchmarks.bookings import BookingBench
from benchmarks.orders_report import write_orders
from benchmarks.peers_venv import prepare_peers
from benchmarks.running import Bench, Databases
from tests.support import postgres
from tests.support.run_folder import make_run_folder, remove_run_folder

ENGINES = ("sqlite", "postgresql")


def main() -> int:
    """Run all, and return 1 if a bar was missed."""
    told = read_arguments()
    if told.bookings:
        return measure_bookings(told)
    python = Path(sys.executable) if told.orders else prepare_peers()
    missed = 0
    for engine in told.engine or ENGINES:
        with databases(engine) as places:
            bench = Bench(
                engine, told.members, python, places, turns=told.turns, journals=told.journals
            )
            run = bench.run_orders() if told.orders else bench.run()
        if told.orders:
            write_orders(run, told.results)
        else:
            report.write(run, told.results)
        missed += tell(run)
    if told.results == report.RESULTS and told.members >= MILLION and not told.orders:
        report.quote()
    print(f"The figures are in {told.results}.")
    return 1 if missed else 0


def measure_bookings(told: argparse.Namespace) -> int:
    """Measure what belongs to bookings, and return 1 if a bar was missed."""
    missed = 0
    for engine in told.engine or ENGINES:
        with databases(engine) as places:
            run = BookingBench(engine, places, turns=told.turns, stores=told.stores).run()
        write_bookings(run, told.results)
        missed += say(engine, booking_bars(run))
    print(f"The figures are in {told.results}.")
    return 1 if missed else 0


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--turns", type=int, default=24, help="how often each page is asked for")
    parser.add_argument("--bookings", action="store_true", help="measure bookings, and only those")
    parser.add_argument("--stores", type=int, default=1000, help="stores beside the one measured")
    parser.add_argument("--journals", type=int, default=MILLION, help="in the large book")
    parser.add_argument("--results", type=Path)
    parser.add_argument("--orders", action="store_true", help="what orders cost, without peers")
    told = parser.parse_args()
    if told.results is None:  # a quick run does not replace the figures that the READMEs quote
        quick = Path("build") / "bench"
        whole = min(told.members, told.journals) >= MILLION and told.stores >= 1000
        told.results = report.RESULTS if whole else quick
    return told


@contextmanager
def databases(engine: str) -> Iterator[Databases]:
    """Make places for the databases of a run: files on a disk, as in a shop, and not in memory.

    PostgreSQL's server is that of the tests, which waits for no disk, for all contestants alike.
    """
    make_run_folder()
    disk = Path("build")
    disk.mkdir(exist_ok=True)
    try:
        if engine == "postgresql":
            postgres.start_server()
        with tempfile.TemporaryDirectory(prefix="bench-", dir=disk.absolute()) as folder:
            yield Databases(engine, Path(folder))
    finally:
        postgres.stop_server()
        remove_run_folder()


def tell(run: dict[str, Any]) -> int:
    """Print the bars of a run, and return how many were missed."""
    return say(run["engine"], bars(run))


def say(engine: str, told: Sequence[Bar]) -> int:
    """Print bars, and return how many were missed."""
    for bar in told:
        mark = "ok    " if bar.held else "MISSED"
        print(f"{engine:<10} {mark} {bar.what}: {bar.was} (must be {bar.must})", flush=True)
    return sum(not bar.held for bar in told)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
