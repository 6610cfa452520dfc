"""How alike two files are: reasons in words, and what each of them weighs. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from console.api import _

#: What speaks for one person, by key: the words, and the weight.
REASONS: dict[str, tuple[Any, int]] = {
    "alias": (_("Same number in an earlier system"), 55),
    "name": (_("Same name"), 40),
    "pinyin": (_("Names that sound the same"), 28),
    "alike_name": (_("One name is part of the other"), 24),
    "born": (_("Same date of birth"), 40),
    "birthday": (_("Same birthday, year not given"), 30),
    "tail": (_("Same last four digits of the phone"), 30),
    "alike_phone": (_("Phones that differ in one place"), 40),
    "no_phone": (_("One file has no phone"), 15),
    "rare": (_("A rare name"), 15),
    "store": (_("Same home store"), 8),
}
#: What speaks against it.
AGAINST = {"other_birthday": 45, "other_gender": 40, "other_phone": 12}
#: From here on a pair is shown.
ENOUGH = 60
MOST = 100


@dataclass(frozen=True)
class File:
    """What is compared of a member's file."""

    id: int
    name: str
    pinyin: str
    phone: str | None
    gender: str | None
    born: tuple[int | None, int, int, bool] | None
    home_store_id: int
    aliases: frozenset[str] = field(default=frozenset())
    #: How many members have this name.
    namesakes: int = 2


@dataclass(frozen=True)
class Likeness:
    """How alike two files are, from 0 to 100, and why."""

    score: int
    reasons: tuple[str, ...]


def compare(one: File, other: File) -> Likeness:
    """Say how alike two files are."""
    reasons = [*_by_name(one, other), *_by_birthday(one, other), *_by_phone(one, other)]
    if one.aliases & other.aliases:
        reasons.append("alias")
    if one.home_store_id == other.home_store_id:
        reasons.append("store")
    against = list(_against(one, other))
    score = sum(REASONS[key][1] for key in reasons) - sum(AGAINST[key] for key in against)
    ordered = sorted(reasons, key=lambda key: -REASONS[key][1])
    return Likeness(max(0, min(MOST, score)), tuple(ordered))


def say_reasons(reasons: Iterable[str]) -> list[Any]:
    """Return the reasons in words."""
    return [REASONS[key][0] for key in reasons if key in REASONS]


def differ_in_one_place(one: str, other: str) -> bool:
    """Tell whether two numbers differ by one digit, or by two neighbours swapped."""
    if len(one) != len(other) or one == other:
        return False
    places = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(places) == 1:
        return True
    first, last = places[0], places[-1]
    swapped = one[first] == other[last] and one[last] == other[first]
    return len(places) == 2 and last == first + 1 and swapped


def _by_name(one: File, other: File) -> Iterable[str]:
    if one.name == other.name:
        yield "name"
        if max(one.namesakes, other.namesakes) <= 3:
            yield "rare"
    elif one.pinyin and one.pinyin == other.pinyin:
        yield "pinyin"
    elif min(len(one.name), len(other.name)) > 1 and (
        one.name in other.name or other.name in one.name
    ):
        yield "alike_name"


def _by_birthday(one: File, other: File) -> Iterable[str]:
    if one.born is None or other.born is None or one.born[1:] != other.born[1:]:
        return
    if one.born[0] is not None and one.born[0] == other.born[0]:
        yield "born"
    elif one.born[0] is None or other.born[0] is None:
        yield "birthday"


def _by_phone(one: File, other: File) -> Iterable[str]:
    if one.phone is None or other.phone is None:
        yield "no_phone"
    elif differ_in_one_place(one.phone, other.phone):
        yield "alike_phone"
    elif one.phone[-4:] == other.phone[-4:]:
        yield "tail"


def _against(one: File, other: File) -> Iterable[str]:
    if one.gender and other.gender and one.gender != other.gender:
        yield "other_gender"
    if one.born is not None and other.born is not None and not any(_by_birthday(one, other)):
        yield "other_birthday"
    if one.phone and other.phone and not any(_by_phone(one, other)):
        yield "other_phone"
