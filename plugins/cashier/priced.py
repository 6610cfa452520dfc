"""What prices are made of: a draft of a bill, the benefits offered for it, the quote."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: The steps that others may offer, in the order of the chain.
OFFERED = ("member", "activity", "coupon", "points", "balance")


@dataclass(frozen=True)
class DraftLine:
    """A line as prices are made for it; *line_id* tells it apart."""

    line_id: int
    kind: str
    scope: str
    list_fen: int
    quantity: int = 1
    discountable: bool = True
    #: Whether it may be paid from balance.
    spendable: bool = True
    #: Whether it is sold to be used later: balance pays for what was had before it.
    ahead: bool = False
    variant_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    #: By hand: a sum off, or the whole given free.
    change_fen: int = 0
    gift: bool = False
    #: The words of what is done by hand, kept, by step.
    by_hand: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class FromPurse:
    """Money that is to come from one stored-value card; None is the plain balance.

    It pays the lines in *accepts*, or all that may be paid from balance; of some lines, which
    bonus may not pay for, the *limits* say how much it pays together at most.
    """

    purse: str | None
    amount_fen: int
    accepts: frozenset[int] | None = None
    limits: tuple[tuple[frozenset[int], int], ...] = ()

    def room(self, line_id: int, taken: Mapping[int, int]) -> int:
        """Return how much more it may pay of a line, when so much is *taken* of all lines."""
        left = self.amount_fen - sum(taken.values())
        for lines, most in self.limits:
            if line_id in lines:
                left = min(left, most - sum(taken.get(number, 0) for number in lines))
        return max(0, left)


@dataclass(frozen=True)
class Draft:
    """A bill as prices are made for it; *balance_fen* of it are to be paid from balance.

    Who pays from stored-value cards of their own says so in *purses* instead. *choices* are what
    the till chose: "coupon" (a key, or "" for none), "declined" (keys), "points" (a number).
    """

    bill_id: int
    store_id: int
    member_id: int | None
    on: dt.date
    lines: Sequence[DraftLine]
    balance_fen: int = 0
    rounding_fen: int = 0
    choices: Mapping[str, Any] = field(default_factory=dict)
    purses: Sequence[FromPurse] = ()

    @property
    def from_purses(self) -> Sequence[FromPurse]:
        """What is to be paid from balance, card by card."""
        if self.purses or not self.balance_fen:
            return self.purses
        return (FromPurse(None, self.balance_fen),)


@dataclass(frozen=True)
class Adjustment:
    """A price benefit offered for one line: *percent* of the price is left, or *amount_fen* off.

    *step* is "member", "activity", "coupon", "points" or "balance" (which counts for the part
    that is paid from balance, or from one card of hers: *purse*); *reason* are marked words that
    *facts* fill. Of the member's and the activities' benefits the best one counts for a line,
    and those that add up beside it. Offers of one *key* are one thing: a coupon counts for all
    its lines or for none, and one on a bill.
    """

    line_id: int
    step: str
    reason: Any
    facts: Mapping[str, Any] = field(default_factory=dict)
    percent: int = 100
    amount_fen: int = 0
    adds_up: bool = False
    key: str = ""
    #: A price of its own, such as the member price on the menu.
    price_fen: int | None = None
    #: A sum off all lines of the key together, shared by their list prices.
    shared_fen: int = 0
    #: It counts from this sum of the list prices of its lines.
    least_fen: int = 0
    #: Steps beside which it does not count: "coupon", "points"; for a coupon any.
    excludes: frozenset[str] = frozenset()
    #: Points that its whole sum takes; as many count as the till chose.
    points: int = 0
    purse: str | None = None
    #: Marked words that say why it cannot count now.
    why_not: Any = None

    def __post_init__(self) -> None:
        """Refuse what could make a price higher, or be of no step."""
        sums = (self.amount_fen, self.shared_fen, self.least_fen, self.points, self.price_fen or 0)
        if not 0 <= self.percent <= 100 or min(sums) < 0 or self.step not in OFFERED:
            raise ValueError(f"not a price benefit: {self}")

    def after(self, price_fen: int) -> int:
        """Return what is left of a price: never more, never below zero."""
        left = (price_fen * self.percent + 50) // 100 - self.amount_fen
        if self.price_fen is not None:
            left = min(left, self.price_fen)
        return max(0, min(price_fen, left))


@dataclass(frozen=True)
class Step:
    """A step of a line's price that took something off, with its reason in words."""

    step: str
    amount_fen: int
    reason: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    by_user: int | None = None
    key: str = ""


