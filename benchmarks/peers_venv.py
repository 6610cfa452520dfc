"""The peers' own environment, made from the lock file, each package checked against its hash."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements" / "bench.txt"
VENV = ROOT / "build" / "peers"
STAMP = VENV / "stamp"


def prepare_peers() -> Path:
    """Install the peers unless they are there, and return the Python that has them."""
    python = VENV / "bin" / "python"
    wanted = hashlib.sha256(LOCK.read_bytes() + str(VENV).encode()).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return python
    print("Installing the peers of requirements/bench.txt …", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "--no-deps", "-r", LOCK], check=True)
    STAMP.write_text(wanted)
    return python
