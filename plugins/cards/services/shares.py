"""Dividing a price: over the items of a card, and over its sessions. Nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence


def spread(price_fen: int, weights: Sequence[int]) -> list[int]:
    """Spread a price over *weights*, such as list prices; the parts add up to it exactly.

    What is left of the rounding goes to the largest remainders, the first ones first. Without
    any weight all parts count alike.
    """
    whole = sum(weights)
    if whole <= 0:
        weights, whole = [1] * len(weights), len(weights)
    parts = [price_fen * weight // whole for weight in weights]
    remainders = [price_fen * weight % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda n: (-remainders[n], n))
    for place in order[: price_fen - sum(parts)]:
        parts[place] += 1
    return parts


def earned(price_fen: int, done: int, whole: int) -> int:
    """Return what is earned of a price when *done* of *whole* (sessions, days) are over."""
    return price_fen * min(max(done, 0), whole) // whole if whole else price_fen


def unit_price(price_fen: int, count: int) -> int:
    """Return what one session came to; the last one takes what the rounding left."""
    return price_fen // count if count else 0
