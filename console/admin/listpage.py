"""The page of a list: what the template needs, built once a page."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, urlencode

import sqlalchemy as sa
from flask import current_app, request, url_for
from markupsafe import Markup

from console.admin import columns, filterbar, frames, inline, searching
from console.admin.labels import seen_labels, write_labels
from console.admin.listing import MOST_COUNTED, Listing
from console.admin.lists import saved_views, view_pages
from console.admin.paging import Page
from console.admin.rows import Rows, draw_rows
from console.admin.saving import tracked_names
from console.admin.scope import scope_of
from console.admin.shell import keep_for, render, shell
from console.admin.shown import may_sort, shown_columns
from console.admin.state import SIZES, State
from console.admin.versions import seal_all
from console.escaping import quoted, quoted_all
from console.i18n import gettext
from console.money import format_fen
from console.security import people

if TYPE_CHECKING:
    from console.admin.columns import ListColumn
    from console.admin.model import ModelAdmin
    from console.host import Host

#: What is selected of each row when she reaches all that she sees.
WITHIN = sa.literal(1)
#: What a frame is kept under as it is; anything else as it is written.
PLAIN = (str, int, type(None))


@dataclass
class Extra:
    """What is selected for each row besides the head: named places in the row."""

    start: int
    expressions: list[Any] = field(default_factory=list)

    def add(self, expressions: Sequence[Any]) -> slice:
        """Select *expressions* as well; return where they stand in a row."""
        begin = self.start + len(self.expressions)
        self.expressions += expressions
        return slice(begin, begin + len(expressions))

    def places(self, expressions: Sequence[Any]) -> list[int]:
        """Select *expressions* unless they are; return where each stands in a row."""
        known = {id(each): self.start + n for n, each in enumerate(self.expressions)}
        return [
            known[id(each)] if id(each) in known else self.add([each]).start for each in expressions
        ]


class ListPage:
    """One page of a list, for the template `console/list.html`."""

    def __init__(self, view: ModelAdmin) -> None:
        self.view = view
        self.state = State.read(request.args)
        self.listing = Listing(view, self.state, view.needs["view"])
        self.base = url_for(f"{view.endpoint}.index_view")
        self.shown = shown_columns(view, self.listing)
        self.editable = set(view.inline_edit) if view.allows("ajax_update") else set()
        self.told, self.shell, self.actions = view.describe(), shell(), self._actions()

    def draw(self) -> str | bytes:
        """Return the page."""
        rows, page = self._read()
        texts = {
            "rows": "".join(rows),
            "shown": str(len(rows)),
            "total": self._total(page),
            "before": self.listing.mark(page.rows[0]) if rows else "",
            "after": self.listing.mark(page.rows[-1]) if rows else "",
            "search": self.state.search,
        }
        facts = self._facts(page) if rows and self._keeps_frame() else None
        if facts is None:
            return self._render(page, texts)
        filled = {**texts, **frames.address(self.state.search)}
        return frames.draw(facts, filled, lambda: self._draw_frame(page, texts))

    def _keeps_frame(self) -> bool:
        return self.view.keeps_frame and not self.view.totals and frames.is_possible()

    def _facts(self, page: Page) -> tuple[Hashable, ...] | None:
        """Return all that the page is drawn from but what is filled in.

        None when that takes reading: a filter may name what is no longer there.
        """
        if self.state.filters and view_pages.missing(self.listing, self.state):
            return None
        opens = saved_views.default_of(self.view)
        return (
            *(self.view.endpoint, self.shell["key"], self.shell["inbox"]["count"]),
            *(page.has_previous, page.has_next, bool(self.state.search), self._search_note()),
            *(opens and opens.id, frames.closed_query(), self.listing.sorted_by),
            filterbar.offer(self.listing)[1],
            tuple(column.key for column in self.shown),
            tuple(each["value_label"] for each in filterbar.active(self.listing, self.state)),
            *(each if isinstance(each, PLAIN) else repr(each) for each in self.told.values()),
        )

    def _draw_frame(self, page: Page, texts: Mapping[str, str]) -> str:
        """Draw the page with a mark in the place of each text and of the address."""
        sought = str(frames.mark("query")) if self.state.search else ""
        self.state = replace(self.state.turned(), search=sought)
        self.shell = {**self.shell, "here": frames.mark("here")}
        marks: dict[str, str] = {name: frames.mark(name) for name in texts}
        return self._render(page, {**marks, "search": marks["search"] if sought else ""})

    def _render(self, page: Page, texts: Mapping[str, str]) -> str:
        """Draw the page with *texts* where it differs from one answer to the next."""
        available, offer = filterbar.offer(self.listing)
        shown = self._columns()
        keys = [column.key for column in self.shown]
        context = {
            "view": self.told,
            "columns": shown,
            "columns_key": tuple((each["key"], each["label"], each["hidden"]) for each in shown),
            "rows": bool(texts["rows"]),
            "rows_html": Markup(texts["rows"]),  # noqa: S704 - rows are drawn escaped
            "filters": {
                "available": available,
                "offer": offer,
                "active": filterbar.active(self.listing, self.state),
            },
            "given": self._given(texts["search"]),
            "search": self._search(texts["search"]),
            "pager": self._pager(page, texts),
            "page_sizes": self._page_sizes(),
            "export": self._exports(),
            "actions": self.actions,
            "empty": self._empty(),
            "totals": [(str(label), format_fen(fen)) for label, fen in self.listing.sums()],
            "urls": self._urls(),
            "views": view_pages.describe(self.view, self.listing, self.state, keys),
        }
        return render(self.view.list_template, shell=self.shell, **context)

    def _url(self, state: State) -> str:
        return state.url(self.base)

    # -- rows --------------------------------------------------------------------------------

    def _read(self) -> tuple[list[str], Page]:
        """Return the rows as they are drawn, and the page that they are of."""
        model, listing = self.view.subject, self.listing
        extra = Extra(len(listing.head))
        flags = {verb: self._flag(extra, verb) for verb in ("edit", "delete")}
        seals = any(place is not None for place in flags.values())
        cells_from = extra.add([e for column in self.shown for e in column.expressions]).start
        tracked = tracked_names(self.view) if seals else []
        sealed = extra.places([getattr(model, name) for name in tracked])
        page = listing.page(extra.expressions)
        ids = [row[0] for row in page.rows]
        seen = seen_labels(model, ids)
        rows = Rows(
            ids,
            quoted_all(write_labels(model, page.rows, seen)),
            [f"{self.base}{n if type(n) is int else _written(n)}/" for n in ids],
            seal_all(map(_picker(sealed), page.rows)) if seals else None,
            _held(page.rows, flags["edit"]),
            _held(page.rows, flags["delete"]),
            quoted(self._back()),
        )
        drawers = columns.drawers(model, self.shown, cells_from)
        cells = [
            (drawer.column, drawer.cells(ids, page.rows), self._raws(drawer, page.rows))
            for drawer in drawers
        ]
        picks = bool(self.actions) or self.told["can_export"]
        return draw_rows(self.told, rows, cells, picks=picks), page

    def _flag(self, extra: Extra, verb: str) -> int | None:
        """Select whether the row is within her reach for *verb*; None when she lacks it at all."""
        needs = self.view.needs.get(verb)
        if needs is None or not needs.held():
            return None
        if needs.stores() == self.view.needs["view"].stores():
            limit = None  # she sees no row that is beyond it
        else:
            limit = scope_of(self.view.subject, needs)
        reach = WITHIN if limit is None else sa.case((limit, 1), else_=0)
        place: int = extra.add([reach]).start
        return place

    def _raws(self, drawer: columns.Drawer, rows: list[Any]) -> list[str] | None:
        """Return what the inputs of an editable column start from; None for any other."""
        if drawer.column.key not in self.editable:
            return None
        values = [row[drawer.place] for row in rows]
        return [each if type(each) is str else inline.raw(each) for each in values]

    def _back(self) -> str:
        """Return the query by which a form finds its way back to this state of the list."""
        if not self.state.pairs():
            return ""
        return f"?url={quote(self._url(self.state), safe='')}"

    def _total(self, page: Page) -> str:
        if not (page.has_previous or page.has_next):
            return str(len(page.rows))
        least = self.listing.count_at_least()
        if least is not None:
            return f"{min(max(least // 50 * 50, len(page.rows)), MOST_COUNTED):,}+"
        count, most = self._count(), self.listing.most_counted
        return f"{most:,}+" if count > most else f"{count:,}"

    def _count(self) -> int:
        """Count the rows; a list longer than is counted is believed to be so for a minute."""
        state, person = self.state, people.person()
        asked = (state.search, state.filters, self.view.needs["view"].stores())
        key = ("count", self.view.endpoint, person and person.id, asked)
        host: Host = current_app.extensions["console"]
        most = self.listing.most_counted
        return host.remember_briefly(key, lambda: self.listing.count(most), lambda n: n > most)

    # -- what stands round the rows ----------------------------------------------------------

    def _columns(self) -> list[dict[str, Any]]:
        shown = {column.key for column in self.shown}
        rest = [column for column in self.listing.columns if column.key not in shown]
        reverse = {self.listing.sorted_by: f"-{self.listing.sorted_by}"}
        sorts = [reverse.get(column.key, column.key) for column in self.shown]
        urls = self.state.turned().urls_in_order(self.base, sorts)
        return [
            *map(self._column, self.shown, urls),
            *(self._column(column, None) for column in rest),
        ]

    def _column(self, column: ListColumn, sort_url: str | None) -> dict[str, Any]:
        sort = self.listing.sorted_by
        is_sorted = sort.removeprefix("-") == column.key
        down = is_sorted and sort.startswith("-")
        editor = inline.EDITORS.get(column.kind) if column.key in self.editable else None
        return {
            "key": column.key,
            "label": str(column.label),
            "align": column.align,
            "description": column.help,
            "hidden": sort_url is None,
            "sortable": may_sort(column),
            "sorted": ("desc" if down else "asc") if is_sorted else None,
            "sort_url": sort_url,
            "editable": editor is not None,
            "edit_type": editor,
            "edit_choices": inline.choices(self.view.subject, column.key) if editor else [],
        }

    def _given(self, search: str) -> list[tuple[str, str]]:
        """Return what of the query is not the page: what another form sends along."""
        given = frames.closed_query()
        return [*given, ("q", search)] if search else [*given]

    def _search(self, value: str) -> dict[str, Any]:
        model, keys = self.view.subject, self.view.searched
        labels = searching.labels_of(model, keys)
        return {
            "enabled": searching.is_searched(model, keys),
            "value": value,
            "query": quote_plus(self.state.search),
            "placeholder": gettext(", ").join(labels) or gettext("Search"),
            "note": self._search_note(),
        }

    def _search_note(self) -> str:
        """Say so when a part of a value was looked for in the newest rows only."""
        if not self.state.search or searching.is_complete(self.view.subject):
            return ""
        most = f"{searching.MOST_READ:,}"
        return gettext(
            "Whole values were looked for everywhere, parts in the newest %(count)s rows.",
            count=most,
        )

    def _pager(self, page: Page, texts: Mapping[str, str]) -> dict[str, Any]:
        state = self.state
        first = self._url(state.turned())
        last = self._url(state.turned(last=True))
        before, after = texts["before"], texts["after"]
        return {
            "first_url": first if page.has_previous else None,
            "previous_url": self._url(state.turned(before=before)) if page.has_previous else None,
            "next_url": self._url(state.turned(after=after)) if page.has_next else None,
            "last_url": last if page.has_next else None,
            "shown": texts["shown"],
            "total_label": texts["total"],
        }

    def _page_sizes(self) -> list[dict[str, Any]]:
        turned = self.state.turned()
        return [
            {
                "size": size,
                "url": self._url(replace(turned, size=size)),
                "active": size == turned.size,
            }
            for size in SIZES
        ]

    def _exports(self) -> list[dict[str, str]]:
        if not self.view.allows("export"):
            return []
        state = self.state.turned()
        kinds = (("xlsx", gettext("Excel (.xlsx)")), ("csv", gettext("CSV")))
        return [
            {"format": kind, "label": label, "url": state.url(f"{self.base}export/{kind}/")}
            for kind, label in kinds
        ]

    def _actions(self) -> list[dict[str, Any]]:
        kept = keep_for(people.person(), ("actions", self.view.endpoint), self._describe_actions)
        return [*kept]

    def _describe_actions(self) -> list[dict[str, Any]]:
        lookup = f"{self.base}lookup/?use=action&name="
        return [
            {
                "name": name,
                "label": each.label,
                "confirm": each.confirm,
                "danger": each.danger,
                "any_number": each.in_chunks,
                "asks": each.asks,
                "lookup_url": f"{lookup}{name}",
            }
            for name, each in self.view.bulk_actions.items()
            if each.needs.held()
        ]

    def _empty(self) -> dict[str, Any]:
        state = self.state
        everything = self._url(replace(state.turned(), search="", filters=()))
        if state.is_narrowed:
            return {
                "kind": "filtered",
                "title": gettext("Nothing fits"),
                "hint": gettext("No row meets the search and all filters together."),
                "reset_url": everything,
            }
        can_create = self.view.allows("create_view")
        return {
            "kind": "none",
            "title": gettext("Nothing here yet"),
            "hint": self.view.empty_hint,
            "action_label": self.view.create_label if can_create else None,
            "action_url": f"{self.base}new/" if can_create else None,
            "reset_url": everything,
        }

    def _urls(self) -> dict[str, str | None]:
        view = self.view
        return {
            "query": urlencode(self.state.pairs()),
            "columns": f"{self.base}columns/",
            "create": f"{self.base}new/" if view.allows("create_view") else None,
            "update": f"{self.base}update/" if self.editable else None,
            "action": f"{self.base}action/",
            "count": f"{self.base}count/",
            "delete": f"{self.base}delete/" if view.allows("delete_view") else None,
        }


def _held(rows: Sequence[Any], place: int | None) -> list[bool]:
    """Return for each row whether she may do what was selected in *place*; never without one."""
    return [False] * len(rows) if place is None else [bool(row[place]) for row in rows]


def _picker(places: Sequence[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return what picks the values at *places* out of a row, as one sequence."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: [row[place] for place in places]


def _written(number: Any) -> str:
    return str(number) if isinstance(number, int) else quote(str(number), safe="")
