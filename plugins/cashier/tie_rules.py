"""What the tie-out looks at besides sums, as other plugins may add to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TieRule:
    """Something that must hold; *query* selects where, on which bill, and both figures."""

    key: str
    title: Any
    query: Callable[[], Any]
