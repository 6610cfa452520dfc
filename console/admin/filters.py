"""The filters of a list: which comparisons there are, how they are read, what they ask for.

In a URL a filter is `f.<key>.<operation>=<value>`. Filters are joined by AND, values of the
same filter and operation by OR.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from console import clock
from console.admin import density
from console.admin.attributes import Attribute, attribute_of, pk_of
from console.admin.parts import Filter
from console.admin.periods import PERIODS, day_range
from console.admin.scope import read_id, sees
from console.admin.searching import contains
from console.admin.values import reader_zone, yes_or_no
from console.errors import Refused
from console.i18n import _
from console.money import format_fen, parse_fen
from console.routes import MOST_ID

if TYPE_CHECKING:
    from console.security import Permission

Where = Callable[[str, Any], sa.ColumnElement[bool]]

#: The longest value, and the largest number of filters, that are looked at.
LONGEST, MOST = 200, 30
#: Digits below which somebody who may not see a number may not ask for it either.
WHOLE_NUMBER = 7

LABELS: dict[str, Any] = {
    "has": _("contains"),
    "starts": _("begins with"),
    "eq": _("is"),
    "not": _("is not"),
    "ge": _("at least"),
    "le": _("at most"),
    "on": _("on"),
    "from": _("from"),
    "to": _("up to"),
    "empty": _("is empty"),
    "filled": _("is not empty"),
    **{key: period.label for key, period in PERIODS.items()},
}
#: The kinds whose values are picked.
CHOSEN = ("choice", "reference", "references")
BARE = frozenset({"empty", "filled", *PERIODS})
BLANK = ("empty", "filled")
TEXT = ("has", "eq", "starts", *BLANK)
NUMBER = ("ge", "le", "eq", *BLANK)
DAY = (*PERIODS, "on", "from", "to", *BLANK)
OPERATIONS: dict[str, tuple[str, ...]] = {
    "text": TEXT,
    "long": TEXT,
    "phone": TEXT,
    "number": NUMBER,
    "money": NUMBER,
    "day": DAY,
    "moment": DAY,
    "choice": ("eq", "not", *BLANK),
    "bool": ("eq",),
    "reference": ("eq", *BLANK),
    "references": ("eq", *BLANK),
}
#: How the page lets a value be entered.
EDITORS = {"day": "date", "moment": "date", "references": "reference", "long": "text"}


class BadValue(ValueError):
    """A filter's value cannot be read; such a filter lets no row pass."""


@dataclass(frozen=True)
class ListFilter:
    """A filter as the list engine needs it."""

    key: str
    label: Any
    kind: str
    where: Where
    choices: Sequence[tuple[Any, Any]] | Callable[[], Sequence[tuple[Any, Any]]] = ()
    target: type[Any] | None = None
    sensitive: str | None = None
    nullable: bool = True
    #: Whether it compares an attribute of the model, and not whatever a view thinks of.
    own: bool = True
    needs: Permission | None = None

    @property
    def operations(self) -> tuple[str, ...]:
        """The comparisons that the reader may use."""
        return self._comparisons if sees(self.sensitive) else ("eq",)

    @cached_property
    def _comparisons(self) -> tuple[str, ...]:
        """The comparisons that fit what is compared."""
        found = OPERATIONS[self.kind]
        if not self.own and self.kind in CHOSEN:
            return ("eq",)
        return found if self.nullable else tuple(each for each in found if each not in BLANK)

    @property
    def options(self) -> Sequence[tuple[Any, Any]]:
        """The closed list of values, if there is one."""
        return self.choices() if callable(self.choices) else self.choices

    @property
    def editor(self) -> str:
        """The kind of control that enters a value."""
        return EDITORS.get(self.kind, self.kind)

    def condition(self, operation: str, texts: Sequence[str]) -> sa.ColumnElement[bool]:
        """Return what rows must meet; `BadValue` when a text cannot be read."""
        if operation not in self.operations:
            raise BadValue(operation)
        if operation in BLANK:
            return self.where(operation, None)
        if self.kind in ("day", "moment"):
            return sa.or_(*(self._within(operation, text) for text in texts))
        found = [self.read(text) for text in texts]
        if self.own and self.kind == "reference" and operation == "eq" and len(found) == 1:
            return self.where("eq", found[0])
        if self.own and self.kind in CHOSEN:
            return self.where("in" if operation == "eq" else "not", found)
        return sa.or_(*(self.where(operation, each) for each in found))

    def _within(self, operation: str, text: str) -> sa.ColumnElement[bool]:
        zone = reader_zone()
        start, end = day_range(operation, text, clock.today(zone.key))
        ends: list[sa.ColumnElement[bool]] = []
        for name, day in (("ge", start), ("lt", end)):
            if day is None:
                continue
            at = dt.datetime.combine(day, dt.time(), zone) if self.kind == "moment" else day
            ends.append(self.where(name, at))
        return sa.and_(*ends)

    def read(self, text: str) -> Any:
        """Read one value of this filter's kind; `BadValue` when it is none."""
        if len(text) > LONGEST or "\0" in text:
            raise BadValue(text)
        if self.kind == "number":
            return _read_number(text)
        if self.kind == "money":
            return _read_money(text)
        if self.kind == "bool":
            if text not in ("0", "1"):
                raise BadValue(text)
            return text == "1"
        if self.kind == "choice":
            return self._read_choice(text)
        if self.target is not None:
            number = read_id(self.target, text)
            if number is None:
                raise BadValue(text)
            return number
        return self._read_text(text)

    def _read_choice(self, text: str) -> Any:
        for value, _label in self.options:
            if str(value) == text:
                return value
        raise BadValue(text)

    def _read_text(self, text: str) -> str:
        text = text.strip()
        if not text or (not sees(self.sensitive) and len(text) < WHOLE_NUMBER):
            raise BadValue(text)
        return text

    def write(self, operation: str, text: str) -> str:
        """Write a value as its chip shows it; references are labelled elsewhere."""
        if operation in BARE:
            return ""
        if self.kind == "choice":
            return next((str(each) for value, each in self.options if str(value) == text), text)
        if self.kind == "bool":
            return yes_or_no(text == "1")
        try:
            return format_fen(self.read(text)) if self.kind == "money" else text
        except BadValue:
            return text


