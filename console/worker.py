"""The worker: hands for events, jobs and swift jobs, and a keeper that replaces them.

The keeper holds the database's one lease, so that two workers are never at work at once. It
runs no plugin's code: a listener that hangs or dies takes only its hand with it.
"""

from __future__ import annotations

import datetime as dt
import functools
import logging
import math
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from sqlalchemy.orm import Mapped

from console import clock, outbox, work
from console.db import CHAIN, Model, column, db
from console.host.attempt import attempt
from console.i18n import _
from console.lease import Lease, lease_of
from console.processes import end_all, follow_parent, has_ended, kill, spawn
from console.unit import unit

log = logging.getLogger(__name__)

POLL = 0.5
#: Seconds between two notes that the worker lives.
BEAT = 15.0
#: Seconds a listener may take for one event, and a job between two signs of progress.
EVENT_LIMIT, JOB_LIMIT, SWIFT_LIMIT = 30.0, 900.0, 120.0
#: Seconds that the event or job at hand gets when the worker is told to end.
GRACE = 8.0

Beat = Callable[[int], None]


class Worker(Model):
    """The worker of this database: a single row that says when it was last seen."""

    __tablename__ = "console_worker"
    scope = CHAIN
    id: Mapped[int] = column(_("Number"), primary_key=True, autoincrement=False)
    process: Mapped[int] = column(_("Process"))
    started_at: Mapped[dt.datetime] = column(_("Started at"))
    seen_at: Mapped[dt.datetime] = column(_("Last seen"))


def drain(app: Flask) -> None:
    """Do all that is due, here and now; for tests and commands."""
    with app.app_context():
        while numbers := outbox.find_due(100):
            for number in numbers:
                outbox.deliver(number)
    with app.app_context():
        while (job := work.find_waiting()) is not None:
            work.run_job(job)


def run(app: Flask, *, patience: float = EVENT_LIMIT) -> None:
    """Work until told to stop by SIGTERM or SIGINT, or until the parent process is gone.

    A listener that takes longer than *patience* seconds for one event is killed.
    """
    stop = _Stop()
    parent = os.getppid()
    with app.app_context():
        url = db.engine.url
        db.engine.dispose()
    lease = lease_of(url)
    while not lease.take():
        if stop.asked or os.getppid() != parent:
            return
        time.sleep(1)
    try:
        _Keeper(app, parent, stop, lease, patience).keep()
    finally:
        lease.give_back()


