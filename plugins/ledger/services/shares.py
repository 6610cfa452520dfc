"""The arithmetic of lots: how a use falls on paid and gift, and what it earns. Pure functions."""

from __future__ import annotations


def split_use(amount: int, paid: int, gift: int, split: str) -> tuple[int, int]:
    """Divide *amount* between what is left of the paid part and of the gift.

    "pro_rata" follows the ratio of what is left, the odd fen going where the remainder is
    larger, and to the paid part when both are equal.
    """
    if amount > paid + gift:
        raise ValueError("more than the lot holds")
    if split == "paid_first":
        from_paid = min(amount, paid)
    elif split == "gift_first":
        from_paid = amount - min(amount, gift)
    else:
        whole = paid + gift
        from_paid = (2 * amount * paid + whole) // (2 * whole) if whole else 0
    return from_paid, amount - from_paid


def earned_so_far(price: int, used: int, whole: int) -> int:
    """Return the income, in fen, of *used* out of *whole* that was bought for *price*.

    Rounded down, so that the differences of a lot's uses add up to its price exactly.
    """
    return price * used // whole if whole else 0


def share_of(part: int, cut: int, whole: int) -> int:
    """Return what of *part* belongs to the first *cut* of *whole*, rounded to the nearest."""
    return (2 * part * cut + whole) // (2 * whole)
