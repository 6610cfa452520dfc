"""Servers under measurement: started, found answering, weighed, ended."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contestants import Contestant, environment

PATIENCE = 120.0
#: Seconds of computing within one second below which a server has nothing to do.
IDLE = 0.05


@dataclass(frozen=True)
class Served:
    """A server that answers."""

    port: int
    process: subprocess.Popen[bytes]
    #: Seconds from its start to its first whole answer.
    start: float

    def web_worker(self, ask: Callable[[], object]) -> int:
        """Return the process that works when *ask* asks for pages."""
        before = {each: cpu_of(each) for each in family_of(self.process.pid)}
        for _turn in range(10):
            ask()
        return max(before, key=lambda each: cpu_of(each) - before[each])

    def web_cpu(self) -> float:
        """Return the seconds that those have computed who answer, without the worker of jobs."""
        # The first process that is started serves; the worker of jobs is the second.
        web = min(each for each in family_of(self.process.pid) if each != self.process.pid)
        return sum(map(cpu_of, family_of(web)))

    def all_cpu(self) -> float:
        """Return the seconds that all its processes have computed."""
        return sum(map(cpu_of, family_of(self.process.pid)))

    def settle(self) -> None:
        """Wait until what the server does by itself after its start is done."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            before = sum(map(cpu_of, family_of(self.process.pid)))
            time.sleep(1)
            if sum(map(cpu_of, family_of(self.process.pid))) - before < IDLE:
                return


@contextmanager
def served(contestant: Contestant, url: str, folder: Path, workers: int = 1) -> Iterator[Served]:
    """Serve a contestant on a free port, and end all its processes afterwards."""
    port = free_port()
    command, told = contestant.command(url, port, workers)
    file = folder / f"{contestant.name.replace(' ', '-').replace(',', '')}.log"
    log = file.open("ab")
    instance = folder / "instance"
    instance.mkdir(exist_ok=True)
    begun = time.monotonic()
    process = subprocess.Popen(
        command,
        env=environment(told, instance),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        if not await_answer(port, process):
            raise RuntimeError(f"{contestant.name} does not answer: {file.read_text()[-2000:]}")
        yield Served(port, process, time.monotonic() - begun)
    finally:
        end(process)
        log.close()


def await_answer(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Return as soon as the server has answered a request; False if it never does."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
            return True
        except OSError:
            time.sleep(0.01)
        finally:
            connection.close()
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server and whatever it started."""
    if process.poll() is not None:
        return
    os.kill(process.pid, signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        for each in family_of(process.pid):
            os.kill(each, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family_of(parent: int) -> list[int]:
    """Return a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found, todo = [], [parent]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def cpu_of(process: int) -> float:
    """Return the seconds that a process has computed so far."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(process: int) -> float:
    """Return what a process holds in memory, in MB."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    line = next((each for each in status.splitlines() if each.startswith("VmRSS")), "VmRSS: 0")
    return int(line.split()[1]) / 1024
