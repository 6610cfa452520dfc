"""The report pages: a span of days, some stores, as of any moment; each can be exported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from console import api
from console.api import _
from plugins.cashier.admin.report_tables import REPORTS
from plugins.cashier.admin.tables import ZONE, Report, Table, cell, show
from plugins.cashier.permissions import EXPORT_REPORTS, SEE_REPORTS
from plugins.cashier.services.reports.spans import Span

MOST_DAYS = 800
CHUNK = 1000


class Reports(api.AdminView):
    """All reports of the till."""

    title, noun = _("Reports"), "reports"
    icon, group, order = "chart-bar", "finance", 10

    @api.page("/", needs=SEE_REPORTS)
    def index(self) -> Any:
        """Show the first report."""
        return self._show(REPORTS[0].key)

    @api.page("/<key>", needs=SEE_REPORTS)
    def report(self, key: str) -> Any:
        """Show a report."""
        return self._show(key)

    @api.page("/<key>/<table>.<kind>", needs=EXPORT_REPORTS)
    def export(self, key: str, table: str, kind: str) -> Any:
        """Send a table of a report as a spreadsheet."""
        report = _find(key)
        span, _asked = _read(EXPORT_REPORTS, report)
        found = next((one for one in report.make(span) if one.key == table), None)
        if found is None or kind not in ("csv", "xlsx"):
            raise api.NotFound(_("There is no such report."))
        _note(report, found, kind, span)
        return _send(report, found, kind, span)

    def _show(self, key: str) -> Any:
        report = _find(key)
        problem: api.Refused | None = None
        span: Span | None = None
        asked: dict[str, Any] = {}
        try:
            span, asked = _read(SEE_REPORTS, report)
        except api.Refused as refused:
            problem = refused
        tables = report.make(span) if span else ()
        return api.render(
            "cashier/reports/report.html",
            view=self,
            report=report,
            tabs=_tabs(key),
            tables=tables,
            asked=asked,
            query=request.query_string.decode(),
            stores=_stores(_reach(SEE_REPORTS, report)),
            may_export=EXPORT_REPORTS.held(),
            show=show,
            problem=problem,
        ), (problem.status if problem else 200)


def _tabs(key: str) -> list[dict[str, Any]]:
    """Return the reports that the person may see; the span stays when one goes to another."""
    query = request.query_string.decode()
    return [
        {
            "label": one.title,
            "url": f"/console/cashier/reports/{one.key}" + (f"?{query}" if query else ""),
            "active": one.key == key,
        }
        for one in REPORTS
        if one.needs is None or one.needs.held()
    ]


def _find(key: str) -> Report:
    found = next((one for one in REPORTS if one.key == key), None)
    if found is None or (found.needs is not None and not found.needs.held()):
        raise api.NotFound(_("There is no such report."))
    return found


def _reach(needs: api.Permission, report: Report) -> frozenset[int] | None:
    """Return the stores of which a report may be read; what it needs besides counts as well."""
    held = needs.stores()
    more = report.needs.stores() if report.needs is not None else None
    if held is None or more is None:
        return more if held is None else held
    return held & more


def _stores(held: frozenset[int] | None) -> list[api.Store]:
    return [store for store in api.visible_stores() if held is None or store.id in held]


def _read(needs: api.Permission, report: Report) -> tuple[Span, dict[str, Any]]:
    """Return the span that the address asks for: this month, all stores, now, unless it says so."""
    today = api.today(ZONE)
    first = _day("from") or today.replace(day=1)
    last = _day("to") or today
    if last < first:
        first, last = last, first
    if (last - first).days >= MOST_DAYS:
        raise api.Refused(_("Choose %(days)s days at most.", days=MOST_DAYS))
    held = _reach(needs, report)
    wanted = request.args.get("store", "")
    stores = held
    if wanted.isascii() and wanted.isdecimal() and len(wanted) < 10:
        if held is not None and int(wanted) not in held:
            raise api.NotFound(_("There is no such store."))
        stores = frozenset({int(wanted)})
    as_of = _moment()
    asked = {
        "first": first,
        "last": last,
        "store": int(wanted) if stores != held else None,
        "as_of": request.args.get("as_of", ""),
    }
    return Span(first, last, stores, as_of), asked


def _day(name: str) -> dt.date | None:
    text = request.args.get(name, "").strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise api.Refused(_("Enter a day such as 2026-03-31.")) from problem


def _moment() -> dt.datetime | None:
    text = request.args.get("as_of", "").strip()
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))
        return moment.replace(second=59, microsecond=999_999).astimezone(dt.UTC)
    except (ValueError, OverflowError) as problem:
        raise api.Refused(_("Enter a day and a time such as 2026-03-31 23:59.")) from problem


@api.unit
def _note(report: Report, table: Table, kind: str, span: Span) -> None:
    told = {
        "report": f"{report.key}/{table.key}",
        "format": kind,
        "from": span.first.isoformat(),
        "to": span.last.isoformat(),
        "stores": None if span.stores is None else sorted(span.stores),
        "as_of": span.as_of.isoformat() if span.as_of else None,
        "rows": len(table.rows),
    }
    api.record_audit("export", after=told)


def _send(report: Report, table: Table, kind: str, span: Span) -> Any:
    header = [
        f"{head.group} · {head.label}" if head.group else str(head.label) for head in table.heads
    ]
    name = f"{report.key}-{table.key}-{span.first}-{span.last}"
    return api.send_table(name, header, _chunks(table), kind)


def _chunks(table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    for at in range(0, len(table.rows), CHUNK):
        yield [
            [cell(head.kind, value) for head, value in zip(table.heads, row, strict=True)]
            for row in table.rows[at : at + CHUNK]
        ]
