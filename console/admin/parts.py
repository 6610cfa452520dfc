"""The small things that lists, forms and record pages are described with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from console.security import Permission


@dataclass(frozen=True)
class Column:
    """A column of a list: an SQL *expression*, or values that *load* fetches for a whole page.

    *expression* may be a function of the model, so that it can be a correlated subquery. Only
    an expression can be sorted; *load* gets the ids of a page and returns values by id. *kind*
    is text, number, money, day, moment, bool or choice. Without either of the two it is the
    model's own attribute *key*, under another label.
    """

    key: str
    label: Any = ""
    expression: Callable[[Any], sa.ColumnElement[Any]] | sa.ColumnElement[Any] | None = None
    load: Callable[[Sequence[int]], Mapping[int, Any]] | None = None
    kind: str = "text"
    sortable: bool = True
    choices: Sequence[tuple[Any, Any]] = ()
    #: Shown only after it was chosen in the column chooser.
    hidden: bool = False
    help: Any = None
    #: "phone" or "text" masks it for those who may not see it in full.
    sensitive: str | None = None
    #: What *expression* reads besides the model: a table and the condition of its outer join.
    #: Unlike a subquery for each row, a table with an index is sorted in no time at any size.
    join: Callable[[Any], tuple[Any, sa.ColumnElement[bool]]] | None = None
    #: What is selected after *expression*, and what turns both, for all rows of a page, into
    #: what is shown: quicker than *load*, which asks the database once more.
    beside: Callable[[Any], Sequence[sa.ColumnElement[Any]]] = lambda _model: ()
    show: Callable[[Sequence[Sequence[Any]]], Sequence[Any]] | None = None
    #: A permission of its own, beside the view's: without it nobody knows of the column.
    needs: Permission | None = None


@dataclass(frozen=True)
class Filter:
    """A filter of a list; *where* turns a comparison and a value into a condition.

    *kind* decides which comparisons *where* is asked for: text has, eq, starts; number and money
    ge, le, eq; day and moment ge and lt; bool, choice and reference eq. Money comes in fen,
    moments aware. Without *where* it is the model's own attribute *key*.
    """

    key: str
    label: Any = ""
    kind: str = "text"
    where: Callable[[str, Any], sa.ColumnElement[bool]] | None = None
    choices: Sequence[tuple[Any, Any]] | Callable[[], Sequence[tuple[Any, Any]]] = ()
    #: For references: the model to choose from.
    target: type[Any] | None = None
    #: A permission of its own, beside the view's.
    needs: Permission | None = None


@dataclass(frozen=True)
class FormSection:
    """A titled group of fields: the model's own by name, or another plugin's with *build*.

    *build* returns WTForms fields by name, *load* their values for a record (None when it is
    being created), *save* stores them in the unit that saves the record.
    """

    title: Any
    fields: Sequence[str] = ()
    build: Callable[[], Mapping[str, Any]] | None = None
    load: Callable[[Any], Mapping[str, Any]] | None = None
    save: Callable[[Any, Mapping[str, Any]], None] | None = None
    columns: int = 2
    key: str = ""
    #: A permission of its own, beside the view's; without it the section is not there.
    needs: Permission | None = None


@dataclass(frozen=True)
class Panel:
    """A panel below the details of a record; *html* is Markup."""

    title: Any
    html: Any
    order: int = 100


@dataclass(frozen=True)
class RecordAction:
    """A button on the page of a record."""

    label: Any
    url: str
    needs: Permission
    method: str = "POST"
    confirm: Any = None
    danger: bool = False
