"""The page on which lines of a settled bill are refunded."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.forms import count_of, fen_of, text_of
from plugins.cashier.admin.forms import reach as reach_bill
from plugins.cashier.models import Bill, Refund
from plugins.cashier.refunds import ALONE_MOST, MAKE_REFUNDS
from plugins.cashier.services.asking import line_kinds
from plugins.cashier.services.billing import member_of
from plugins.cashier.services.keys import new_key
from plugins.cashier.services.quoting import SALES, lines_of
from plugins.cashier.services.refunding.cases import find_by_key, refund_lines
from plugins.cashier.services.refunding.lines import LineState, Wanted, lines_to_refund

HOME = "/console/cashier/refunds/"


class RefundLinePages:
    """Pages of the view of refunds for lines of a bill."""

    @api.page("/bill/<int:number>", needs=MAKE_REFUNDS)
    def ask_lines(self, number: int) -> Any:
        return self._show_lines(reach_bill(number, MAKE_REFUNDS))

    @api.page("/bill/<int:number>", needs=MAKE_REFUNDS, methods=("POST",))
    def refund_lines(self, number: int) -> Any:
        bill = reach_bill(number, MAKE_REFUNDS)
        key = text_of("key") or new_key()
        try:
            made = _sent_before(bill, key) or refund_lines(
                bill.id, _read_lines(bill), reason=text_of("reason"), key=key
            )
        except api.Refused as refused:
            if refused.status == 404:
                raise
            return self._show_lines(reach_bill(number, MAKE_REFUNDS), refused)
        if made.state == "paid":
            amount = api.format_fen(made.amount_fen)
            api.say_done(api.gettext("%(amount)s went back.", amount=amount))
        else:
            api.say_done(api.gettext("Asked for. It is done when a second person agrees."))
        return redirect(f"{HOME}{made.id}/")

    def _show_lines(self, bill: Bill, problem: api.Refused | None = None) -> Any:
        states = lines_to_refund(bill) if bill.state in ("settled", "part_paid") else []
        page = api.render(
            "cashier/refund_bill.html",
            view=self,
            bill=bill,
            member=member_of(bill),
            rows=[(state, _ways(state)) for state in states],
            comes_back={key for key, kind in line_kinds().items() if kind.comes_back},
            sales=[line for line in lines_of(bill.id) if line.order_kind in SALES],
            alone_most=ALONE_MOST.get(),
            key=request.form.get("key") or new_key(),
            entered=request.form,
            problem=problem,
            home=HOME,
            **drawing.words(),
        )
        return (page, problem.status) if problem else page


def _ways(state: LineState) -> str:
    """Say where what was paid of a line would go back to."""
    found = [
        f"{part.kind.shown_name} {api.format_fen(part.left_fen)}"
        for part in state.parts
        if part.left_fen and part.kind
    ]
    if state.line.owing_fen:
        owing = api.format_fen(state.line.owing_fen)
        found.append(api.gettext("Owing %(amount)s", amount=owing))
    return api.gettext(", ").join(found)


def _all_of(state: LineState, fen: int) -> int:
    """Return the pieces that came back where only an amount was typed: all, for all of it."""
    if fen != state.left_fen:
        raise api.Refused(_("Say how many pieces came back."))
    return state.quantity_left


def _sent_before(bill: Bill, key: str) -> Refund | None:
    """Return the refund that this form made before; refused when it says something else now."""
    known = find_by_key(key)
    if known is None:
        return None
    kept = {one["line_id"]: one["amount_fen"] for one in known.asked.get("lines", ())}
    typed = {
        line.id: fen_of(f"amount-{line.id}")
        for line in lines_of(bill.id)
        if text_of(f"amount-{line.id}")
    }
    if known.bill_id != bill.id or any(kept.get(n, 0) != fen for n, fen in typed.items()):
        raise api.Conflict(_("This form was sent before with other contents. Load the page again."))
    return known


def _read_lines(bill: Bill) -> list[Wanted]:
    """Read what was typed: an amount, or a number of pieces, which has its price."""
    wanted = []
    for state in lines_to_refund(bill):
        number = state.line.id
        typed, quantity = text_of(f"amount-{number}"), count_of(f"quantity-{number}") or 0
        fen = api.parse_fen(typed) if typed else state.price_of(quantity) if quantity else 0
        if fen < 0:
            raise api.Refused(_("Enter an amount above zero."))
        came_back = text_of(f"back-{number}") == "1"
        if came_back and not quantity:
            quantity = _all_of(state, fen)
        if fen or quantity:
            wanted.append(Wanted(number, fen, quantity, came_back))
    return wanted
