"""Bugs to plant in the prices: each is one that was made in some till; all must be found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from plugins.cashier.priced import Adjustment
from plugins.cashier.services.pricing import book, chain, purses, solving


@dataclass(frozen=True)
class Seed:
    """A bug: what it breaks, and the functions that it swaps."""

    breaks: str
    swaps: tuple[tuple[Any, str, Any], ...]


def _rounded_down(self: Adjustment, price_fen: int) -> int:
    left = price_fen * self.percent // 100 - self.amount_fen
    if self.price_fen is not None:
        left = min(left, self.price_fen)
    return max(0, min(price_fen, left))


def _all_at_once(line: Any, usual: Sequence[book.Offered]) -> chain.Priced:
    priced = chain._run(line, usual)
    priced.plain = priced.price
    return priced


def _one_heap(where: book.Book, one: book.Offered) -> None:
    _place(where, replace(one, key="all") if one.step == "coupon" else one)


_place = book._place


def _nothing_excluded(*_args: Any) -> bool:
    return False


def _first_is_best(_tried: Any) -> int:
    return 0


def _parts_rounded_down(whole: int, weights: Sequence[int], rooms: Sequence[int]) -> list[int]:
    total = sum(weights) or 1
    parts = (whole * weight // total for weight in weights)
    return [min(part, room) for part, room in zip(parts, rooms, strict=True)]


def _for_the_whole_line(self: purses.Payable, purse: str | None, most: int) -> int:
    low, why = self.low_now(purse)
    some = min(most, low)
    if why is not None and some:
        self.saved[why.key] = (why, self.left - low)
        self.left = low
    self.left -= some
    return some


def _on_top(self: purses.Payable, purse: str | None) -> tuple[int, book.Offered | None]:
    plain, self.priced.plain = self.priced.plain, self.priced.price
    try:
        return _low(self, purse)
    finally:
        self.priced.plain = plain


_low = purses.Payable.low


def _as_they_come(one: book.Offered) -> int:
    return 0


def _again_and_again(lines: Sequence[purses.Payable], wanted: int) -> None:
    for line in lines:
        _round_off([line], wanted)


_round_off = solving._round_off


def _no_threshold(*args: Any) -> Mapping[str, Any] | None:
    offered, *others = args
    free = replace(offered.adjustment, least_fen=0)
    return _why_out(replace(offered, adjustment=free), *others)


_why_out = book._why_out


def _all_that_were_wanted(lines: Any, group: Any, wanted: int) -> int:
    return wanted if _use_points(lines, group, wanted) else 0


_use_points = chain._use_points


def _declined_all_the_same(*args: Any) -> Mapping[str, Any] | None:
    offered, line, _declined, reached, wanted = args
    return _why_out(offered, line, frozenset(), reached, wanted)


def _first_line_first(_card: Any, lines: Sequence[purses.Payable]) -> list[int]:
    return [at for at, line in enumerate(lines) if line.priced.line.spendable and line.left]


SEEDS = {
    "percents rounded down": Seed(
        "rounding to the nearest fen", ((Adjustment, "after", _rounded_down),)
    ),
    "all benefits add up": Seed("the best one counts", ((chain, "_best", _all_at_once),)),
    "all coupons count": Seed("one coupon on a bill", ((book, "_place", _one_heap),)),
    "nothing is excluded": Seed("exclusions", ((chain, "clash", _nothing_excluded),)),
    "the first coupon counts": Seed("the best coupon", ((solving, "_rank", _first_is_best),)),
    "a fen lost in sharing": Seed("sharing a sum", ((chain, "share", _parts_rounded_down),)),
    "balance makes the whole line cheaper": Seed(
        "a discount bound to the part paid from balance",
        ((purses.Payable, "pay", _for_the_whole_line),),
    ),
    "balance on top of the member price": Seed(
        "a discount for balance in place of the best one", ((purses.Payable, "low", _on_top),)
    ),
    "benefits as they come": Seed("a fixed order", ((book, "_rank", _as_they_come),)),
    "each line rounded off": Seed(
        "rounding off once", ((solving, "_round_off", _again_and_again),)
    ),
    "coupons below their sum": Seed("the least sum", ((book, "_why_out", _no_threshold),)),
    "all points taken": Seed(
        "as many points as needed", ((chain, "_use_points", _all_that_were_wanted),)
    ),
    "what was declined counts": Seed("choices", ((book, "_why_out", _declined_all_the_same),)),
    "balance goes to the first line": Seed(
        "balance where it is worth most", ((purses, "_order", _first_line_first),)
    ),
}