def _read_number(text: str) -> int | float:
    try:
        number = float(text) if "." in text else int(text)
    except ValueError:
        raise BadValue(text) from None
    if not abs(number) <= MOST_ID:
        raise BadValue(text)
    return number


def _read_money(text: str) -> int:
    try:
        return parse_fen(text)
    except Refused:
        raise BadValue(text) from None


def resolve(model: type[Any], item: str | Filter) -> ListFilter:
    """Turn an entry of `filters` into a filter; `BadView` if the model has no such attribute."""
    if isinstance(item, Filter) and item.where is not None:
        made = (item.key, item.label, item.kind, item.where, item.choices, item.target)
        return ListFilter(*made, nullable=False, own=False, needs=item.needs)
    attribute = attribute_of(model, item if isinstance(item, str) else item.key)
    own = ListFilter(
        attribute.key,
        attribute.label,
        attribute.kind,
        _compare(model, attribute),
        attribute.choices,
        attribute.target,
        attribute.sensitive,
        attribute.nullable,
    )
    if isinstance(item, str):
        return own
    label, choices = item.label or own.label, item.choices or own.choices
    return replace(own, label=label, choices=choices, needs=item.needs)


def _compare(model: type[Any], attribute: Attribute) -> Where:
    column: InstrumentedAttribute[Any] = getattr(model, attribute.key)
    if attribute.kind == "references":
        return lambda operation, value: compare_many(column, attribute, operation, value)
    return lambda operation, value: compare(column, operation, value)


def compare(
    column: InstrumentedAttribute[Any] | sa.ColumnElement[Any], operation: str, value: Any
) -> sa.ColumnElement[bool]:
    """Return the condition that *column* compares so with *value*; wildcards are plain text."""
    is_text = isinstance(column.type, sa.String)
    conditions: dict[str, Callable[[], sa.ColumnElement[bool]]] = {
        "has": lambda: contains(column, value),
        "starts": lambda: column.istartswith(value, autoescape=True),
        "eq": lambda: column == value,
        "ge": lambda: column >= value,
        "le": lambda: column <= value,
        "lt": lambda: column < value,
        "in": lambda: column.in_(value),
        "not": lambda: sa.or_(column.not_in(value), column.is_(None)),
        "empty": lambda: sa.or_(column.is_(None), column == "") if is_text else column.is_(None),
        "filled": lambda: column != "" if is_text else column.is_not(None),
    }
    return conditions[operation]()


def compare_many(
    relation: InstrumentedAttribute[Any], attribute: Attribute, operation: str, value: Any
) -> sa.ColumnElement[bool]:
    """Return the condition that a record is paired with one of *value*, or with nothing."""
    if operation == "empty":
        return ~relation.any()
    if operation == "filled" or attribute.target is None:
        return relation.any()
    found: Any = relation.property
    if found.secondary is None:
        return relation.any(pk_of(attribute.target).in_(value))
    ((own, left),), ((_theirs, right),) = (
        found.synchronize_pairs,
        found.secondary_synchronize_pairs,
    )
    return density.among(own, sa.select(left).where(right.in_(value)))
