"""Exporting a list: what it shows, in its order, to a spreadsheet, however long it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from flask import Response, stream_with_context

from console import audit, clock
from console.admin import columns, sheets, watermarks
from console.admin.listing import Listing
from console.admin.shown import shown_columns
from console.admin.state import State
from console.security import reader_time_zone
from console.unit import unit

if TYPE_CHECKING:
    from console.admin.model import ModelAdmin

#: Rows that are read, drawn and sent at a time.
CHUNK = 1000
WRITERS = {
    "csv": (sheets.write_csv, "text/csv; charset=utf-8"),
    "xlsx": (
        sheets.write_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


def send(view: ModelAdmin, state: State, kind: str, ids: Sequence[Any] | None = None) -> Response:
    """Send the list, or of it only the rows *ids*, as a file of *kind*; the audit trail says so."""
    listing = Listing(view, state.turned(), view.needs["export"])
    if ids is not None:
        listing.limit(listing.pk.in_(ids))
    _note(view, state, kind, listing.count() if ids is None else len(ids))
    shown = shown_columns(view, listing)
    header = [str(column.label) for column in shown]
    name = f"{view.noun}-{clock.today(reader_time_zone())}"
    return send_table(name, header, _rows(listing, shown), kind)


def send_table(
    name: str, header: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]], kind: str
) -> Response:
    """Send rows, in chunks, as the file *name* of *kind* ("csv" or "xlsx"), with a watermark.

    Write it into the audit trail before, as the act "export" with its `rows`: what is large by
    itself or in a day is told to the owner.
    """
    write, content_type = WRITERS[kind]
    watermarks.watch_exports()
    stream = write(header, chunks, watermarks.watermark())
    response = Response(stream_with_context(stream), content_type=content_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{kind}")
    response.headers["X-Accel-Buffering"] = "no"
    return response


@unit
def _note(view: ModelAdmin, state: State, kind: str, rows: int) -> None:
    audit.record(
        "export",
        after={
            "list": view.endpoint,
            "format": kind,
            "filters": [each.name for each in state.filters],
            "searched": bool(state.search),
            "rows": rows,
        },
    )


def _rows(listing: Listing, shown: list[columns.ListColumn]) -> Iterator[list[tuple[Any, ...]]]:
    more = [expression for column in shown for expression in column.expressions]
    drawers = columns.drawers(listing.model, shown, len(listing.head), plain=True)
    for rows in listing.chunks(more, CHUNK):
        ids = [row[0] for row in rows]
        yield list(zip(*(drawer.cells(ids, rows) for drawer in drawers), strict=True))
