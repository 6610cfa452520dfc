"""Run every check, two at a time, and then the tests; `fast` leaves out what is slow."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BIN = Path(sys.executable).parent
CHECKS = {
    "format": ["ruff", "format", "--check", "--diff", "--quiet"],
    "ruff": ["ruff", "check", "--quiet", "--output-format=concise"],
    "mypy": ["mypy"],
    "import contracts": ["python", "-m", "tools.import_contracts"],
    "generated docs": ["console", "docs", "--check"],
    "translations": ["console", "i18n", "check"],
}
TESTS = [
    "pytest",
    "--numprocesses=logical",
    "--maxprocesses=4",
    "--dist=loadgroup",
    "--no-loadscope-reorder",
    "--durations=20",
]
FAST = ["--engine", "sqlite", "-m", "not browser and not slow"]
ALL = ["--every-hook"]


def check(name: str) -> bool:
    """Run one check, show what it said if it failed, and tell whether it passed."""
    start = time.monotonic()
    tool, *arguments = CHECKS[name]
    done = subprocess.run(
        [BIN / tool, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    passed = done.returncode == 0
    report = f"{name}: {'ok' if passed else 'FAILED'} ({time.monotonic() - start:.0f} s)"
    print(report if passed else f"{report}\n{done.stdout}", flush=True)
    return passed


def main() -> None:
    """Run all, so that one failure does not hide the next; the tests close the report."""
    # What is compiled once serves every process; some machines forbid Python to keep it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with ThreadPoolExecutor(2) as pool:
        passed = list(pool.map(check, CHECKS))
    fast = sys.argv[1:] == ["fast"]
    tested = subprocess.run([BIN / TESTS[0], *TESTS[1:], *(FAST if fast else ALL)])
    failed = [name for name, ok in zip(CHECKS, passed, strict=True) if not ok]
    if failed:
        print(f"Failed beside the tests: {', '.join(failed)}")
    sys.exit(bool(failed) or tested.returncode)


if __name__ == "__main__":
    main()
