"""Something that does not agree, as the tie-out names it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from console import api
from plugins.cashier.tie_rules import Unit


@dataclass(frozen=True)
class Difference:
    """Something that does not agree: where, on which bill (or account), and both figures.

    A rule that only holds or does not has no figures.
    """

    check: str
    store_id: int | None
    day: dt.date | None
    what: str
    bill_id: int | None = None
    expected: int | None = None
    found: int | None = None
    unit: Unit = "fen"

    def figures(self) -> tuple[str, str]:
        """Return both figures as they are read: money, pieces or shares."""
        return self._say(self.expected), self._say(self.found)

    def _say(self, figure: int | None) -> str:
        if figure is None:
            return "\N{EN DASH}"
        if self.unit == "permille":
            return f"{figure / 10:g}%"
        return api.format_fen(figure) if self.unit == "fen" else f"{figure:,}"

    def words(self) -> str:
        """Say it in one line."""
        some = any(one is not None for one in (self.expected, self.found))
        figures = f": {' / '.join(self.figures())}" if some else ""
        place = f" ({self.store_id}, {self.day})" if self.store_id and self.day else ""
        return f"{self.what}{place}{figures}"
