"""The hammer: processes under load are killed at random; then every request is accounted for.

After the manner of Jepsen: each request is noted before it is sent and after it is answered;
what has no answer is unknown, which is not failure. Unknown ones are sent again, which settles
them, and then the book must hold each request once, with the right legs, and nothing else.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import sqlalchemy as sa

from console import api
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from tests.faults.hammer_requests import MEMBERS, Request, moved_by, number_of, perform


@dataclass
class Figures:
    """What happened, and how much of it was wrong; the last row must be zero."""

    seconds: float = 0.0
    kills: int = 0
    requests: int = 0
    refused: int = 0
    journals: int = 0
    legs: int = 0
    unknown: int = 0
    unknown_but_written: int = 0
    lost: int = 0
    strays: int = 0
    renumbered: int = 0
    wrong_legs: int = 0
    wrong_balances: int = 0
    violations: dict[str, list[str]] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, doubled or wrong."""
        wrong = (self.lost, self.strays, self.renumbered, self.wrong_legs, self.wrong_balances)
        return not any(wrong) and not self.violations

    def __str__(self) -> str:
        told = [
            f"{key.replace('_', ' ')} {value or 0}"
            for key, value in asdict(self).items()
            if key != "seconds"
        ]
        if self.seconds:
            told.insert(0, f"{self.seconds:.0f} s, {self.journals / self.seconds:.0f} journals/s")
        return ", ".join(told)


class Hammer:
    """Some worker processes on one database, and the notes they leave."""

    def __init__(self, url: str, folder: Path, *, seed: int = 1, threads: int = 4) -> None:
        self.notes = folder / "notes"
        self.notes.touch()
        self.dice = random.Random(seed)
        self.figures = Figures()
        command = ["-m", "tests.faults.hammer_worker", url, str(self.notes), str(threads)]
        self.nursery = subprocess.Popen(
            [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def strike(self, seconds: float, *, workers: int = 2, every: float = 1.0) -> None:
        """Kill workers for some time, one every so often, and start another for each."""
        running = [self._tell("start", self.dice.random()) for _ in range(workers)]
        start, pause = time.monotonic(), threading.Event()
        while time.monotonic() - start < seconds:
            pause.wait(every * self.dice.uniform(0.5, 1.5))
            place = self.dice.randrange(workers)
            self._kill(running[place])
            running[place] = self._tell("start", self.dice.random())
        for worker in running:
            self._kill(worker)
        self.figures.seconds += time.monotonic() - start

    def die_at(self, fail_point: str) -> None:
        """Let a worker kill itself at a fail point, `NAME:n`, and wait until it has."""
        assert self._tell("die", self.dice.random(), fail_point) == 9
        self.figures.kills += 1

    def stop(self) -> None:
        """End the nursery; no worker may be running."""
        self.nursery.communicate()

    def _kill(self, worker: int) -> None:
        assert self._tell("kill", worker) == -signal.SIGKILL, "a worker failed by itself"
        self.figures.kills += 1

    def _tell(self, *words: object) -> int:
        assert self.nursery.stdin is not None and self.nursery.stdout is not None
        self.nursery.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    # -- accounting ---------------------------------------------------------------------------

    def settle(self) -> Figures:
        """Send the unknown requests again and compare everything with the book."""
        self.stop()
        started, done, unknown = self._read_notes()
        figures = self.figures
        figures.unknown = len(unknown)
        for key in unknown:
            figures.unknown_but_written += bool(number_of(key))
            api.db.session.rollback()
            try:
                journal_id = perform(started[key])
            except api.Refused:
                api.db.session.rollback()
                continue
            figures.renumbered += key in done and done[key] != journal_id
            done[key] = journal_id
        self._compare(started, done)
        figures.violations = verify().findings
        return figures

    def _read_notes(self) -> tuple[dict[str, Request], dict[str, int], list[str]]:
        started: dict[str, Request] = {}
        done: dict[str, int] = {}
        open_: dict[str, int] = {}
        for text in self.notes.read_text().splitlines():
            what, facts = json.loads(text)
            if what == "start":
                self.figures.requests += 1
                started[facts["key"]] = Request(**facts)
                open_[facts["key"]] = open_.get(facts["key"], 0) + 1
            else:
                open_[facts["key"]] -= 1
                self.figures.refused += what == "refused"
            if what == "done":
                again = done.setdefault(facts["key"], facts["journal_id"])
                self.figures.renumbered += again != facts["journal_id"]
        return started, done, sorted(key for key, times in open_.items() if times)

    def _compare(self, started: dict[str, Request], done: dict[str, int]) -> None:
        figures = self.figures
        written = _moved()
        figures.journals = len(written)
        figures.legs = api.db.session.query(ledger.Leg).count()
        figures.lost = len(done.keys() - written.keys())
        figures.strays = len(written.keys() - done.keys())
        balances = dict.fromkeys(range(1, MEMBERS + 1), 0)
        points = dict.fromkeys(range(1, MEMBERS + 1), 0)
        for key in done.keys() & written.keys():
            request = started[key]
            wanted, found = moved_by(request, written), dict(written[key])
            if request.act == "spend":
                found.pop("CNY", None)  # the income of a use depends on what was used before
            figures.wrong_legs += found != wanted
            sign = {"top_up": 1, "spend": -1}.get(request.act, 0)
            balances[request.member] += sign * wanted.get("FACE", 0)
            points[request.member] += wanted.get("POINTS", 0) if request.act == "points" else 0
        have = ledger.standings(list(balances), ["balance", "all_points"])
        figures.wrong_balances = sum(
            (have[member]["balance"], have[member]["all_points"])
            != (balances[member], points[member])
            for member in balances
        )


def _moved() -> dict[str, dict[str, int]]:
    """Return what each journal of the book moved, by key and unit."""
    rows = api.db.session.execute(
        sa.select(ledger.Journal.idem_key, ledger.Leg.unit, sa.func.sum(ledger.Leg.amount))
        .join(ledger.Leg, ledger.Leg.journal_id == ledger.Journal.id, isouter=True)
        .group_by(ledger.Journal.idem_key, ledger.Leg.unit)
    )
    found: dict[str, dict[str, int]] = {}
    for key, unit, amount in rows:
        units = found.setdefault(key, {})
        name = "FACE" if unit in ("PRINCIPAL", "BONUS") else unit
        units[name] = units.get(name, 0) + int(amount or 0)
    return found
