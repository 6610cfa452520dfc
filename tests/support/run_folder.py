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
#: Bytes that the databases of a run want at the most.
ROOM = 4 * 1024**3


def make_run_folder() -> None:
    """Make the folder, and tell the parallel workers of it through the environment.

    It lies in memory or in the temporary folder, and never under a home: PostgreSQL runs as
    another user when the tests run as root.
    """
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="console-tests-", dir=in_memory())
    os.environ[OWNER] = str(os.getpid())
    run_folder().chmod(0o755)


def in_memory() -> str | None:
    """Return a folder in memory if there is room, because each test has a database of its own."""
    shared = Path("/dev/shm")  # noqa: S108
    if not shared.is_dir() or os.statvfs(shared).f_flag & os.ST_NOEXEC:
        return None  # PostgreSQL's programs may have to lie there too
    return str(shared) if shutil.disk_usage(shared).free > ROOM else None


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
