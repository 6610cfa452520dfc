"""What a bill costs, found the long way: every choice there is, tried one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import permutations, product

from plugins.cashier.api import Adjustment, Draft, DraftLine

Offers = Sequence[Adjustment]


def cheapest(draft: Draft, offers: Offers) -> int:
    """Return the least that a bill costs."""
    return min(_tries(draft, [one for one in offers if _counts(draft, offers, one)]))


def _counts(draft: Draft, offers: Offers, one: Adjustment) -> bool:
    line = _line(draft, one)
    if one.why_not is not None or one.key in draft.choices.get("declined", ()):
        return False
    if one.step == "points" and one.points and not draft.choices.get("points"):
        return False
    alike = {each.line_id for each in offers if each.key == one.key}
    reached = sum(line.list_fen for line in _open(draft) if line.line_id in alike)
    return line in _open(draft) and reached >= one.least_fen


def _line(draft: Draft, one: Adjustment) -> DraftLine:
    return next(line for line in draft.lines if line.line_id == one.line_id)


def _open(draft: Draft) -> list[DraftLine]:
    return [line for line in draft.lines if line.discountable and not line.gift]


def _tries(draft: Draft, offers: Offers) -> Iterator[int]:
    keys = {one.key for one in offers if one.step == "coupon"}
    wanted = draft.choices.get("coupon")
    coupons = [None, *keys] if wanted is None else [wanted if wanted in keys else None]
    for coupon, points in product(coupons, (False, True)):
        whole = [one for one in offers if one.step == "coupon" and one.key == coupon]
        whole += [one for one in offers if one.step == "points" and points]
        if not _all_together(whole):
            continue
        alone = {
            line.line_id: [
                None,
                *(
                    one
                    for one in offers
                    if one.line_id == line.line_id
                    and one.step in ("member", "activity")
                    and not one.adds_up
                    and _beside(one, whole)
                ),
            ]
            for line in draft.lines
        }
        for chosen in product(*alone.values()):
            yield from _pay(draft, offers, whole, dict(zip(alone, chosen, strict=True)))


def _all_together(whole: Offers) -> bool:
    steps = {one.step for one in whole}
    return len(steps) < 2 or not any(one.excludes & steps for one in whole)


def _beside(one: Adjustment, whole: Offers) -> bool:
    on_line = {other.step for other in whole if other.line_id == one.line_id}
    if one.excludes & on_line:
        return False
    return not any(one.step in other.excludes for other in whole if other.step in on_line)


def _pay(
    draft: Draft, offers: Offers, whole: Offers, chosen: Mapping[int, Adjustment | None]
) -> Iterator[int]:
    """Yield what is due for each order in which the balance may go to the lines."""
    prices, plains = {}, {}
    for line in draft.lines:
        beside = [
            one
            for one in offers
            if one.line_id == line.line_id
            and one.step in ("member", "activity")
            and (one is chosen[line.line_id] or (one.adds_up and _beside(one, whole)))
        ]
        prices[line.line_id] = _run(line.list_fen, beside)
        plains[line.line_id] = _run(line.list_fen, [one for one in beside if one.adds_up])
    for step in ("coupon", "points"):
        _take_off(draft, [one for one in whole if one.step == step], prices, plains)
    dues, lows = {}, {}
    for line in draft.lines:
        number = line.line_id
        off = prices[number] if line.gift else min(line.change_fen, prices[number])
        dues[number] = prices[number] - off
        bound = [
            _after(one, prices[number] if one.adds_up else plains[number]) - off
            for one in offers
            if one.line_id == number and one.step == "balance" and _beside(one, whole)
        ]
        lows[number] = min([dues[number], *(max(low, min(1, dues[number])) for low in bound)])
    for order in permutations(dues):
        yield sum(_left(order, dues, lows, draft.balance_fen))


def _left(
    order: Sequence[int], dues: Mapping[int, int], lows: Mapping[int, int], balance: int
) -> Iterator[int]:
    for number in order:
        low, due = lows[number], dues[number]
        paid = min(balance, low)
        balance -= paid
        saved = (due - low) * paid // low if low else 0
        yield due - saved


def _run(price: int, offers: Offers) -> int:
    steps = ("member", "activity")
    for one in sorted(offers, key=lambda one: (steps.index(one.step), one.key)):
        price = _after(one, price)
    return price


def _take_off(draft: Draft, group: Offers, prices: dict[int, int], plains: dict[int, int]) -> None:
    for one in group:
        for some in (prices, plains):
            some[one.line_id] = _after(one, some[one.line_id])
    if not group:
        return
    whole = max(one.shared_fen for one in group)
    most = max(one.points for one in group)
    if most:
        whole = whole * min(most, draft.choices["points"]) // most
    numbers = {one.line_id for one in group}
    lines = [line for line in draft.lines if line.line_id in numbers]
    total = sum(line.list_fen for line in lines)
    if not total:
        return
    exact = {line.line_id: Fraction(whole * line.list_fen, total) for line in lines}
    shares = {number: int(part) for number, part in exact.items()}
    while sum(shares.values()) < whole:
        most_wanting = max(exact, key=lambda number: exact[number] - shares[number])
        shares[most_wanting] += 1
    over = 0
    for number, room in prices.items():
        over += max(0, shares.get(number, 0) - room)
    for line in lines:
        number = line.line_id
        fits = min(shares[number], prices[number])
        more = min(over, prices[number] - fits)
        over -= more
        prices[number] -= fits + more
        plains[number] = max(0, plains[number] - fits - more)


def _after(one: Adjustment, price: int) -> int:
    left = int(Fraction(price * one.percent, 100) + Fraction(1, 2)) - one.amount_fen
    fixed = price if one.price_fen is None else one.price_fen
    return max(0, min(price, left, fixed))
