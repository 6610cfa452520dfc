"""The columns of a list: what to select for them, and how to draw what came back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from console.admin import values
from console.admin.attributes import (
    NUMERIC,
    UNSORTED,
    Attribute,
    attribute_of,
    translated_by,
)
from console.admin.labels import labels_of, pairs_of
from console.admin.parts import Column
from console.admin.values import EMPTY
from console.i18n import translate
from console.security import masking

if TYPE_CHECKING:
    from console.security import Permission

Load = Callable[[Sequence[Any]], Mapping[Any, Any]]


@dataclass(frozen=True)
class ListColumn:
    """A column as the list engine needs it: either *expressions* to select, or *load*."""

    key: str
    label: Any
    kind: str
    expressions: tuple[sa.ColumnElement[Any], ...] = ()
    load: Load | None = None
    sortable: bool = True
    hidden: bool = False
    choices: Sequence[tuple[Any, Any]] = ()
    sensitive: str | None = None
    help: Any = None
    target: type[Any] | None = None
    nullable: bool = True
    join: tuple[Any, sa.ColumnElement[bool]] | None = None
    show: Callable[[Sequence[Sequence[Any]]], Sequence[Any]] | None = None
    needs: Permission | None = None

    @property
    def align(self) -> str:
        """Which side the cells stand at: "end" for numbers."""
        return "end" if self.kind in NUMERIC else "start"


def resolve(model: type[Any], item: str | Column) -> ListColumn:
    """Turn an entry of `list_columns` into a column; `BadView` if the model has none such."""
    if isinstance(item, str):
        return _own(model, attribute_of(model, item))
    if item.expression is None and item.load is None:
        own = _own(model, attribute_of(model, item.key))
        return replace(
            own,
            label=item.label or own.label,
            kind=own.kind if item.kind == "text" else item.kind,
            sortable=own.sortable and item.sortable,
            hidden=item.hidden,
            help=item.help or own.help,
            needs=item.needs,
        )
    expression = item.expression
    if expression is not None and not isinstance(expression, sa.ColumnElement):
        expression = expression(model)
    return ListColumn(
        item.key,
        item.label,
        item.kind,
        () if expression is None else (expression, *item.beside(model)),
        item.load,
        sortable=item.sortable and expression is not None and item.kind not in UNSORTED,
        hidden=item.hidden,
        choices=item.choices,
        sensitive=item.sensitive,
        help=item.help,
        join=None if item.join is None else item.join(model),
        show=item.show,
        needs=item.needs,
    )


def _own(model: type[Any], attribute: Attribute) -> ListColumn:
    key = attribute.key
    expressions: tuple[Any, ...] = ()
    load: Load | None = None
    if attribute.kind == "references":

        def load(ids: Sequence[Any]) -> Mapping[Any, Any]:
            return pairs_of(model, attribute, ids)
    else:
        names = translated_by(model, key)
        expressions = (getattr(model, key), *([getattr(model, names)] if names else []))
    return ListColumn(
        key,
        attribute.label,
        attribute.kind,
        expressions,
        load,
        sortable=attribute.kind not in UNSORTED,
        choices=attribute.choices,
        sensitive=attribute.sensitive,
        help=attribute.help,
        target=attribute.target,
        nullable=attribute.nullable,
    )


class Drawer:
    """Draws the cells of one column, a page of rows at a time, without a query per row."""

    def __init__(
        self,
        model: type[Any],
        column: ListColumn,
        draw: Callable[[Sequence[Any]], list[Any]],
        place: int,
        *,
        plain: bool,
    ) -> None:
        self.model, self.column, self.place = model, column, place
        self._draw, self._plain = draw, plain

    def cells(self, ids: Sequence[Any], rows: Sequence[Any]) -> list[Any]:
        """Return the column's cells for these rows."""
        found, hidden = self._values(ids, rows), self.column.sensitive
        if not hidden or masking.sees_all():
            return self._draw(found)
        values = [None if value is None else str(value) for value in found]
        if self._plain:
            seen = masking.seen_in_full(self.model, ids)
            return self._draw(
                [
                    value if value is None or number in seen else masking.mask(value, hidden)
                    for value, number in zip(values, ids, strict=True)
                ]
            )
        drawn = masking.draw_all(values, ids, hidden, model=self.model, column=self.column.key)
        return [text or EMPTY for text in drawn]

    def _values(self, ids: Sequence[Any], rows: Sequence[Any]) -> list[Any]:
        column, place = self.column, self.place
        if column.load is not None:
            loaded = column.load(ids)
            found = [loaded.get(each) for each in ids]
        elif column.show is not None:
            span = slice(place, place + len(column.expressions))
            found = list(column.show([row[span] for row in rows]))
        elif column.target is not None:
            labels = labels_of(column.target, (row[place] for row in rows))
            found = [labels.get(row[place]) for row in rows]
        elif len(column.expressions) > 1:
            found = [
                None if row[place] is None else translate(row[place], row[place + 1] or {})
                for row in rows
            ]
        else:
            found = [row[place] for row in rows]
        return found


def drawers(
    model: type[Any], columns: Sequence[ListColumn], start: int, *, plain: bool = False
) -> list[Drawer]:
    """Return a drawer per column, whose expressions are selected from place *start* on.

    *plain* draws what goes into a spreadsheet: numbers stay numbers, money becomes yuan.
    """
    make = values.plains if plain else values.cells
    made: list[Drawer] = []
    for column in columns:
        kind = "text" if column.kind == "reference" else column.kind
        if kind == "number" and not plain and column.key not in sa.inspect(model).columns:
            kind = "count"
        made.append(Drawer(model, column, make(kind, column.choices), start, plain=plain))
        start += len(column.expressions)
    return made
