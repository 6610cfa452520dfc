"""What a list is asked for: search, filters, sort and page, as they stand in its URL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from werkzeug.datastructures import MultiDict

from console.admin.filters import LONGEST, MOST

SIZES = (25, 50, 100, 200)
SIZE = 50
PREFIX = "f."
LAST = "last"
ALL = "all"
MOST_COLUMNS, LONGEST_VIEW = 60, 20
#: More of a search than this is not looked at.
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Asked:
    """One filter as it was asked for."""

    key: str
    operation: str
    value: str

    @property
    def name(self) -> str:
        """Its name in a URL."""
        return f"{PREFIX}{self.key}.{self.operation}"


@dataclass(frozen=True)
class State:
    """A list's whole state; whatever cannot be read falls back to the first page."""

    search: str = ""
    filters: tuple[Asked, ...] = ()
    sort: str = ""
    size: int = SIZE
    after: str = ""
    before: str = ""
    last: bool = False
    #: The columns to show, in their order; none leaves it to the person.
    columns: tuple[str, ...] = ()
    #: The saved view that it began with: its number, or `ALL` for none although there is a default.
    view: str = ""

    @classmethod
    def read(cls, args: MultiDict[str, str]) -> State:
        """Read the state from a query string."""
        told = args.to_dict()  # which makes no fault of what is not there, to be caught again
        size = told.get("size", "")
        return cls(
            search=told.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
            filters=tuple(_read_filters(args.items(multi=True)))[:MOST],
            sort=told.get("sort", "")[:LONGEST],
            size=int(size) if size in map(str, SIZES) else SIZE,
            after=told.get("after", ""),
            before=told.get("before", ""),
            last=told.get("page") == LAST,
            columns=tuple(filter(None, told.get("cols", "").split(",")))[:MOST_COLUMNS],
            view=told.get("view", "")[:LONGEST_VIEW],
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether rows may be left out by a search or a filter."""
        return bool(self.search or self.filters)

    def turned(self, **page: Any) -> State:
        """Return the same list on another page: *after*, *before* or *last*; none is the first."""
        return replace(self, **{"after": "", "before": "", "last": False, **page})

    def without(self, asked: Asked) -> State:
        """Return the same list with one filter less, on its first page."""
        return replace(self.turned(), filters=tuple(f for f in self.filters if f != asked))

    def pairs(self) -> list[tuple[str, str]]:
        """Return the state as name and value pairs; what is at its default is left out."""
        found = [("view", self.view), ("q", self.search), ("sort", self.sort)]
        found += [(each.name, each.value) for each in self.filters]
        found += [("size", "" if self.size == SIZE else str(self.size))]
        found += [("cols", ",".join(self.columns))]
        found += [("after", self.after), ("before", self.before)]
        found += [("page", LAST if self.last else "")]
        return [(name, value) for name, value in found if value]

    def url(self, path: str) -> str:
        """Return the URL of this state at *path*."""
        pairs = self.pairs()
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def urls_in_order(self, path: str, sorts: Iterable[str]) -> list[str]:
        """Return the URL of this state at *path* in each of these orders."""
        rest = replace(self, sort="").pairs()
        before = f"{path}?{urlencode(rest)}&sort=" if rest else f"{path}?sort="
        return [before + quote(sort) for sort in sorts]


def _read_filters(pairs: Iterable[tuple[str, str]]) -> Iterable[Asked]:
    for name, value in pairs:
        key, dot, operation = name.removeprefix(PREFIX).rpartition(".")
        if name.startswith(PREFIX) and dot and value:
            yield Asked(key[:LONGEST], operation[:LONGEST], value[: LONGEST + 1])
