"""The peers' own environment, made from the lock file, each package checked against its hash."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: The lock files: of the admin frameworks, and of the booking system.
ADMIN, BOOKING = "bench", "bench-booking"


def prepare_peers(name: str = ADMIN) -> Path:
    """Install the peers of a lock file unless they are there, and return their Python."""
    lock = ROOT / "requirements" / f"{name}.txt"
    venv = ROOT / "build" / ("peers" if name == ADMIN else name)
    python, stamp = venv / "bin" / "python", venv / "stamp"
    wanted = hashlib.sha256(lock.read_bytes() + f"{venv} {sys.base_prefix}".encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    print(f"Installing the peers of requirements/{name}.txt …", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "--no-deps", "-r", lock], check=True)
    stamp.write_text(wanted)
    return python