class _Stop:
    """Whether SIGTERM or SIGINT came."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True


@dataclass
class _Hand:
    """One child process and what it is at, as it says through a pipe."""

    name: str
    limit: float
    loop: Callable[[Flask, Beat], None]
    failed: Callable[[int, str], None]
    process: int = 0
    pipe: int = -1
    busy_with: int = 0
    since: float = 0.0


class _Keeper:
    """Starts the hands, replaces one that hangs or dies, and ends all of them."""

    def __init__(self, app: Flask, parent: int, stop: _Stop, lease: Lease, patience: float) -> None:
        self.app, self.parent, self.stop, self.lease = app, parent, stop, lease
        self.noted = -math.inf
        self.hands = [
            _Hand("events", patience, _deliver_events, outbox.note_failure),
            _Hand("jobs", JOB_LIMIT, _run_jobs, work.note_death),
            _Hand("swift jobs", SWIFT_LIMIT, _run_swift_jobs, work.note_death),
        ]

    def keep(self) -> None:
        log.info("worker started")
        for hand in self.hands:
            self._start(hand)
        try:
            while not self.stop.asked and os.getppid() == self.parent:
                for hand in self.hands:
                    self._look_after(hand)
                if not self._beat():
                    log.error("the lease is lost")
                    break
                time.sleep(0.1)
        finally:
            end_all([hand.process for hand in self.hands], GRACE)
        log.info("worker ended")

    def _start(self, hand: _Hand) -> None:
        with self.app.app_context():
            db.engine.dispose()
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        others = [other.pipe for other in self.hands if other.pipe >= 0]
        hand.process = spawn(lambda: _work(self.app, hand, writing, [reading, *others]))
        os.close(writing)
        hand.pipe, hand.busy_with, hand.since = reading, 0, time.monotonic()

    def _look_after(self, hand: _Hand) -> None:
        self._read(hand)
        if has_ended(hand.process):
            self._replace(hand, "the worker died on it")
        elif hand.busy_with and time.monotonic() - hand.since > hand.limit:
            kill(hand.process)
            self._replace(hand, f"it took longer than {hand.limit:.0f} s")

    def _read(self, hand: _Hand) -> None:
        try:
            said = os.read(hand.pipe, 65536)
        except BlockingIOError:
            return
        if said:
            hand.busy_with = int(said.split()[-1])
            hand.since = time.monotonic()

    def _replace(self, hand: _Hand, reason: str) -> None:
        self._read(hand)
        os.close(hand.pipe)
        hand.pipe = -1
        log.error("%s: %s (number %s)", hand.name, reason, hand.busy_with)
        if hand.busy_with:
            with self.app.app_context():
                hand.failed(hand.busy_with, reason)
        else:
            time.sleep(0.5)  # a hand that dies at once must not take the whole machine
        self._start(hand)

    def _beat(self) -> bool:
        """Note now and then that the worker lives; False when the lease is gone."""
        if time.monotonic() - self.noted < BEAT:
            return True
        started, self.noted = self.noted < 0, time.monotonic()
        with self.app.app_context():
            problem = attempt(lambda: _note_beat(started=started))
        if problem is not None:
            log.warning("the database does not answer", exc_info=problem)
        return self.lease.is_held()


@unit
def _note_beat(*, started: bool) -> None:
    row = db.session.get(Worker, 1)
    now = clock.now()
    if row is None:
        db.session.add(Worker(id=1, process=os.getpid(), started_at=now, seen_at=now))
        return
    row.seen_at, row.process = now, os.getpid()
    if started:
        row.started_at = now


def _work(app: Flask, hand: _Hand, pipe: int, inherited: list[int]) -> None:
    """Be a hand: forget what was the keeper's, then work until told to stop."""
    follow_parent()
    for descriptor in inherited:
        os.close(descriptor)
    with app.app_context():
        db.engine.dispose(close=False)
    hand.loop(app, lambda number: _say(pipe, number))


def _say(pipe: int, number: int) -> None:
    os.write(pipe, b"%d\n" % number)


def _deliver_events(app: Flask, beat: Beat) -> None:
    stop = _Stop()

    def deliver_due() -> None:
        with app.app_context():
            numbers = outbox.find_due(50)
        for number in numbers:
            if stop.asked:
                return
            beat(number)
            with app.app_context():
                outbox.deliver(number)
        if not numbers:
            time.sleep(POLL)

    _repeat(deliver_due, beat, stop)


def _run_jobs(app: Flask, beat: Beat) -> None:
    _run(app, beat, swift=False)


def _run_swift_jobs(app: Flask, beat: Beat) -> None:
    _run(app, beat, swift=True)


def _run(app: Flask, beat: Beat, *, swift: bool) -> None:
    stop = _Stop()

    def run_next() -> None:
        with app.app_context():
            work.resume_jobs(swift=swift)
            if not swift:
                work.start_schedules()
            number = work.find_waiting(swift=swift)
        if number is None:
            time.sleep(POLL)
            return
        beat(number)
        with app.app_context():
            work.run_job(number, functools.partial(beat, number))

    _repeat(run_next, beat, stop)


def _repeat(act: Callable[[], None], beat: Beat, stop: _Stop) -> None:
    """Do *act* again and again; while the database is away, slowly."""
    while not stop.asked:
        problem = attempt(act)
        beat(0)
        if problem is not None:
            log.error("the worker stumbled", exc_info=problem)
            time.sleep(2)
