"""The tie-out page: orders = ledger = reports for each store and day, or what differs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import request

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.tables import ZONE, store_names
from plugins.cashier.permissions import SEE_REPORTS
from plugins.cashier.services.reports.spans import Span
from plugins.cashier.services.reports.unearned import unearned
from plugins.cashier.services.tying import TieOut, tie_out, whole_book
from plugins.cashier.services.tying_checks import titles
from plugins.ledger.api import CNY

DAYS = 30
#: So many of the latest rows of each table are compared with their seals, but for the whole book.
NEWEST = 1_000


class TieOutView(api.AdminView):
    """A green page, or the exact lines that differ."""

    title, noun = _("Tie-out"), "tie_out"
    icon, group, order = "scale", "finance", 16

    @api.page("/", needs=SEE_REPORTS)
    def index(self) -> Any:
        """Compare the last thirty days, or with `all` the whole book."""
        today = api.today(ZONE)
        first = today - dt.timedelta(days=DAYS - 1)
        stores = SEE_REPORTS.stores()
        whole = request.args.get("all") == "1"
        book = whole_book()
        span = Span(book.first if whole else first, book.last, stores)
        found = tie_out(span, newest=None if whole else NEWEST)
        shown = Span(first, today, stores)
        return api.render(
            "cashier/reports/tie_out.html",
            view=self,
            found=found,
            titles=titles(),
            names=store_names(),
            grid=_grid(found, shown),
            days=[first + dt.timedelta(days=ago) for ago in range(DAYS)],
            rolls=_sums(shown),
            whole=whole,
            **drawing.words(),
        )


def _grid(found: TieOut, span: Span) -> dict[int, dict[dt.date, str]]:
    """Return by store and day whether all agrees ("good"), or not ("bad"), or nothing was."""
    grid: dict[int, dict[dt.date, str]] = {}
    bad = {(one.store_id, one.day) for one in found.differences}
    cells = {*found.cells, *((store, day) for store, day in bad if store and day)}
    for store_id, day in cells:
        if span.first <= day <= span.last:
            tone = "bad" if (store_id, day) in bad else "good"
            grid.setdefault(store_id, {})[day] = tone
    return dict(sorted(grid.items()))


def _sums(span: Span) -> list[dict[str, Any]]:
    """Return the statement of unearned revenue by store."""
    stores: dict[int | None, dict[str, Any]] = {}
    for roll in unearned(span):
        if roll.unit != CNY:
            continue
        one = stores.setdefault(
            roll.store_id,
            {"store_id": roll.store_id, "opening": 0, "closing": 0, **dict.fromkeys(roll.moved, 0)},
        )
        one["opening"] += roll.opening
        one["closing"] += roll.closing
        for cause, fen in roll.moved.items():
            one[cause] += fen
    return list(stores.values())
