"""How a model says what its rows are found by."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class FoundBy:
    """What the rows of a model are found by, in lists, pickers and the palette.

    *names* are found by any part, by pinyin and by its initials, and so are their translations.
    *codes*, *phone* and *tail* (a column with a phone's last four digits) are found whole, and
    need an index. *also* returns a select of further ids that a whole word leads to; it is given
    the word as a parameter of the statement, which is built once.
    """

    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    phone: str | None = None
    tail: str | None = None
    also: Callable[[sa.ColumnElement[str]], sa.Select[Any]] | None = None


def kind_of(model: type[Any]) -> int:
    """Return the number that stands for a model's table among the words."""
    return kind_of_table(model.__tablename__)


def kind_of_table(name: str) -> int:
    """Return the number that stands for a table among the words; it fits into 31 bits."""
    return zlib.crc32(name.encode()) & 0x7FFFFFFF


def found_by(model: type[Any]) -> FoundBy | None:
    """Return what *model* declares, or None when its rows are not found by words."""
    declared: FoundBy | None = getattr(model, "found_by", None)
    return declared