@dataclass(frozen=True)
class Unused:
    """A benefit that was offered and does not count, and why, in words.

    *saves_fen* is what it would take off where she has only to choose it.
    """

    step: str
    key: str
    reason: Mapping[str, Any]
    why: Mapping[str, Any]
    line_ids: tuple[int, ...] = ()
    saves_fen: int = 0


@dataclass(frozen=True)
class QuoteLine:
    """What a line costs: list price, what came off, what is due."""

    line_id: int
    list_fen: int
    due_fen: int
    steps: Sequence[Step] = ()
    #: What of it is to be paid from balance.
    balance_fen: int = 0
    #: The same, by the draft's cards.
    from_purses: Sequence[int] = ()

    @property
    def discount_fen(self) -> int:
        """What came off."""
        return self.list_fen - self.due_fen


@dataclass(frozen=True)
class Quote:
    """What a bill costs when *balance_fen* of it are paid from balance.

    *all_balance_fen* is what would be due if all that may were paid from the plain balance.
    *coupon* is the key of the coupon that counts, *points* how many points are taken.
    """

    lines: Sequence[QuoteLine]
    balance_fen: int = 0
    all_balance_fen: int = 0
    unused: Sequence[Unused] = ()
    coupon: str = ""
    points: int = 0

    @property
    def list_fen(self) -> int:
        """The sum of the list prices."""
        return sum(line.list_fen for line in self.lines)

    @property
    def due_fen(self) -> int:
        """What is to be paid."""
        return sum(line.due_fen for line in self.lines)

    @property
    def discount_fen(self) -> int:
        """What came off."""
        return self.list_fen - self.due_fen

    @property
    def money_fen(self) -> int:
        """What is to be paid with money."""
        return self.due_fen - self.balance_fen

    @property
    def terms(self) -> str:
        """A short sign of what was agreed to: another price gives another sign."""
        told = [(line.line_id, line.list_fen, line.due_fen) for line in self.lines]
        whole = f"{told}/{self.all_balance_fen}/{self.coupon}/{self.points}"
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    def line(self, line_id: int) -> QuoteLine:
        """Return one line of it."""
        return next(line for line in self.lines if line.line_id == line_id)


@dataclass(frozen=True)
class Session:
    """A session of hers that may take the place of a line.

    It is taken from *pool* and was paid with *worth_fen*; what the service costs more is
    *extra_fen*. *kind* and *facts* make the line that uses it.
    """

    line_id: int
    pool: str
    title: str
    worth_fen: int = 0
    extra_fen: int = 0
    kind: str = "session"
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Means:
    """What a guest could pay with beside money; *left* counts the sessions of each pool."""

    purses: Sequence[FromPurse] = ()
    titles: Mapping[str | None, Any] = field(default_factory=dict)
    sessions: Sequence[Session] = ()
    left: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """A way to pay a bill: what she gives in money, and what it takes from her, in words.

    *cost_fen* is the money, the balance and what the sessions were bought for; *saved_fen* is
    what that comes to less than the list price. *sign* tells it apart.
    """

    quote: Quote
    sessions: tuple[Session, ...]
    purses: tuple[tuple[str | None, int], ...]
    cost_fen: int
    saved_fen: int
    words: tuple[Mapping[str, Any], ...]
    sign: str

    @property
    def money_fen(self) -> int:
        """What she gives in money."""
        return self.quote.money_fen
