"""Write the lock files from the .in files, for every Python and system that is supported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path("requirements")
#: What run.txt does not bind: itself, and a peer that asks for older packages.
FREE = ("run", "bench-booking")
OPTIONS = [
    *("--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-header", "--quiet"),
]


def find_index() -> dict[str, str]:
    """Return the settings that make uv ask the mirror that pip is set to."""
    shown = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True,
        text=True,
    )
    index = os.environ.get("PIP_INDEX_URL") or shown.stdout.strip()
    return {"UV_DEFAULT_INDEX": index} if index else {}


def lock(name: str, *options: str) -> None:
    """Write one lock file; what run.txt pins stays pinned in the others."""
    source, target = FOLDER / f"{name}.in", FOLDER / f"{name}.txt"
    constraint = [] if name in FREE else ["--constraint", str(FOLDER / "run.txt")]
    command = ["uv", "pip", "compile", *OPTIONS, *constraint, *options, str(source)]
    environment = find_index() | {"UV_SYSTEM_CERTS": "1"} | os.environ
    subprocess.run(
        [sys.executable, "-m", *command, "--output-file", str(target)], check=True, env=environment
    )


def main() -> None:
    """Lock run.txt first, since the others follow it."""
    names = sorted((file.stem for file in FOLDER.glob("*.in")), key=lambda name: name != "run")
    for name in names:
        lock(name, *sys.argv[1:])


if __name__ == "__main__":
    main()
