"""What the tie-out looks at besides sums, as other plugins may add to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

#: What figures are: money, pieces or sessions, shares; "" where a rule only holds or does not.
Unit = Literal["fen", "count", "permille", ""]


@dataclass(frozen=True)
class TieRule:
    """Something that must hold; *query* selects where, on which bill, and both figures.

    A rule that only holds or does not selects 0 and 1 as its figures, and its *unit* is "".
    """

    key: str
    title: Any
    query: Callable[[], Any]
    unit: Unit = "fen"
