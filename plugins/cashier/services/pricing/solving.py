"""What a bill costs: a pure function from a draft and the benefits offered to a quote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from console import api
from console.api import _
from plugins.cashier.priced import Adjustment, Draft, Quote, Step
from plugins.cashier.services.pricing import purses
from plugins.cashier.services.pricing.book import Book, read
from plugins.cashier.services.pricing.chain import Pick, Priced, picks, price_lines
from plugins.cashier.services.pricing.purses import Payable
from plugins.cashier.services.pricing.unused import find_unused

CHANGED, GIVEN = _("Price changed"), _("Given free")
ROUNDED = _("Rounded off")


def solve(draft: Draft, adjustments: Iterable[Adjustment]) -> Quote:
    """Return the least that a bill costs under the rules, every step with its reason.

    The chain is fixed: the best of the member's and the activities' benefits on each line and
    what adds up beside it, one coupon, points, what counts for paying from balance, then what
    is done by hand. The order of *adjustments* does not matter, and a further one never makes
    the bill dearer.
    """
    book = read(draft, adjustments)
    tried = [_try(draft, book, pick) for pick in picks(draft, book)]
    lines, pick, points = min(tried, key=_rank)
    quoted = [line.quoted() for line in lines]
    return Quote(
        quoted,
        sum(line.balance_fen for line in quoted),
        sum(line.low(None)[0] if line.priced.line.spendable else line.due for line in lines),
        find_unused(draft, book, pick, lines),
        pick.coupon,
        points,
    )


Tried = tuple[Sequence[Payable], Pick, int]


def _rank(tried: Tried) -> tuple[int, bool, bool, str]:
    """Rank by what is due; at one price nothing of hers is used up."""
    lines, pick, _points = tried
    due = sum(line.left + sum(line.paid) for line in lines)
    return due, bool(pick.coupon), pick.points, pick.coupon


def _try(draft: Draft, book: Book, pick: Pick) -> Tried:
    priced, points = price_lines(draft, book, pick)
    lines = [_by_hand(one) for one in priced]
    _round_off(lines, draft.rounding_fen)
    purses.pay_from(draft, lines)
    return lines, pick, points


def _by_hand(priced: Priced) -> Payable:
    line = priced.line
    for step, amount, words in (
        ("price_change", 0 if line.gift else min(line.change_fen, priced.price), CHANGED),
        ("gift", priced.price if line.gift else 0, GIVEN),
    ):
        if amount and line.discountable:
            told = line.by_hand.get(step) or api.freeze(words)
            priced.steps.append(Step(step, amount, told))
            return Payable(priced, priced.price - amount, amount)
    return Payable(priced, priced.price, 0)


def _round_off(lines: Sequence[Payable], wanted: int) -> None:
    """Take what is rounded off from the last lines, whichever way they are paid."""
    for line in reversed(lines):
        if not wanted:
            return
        if not line.priced.line.discountable:
            continue
        least = min((line.low(one.adjustment.purse)[0] for one in line.priced.bound), default=None)
        room = line.due if least is None or least >= line.due else least - 1
        some = min(wanted, room)
        if some > 0:
            wanted -= some
            line.due -= some
            line.off += some
            line.priced.steps.append(Step("rounding", some, api.freeze(ROUNDED)))
