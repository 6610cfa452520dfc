"""Conditions in groups: what a segment asks for, read, checked, written and turned into SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console.admin.filters import BARE, LONGEST, BadValue, ListFilter
from console.errors import Refused
from console.i18n import _

#: How conditions, or groups of them, are joined.
ALL, ANY = "all", "any"
MOST_GROUPS, MOST_CONDITIONS, MOST_VALUES = 8, 12, 50


@dataclass(frozen=True)
class Condition:
    """One filter with its comparison; of several values one must fit."""

    key: str
    operation: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Conditions of which all must hold, or any."""

    join: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Conditions:
    """Groups of which all must hold, or any."""

    join: str
    groups: tuple[Group, ...]

    def keep(self) -> dict[str, Any]:
        """Return the conditions as JSON holds them; `read` reads them."""
        return {
            "join": self.join,
            "groups": [
                {
                    "join": group.join,
                    "conditions": [
                        {"key": each.key, "operation": each.operation, "values": list(each.values)}
                        for each in group.conditions
                    ],
                }
                for group in self.groups
            ],
        }

    def each(self) -> list[Condition]:
        """Return all conditions, one after another."""
        return [condition for group in self.groups for condition in group.conditions]


class BadConditions(Refused):
    """Conditions cannot be used; `place` is the number of the group and of the condition."""

    def __init__(self, message: Any, place: tuple[int, int] | None = None) -> None:
        super().__init__(message)
        self.place = place


def read(kept: object) -> Conditions:
    """Read conditions from JSON; `BadConditions` when they are none, or too many."""
    try:
        found = _read(kept)
    except (KeyError, TypeError, AttributeError):
        raise BadConditions(_("These conditions cannot be read.")) from None
    if not found.groups or not all(group.conditions for group in found.groups):
        raise BadConditions(_("Add at least one condition to each group."))
    if len(found.groups) > MOST_GROUPS or len(found.each()) > MOST_CONDITIONS * MOST_GROUPS:
        raise BadConditions(_("These are too many conditions."))
    return found


def _read(kept: Any) -> Conditions:
    groups = [
        Group(_read_join(group["join"]), tuple(_read_condition(c) for c in group["conditions"]))
        for group in kept["groups"]
    ]
    return Conditions(_read_join(kept["join"]), tuple(groups))


def _read_join(value: object) -> str:
    if value not in (ALL, ANY):
        raise KeyError(value)
    return str(value)


def _read_condition(kept: Mapping[str, Any]) -> Condition:
    values = kept["values"]
    if not isinstance(values, list):
        raise TypeError(values)
    texts = tuple(str(value)[: LONGEST + 1] for value in values[:MOST_VALUES])
    return Condition(str(kept["key"]), str(kept["operation"]), texts)


def check(conditions: Conditions, filters: Mapping[str, ListFilter]) -> None:
    """Raise `BadConditions`, with the place, at the first condition that nothing can fit."""
    for group_number, group in enumerate(conditions.groups):
        for number, condition in enumerate(group.conditions):
            known = filters.get(condition.key)
            place = (group_number, number)
            if known is None:
                text = _("“%(name)s” is not available at the moment.", name=condition.key)
                raise BadConditions(text, place)
            if not condition.values and condition.operation not in BARE:
                text = _("%(name)s: enter a value.", name=str(known.label))
                raise BadConditions(text, place)
            try:
                known.condition(condition.operation, condition.values)
            except ValueError:
                text = _("%(name)s: this value cannot be read.", name=str(known.label))
                raise BadConditions(text, place) from None


def where(conditions: Conditions, filters: Mapping[str, ListFilter]) -> sa.ColumnElement[bool]:
    """Return what records must meet; `BadValue` when a filter is not there or cannot be read."""
    groups = [
        _joined(group.join, [_where(each, filters) for each in group.conditions])
        for group in conditions.groups
    ]
    return _joined(conditions.join, groups)


def _where(condition: Condition, filters: Mapping[str, ListFilter]) -> sa.ColumnElement[bool]:
    known = filters.get(condition.key)
    if known is None:
        raise BadValue(condition.key)
    return known.condition(condition.operation, condition.values)


def _joined(join: str, parts: Sequence[sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    return sa.and_(sa.true(), *parts) if join == ALL else sa.or_(sa.false(), *parts)
