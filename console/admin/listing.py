"""The list engine: one for every model.

It reads plain column tuples, never objects; a page costs a handful of queries however many rows
the table has, and what a person may not reach is left out by the same condition everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import sqlalchemy as sa

from console.admin import columns, density, paging
from console.admin.attributes import attribute_of, pk_of
from console.admin.field_rights import unlisted
from console.admin.labels import label_columns
from console.admin.paging import Anchor, Order, Page
from console.admin.scope import here_of, scope_of_list
from console.admin.selects import keep_select
from console.admin.shown import all_columns, may_sort
from console.admin.state import State
from console.db import db
from console.search.among import among, among_given, among_selected, given
from console.search.finding import Finding
from console.search.newest import NEWEST, NUMBERS, few_of
from console.search.newest import Asked as NewestAsked

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin
    from console.security import Permission

#: Counting stops here; beyond it a list says "1,000+".
MOST_COUNTED = 1000
#: What a search and filters find together is counted up to here: each row is looked at.
MOST_SOUGHT = 100

Conditions = Sequence[sa.ColumnElement[bool]]


class _Newest(NamedTuple):
    """The newest of what was found: most often they fill the first page and tell the count."""

    ids: Sequence[Any]
    #: How many there are; where rows lie beyond her reach, no more than one more than is counted.
    total: int
    #: Whether there are no older ones.
    all: bool
    #: Whether all of them are rows of the list, as far as is known.
    reached: bool


class Listing:
    """One list in one state, for the person who acts."""

    def __init__(self, view: ModelAdmin, state: State, needs: Permission) -> None:
        self.view, self.state, self.model = view, state, view.subject
        self.pk, self.needs = pk_of(self.model), needs
        self.columns, self.unlisted = all_columns(view), unlisted(view)
        self.filters = view.list_filters()
        #: What the search found, if there is one.
        self._limited = False
        self.found: Finding | None = self._look_for() if state.search else None
        self.order = self._read_order()
        #: What rows must meet besides what was searched.
        self._rest = self._read_conditions(needs)
        #: What is selected for every row, before the columns' own expressions.
        self.head: list[Any] = [*label_columns(self.model), self.order.value]

    def _look_for(self) -> Finding:
        """Look for what was typed: for no more of the newest than fill the page, if all show."""
        alone = not self._is_chosen and self.needs.stores() is None
        return self.view.look_for(self.state.search, self.state.size + 1 if alone else NEWEST)

    def _read_order(self) -> Order:
        by_key = {column.key: column for column in self.columns}
        for wanted in (self.state.sort, self._own_sort):
            column = by_key.get(wanted.removeprefix("-"))
            key = wanted.removeprefix("-")
            own = bool(wanted) and wanted == self._own_sort
            if column is None and own and key not in self.unlisted:
                column = columns.resolve(self.model, wanted.removeprefix("-"))
            if column is None or not may_sort(column):
                continue
            down = wanted.startswith("-")
            value = column.expressions[0]
            secret = column.sensitive is not None
            return Order(value, self.pk, down, column.nullable, secret)
        return Order(self.pk, self.pk, descending=True)

    @property
    def _own_sort(self) -> str:
        """The sort that holds unless the reader asks for another.

        What is found by words begins with the newest record: no more is read than is shown.
        """
        by_words = self.found is not None and self.found.by_words
        return "" if by_words else self.view.default_sort

    @cached_property
    def sorted_by(self) -> str:
        """The sort that holds, as it would stand in a URL."""
        asked = self.state.sort
        key = asked.removeprefix("-")
        known = asked and any(each.key == key and may_sort(each) for each in self.columns)
        return asked if known else self._own_sort

    def _read_conditions(self, needs: Permission) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = []
        limit = scope_of_list(self.model, needs)
        if limit is not None:
            found.append(limit)
        asked: dict[tuple[str, str], list[str]] = {}
        for each in self.state.filters:
            asked.setdefault((each.key, each.operation), []).append(each.value)
        for (key, operation), texts in asked.items():
            found.append(self._filter(key, operation, texts))
        return found

    def limit(self, condition: sa.ColumnElement[bool]) -> None:
        """Leave out the rows that do not meet *condition* as well."""
        self._limited = True
        self._rest.append(condition)
        vars(self).pop("conditions", None)

    @cached_property
    def conditions(self) -> Conditions:
        """What the rows of the list meet."""
        return self._rest if self.found is None else [*self._rest, self.found.where]

    def _filter(self, key: str, operation: str, texts: list[str]) -> sa.ColumnElement[bool]:
        """Return a filter's condition; one that cannot be read lets nothing pass."""
        known = self.filters.get(key)
        if known is None:
            return sa.false()
        try:
            condition = known.condition(operation, texts)
        except ValueError:
            return sa.false()
        return density.eased(self.model, condition, self.order.value, (key, operation, *texts))

    def page(self, more: Sequence[Any]) -> Page:
        """Read the page that was asked for: for each row the head, then *more*."""
        state = self.state
        mark = state.before or state.after
        anchor = paging.read_anchor(self.order, mark, self._look_up) if mark else None
        backwards = state.last or (bool(state.before) and anchor is not None)
        expressions = [*self.head, *more]
        if not mark and not backwards and self.order.by_pk and self.order.descending:
            page = self._newest_page(expressions)
            if page is not None:
                return page
        return paging.read_page(
            self.order,
            self._fetcher(expressions, self.conditions),
            size=state.size,
            anchor=None if state.last else anchor,
            backwards=backwards,
        )

    def _newest_page(self, expressions: Sequence[Any]) -> Page | None:
        """Read the first page of what was found by its newest; None if they do not fill it."""
        together = self._read_together(expressions)
        if together is not None:
            return together
        newest, size = self._newest, self.state.size
        if newest is None or not (newest.all or len(newest.ids) > size):
            return None
        ids = newest.ids[: size + 1] if newest.reached else newest.ids
        fetch = self._fetcher(expressions, self._rest, ids)
        page = paging.read_page(self.order, fetch, size=size, anchor=None, backwards=False)
        return page if page.has_next or newest.all else None

    @cached_property
    def _newest(self) -> _Newest | None:
        """The newest of a few that were found; None where nothing or too much was."""
        few = None if self.found is None else self.found.few
        if few is None:
            return None
        everything, most = few.are_all, self._most_sought
        stores, keys = self.needs.stores(), self.model.scope.keys
        if not self._is_chosen and stores is None:
            return _Newest(few.newest, few.count, everything, reached=True)
        if self._is_chosen or keys is None or not stores:
            return _Newest(few.newest, few.count, everything, reached=False)
        asked = keep_select(
            [self.pk], [], ("reach", stores, most), lambda: _reach(keys(stores), among_given, most)
        )
        ids = db.session.connection().execute(asked, given(few.newest)).scalars().all()
        return _Newest(ids, len(ids), everything and len(ids) <= most, reached=True)

    def _read_together(self, expressions: Sequence[Any]) -> Page | None:
        """Read the first page of what a word leads to, and whereto it leads, in one journey.

        None where that cannot be told so; what was read of it meanwhile is not read again.
        """
        found, stores, size = self.found, self.needs.stores(), self.state.size
        keys = self.model.scope.keys
        if found is None or found.asked is None or self._is_chosen or "newest" in vars(found):
            return None
        if stores is not None and (keys is None or not stores):
            return None
        asked = found.asked

        def build() -> sa.Select[Any]:
            return self._select_together(expressions, asked, stores)

        kept = keep_select(expressions, self._rest, ("found", id(asked.ids), stores, size), build)
        rows = [*db.session.connection().execute(kept, asked.values).all()]
        if not rows:
            return None
        ids, (*numbers, reached) = [row[0] for row in rows], rows[0][-1 - NUMBERS :]
        few = few_of(ids, *numbers)
        if few is None or stores is None:
            found.tell_newest(few)
        if few is None:
            return None
        if stores is not None:
            everything = few.count < NEWEST and reached <= size
            self._newest = _Newest(ids, reached, everything, reached=True)
        page, told = paging.first_page(rows, size), self._newest
        return page if page.has_next or (told is not None and told.all) else None

    def _select_together(
        self, expressions: Sequence[Any], asked: NewestAsked, stores: frozenset[int] | None
    ) -> sa.Select[Any]:
        """Select rows of the newest that a word leads to, and beside them what is told of it."""
        ids, told, keys = asked.ids, asked.numbers, self.model.scope.keys
        reached: sa.ColumnElement[int] = sa.literal(0)
        rest = self._rest
        if stores is not None and keys is not None:
            told = asked.uncounted  # of what only some may see, all would be counted in vain
            here = here_of(cast(Any, self.model))
            rest = [] if here is None else [here]  # whose keys they are says the rest
            most = self._most_sought
            hers = _reach(keys(stores), lambda key: among_selected(key, asked.ids), most).cte(
                "reached"
            )
            reached = sa.select(sa.func.count()).select_from(hers).scalar_subquery()
            ids = sa.select(hers.c[0])
        of_these = [*rest, among_selected(self.pk, ids)]
        rows = self._select(expressions, of_these).add_columns(*told, reached)
        return rows.order_by(self.pk.desc()).limit(self.state.size + 1)

    def chunks(self, more: Sequence[Any], size: int) -> Iterator[list[Any]]:
        """Read the whole list, *size* rows at a time; between two chunks no transaction is open."""
        fetch = self._fetcher([*self.head, *more], self.conditions)
        anchor: Anchor | None = None
        while True:
            rows = paging.collect_rows(self.order, fetch, size, anchor, backwards=False)
            db.session.rollback()
            if rows:
                yield rows
            if len(rows) < size:
                return
            anchor = self.anchor(rows[-1])

    def anchor(self, row: Any) -> Anchor:
        """Return a row's place in the order."""
        return row[len(self.head) - 1], row[0]

    def mark(self, row: Any) -> str:
        """Return a row's place in the order as it stands in a URL."""
        return paging.write_anchor(self.order, *self.anchor(row))

    def _look_up(self, key: Any) -> Anchor | None:
        row = db.session.execute(
            self._select([self.order.value, self.pk], self.conditions).where(self.pk == key)
        ).one_or_none()
        return None if row is None else (row[0], row[1])

    def _fetcher(
        self, expressions: Sequence[Any], conditions: Conditions, ids: Sequence[Any] | None = None
    ) -> paging.Fetch:
        """Return what reads rows that meet *conditions*, of *ids* alone if these are given."""
        among = [] if ids is None else [among_given(self.pk)]
        values = None if ids is None else given(ids)

        def fetch(
            where: sa.ColumnElement[bool] | None, by: Sequence[sa.ColumnElement[Any]], limit: int
        ) -> list[Any]:
            met = [*conditions, *among, *([] if where is None else [where])]

            def build() -> sa.Select[Any]:
                return self._select(expressions, met).order_by(*by).limit(limit)

            first = where is None  # what begins after a row is another one every time
            asked = keep_select(expressions, [*met, *by], limit, build) if first else build()
            # By the connection: what makes objects of rows has nothing to do here.
            return [*db.session.connection().execute(asked, values).all()]

        return fetch

    def _select(self, expressions: Sequence[Any], conditions: Conditions) -> sa.Select[Any]:
        """Select from the model, joined with what the columns among *expressions* read."""
        selected = sa.select(*expressions).select_from(self.model).where(*conditions)
        for column in self.columns:
            if column.join is not None and any(column.expressions[0] is e for e in expressions):
                selected = selected.outerjoin(*column.join)
        return selected

    def count_at_least(self) -> int | None:
        """Return so many rows as there are at least, where counting them would take long.

        None tells to count them: nothing was searched, or not many were found.
        """
        if self.found is None:
            return None
        newest = self._newest
        if newest is not None and self._shows_all_found:
            few = self.found.few
            return None if few is None or few.is_counted else few.count
        if newest is not None and newest.reached and self._tells_count(newest, self._most_sought):
            return None
        whole = self.found.whole
        if whole.some is None:
            return None
        if self._shows_all_found:
            return whole.least
        some = whole.some.subquery()
        met = sa.select(self.pk).join(some, some.c[0] == self.pk).where(*self._rest).distinct()
        least = met.limit(self._most_sought).subquery()
        return db.session.scalar(sa.select(sa.func.count()).select_from(least)) or 0

    @property
    def _shows_all_found(self) -> bool:
        """Whether whatever the search finds is a row of this list."""
        return not self._is_chosen and self.needs.stores() is None

    @property
    def _is_chosen(self) -> bool:
        """Whether anything but her reach and a search limits the list."""
        return bool(self.state.filters) or self._limited

    @property
    def most_counted(self) -> int:
        """How far a page counts the rows."""
        return MOST_COUNTED if self.found is None or self._shows_all_found else self._most_sought

    @property
    def _most_sought(self) -> int:
        """How far is counted where some of what was found is no row of the list.

        Of what lies beyond her reach no more than the page is looked at: to look at a further
        fifty took a tenth of the page's time.
        """
        return MOST_SOUGHT if self._is_chosen else self.state.size

    def count(self, most: int = MOST_COUNTED) -> int:
        """Count the rows, up to one more than *most*, or further where that takes no reading."""
        newest, found = self._newest, self.found
        if newest is None or found is None:
            return self._count(self.conditions, most)
        few = found.few if self._shows_all_found else None
        if few is not None and (few.is_counted or few.count > most):
            return few.count
        if newest.reached and self._tells_count(newest, most):
            return newest.total
        if not newest.reached and most < len(newest.ids):
            count = self._count([among(self.pk, newest.ids), *self._rest], most)
            if count > most or newest.all:
                return count
        return self._count(self.conditions, most)

    @staticmethod
    def _tells_count(newest: _Newest, most: int) -> bool:
        return newest.all or newest.total > most

    def _count(self, conditions: Conditions, most: int) -> int:
        some = sa.select(self.pk).where(*conditions).limit(most + 1).subquery()
        asked = sa.select(sa.func.count()).select_from(some)
        count: int = db.session.connection().execute(asked).scalar_one()
        return count

    def sums(self) -> list[tuple[Any, int]]:
        """Sum over all rows what the view's `totals` name: their labels and amounts."""
        found = [
            attribute_of(self.model, name) for name in self.view.totals if name not in self.unlisted
        ]
        if not found:
            return []
        summed = [sa.func.sum(getattr(self.model, each.key)) for each in found]
        rows = sa.select(*summed).select_from(self.model).where(*self.conditions)
        row = db.session.execute(rows).one()
        return [(each.label, int(fen or 0)) for each, fen in zip(found, row, strict=True)]


def _reach(rows: sa.Select[Any], among: Callable[[Any], Any], most: int) -> sa.Select[Any]:
    """Select the newest of *rows*, which selects keys, up to one more than *most*."""
    (key,) = rows.selected_columns
    hers = rows.where(among(key)).distinct()
    return hers.order_by(key.desc()).limit(most + 1)
