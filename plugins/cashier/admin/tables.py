"""Tables of reports: what a page shows, and what is exported, is the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _

#: In whose time moments are read and written.
ZONE = "Asia/Shanghai"
Kind = Literal["text", "money", "count", "day", "moment", "check"]


@dataclass(frozen=True)
class Head:
    """The head of a column; *sums* adds it up in the last row."""

    label: Any
    kind: Kind = "money"
    sums: bool = True
    #: A heading over several columns, such as "Online receipts".
    group: Any = ""


STORE = Head(_("Store"), "text", sums=False)


def store_names() -> Mapping[int, str]:
    """Return the names of all stores, by number."""
    rows = api.db.session.execute(sa.select(api.Store.id, api.Store.name))
    return {row.id: row.name for row in rows}


@dataclass(frozen=True)
class Table:
    """A table of a report: heads, rows of plain values, and where rows lead."""

    key: str
    title: Any
    heads: Sequence[Head]
    rows: Sequence[Sequence[Any]]
    links: Sequence[str] = ()
    note: Any = ""
    #: The column whose figures are drawn as bars.
    bars: int | None = None

    def sums(self) -> list[Any]:
        """Return the last row: sums of money and counts, nothing elsewhere."""
        return [
            sum(row[place] or 0 for row in self.rows)
            if head.sums and head.kind in ("money", "count")
            else None
            for place, head in enumerate(self.heads)
        ]

    def groups(self) -> list[tuple[str, int]]:
        """Return the headings over the columns, with how many each spans; none without any."""
        found: list[tuple[str, int]] = []
        for place, head in enumerate(self.heads):
            wide = 2 if place == self.bars else 1
            if found and found[-1][0] == str(head.group):
                found[-1] = (found[-1][0], found[-1][1] + wide)
            else:
                found.append((str(head.group), wide))
        return found if any(label for label, _span in found) else []

    def share(self, row: Sequence[Any]) -> float:
        """Return how long a row's bar is, from 0 to 1."""
        if self.bars is None:
            return 0.0
        longest = max((abs(each[self.bars] or 0) for each in self.rows), default=0)
        return abs(row[self.bars] or 0) / longest if longest else 0.0


def show(kind: Kind, value: Any) -> str:
    """Write a value for people."""
    if value is None:
        return ""
    if kind == "money":
        return str(api.format_fen(value))
    if kind == "count":
        return f"{value:,}"
    if kind == "day":
        return str(value.isoformat())
    return str(value)


def cell(kind: Kind, value: Any) -> Any:
    """Return a value as a spreadsheet has it: money in yuan, moments in the time of the reports."""
    if value is None:
        return ""
    if kind == "money":
        return Decimal(value) / 100
    if isinstance(value, dt.datetime):
        return value.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, microsecond=0)
    if kind == "check":
        return api.gettext("yes") if value else api.gettext("no")
    return value


@dataclass(frozen=True)
class Report:
    """A report: how its tables are made for some days and stores."""

    key: str
    title: Any
    make: Callable[[Any], Sequence[Table]]
    needs: api.Permission | None = None
