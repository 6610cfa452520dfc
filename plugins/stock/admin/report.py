"""The report of products: retail sales, apart from them salon use, gifts, and what is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from flask import request

from console import api
from console.api import _
from plugins.stock.models import PURPOSES
from plugins.stock.permissions import SEE_REPORT
from plugins.stock.services.report import Row, rows_of

MOST_DAYS = 800


class StockReport(api.AdminView):
    """Where products went in a span of days, and what the stock is worth now."""

    title, noun = _("Product report"), "report"
    icon, group, order = "chart-bar", "shop", 50

    @api.page("/", needs=SEE_REPORT)
    def index(self) -> Any:
        problem: api.Refused | None = None
        rows: Sequence[Row] = ()
        asked: dict[str, Any] = {}
        try:
            first, last, store_id, stores = _read()
            rows = rows_of(first, last, stores)
            asked = {"first": first, "last": last, "store": store_id}
        except api.Refused as refused:
            if refused.status == 404:
                raise
            problem = refused
        page = api.render(
            "stock/report.html",
            view=self,
            rows=rows,
            asked=asked,
            stores=_stores(),
            purposes=dict(PURPOSES),
            query=request.query_string.decode(),
            problem=problem,
        )
        return (page, problem.status) if problem else page

    @api.page("/export.<kind>", needs=SEE_REPORT)
    def export(self, kind: str) -> Any:
        """Send the report as a spreadsheet."""
        if kind not in ("csv", "xlsx"):
            raise api.NotFound(_("There is no such report."))
        first, last, _store_id, stores = _read()
        rows = rows_of(first, last, stores)
        _note(kind, first, last, len(rows))
        header = [str(label) for label in HEADS]
        return api.send_table(f"products-{first}-{last}", header, [_cells(rows)], kind)


HEADS = (
    _("Product"),
    _("Purpose"),
    _("Came in"),
    _("Sold, pieces"),
    _("Retail sales"),
    _("Salon use, pieces"),
    _("Salon use, at purchase price"),
    _("Gifts, pieces"),
    _("Lost or missing"),
    _("In stock now"),
    _("Stock value now"),
)


def _cells(rows: Iterable[Row]) -> list[list[Any]]:
    purposes = dict(PURPOSES)
    return [
        [
            row.product.shown_name,
            str(purposes[row.product.purpose]),
            row.came,
            row.sold,
            row.revenue_fen / 100,
            row.used,
            row.used_fen / 100,
            row.gifts,
            row.lost,
            row.left,
            row.worth_fen / 100,
        ]
        for row in rows
    ]


@api.unit
def _note(kind: str, first: dt.date, last: dt.date, count: int) -> None:
    told = {
        "report": "products",
        "format": kind,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "rows": count,
    }
    api.record_audit("export", after=told)


def _stores() -> list[api.Store]:
    held = SEE_REPORT.stores()
    return [one for one in api.visible_stores() if held is None or one.id in held]


def _read() -> tuple[dt.date, dt.date, int | None, frozenset[int] | None]:
    """Return the days and stores that the address asks for: this month, all of hers."""
    stores = _stores()
    today = api.today(stores[0].time_zone if stores else "Asia/Shanghai")
    first, last = _day("from") or today.replace(day=1), _day("to") or today
    first, last = min(first, last), max(first, last)
    if (last - first).days >= MOST_DAYS:
        raise api.Refused(_("Choose %(days)s days at most.", days=MOST_DAYS))
    wanted = request.args.get("store", "")
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 10):
        return first, last, None, SEE_REPORT.stores()
    if int(wanted) not in {one.id for one in stores}:
        raise api.NotFound(_("There is no such store."))
    return first, last, int(wanted), frozenset({int(wanted)})


def _day(name: str) -> dt.date | None:
    text = request.args.get(name, "").strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise api.Refused(_("Enter a day such as 2026-03-31.")) from problem
