"""What the search palette offers: hits, and the sources that plugins bring them from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from console.security import Permission


@dataclass(frozen=True)
class SearchHit:
    """One line of the palette: *url* is where Enter leads, *detail* tells namesakes apart."""

    label: str
    detail: str
    url: str
    icon: str = ""


@dataclass(frozen=True)
class SearchSource:
    """A group of the palette: *find* gets what was typed and how many hits there is room for.

    It is asked only for those who hold *needs*, and answers in a few milliseconds. *recall*
    returns the hits of records of *model* that she opened before; *more* is the page with all.
    """

    key: str
    title: Any
    needs: Permission
    find: Callable[[str, int], list[SearchHit]]
    order: int = 100
    model: type[Any] | None = None
    recall: Callable[[Sequence[int]], dict[int, SearchHit]] | None = None
    more: Callable[[str], str] | None = None
