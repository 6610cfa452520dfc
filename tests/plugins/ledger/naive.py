"""The ledger as one would reckon it on paper: plain numbers, no accounts, no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Taken:
    """What one line took from one lot, and how much of it went back."""

    lot: PaperLot
    paid: int
    gift: int
    income: int
    back: int = 0

    def share(self, part: int, cut: int) -> int:
        """Return the part that belongs to the first *cut* of what was taken."""
        exact = Fraction(part * cut, self.paid + self.gift)
        return int(exact + Fraction(1, 2))

    def give_back(self, amount: int) -> None:
        """Return *amount* to the lot, in the ratio in which it was taken."""
        before, after = self.back, self.back + amount
        paid = self.share(self.paid, after) - self.share(self.paid, before)
        income = self.share(self.income, after) - self.share(self.income, before)
        self.lot.put_back(paid, amount - paid, income)
        self.back = after


@dataclass
class PaperLot:
    """A lot with what is left of it."""

    price: int
    paid: int
    gift: int
    split: str
    sessions: bool = False
    paid_left: int = 0
    gift_left: int = 0
    earned: int = 0

    def __post_init__(self) -> None:
        self.paid_left, self.gift_left = self.paid, self.gift

    @property
    def left(self) -> int:
        """What may still be taken."""
        return self.paid_left + self.gift_left

    def take(self, amount: int) -> Taken:
        """Take *amount*, split by the lot's terms, and earn what its price says."""
        if self.split == "paid_first":
            paid = min(amount, self.paid_left)
        elif self.split == "gift_first":
            paid = max(0, amount - self.gift_left)
        else:
            paid = int(Fraction(amount * self.paid_left, self.left) + Fraction(1, 2))
        self.paid_left -= paid
        self.gift_left -= amount - paid
        income = max(0, self.should_have_earned() - self.earned)
        self.earned += income
        return Taken(self, paid, amount - paid, income)

    def should_have_earned(self) -> int:
        """Return the income of all that is used up, rounded down."""
        if self.sessions:
            return int(Fraction(self.price * (self.paid - self.paid_left), self.paid))
        whole = self.paid + self.gift
        return int(Fraction(self.price * (whole - self.left), whole))

    def put_back(self, paid: int, gift: int, income: int) -> None:
        """Put back what was taken."""
        self.paid_left += paid
        self.gift_left += gift
        self.earned -= income


@dataclass
class PaperMember:
    """A member: her lots, her points by month, her coupons."""

    lots: list[PaperLot] = field(default_factory=list)
    cards: list[PaperLot] = field(default_factory=list)
    points: dict[str, int] = field(default_factory=dict)
    debt: int = 0
    coupons: set[str] = field(default_factory=set)

    @property
    def principal(self) -> int:
        return sum(lot.paid_left for lot in self.lots)

    @property
    def bonus(self) -> int:
        return sum(lot.gift_left for lot in self.lots)

    @property
    def earned(self) -> int:
        return sum(lot.earned for lot in (*self.lots, *self.cards))

    def take(self, amount: int) -> list[Taken] | None:
        """Take *amount* from the lots, oldest first; None when they do not hold it."""
        if amount > self.principal + self.bonus:
            return None
        taken = []
        for lot in self.lots:
            some = min(amount, lot.left)
            if some:
                taken.append(lot.take(some))
                amount -= some
        return taken

    def earn_points(self, points: int, month: str) -> None:
        settled = min(points, self.debt)
        self.debt -= settled
        self.points[month] = self.points.get(month, 0) + points - settled

    def spend_points(self, points: int) -> bool:
        if points > sum(self.points.values()):
            return False
        for month in sorted(self.points):
            some = min(points, self.points[month])
            self.points[month] -= some
            points -= some
        return True

    def take_back_points(self, points: int) -> None:
        for month in sorted(self.points, reverse=True):
            some = min(points, self.points[month])
            self.points[month] -= some
            points -= some
        self.debt += points
