"""The benefits offered for a bill, sorted so that the order of the plugins does not matter."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from console import api
from console.api import _
from plugins.cashier.priced import OFFERED, Adjustment, Draft, DraftLine

FIXED = _("The price of this line is fixed.")
GIFT = _("The line is given free.")
DECLINED = _("It was declined.")
FROM_SUM = _("It counts from %(sum)s.")
ASK_POINTS = _("%(points)s points can be used.")


@dataclass(frozen=True)
class Offered:
    """A benefit with its reason in words that can be kept, and the key that it goes by."""

    adjustment: Adjustment
    told: Mapping[str, Any]
    key: str

    @property
    def line_id(self) -> int:
        """The line that it is offered for."""
        return self.adjustment.line_id

    @property
    def step(self) -> str:
        """The step of the chain where it counts."""
        return self.adjustment.step


Group = Mapping[int, Sequence[Offered]]


@dataclass
class Book:
    """Benefits by where they count; *out* are those that cannot, and why."""

    prices: dict[int, list[Offered]] = field(default_factory=dict)
    bound: dict[int, list[Offered]] = field(default_factory=dict)
    coupons: dict[str, dict[int, list[Offered]]] = field(default_factory=dict)
    points: dict[int, list[Offered]] = field(default_factory=dict)
    out: list[tuple[Offered, Mapping[str, Any]]] = field(default_factory=list)
    #: How many points the till chose to use.
    wanted_points: int = 0


def read(draft: Draft, adjustments: Iterable[Adjustment]) -> Book:
    """Return the benefits offered for a draft, each in its place."""
    book = Book()
    offered = sorted(map(_offered, adjustments), key=_rank)
    if not offered:
        return book
    lines = {line.line_id: line for line in draft.lines}
    offered = [one for one in offered if one.line_id in lines]
    reached = _sums(offered, lines)
    declined = frozenset(draft.choices.get("declined", ()))
    book.wanted_points = max(0, int(draft.choices.get("points") or 0))
    for one in offered:
        why = _why_out(one, lines[one.line_id], declined, reached, book.wanted_points)
        if why is None:
            _place(book, one)
        else:
            book.out.append((one, why))
    return book


def _offered(adjustment: Adjustment) -> Offered:
    told = api.freeze(adjustment.reason, adjustment.facts)
    # Without a key what says the same is the same.
    key = adjustment.key or json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    return Offered(adjustment, told, key)


def _rank(one: Offered) -> tuple[Any, ...]:
    a = one.adjustment
    sums = (a.percent, a.amount_fen, a.shared_fen, a.least_fen, a.points)
    price = -1 if a.price_fen is None else a.price_fen
    more = (a.adds_up, price, sorted(a.excludes), a.purse or "", str(a.why_not), str(one.told))
    return (OFFERED.index(a.step), one.key, a.line_id, *sums, *more)


def _sums(offered: Iterable[Offered], lines: Mapping[int, DraftLine]) -> dict[str, int]:
    """Return the list prices that each key reaches."""
    reached: dict[str, set[int]] = {}
    for one in offered:
        line = lines[one.line_id]
        if line.discountable and not line.gift:
            reached.setdefault(one.key, set()).add(one.line_id)
    return {key: sum(lines[number].list_fen for number in ids) for key, ids in reached.items()}


def _why_out(
    one: Offered,
    line: DraftLine,
    declined: frozenset[str],
    reached: Mapping[str, int],
    wanted_points: int,
) -> Mapping[str, Any] | None:
    a = one.adjustment
    if a.why_not is not None:
        return api.freeze(a.why_not)
    if not line.discountable:
        return api.freeze(FIXED)
    if line.gift:
        return api.freeze(GIFT)
    if one.key in declined:
        return api.freeze(DECLINED)
    if reached.get(one.key, 0) < a.least_fen:
        return filled(FROM_SUM, sum=api.format_fen(a.least_fen))
    if a.step == "points" and a.points and not wanted_points:
        return filled(ASK_POINTS, points=a.points)
    return None


def _place(book: Book, one: Offered) -> None:
    if one.step == "coupon":
        where = book.coupons.setdefault(one.key, {})
    else:
        where = {"points": book.points, "balance": book.bound}.get(one.step, book.prices)
    where.setdefault(one.line_id, []).append(one)


def filled(words: Any, **values: Any) -> dict[str, Any]:
    """Return words for keeping, filled with values or with words that are kept already."""
    kept = api.freeze(words)
    return {"message": kept.get("message", kept.get("text", "")), "values": values}


def excluded_by(group: Group) -> frozenset[str]:
    """Return the steps beside which a coupon, or points, do not count."""
    found: set[str] = set()
    for some in group.values():
        for one in some:
            found |= one.adjustment.excludes
    return frozenset(found)


def clash(one: Offered, step: str, group: Group) -> bool:
    """Tell whether a benefit cannot count on its line beside a coupon or points."""
    if one.line_id not in group:
        return False
    return step in one.adjustment.excludes or one.step in excluded_by(group)


def all_of(group: Group) -> list[Offered]:
    """Return the benefits of a group, line by line."""
    return [one for some in group.values() for one in some]


def with_choice(draft: Draft, **choices: Any) -> Draft:
    """Return a draft for which the till chose something else."""
    return replace(draft, choices={**draft.choices, **choices})
