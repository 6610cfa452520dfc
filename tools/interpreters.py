"""Choose the Python of a new .venv: a build without optimisation is half as fast as others.

Needs nothing but the standard library: it runs before anything is installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

VERSIONS = ("3.13", "3.12", "3.11")
#: Where systems keep their own Pythons, whatever comes first on the path.
FOLDERS = ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
#: Another Python than the one that was found first has to be so many times as fast.
WORTH_IT = 1.25
#: What a page is made of: words, dictionaries and calls. Prints seconds, or fails where a
#: module is missing without which there is no .venv or no console.
WORK = """
import sys
if not (3, 11) <= sys.version_info < (3, 14):
    sys.exit(1)
import ensurepip, sqlite3, ssl, venv
from time import process_time
from timeit import repeat

def draw(count):
    kept = {}
    for number in range(count):
        kept[str(number)] = [number, ("<td>%s</td>" % number).replace("t", "h").upper()]
    return "".join(cell for _, cell in kept.values())

print(min(repeat(lambda: draw(1000), timer=process_time, number=4, repeat=25)))
"""


def measure(python: str) -> float | None:
    """Return the seconds that a piece of work takes in *python*; None if it cannot be used."""
    try:
        run = subprocess.run([python, "-I", "-c", WORK], capture_output=True, text=True, timeout=30)
        return float(run.stdout) if run.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def others(path: Iterable[str]) -> Iterator[str]:
    """Yield the Pythons in the folders of *path*, each program once."""
    seen = {Path(sys.executable).resolve()}
    for folder in path:
        for version in VERSIONS:
            program = Path(folder) / f"python{version}"
            if program.is_file() and program.resolve() not in seen:
                seen.add(program.resolve())
                yield str(program)


def choose(first: str, seconds: Mapping[str, float]) -> str:
    """Return the quickest, by what each took; *first* unless another is much quicker."""
    quickest = min(seconds, key=lambda python: seconds[python], default=first)
    if first not in seconds or seconds[first] >= seconds[quickest] * WORTH_IT:
        return quickest
    return first


def find_quickest() -> str:
    """Return the program to make .venv with; PYTHON=... has the last word."""
    if os.environ.get("PYTHON"):
        return sys.executable
    path = [*os.environ.get("PATH", "").split(os.pathsep), *FOLDERS]
    taken = {python: measure(python) for python in (sys.executable, *others(path))}
    usable = {python: seconds for python, seconds in taken.items() if seconds is not None}
    return choose(sys.executable, usable)
