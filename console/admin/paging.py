"""Paging by key: a page costs the same wherever it lies, and no row is counted.

A page begins after (or before) a row, the anchor, in the order of a value and, for rows alike
in it, of the primary key. Rows without a value come last in either direction. The page is put
together from segments (as many as the anchor's equals, what lies beyond, and the blank rows),
each of which an index answers; one condition joined by OR would make both engines scan.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from console.routes import MOST_ID

#: Where a page begins: the value sorted by, and the primary key.
Anchor = tuple[Any, Any]
#: A condition, and the order of the rows that meet it.
Segment = tuple[sa.ColumnElement[bool] | None, Sequence[sa.ColumnElement[Any]]]
Fetch = Callable[[sa.ColumnElement[bool] | None, Sequence[sa.ColumnElement[Any]], int], list[Any]]
#: A text longer than this is not kept in a URL.
LONGEST = 80


@dataclass(frozen=True)
class Order:
    """What a list is sorted by; *secret* values may not stand in a URL."""

    value: sa.ColumnElement[Any]
    pk: sa.ColumnElement[Any]
    descending: bool = False
    nullable: bool = True
    secret: bool = False

    @property
    def by_pk(self) -> bool:
        """Whether the value is the primary key itself."""
        return self.value is self.pk

    def segments(self, anchor: Anchor | None, *, backwards: bool) -> Iterator[Segment]:
        """Yield the conditions and orders that, one after another, give the rows of a page."""
        down = self.descending != backwards
        by_pk = [self.pk.desc() if down else self.pk.asc()]
        if self.by_pk:
            yield (None if anchor is None else self._beyond(self.pk, anchor[1], down=down)), by_pk
            return
        by_value = [self.value.desc() if down else self.value.asc(), *by_pk]
        blank = self.value.is_(None)
        filled = self.value.is_not(None) if self.nullable else None
        if anchor is None:
            ends: list[Segment] = [(filled, by_value)]
            if self.nullable:
                ends.insert(0 if backwards else 1, (blank, by_pk))
            yield from ends
            return
        value, key = anchor
        past_key = self._beyond(self.pk, key, down=down)
        if value is None:
            yield sa.and_(blank, past_key), by_pk
            if backwards:
                yield filled, by_value
            return
        yield sa.and_(self.value == sa.literal(value, self.value.type), past_key), by_pk
        yield self._beyond(self.value, value, down=down), by_value
        if self.nullable and not backwards:
            yield blank, by_pk

    @staticmethod
    def _beyond(column: sa.ColumnElement[Any], value: Any, *, down: bool) -> sa.ColumnElement[bool]:
        limit = sa.literal(value, column.type)
        return column < limit if down else column > limit


@dataclass(frozen=True)
class Page:
    """The rows of a page, in reading order, and whether there is more to either side."""

    rows: list[Any]
    has_previous: bool
    has_next: bool


def first_page(rows: list[Any], size: int) -> Page:
    """Return the first page of *rows*, of which one more than fit on it were read if there are."""
    return Page(rows[:size], has_previous=False, has_next=len(rows) > size)


def read_page(
    order: Order, fetch: Fetch, *, size: int, anchor: Anchor | None, backwards: bool
) -> Page:
    """Read the page after *anchor* (before it, if *backwards*); None stands for the list's end."""
    rows = collect_rows(order, fetch, size + 1, anchor, backwards=backwards)
    more = len(rows) > size
    if backwards:
        if anchor is not None and not more:
            return read_page(order, fetch, size=size, anchor=None, backwards=False)
        return Page(rows[:size][::-1], has_previous=more, has_next=anchor is not None)
    if anchor is not None and not rows:
        return read_page(order, fetch, size=size, anchor=None, backwards=True)
    return Page(rows[:size], has_previous=anchor is not None, has_next=more)


def collect_rows(
    order: Order, fetch: Fetch, wanted: int, anchor: Anchor | None, *, backwards: bool
) -> list[Any]:
    """Read up to *wanted* rows after *anchor*, in the order in which they are met."""
    rows: list[Any] = []
    for where, by in order.segments(anchor, backwards=backwards):
        rows += fetch(where, by, wanted - len(rows))
        if len(rows) >= wanted:
            break
    return rows


def write_anchor(order: Order, value: Any, key: Any) -> str:
    """Write a page's beginning for a URL; a secret or long value is left to be looked up."""
    kept: list[Any] = [key]
    long = isinstance(value, str) and len(value) > LONGEST
    if not (order.by_pk or order.secret or long):
        kept.append(_pack(value))
    text = json.dumps(kept, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_anchor(order: Order, text: str, look_up: Callable[[Any], Anchor | None]) -> Anchor | None:
    """Read what `write_anchor` wrote; None, the list's beginning, for anything else.

    *look_up* finds the value of a row whose URL does not tell it.
    """
    if len(text) > 1000:
        return None
    try:
        kept = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(kept, list) or len(kept) not in (1, 2):
            return None
        key = _unpack(kept[0], order.pk.type)
        if key is None or order.by_pk:
            return None if key is None else (key, key)
        if len(kept) == 1:
            return look_up(key)
        return _unpack(kept[1], order.value.type), key
    except (binascii.Error, ValueError, TypeError, RecursionError, InvalidOperation):
        return None


def _pack(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _unpack(value: Any, kind: sa.types.TypeEngine[Any]) -> Any:
    """Turn a plain value back into one of *kind*; ValueError or TypeError if it cannot be one."""
    if value is None:
        return None
    if isinstance(kind, sa.TypeDecorator):
        kind = kind.impl_instance
    wanted = kind.python_type
    if wanted is dt.datetime:
        at = dt.datetime.fromisoformat(value)
        return at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    if wanted is dt.date:
        return dt.date.fromisoformat(value)
    if wanted is Decimal:
        return Decimal(value)
    if type(value) is not wanted or (wanted is int and abs(value) > MOST_ID):
        raise ValueError(value)
    if wanted is str and "\0" in value:
        raise ValueError(value)
    return value
