"""Processes that send requests in several threads and note each before and after: to be killed.

`python -m tests.faults.hammer_worker URL NOTES THREADS` is their nursery: it has everything
imported and forks a worker in a moment. It is told `start SEED`, `die SEED FAILPOINT` (the
worker kills itself there) or `kill PID` on its standard input, and answers each with a line.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
from dataclasses import asdict

from flask import Flask

from console import api, failpoints
from console.db import db
from tests.faults.hammer_requests import Request, bare_app, draw_request, perform

#: How often a request is one that was sent before: a double tap, a second tab, a retry.
REPEATED = 0.3


class Notes:
    """A file to which lines are added whole, so that a kill cuts no other thread's line."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def add(self, what: str, **facts: object) -> None:
        """Add a line; it is in the kernel's hands when this returns."""
        os.write(self._file, json.dumps([what, facts]).encode() + b"\n")


def work(app: Flask, notes: Notes, name: str) -> None:
    """Send requests until the end of the process."""
    dice = random.Random(name)
    sent: list[Request] = []
    sales: list[str] = []
    for number in range(1_000_000_000):
        if sent and dice.random() < REPEATED:
            request = dice.choice(sent)
        else:
            request = draw_request(dice, f"{name}:{number}", sales)
            sent.append(request)
        notes.add("start", **asdict(request))
        with app.app_context():
            try:
                journal_id = perform(request)
            except api.Refused as refused:
                notes.add("refused", key=request.key, why=type(refused).__name__)
                continue
            finally:
                db.session.remove()
        notes.add("done", key=request.key, journal_id=journal_id)
        if request.act == "sale":
            sales.append(request.key)


def run_worker(url: str, notes: str, seed: str, threads: int, fail_point: str = "") -> None:
    """Start the threads and wait to be killed; a thread that fails ends the process, loudly."""
    set_fail_point(fail_point)
    app = bare_app(url, threads)
    failed = threading.Event()

    def fail(problem: threading.ExceptHookArgs) -> None:
        threading.__excepthook__(problem)
        failed.set()

    threading.excepthook = fail
    for number in range(threads):
        name = f"{seed}:{number}"
        threading.Thread(target=work, args=(app, Notes(notes), name), daemon=True).start()
    failed.wait()
    os._exit(1)


def set_fail_point(fail_point: str) -> None:
    """Choose where this process dies; usually the environment says so at the start."""
    failpoints._name, _, times = fail_point.partition(":")
    failpoints._left[0] = int(times or 1)


def answer(command: str, url: str, notes: str, threads: int) -> str:
    """Do what the nursery is told."""
    what, argument, *more = command.split()
    if what == "kill":
        os.kill(int(argument), signal.SIGKILL)
        _pid, status = os.waitpid(int(argument), 0)
        return str(os.waitstatus_to_exitcode(status))
    pid = os.fork()
    if not pid:
        run_worker(url, notes, argument, threads if what == "start" else 1, *more)
    if what == "die":
        _pid, status = os.waitpid(pid, 0)
        return str(os.waitstatus_to_exitcode(status))
    return str(pid)


def main() -> None:
    """Do as told until the standard input ends."""
    url, notes, threads = sys.argv[1:]
    for command in sys.stdin:
        os.write(1, answer(command, url, notes, int(threads)).encode() + b"\n")


if __name__ == "__main__":
    main()
