"""What a bill costs: pure functions from a draft and the benefits offered to a quote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from console import api
from console.api import _
from plugins.cashier.offers import Adjustment, Draft, DraftLine, Quote, QuoteLine, Step

CHANGED, GIVEN = _("Price changed"), _("Given free")
ROUNDED = _("Rounded off")


def solve(draft: Draft, adjustments: Iterable[Adjustment]) -> Quote:
    """Return what a bill costs: the best benefit for each line, then what is done by hand.

    A benefit for paying from balance counts for the part of a line that is paid so; balance
    goes to the lines in their order.
    """
    offered: dict[int, list[Adjustment]] = defaultdict(list)
    for adjustment in adjustments:
        offered[adjustment.line_id].append(adjustment)
    lines, left, everything = [], draft.balance_fen, 0
    for line in draft.lines:
        priced = _price(line, offered[line.line_id])
        low, step = _from_balance(line, priced, offered[line.line_id])
        if line.spendable:
            everything += low
            paid = min(left, low)
            left -= paid
            priced = _pay(priced, low, paid, step)
        else:
            everything += priced.due_fen
        lines.append(priced)
    rounded = _round_off(lines, draft.rounding_fen)
    off = sum(a.due_fen - b.due_fen for a, b in zip(lines, rounded, strict=True))
    return Quote(rounded, sum(line.balance_fen for line in rounded), everything - off)


def _price(line: DraftLine, offered: Sequence[Adjustment]) -> QuoteLine:
    steps: list[Step] = []
    price = line.list_fen
    if line.discountable:
        usual = [each for each in offered if each.step != "balance"]
        alone = [each for each in usual if not each.adds_up]
        best = min(alone, key=lambda each: _after(price, each), default=None)
        for each in (*([best] if best else []), *(each for each in usual if each.adds_up)):
            lower = _after(price, each)
            if lower < price:
                steps.append(_step(each, price - lower))
                price = lower
    for step, amount, words in (
        ("price_change", min(line.change_fen, price), CHANGED),
        ("gift", price - min(line.change_fen, price) if line.gift else 0, GIVEN),
    ):
        if amount:
            steps.append(Step(step, amount, api.freeze(words)))
            price -= amount
    return QuoteLine(line.line_id, line.list_fen, price, tuple(steps))


def _from_balance(
    line: DraftLine, priced: QuoteLine, offered: Sequence[Adjustment]
) -> tuple[int, Step | None]:
    """Return what a line would cost if all of it were paid from balance, and why."""
    bound = [each for each in offered if each.step == "balance"]
    if not (line.discountable and bound) or line.gift:
        return priced.due_fen, None
    best = min(bound, key=lambda each: _after(line.list_fen, each))
    # A price that is above nothing stays so: what costs nothing cannot be paid from balance.
    low = max(1, _after(line.list_fen, best) - line.change_fen)
    if low >= priced.due_fen:
        return priced.due_fen, None
    return low, _step(best, priced.due_fen - low)


def _pay(priced: QuoteLine, low: int, paid: int, step: Step | None) -> QuoteLine:
    """Return the price of a line of which *paid* comes from balance, at its price *low*."""
    if step is None or not paid:
        return replace(priced, balance_fen=paid)
    off = step.amount_fen * paid // low
    steps = (*priced.steps, replace(step, amount_fen=off)) if off else priced.steps
    return replace(priced, due_fen=priced.due_fen - off, steps=steps, balance_fen=paid)


def _round_off(lines: Sequence[QuoteLine], wanted: int) -> list[QuoteLine]:
    """Take what is rounded off from the last lines that something is left to pay of."""
    found: list[QuoteLine] = []
    for line in reversed(lines):
        some = min(wanted, line.due_fen - line.balance_fen)
        wanted -= some
        if some:
            steps = (*line.steps, Step("rounding", some, api.freeze(ROUNDED)))
            found.append(replace(line, due_fen=line.due_fen - some, steps=steps))
        else:
            found.append(line)
    return found[::-1]


def _after(price: int, adjustment: Adjustment) -> int:
    return max(0, (price * adjustment.percent + 50) // 100 - adjustment.amount_fen)


def _step(adjustment: Adjustment, amount: int) -> Step:
    told = api.freeze(adjustment.reason, adjustment.facts)
    return Step(adjustment.step, amount, told, dict(adjustment.facts))
