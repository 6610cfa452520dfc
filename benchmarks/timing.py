"""Timing the same operations of all contestants, turn by turn, so that noise hits them alike.

In its turn each does the same for other members first, which is not timed: a salon's server is
not one of five on its machine, and what the one before it left behind in the caches of the
processor and of the database is no property of its own, nor is how a processor wakes up. The
timed request follows at once; what the browser does with its form and its answer comes before
and after.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from random import Random
from statistics import median
from typing import TypeVar

from benchmarks.client import Answer, Browser
from benchmarks.contestants import SEARCHES, Asking, Contestant
from benchmarks.people import Person

T = TypeVar("T")
R = TypeVar("R")

#: Turns of an operation, at most and at least; a slow one ends once its time is spent.
MOST_TURNS, LEAST_TURNS = 24, 5
#: Seconds that one operation may take, of all contestants together.
BUDGET = 75.0
LISTS = ("list page 1", "last page", "filter by level", "sort by joining")
#: Seconds that each contestant is at work before it is timed; one of its requests may take longer.
WARM_UP = 0.1
#: So many members are asked for before, over and over if need be.
MOST_BEFORE = 20
NEVER = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
OPERATIONS = (*LISTS, *SEARCHES, "edit form", "save")


@dataclass
class Timings:
    """Milliseconds by operation and contestant."""

    taken: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def add(self, operation: str, name: str, milliseconds: float) -> None:
        """Note one turn."""
        self.taken.setdefault(operation, {}).setdefault(name, []).append(milliseconds)

    def median(self, operation: str, name: str) -> float:
        """Return the middle of what was noted."""
        return median(self.taken[operation][name])

    def turns(self, operation: str) -> int:
        """Return how many turns the least measured contestant had."""
        return min(len(each) for each in self.taken[operation].values())


def compare(
    browsers: Mapping[str, Browser],
    contestants: Sequence[Contestant],
    known: Sequence[Person],
    *,
    turns: int = MOST_TURNS,
    before_turn: Callable[[], None] = lambda: None,
) -> Timings:
    """Time each operation of each contestant, for other members at each turn."""
    timings, random = Timings(), Random(7)
    own = [person for person in known if person.store == 1]  # whom the front desk sees as well
    for operation in OPERATIONS:
        spent = 0.0
        for turn in range(1, turns + 1):
            before_turn()
            several = random.sample(own, MOST_BEFORE + 1)
            order = random.sample(contestants, len(contestants))
            begun = time.monotonic()
            _turn(timings, operation, browsers, order, several, turn)
            spent += time.monotonic() - begun
            if turn >= LEAST_TURNS and spent > BUDGET:
                break
    return timings


def _turn(
    timings: Timings,
    operation: str,
    browsers: Mapping[str, Browser],
    order: Sequence[Contestant],
    people: Sequence[Person],
    turn: int,
) -> None:
    *before, person = people
    for place, contestant in enumerate(order):

        def asking(each: Person, contestant: Contestant = contestant, place: int = place) -> Asking:
            browser = browsers[contestant.name]
            if operation == "save":
                return contestant.fill(browser, each, turn * 10 + place)
            return partial(browser.get, contestant.paths[operation](each))

        ask = asking(person)
        answers = warm_up(lambda other: asking(other)(), before)
        answers.append((person, ask()))
        timings.add(operation, contestant.name, browsers[contestant.name].spent[-1])
        for each, answer in answers:
            check(contestant, operation, answer, each)


def warm_up(ask: Callable[[T], R], about: Sequence[T]) -> list[tuple[T, R]]:
    """Ask about one after the other, for as long as `WARM_UP` says and at least once."""
    answers, begun = [], time.monotonic()
    for each in cycle(about):
        answers.append((each, ask(each)))
        if time.monotonic() - begun > WARM_UP:
            break
    return answers


def check(contestant: Contestant, operation: str, answer: Answer, person: Person) -> None:
    """Raise unless the answer is what was asked for: a fast error is no speed."""
    if operation == "save":
        if answer.status != 302:  # which all answer with to what was stored
            raise RuntimeError(
                f"{contestant.name} answered {answer.status} to what was to be saved"
            )
        return
    page = answer.text
    rows = len(contestant.rows.findall(page))
    wanted = 1 if operation in SEARCHES else 0 if operation == "edit form" else 50
    if operation in ("last page", "filter by level"):
        wanted = 1
    found = operation not in ("exact phone", "card number") or person.number in page
    if answer.status != 200 or rows < wanted or not found:
        raise RuntimeError(
            f"{contestant.name}, {operation}: status {answer.status}, {rows} rows, "
            f"{'the member' if found else 'not the member'} found"
        )


def per_second(contestant: Contestant, browser: Browser, seconds: float) -> float:
    """Return how many list pages a second some clients get at once."""
    path = contestant.paths["list page 1"](Person(1, "", "", "", 1, 1, 0, 0, NEVER, None))
    return times_a_second(browser, lambda own: lambda: own.get(path).status == 200, seconds)


def times_a_second(
    browser: Browser,
    begin: Callable[[Browser], Callable[[], object]],
    seconds: float,
    clients: int = 4,
) -> float:
    """Return how often a second some clients together do what *begin* makes for each of them.

    Each has a browser of its own with the cookies of *browser*; an act that returns False did
    not count.
    """
    stop, counts = threading.Event(), [0] * clients
    cookies = dict(browser.cookies)

    def serve(place: int) -> None:
        own = Browser(browser.port)
        own.cookies.update(cookies)
        act = begin(own)
        while not stop.is_set():
            counts[place] += act() is not False
        own.close()

    threads = [threading.Thread(target=serve, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds
