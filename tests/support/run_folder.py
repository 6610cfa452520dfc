"""One folder for one run of the tests, shared by its parallel workers and removed at its end."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "CONSOLE_TEST_FOLDER"
OWNER = "CONSOLE_TEST_OWNER"


def make_run_folder() -> None:
    """Make the folder, and tell the parallel workers of it through the environment.

    It lies in the temporary folder and never under a home: PostgreSQL runs as another user
    when the tests run as root.
    """
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="console-tests-")
    os.environ[OWNER] = str(os.getpid())
    run_folder().chmod(0o755)


def run_folder() -> Path:
    """Return the folder of this run."""
    return Path(os.environ[FOLDER])


def owner_is_alive() -> bool:
    """Tell whether the process that made the folder still runs."""
    try:
        os.kill(int(os.environ[OWNER]), 0)
    except ProcessLookupError:
        return False
    return True


def remove_run_folder() -> None:
    """Remove the folder with all that is in it."""
    shutil.rmtree(run_folder(), ignore_errors=True)


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Let only one of the parallel workers do what stands inside."""
    with (run_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
