"""Paying from balance: what it makes cheaper, and which card pays how much of which line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from plugins.cashier.priced import Draft, FromPurse, QuoteLine, Step
from plugins.cashier.services.pricing.book import Offered
from plugins.cashier.services.pricing.chain import Priced


@dataclass
class Payable:
    """A line on its way through the cards that pay it: `left` is what money would pay now."""

    priced: Priced
    due: int
    #: Sums by hand and of rounding off, which come off either price.
    off: int
    left: int = 0
    paid: list[int] = field(default_factory=list)
    saved: dict[str, tuple[Offered, int]] = field(default_factory=dict)

    def low(self, purse: str | None) -> tuple[int, Offered | None]:
        """Return what the whole line would cost from one card, and why."""
        best, why = self.due, None
        for one in self.priced.bound:
            if one.adjustment.purse not in (None, purse):
                continue
            base = self.priced.price if one.adjustment.adds_up else self.priced.plain
            # A price above nothing stays so: what costs nothing cannot be paid from balance.
            low = max(min(1, self.due), one.adjustment.after(base) - self.off)
            if low < best:
                best, why = low, one
        return best, why

    def low_now(self, purse: str | None) -> tuple[int, Offered | None]:
        """Return what is left of the line would cost from one card, and why."""
        low, why = self.low(purse)
        if self.left == self.due or why is None:
            return (low if why else self.left), why
        return -(-low * self.left // self.due), why

    def pay(self, purse: str | None, most: int) -> int:
        """Pay from one card, at most so much; return what it took."""
        low, why = self.low_now(purse)
        some = min(most, low)
        saved = (self.left - low) * some // low if low else 0
        self.left -= some + saved
        if why is not None and saved:
            _one, before = self.saved.get(why.key, (why, 0))
            self.saved[why.key] = (why, before + saved)
        return some

    def quoted(self) -> QuoteLine:
        """Return the line as it is quoted."""
        balance = [
            Step("balance", off, one.told, dict(one.adjustment.facts), None, one.key)
            for one, off in self.saved.values()
        ]
        steps = self.priced.steps
        at = next((n for n, step in enumerate(steps) if step.step in BY_HAND), len(steps))
        return QuoteLine(
            self.priced.line.line_id,
            self.priced.line.list_fen,
            self.left + sum(self.paid),
            (*steps[:at], *balance, *steps[at:]),
            sum(self.paid),
            tuple(self.paid),
        )


BY_HAND = ("price_change", "gift", "rounding")


def pay_from(draft: Draft, lines: Sequence[Payable]) -> None:
    """Let the cards pay in their order, each first where it makes most cheaper."""
    for line in lines:
        line.left = line.due
    for card in draft.from_purses:
        taken: dict[int, int] = {}
        for at in _order(card, lines):
            number = lines[at].priced.line.line_id
            taken[number] = lines[at].pay(card.purse, card.room(number, taken))
        for line in lines:
            line.paid.append(taken.get(line.priced.line.line_id, 0))


def _order(card: FromPurse, lines: Sequence[Payable]) -> list[int]:
    wanted = []
    for at, line in enumerate(lines):
        number = line.priced.line.line_id
        fits = card.accepts is None or number in card.accepts
        if line.priced.line.spendable and line.left and fits:
            low, _why = line.low_now(card.purse)
            worth = Fraction(low, line.left) if low < line.left else Fraction(1)
            wanted.append((worth, line.priced.line.ahead, at))
    return [at for _worth, _ahead, at in sorted(wanted)]
