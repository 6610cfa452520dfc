"""How a channel's statement is read: its columns, guessed here and corrected by staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.forms import number_of, text_of
from plugins.cashier.online import Traded
from plugins.cashier.permissions import RECONCILE
from plugins.cashier.services.statements.reading import (
    Reading,
    Row,
    columns_of,
    guess_reading,
    read_rows,
    trades_of,
    unread_rows,
)
from plugins.cashier.services.statements.taking import channel, take_in

HOME = "/console/cashier/statements/"
SAMPLES, SHOWN, LONGEST = 3, 5, 40
#: What a statement can say of a trade, in the order in which it is asked for.
FIELDS: Mapping[str, Any] = {
    "trade_no": _("Trade number"),
    "amount_fen": _("Amount"),
    "traded_on": _("Day"),
    "fee_fen": _("Platform fee"),
    "net_fen": _("Received"),
    "order_no": _("Our order number"),
    "voucher_code": _("Voucher code"),
    "refund_no": _("Refund number"),
    "refund_fen": _("Refund"),
    "kind": _("Payment or refund"),
}


class StatementReading:
    """The page between a file and its trades: what each column is, and what comes of it."""

    @api.page("/read/<int:number>", needs=RECONCILE)
    def ask(self, number: int) -> Any:
        """Show how a kept file would be read."""
        rows = read_rows(_file(number).read())
        kind_id = request.args.get("kind_id", default=0, type=int)
        return self._draw(number, kind_id, rows, guess_reading(rows))

    @api.page("/read/<int:number>", needs=RECONCILE, methods=("POST",))
    def take_read(self, number: int) -> Any:
        """Take a kept file in as its columns were corrected, or only show what comes of it."""
        file = _file(number)
        rows, kind_id, title = read_rows(file.read()), number_of("kind_id") or 0, file.name
        reading = _corrected(rows)
        if text_of("act") == "again":
            return self._draw(number, kind_id, rows, reading)
        try:
            made = take_in(kind_id, trades_of(rows, reading), title)
        except api.Refused as refused:
            return self._draw(number, kind_id, rows, reading, refused), refused.status
        count = made.trades
        _forget(number)
        api.say_done(api.gettext("Trades taken in and compared: %(count)s", count=count))
        return redirect(f"{HOME}reconcile")

    @api.page("/read/<int:number>/discard", needs=RECONCILE, methods=("POST",))
    def discard_read(self, number: int) -> Response:
        """Forget a file of which nothing was taken in."""
        _file(number)
        _forget(number)
        api.say_done(api.gettext("The file is discarded."))
        return redirect(f"{HOME}reconcile")

    def _draw(
        self,
        number: int,
        kind_id: int,
        rows: Sequence[Row],
        reading: Reading,
        problem: api.Refused | None = None,
    ) -> str:
        kind = channel(kind_id)
        trades, unread = _try(rows, reading)
        return api.render(
            "cashier/reports/statement_columns.html",
            view=self,
            kind=kind,
            file=_file(number),
            here=f"{HOME}read/{number}",
            heading=reading.heading + 1,
            fields=[_line(name, rows, reading) for name in FIELDS],
            columns=_columns(rows, reading),
            trades=trades,
            shown=trades[:SHOWN],
            unread=unread,
            dark=unread_rows(rows, reading),
            problem=problem,
            **drawing.words(),
        )


def _file(number: int) -> api.StoredFile:
    """Return a statement that this person has sent and that was not taken in yet."""
    file = api.db.session.get(api.StoredFile, number)
    mine = file is not None and file.kind == "sheet" and file.created_by == api.actor().user_id
    if file is None or not mine or not file.size:
        raise api.NotFound(_("This file is no longer there. Choose it again."))
    return file


@api.unit
def _forget(number: int) -> None:
    api.drop_bytes(_file(number))


def _try(rows: Sequence[Row], reading: Reading) -> tuple[Sequence[Traded], api.Refused | None]:
    try:
        return trades_of(rows, reading), None
    except api.Refused as refused:
        return (), refused


def _corrected(rows: Sequence[Row]) -> Reading:
    """Return the reading that a form describes; another row of headings is guessed anew."""
    most = max(len(rows), 1)
    heading = min(max(number_of("heading") or 1, 1), most) - 1
    if heading != (number_of("was") or 1) - 1:
        return Reading(heading, columns_of(rows[heading]) if rows else {})
    wide = max((len(row) for row in rows), default=0)
    chosen = {name: number_of(f"column-{name}") for name in FIELDS}
    known = {name: at for name, at in chosen.items() if at is not None and at < wide}
    return Reading(heading, known)


def _columns(rows: Sequence[Row], reading: Reading) -> list[tuple[int, str]]:
    wide = max((len(row) for row in rows), default=0)
    names = rows[reading.heading] if rows else ()
    return [(at, _said(names, at) or f"({at + 1})") for at in range(wide)]


def _line(name: str, rows: Sequence[Row], reading: Reading) -> dict[str, Any]:
    at = reading.columns.get(name)
    below = rows[reading.heading + 1 :] if at is not None else ()
    told = (_said(row, at or 0) for row in below)
    samples = [text for text in told if text][:SAMPLES]
    return {"name": name, "label": FIELDS[name], "column": at, "samples": samples}


def _said(row: Row, at: int) -> str:
    cell = row[at] if at < len(row) else None
    return "" if cell is None else str(cell).strip("`'\" \t")[:LONGEST]
