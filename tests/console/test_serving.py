"""`console run` as it runs in a shop: one command that serves, and ends all it started."""

from __future__ import annotations

import os
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from tests.support.processes import (
    console_environment,
    members_of,
    run_console,
    started_console,
    wait_until,
)

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Shop:
    """An installation and its address."""

    def __init__(self, url: str, instance: Path) -> None:
        self.port = free_port()
        self.instance = instance
        self.environment = console_environment(url, instance, PORT=str(self.port), DEMO="0")
        del self.environment["SECRET_KEY"]

    def get(self, path: str) -> str:
        address = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return str(answer.read().decode())

    def answers(self, path: str = "/readyz") -> bool:
        try:
            self.get(path)
        except OSError:
            return False
        return True


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop on SQLite, where the kind of database makes no difference."""
    return Shop(f"sqlite:///{tmp_path}/shop.sqlite", tmp_path / "instance")


@pytest.mark.any_engine
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_command_serves_an_empty_machine_and_ends_with_all_it_started(
    database_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    shop = Shop(database_url, tmp_path / "instance")
    with started_console(shop.environment, "run") as process:
        assert process.stdout is not None
        assert (
            process.stdout.readline().strip() == f"The console is at http://127.0.0.1:{shop.port}"
        )
        wait_until(shop.answers, what="ready")
        assert shop.get("/healthz") == "ok\n"
        assert (shop.instance / "secret_key").stat().st_mode & 0o777 == 0o600
        assert len(members_of(process.pid)) >= 6
        process.send_signal(number)
        assert process.wait(30) == 0
        assert members_of(process.pid) == []


def test_children_notice_that_the_first_process_was_killed(shop: Shop) -> None:
    with started_console(shop.environment, "run") as process:
        wait_until(shop.answers, what="ready")
        process.kill()
        process.wait(30)
        wait_until(lambda: members_of(process.pid) == [], what="the end of all children")


def test_a_worker_that_dies_is_started_again(shop: Shop) -> None:
    with started_console(shop.environment, "run") as process:
        wait_until(shop.answers, what="ready")
        before = set(members_of(process.pid))
        children = children_of(process.pid)
        os.kill(children[-1], signal.SIGKILL)
        wait_until(lambda: len(set(members_of(process.pid)) - before) >= 3, what="a new worker")
        assert shop.answers("/healthz")


def processor_seconds(process: int) -> float:
    """What a process has used so far, which other processes of the machine do not change."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children_of(parent: int) -> list[int]:
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return sorted(map(int, found))


def test_the_second_on_a_port_is_told_at_once(shop: Shop) -> None:
    with started_console(shop.environment, "run"):
        wait_until(lambda: shop.answers("/healthz"), what="serving")
        second = run_console(shop.environment, "run")
        assert second.returncode == 1
        assert f"Port {shop.port} is in use" in second.stderr


def test_run_again_it_is_up_soon_and_keeps_the_data(shop: Shop) -> None:
    with started_console(shop.environment, "run"):
        wait_until(shop.answers, what="ready")
    key = (shop.instance / "secret_key").read_text()
    added = run_console(
        {**shop.environment, "PYTHONWARNINGS": "ignore"},
        *("user", "add", "amy", "--password", "paper boats on the river"),
    )
    assert added.returncode == 0, added.stderr
    with started_console(shop.environment, "run") as process:
        wait_until(lambda: shop.answers("/healthz"), what="serving again")
        assert processor_seconds(process.pid) < 5
    assert (shop.instance / "secret_key").read_text() == key
    assert "amy" in run_console(shop.environment, "user", "list").stdout
