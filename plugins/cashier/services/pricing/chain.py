"""The chain of a price: member or activity, coupon, points; each line under one pick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugins.cashier.priced import Draft, DraftLine, Step
from plugins.cashier.services.pricing.book import Book, Group, Offered, all_of, clash, excluded_by


@dataclass(frozen=True)
class Pick:
    """What is tried for a whole bill: a coupon, points, both or neither."""

    coupon: str = ""
    points: bool = False


@dataclass
class Priced:
    """A line on its way down the chain.

    `price` is what it costs in money; `plain` what a benefit for paying from balance starts
    from that does not add up: without the best single benefit, in whose place it counts.
    """

    line: DraftLine
    price: int
    plain: int
    steps: list[Step] = field(default_factory=list)
    used: list[Offered] = field(default_factory=list)
    bound: list[Offered] = field(default_factory=list)

    def take(self, one: Offered, price: int, facts: Mapping[str, Any] | None = None) -> None:
        """Lower the price to *price* for the reason of a benefit."""
        if price < self.price:
            told = dict(facts) if facts else one.told
            step = Step(
                one.step, self.price - price, told, dict(one.adjustment.facts), None, one.key
            )
            self.steps.append(step)
            self.used.append(one)
            self.price = price


def picks(draft: Draft, book: Book) -> list[Pick]:
    """Return what may be tried for a bill: each coupon, or the one that was chosen."""
    chosen = draft.choices.get("coupon")
    coupons = ["", *book.coupons] if chosen is None else [chosen if chosen in book.coupons else ""]
    options = (False, True) if _points_displace(book) else (bool(book.points),)
    return [
        Pick(coupon, points=points)
        for coupon in coupons
        for points in options
        if not points or _together(book.coupons.get(coupon, {}), book.points)
    ]


def _points_displace(book: Book) -> bool:
    """Tell whether anything has to give way to points, so that it may be better without."""
    others = [one for group in (book.prices, book.bound) for one in all_of(group)]
    if any(clash(one, "points", book.points) for one in others):
        return True
    return not all(_together(group, book.points) for group in book.coupons.values())


def _together(coupon: Group, points: Group) -> bool:
    """Tell whether a coupon and points count beside each other."""
    if not coupon or not points:
        return True
    return "points" not in excluded_by(coupon) and "coupon" not in excluded_by(points)


def price_lines(draft: Draft, book: Book, pick: Pick) -> tuple[list[Priced], int]:
    """Return the lines as a pick makes them cost in money, and how many points it takes."""
    coupon = book.coupons.get(pick.coupon, {})
    points = book.points if pick.points else {}

    def fits(one: Offered) -> bool:
        return not clash(one, "coupon", coupon) and not clash(one, "points", points)

    lines = []
    for line in draft.lines:
        number = line.line_id
        if not line.discountable or line.gift:
            lines.append(Priced(line, line.list_fen, line.list_fen))
            continue
        usual = list(filter(fits, book.prices.get(number, ())))
        priced = _best(line, usual)
        priced.bound = list(filter(fits, book.bound.get(number, ())))
        for one in coupon.get(number, ()):
            _lower(priced, one)
        lines.append(priced)
    _share(lines, coupon, 1, 1)
    taken = _use_points(lines, points, book.wanted_points)
    return lines, taken


def _best(line: DraftLine, usual: Sequence[Offered]) -> Priced:
    """Return a line at the best single benefit, with those that add up beside it."""
    several = [one for one in usual if one.adjustment.adds_up]
    alone = [one for one in usual if not one.adjustment.adds_up]
    plain = best = _run(line, several)
    for one in alone:
        tried = _run(line, [each for each in usual if each is one or each.adjustment.adds_up])
        if tried.price < best.price:
            best = tried
    best.plain = plain.price
    return best


def _run(line: DraftLine, benefits: Sequence[Offered]) -> Priced:
    priced = Priced(line, line.list_fen, line.list_fen)
    for one in benefits:
        priced.take(one, one.adjustment.after(priced.price))
    return priced


def _lower(priced: Priced, one: Offered) -> None:
    priced.plain = one.adjustment.after(priced.plain)
    priced.take(one, one.adjustment.after(priced.price))


def _share(lines: Sequence[Priced], group: Group, number: int, of: int) -> int:
    """Take the sum of a group off its lines together, *number* parts of *of*; return it."""
    some = [each for each in lines if each.line.line_id in group and each.line.discountable]
    some = [each for each in some if not each.line.gift]
    firsts = [group[each.line.line_id][0] for each in some]
    whole = max((one.adjustment.shared_fen for one in firsts), default=0) * number // of
    shares = share(whole, [each.line.list_fen for each in some], [each.price for each in some])
    for priced, one, off in zip(some, firsts, shares, strict=True):
        priced.plain = max(0, priced.plain - off)
        priced.take(one, priced.price - off)
    return sum(shares)


def share(whole: int, weights: Sequence[int], rooms: Sequence[int]) -> list[int]:
    """Share a sum by weights, no share above its room; what is too much goes to the first others.

    Weights are list prices, which no benefit changes: so a further benefit never moves a share
    to where it is worth less.
    """
    total = sum(weights)
    shares = [whole * weight // total if total else 0 for weight in weights]
    rest = whole - sum(shares) if total else 0
    order = sorted(range(len(weights)), key=lambda at: (-(whole * weights[at] % (total or 1)), at))
    for at in order[:rest]:
        shares[at] += 1
    shares = [min(some, room) for some, room in zip(shares, rooms, strict=True)]
    left = whole - sum(shares)
    for at, room in enumerate(rooms):
        more = min(left, room - shares[at])
        shares[at] += more
        left -= more
    return shares


def _use_points(lines: Sequence[Priced], group: Group, wanted: int) -> int:
    """Let points pay a part; return how many it takes."""
    for priced in lines:
        for one in group.get(priced.line.line_id, ()):
            if priced.line.discountable and not priced.line.gift:
                _lower(priced, one)
    offered = all_of(group)
    most = max((one.adjustment.points for one in offered), default=0)
    if not most:
        _share(lines, group, 1, 1)
        return 0
    worth = max(one.adjustment.shared_fen for one in offered)
    used = _share(lines, group, min(wanted, most), most)
    taken = -(-used * most // worth) if worth else 0
    for priced in lines:
        priced.steps = [_told(step, taken) for step in priced.steps]
    return taken


def _told(step: Step, points: int) -> Step:
    """Return a step of points that says how many were taken."""
    if step.step != "points" or "message" not in step.reason:
        return step
    values = {**step.reason.get("values", {}), "points": points}
    reason = {**step.reason, "values": values}
    return Step(
        step.step, step.amount_fen, reason, {**step.facts, "points": points}, None, step.key
    )
