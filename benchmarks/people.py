"""The people that all who are compared hold as their members: the same for each, at any number."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

SEED = 20260308
FIRST_DAY, DAYS = dt.date(2018, 1, 1), 3000
#: Numbers of 11 digits from 130 to 199, each at most once: the step shares no factor with them.
FIRST_PHONE, PHONES, STEP = 13_000_000_000, 7_000_000_000, 2_654_435_761
#: The phones of so many members one after another end in as many ways.
TAILS = 10_000
STORES, LEVELS = 3, 5
#: Shares of the members in each store and on each level.
STORE_WEIGHTS, LEVEL_WEIGHTS = (50, 30, 20), (55, 25, 12, 6, 2)
#: How many of a hundred hold a balance, and carry a tag.
WITH_BALANCE, WITH_TAG = 30, 20


@dataclass(frozen=True, slots=True)
class Person:
    """One member; ids of stores and levels count from 1."""

    id: int
    number: str
    name: str
    phone: str
    level: int
    store: int
    balance_fen: int
    points: int
    joined_at: dt.datetime
    tag: int | None


@cache
def words() -> dict[str, Any]:
    """Return the letters that names are made of, and the names of stores, levels and tags."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("names.json").read_text("utf-8"))
    return found


def phone_of(number: int) -> str:
    """Return the phone of the member with this id."""
    return str(FIRST_PHONE + number * STEP % PHONES)


def _letters(kind: str) -> tuple[str, list[float]]:
    """Return letters for `choices`, of which the first are borne by many and the last by few."""
    letters: str = words()[kind]
    weights = accumulate(1 / (place + 3) for place in range(len(letters)))
    return letters, [*weights]


def few_of(count: int, many: int) -> Iterator[Person]:
    """Yield *count* of *many* members, all whose phones end in the same few ways.

    A tail leads to as many of them as of the many: what a search costs then differs by how many
    members there are, and not by how many it finds.
    """
    tails = TAILS * count // many
    kept = (person for person in people(many) if (person.id - 1) % TAILS < tails)
    return (replace(person, id=number) for number, person in enumerate(kept, 1))


def often_found(count: int, many: int) -> Person:
    """Return one of the few whose name, as the beginning of names, leads to most of them."""
    few = list(few_of(count, many))
    ((begins, _times),) = Counter(person.name[:2] for person in few).most_common(1)
    return min(
        (person for person in few if person.name.startswith(begins)),
        key=lambda person: len(person.name),
    )


def people(count: int) -> Iterator[Person]:
    """Yield *count* members; of a million the first ten thousand are those of ten thousand."""
    random = Random(SEED)
    chance, pick = random.random, random.choices
    surname, given = _letters("surnames"), _letters("given")
    stores, levels = range(1, STORES + 1), range(1, LEVELS + 1)
    noon = dt.datetime.combine(FIRST_DAY, dt.time(12), dt.UTC)
    for number in range(1, count + 1):
        name = "".join(pick(given[0], cum_weights=given[1], k=2 if chance() < 0.8 else 1))
        rich = chance() * 100 < WITH_BALANCE
        at = noon + dt.timedelta(days=int(chance() * DAYS), minutes=int(chance() * 480))
        yield Person(
            id=number,
            number=f"M{at.year}{number:07}",
            name=pick(surname[0], cum_weights=surname[1])[0] + name,
            phone=phone_of(number),
            level=pick(levels, LEVEL_WEIGHTS)[0],
            store=pick(stores, STORE_WEIGHTS)[0],
            balance_fen=int(chance() * 500_000) + 1 if rich else 0,
            points=int(chance() * 20_000) + 1 if rich else 0,
            joined_at=at,
            tag=1 + int(chance() * 3) if chance() * 100 < WITH_TAG else None,
        )
