"""The page on which performers and sellers of a line are mended."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.forms import number_of, reach, text_of
from plugins.cashier.models import Bill, Line
from plugins.cashier.permissions import EDIT_PERFORMERS
from plugins.cashier.services.performers import (
    Share,
    put_performers,
    put_sellers,
    shares_of,
    staff_of_store,
)

MOST = 4


class SharePages:
    """A page of the counter: who performed a line, or sold it, with which share."""

    def may_share(self, bill: Bill) -> bool:
        """Tell whether the person may mend who performed and sold on a bill."""
        return EDIT_PERFORMERS.held(bill.store_id) and bill.state != "void"

    @api.page("/<int:number>/lines/<int:line>/shares", needs=EDIT_PERFORMERS)
    def ask_shares(self, number: int, line: int) -> Any:
        return self._show_shares(reach(number, EDIT_PERFORMERS), line)

    @api.page("/<int:number>/lines/<int:line>/shares", needs=EDIT_PERFORMERS, methods=("POST",))
    def put_shares(self, number: int, line: int) -> Any:
        bill = reach(number, EDIT_PERFORMERS)
        found = _line(bill, line)
        put = put_performers if found.order_kind == "service" else put_sellers
        try:
            put(line, _read_shares())
        except api.Refused as refused:
            page = self._show_shares(reach(number, EDIT_PERFORMERS), line, refused)
            return page, refused.status
        flash(api.gettext("Performers and sellers are saved."), "success")
        return redirect(f"/console/cashier/till/{number}")

    def _show_shares(self, bill: Bill, line_id: int, problem: api.Refused | None = None) -> str:
        line = _line(bill, line_id)
        shares = [share for _staff, share in shares_of([line.id])[line.id]]
        rows = [shares[place] if place < len(shares) else None for place in range(MOST)]
        return api.render(
            "cashier/shares.html",
            view=self,
            bill=bill,
            line=line,
            rows=rows,
            staff=staff_of_store(bill.store_id),
            percent=lambda share: f"{share.permille / 10:g}",
            entered=request.form,
            problem=problem,
            **drawing.words(),
        )


def _line(bill: Bill, line_id: int) -> Line:
    line = api.db.session.get(Line, line_id)
    if line is None or line.bill_id != bill.id:
        raise api.NotFound(_("There is no such line."))
    return line


def _read_shares() -> list[Share]:
    found = []
    for row in range(1, MOST + 1):
        staff_id = number_of(f"staff-{row}")
        if staff_id:
            named = text_of(f"named-{row}") == "1"
            found.append(Share(staff_id, _permille(text_of(f"percent-{row}")), named))
    return found


def _permille(text: str) -> int:
    whole, _dot, rest = text.partition(".")
    if not (whole.isascii() and whole.isdecimal() and len(whole) <= 3 and len(rest) <= 1):
        raise api.Refused(_("Enter shares such as 60 or 33.3."))
    if rest and not (rest.isascii() and rest.isdecimal()):
        raise api.Refused(_("Enter shares such as 60 or 33.3."))
    return int(whole) * 10 + int(rest or 0)
