"""Tills that settle bills over HTTP while the console's processes are killed under them.

After the manner of the hammer: what was asked is noted before it is sent and after it is
answered. Who gets no answer asks again with the same key, as the till's script does.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from pathlib import Path
from statistics import median
from subprocess import Popen

from tests.support.crowd import Answer, Caller, answers, free_port
from tests.support.processes import (
    PATIENCE,
    children_of,
    console_environment,
    kill_all,
    started_console,
    wait_until,
)

TILL = "/console/cashier/till/"
BILL = re.compile(r"/console/cashier/till/(\d+)")
PRICE_FEN = 12_800
#: Every so many kills all web processes go, with the one that starts them anew.
WHOLE = 6


@dataclass
class Asked:
    """A bill that a till wants settled, and how that went."""

    key: str
    bill_id: int = 0
    answered: bool = False
    unknown: int = 0


@dataclass
class Storm:
    """What happened: moments are seconds of one clock."""

    asked: list[Asked] = field(default_factory=list)
    #: Beginning and end of every request that was answered.
    served: list[tuple[float, float]] = field(default_factory=list)
    #: When something was killed, and what.
    kills: list[tuple[float, str]] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def recoveries(self, what: str) -> list[float]:
        """Return for each kill how long it took until a request that began after it was served.

        One after which all were killed before anything was served counts with those.
        """
        found = []
        for moment, killed in self.kills:
            served = min((end for begun, end in self.served if begun >= moment), default=0.0)
            others = [at for at, which in self.kills if which == "all" and moment < at < served]
            if killed == what and served and not others:
                found.append(served - moment)
        return found

    def told(self) -> str:
        """Return the figures in words."""
        parts = [f"{len(self.asked)} bills asked for"]
        unknown = [one for one in self.asked if one.unknown]
        for what, name in (("one", "one web process"), ("all", "all of them")):
            taken = self.recoveries(what)
            if taken:
                least, most = median(taken), max(taken)
                parts.append(
                    f"{name} killed {len(taken)} times, served again in {least:.2f} s (p50),"
                    f" {most:.2f} s (max)"
                )
        again = sum(one.answered for one in unknown)
        parts.append(f"{len(unknown)} without an answer, {again} of them settled by asking again")
        return ", ".join(parts)


class Desk:
    """A till: it sells one service after the other, for cash or from a member's balance."""

    def __init__(self, storm: Storm, caller: Caller, variant: int, members: Sequence[int]) -> None:
        self.storm, self.caller = storm, caller
        self.variant, self.members = variant, members
        self._numbers = count(1)

    def sell(self, dice: random.Random) -> None:
        """Open a bill and settle it, however often that has to be asked for."""
        one = Asked(f"storm:{id(self)}:{next(self._numbers)}")
        self.storm.asked.append(one)
        fields = {"store_id": "1", "key": one.key, "variant_id": str(self.variant)}
        paid = {"kind-1": "cash", "amount-1": "128.00"}
        if dice.random() < 0.3:
            fields["member_id"] = str(dice.choice(self.members))
            paid = {"kind-1": "balance", "amount-1": "128.00", "agreed_by": "staff_only"}
        opened = BILL.search(self._ask(one, "open", fields).leads_to)
        if opened is None:
            return
        one.bill_id = int(opened[1])
        settled = {"key": f"{one.key}:s", "due_fen": str(PRICE_FEN), **paid}
        answer = self._ask(one, f"{one.bill_id}/settle", settled)
        one.answered = answer.status == 302

    def _ask(self, one: Asked, path: str, fields: dict[str, str]) -> Answer:
        deadline = time.monotonic() + PATIENCE
        while True:
            begun = time.monotonic()
            try:
                answer = self.caller.post(f"{TILL}{path}", **fields)
            except (OSError, HTTPException):
                one.unknown += 1
                if time.monotonic() > deadline:
                    raise
                self.storm.over.wait(0.02)
                continue
            self.storm.served.append((begun, time.monotonic()))
            if answer.status != 302:
                self.storm.refused[answer.status] += 1
            return answer


class Shop:
    """A console that is started anew whenever it ends, as a service of the machine is."""

    def __init__(self, url: str, folder: Path, workers: int) -> None:
        self.port = free_port()
        more = {"CONSOLE_WORKERS": str(workers), "PORT": str(self.port), "DEMO": "0"}
        self.environment = console_environment(url, folder, HOST="127.0.0.1", **more)
        self.console: Popen[str] | None = None
        self.closing = threading.Event()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Keep it running until the end."""
        keeper = threading.Thread(target=self._keep)
        keeper.start()
        try:
            wait_until(lambda: answers(self.port), what="the console answers")
            yield
        finally:
            self.closing.set()
            keeper.join()

    def _keep(self) -> None:
        while not self.closing.is_set():
            with started_console(self.environment, "run") as self.console:
                while self.console.poll() is None and not self.closing.wait(0.05):
                    pass

    def web_processes(self) -> list[int]:
        """Return who answers, without the one who starts them anew and the worker of jobs."""
        return children_of(self.web_parent())

    def web_parent(self) -> int:
        """Return the first process that the console started; 0 while it has none."""
        return min(children_of(self.console.pid if self.console else 0), default=0)


def strike(shop: Shop, storm: Storm, dice: random.Random, seconds: float, every: float) -> None:
    """Kill web processes at random for some time, and now and then all of them at once."""
    end, pause = time.monotonic() + seconds, threading.Event()
    for number in count(1):
        pause.wait(every * dice.uniform(0.5, 1.5))
        if time.monotonic() > end:
            return
        web = shop.web_processes()
        if number % WHOLE == 0:
            storm.kills.append((time.monotonic(), "all"))
            kill_all(one for one in (shop.web_parent(), *web) if one)
            wait_until(lambda: not answers(shop.port), what="the console is gone")
            wait_until(lambda: answers(shop.port), what="the console answers again")
        elif web:
            storm.kills.append((time.monotonic(), "one"))
            kill_all([dice.choice(web)])


def rage(shop: Shop, storm: Storm, desks: Sequence[Desk], seconds: float, every: float) -> None:
    """Let all tills sell while processes are killed; return once everybody has her answers."""

    def work(number: int) -> None:
        dice = random.Random(number)
        while not storm.over.is_set():
            desks[number].sell(dice)

    tills = [threading.Thread(target=work, args=(number,)) for number in range(len(desks))]
    for till in tills:
        till.start()
    strike(shop, storm, random.Random(7), seconds, every)
    storm.over.set()
    for till in tills:
        till.join()
