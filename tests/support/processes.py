"""The console as processes of their own, as it runs in a shop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.app import KEY

#: Seconds after which something that should happen is thought not to.
PATIENCE = 60.0


def console_command(*arguments: str) -> list[str]:
    """Return the command line of `console` with these arguments."""
    return [sys.executable, "-m", "console", *arguments]


def console_environment(url: str, instance: Path, **more: str) -> dict[str, str]:
    """Return the environment of an installation on a database."""
    instance.mkdir(parents=True, exist_ok=True)
    told = {"DATABASE_URL": url, "CONSOLE_INSTANCE": str(instance), "SECRET_KEY": KEY, **more}
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("CONSOLE_", "PYTEST"))}
    return {**inherited, **told}


def run_console(
    environment: dict[str, str], *arguments: str, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run one command of the console to its end."""
    return subprocess.run(
        console_command(*arguments),
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@contextmanager
def started_console(
    environment: dict[str, str], *arguments: str, module: str = "console"
) -> Iterator[subprocess.Popen[str]]:
    """Start a command that goes on; whatever it started is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill_all(members_of(process.pid))
        process.wait(PATIENCE)
        if process.stdout:
            process.stdout.close()


def kill_all(processes: Iterable[int]) -> None:
    """Kill processes, of which some may have ended by themselves meanwhile."""
    for one in processes:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def members_of(session: int) -> list[int]:
    """Return the living processes of a session, by asking the kernel."""
    return _living(session, field=3)


def children_of(parent: int) -> list[int]:
    """Return the living processes that one has started, the oldest first."""
    return sorted(_living(parent, field=1))


def _living(number: int, *, field: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[field]) == number and fields[0] != "Z":
            found.append(int(folder.name))
    return found


def wait_until(holds: Callable[[], object], *, what: str) -> None:
    """Return as soon as something holds; fail when it does not come to hold."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError(f"in {PATIENCE:.0f} s it did not happen: {what}")
