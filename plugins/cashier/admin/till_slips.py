"""The till's receipts: seen, printed, printed again; and the drawer."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request

from console import api
from console.api import _
from plugins.cashier.admin.drawing import payments_of
from plugins.cashier.admin.forms import reach
from plugins.cashier.models import Bill
from plugins.cashier.permissions import OPEN_BILLS
from plugins.cashier.services.billing import record_act
from plugins.cashier.services.printing import AT_ONCE, DRAWER, chosen_printer, print_slip
from plugins.cashier.services.slips import paper_of, was_settled

TILL = "/console/cashier/till/"


class SlipPages:
    """The pages of the till that have to do with paper."""

    @api.page("/<int:number>/receipt", needs=OPEN_BILLS)
    def receipt(self, number: int) -> Any:
        """Show a receipt for the browser to print; it says when it was printed before."""
        bill = _with_receipt(number)
        again = request.args.get("again") == "1"
        slip = paper_of(bill, again=again)
        if request.headers.get("X-Till"):
            return render_template("cashier/till/_slip.html", slip=slip)
        return api.render("cashier/till/receipt.html", slip=slip, bill=bill)

    @api.page("/<int:number>/print", needs=OPEN_BILLS, methods=("POST",))
    def print_it(self, number: int) -> Any:
        """Let the server print a receipt."""
        bill = _with_receipt(number)
        again = request.form.get("again") == "1"
        slip, store_id = paper_of(bill, again=again), bill.store_id
        return _tried(
            number,
            lambda: print_slip(store_id, slip),
            api.gettext("The receipt was sent to the printer."),
        )

    @api.page("/<int:number>/drawer", needs=OPEN_BILLS, methods=("POST",))
    def open_drawer(self, number: int) -> Any:
        """Open the drawer without a sale; that is written down."""
        bill = reach(number, OPEN_BILLS)
        _note_drawer(bill.id)
        store_id = bill.store_id
        return _tried(
            number,
            lambda: print_slip(store_id, None, opens_drawer=True),
            api.gettext("The drawer is open."),
        )


def print_after(bill: Bill) -> api.Refused | None:
    """Print the receipt of a bill that was settled now, and open the drawer for cash.

    Returns why it could not be done; the bill is settled either way.
    """
    store_id = bill.store_id
    if chosen_printer(store_id).send is None:
        return None
    paid = [kind for payment, kind in payments_of(bill.id) if payment.state == "confirmed"]
    opens = DRAWER.get(store_id) and any(kind.account == "cash" for kind in paid)
    prints = AT_ONCE.get(store_id) and was_settled(bill)
    if not (opens or prints):
        return None
    slip = paper_of(bill) if prints else None
    try:
        print_slip(store_id, slip, opens_drawer=opens)
    except api.Refused as refused:
        return refused
    return None


def _with_receipt(number: int) -> Bill:
    bill = reach(number, OPEN_BILLS)
    if not was_settled(bill):
        raise api.NotFound(_("This bill has no receipt yet."))
    return bill


@api.unit
def _note_drawer(bill_id: int) -> None:
    bill = api.db.session.get_one(Bill, bill_id)
    record_act(bill, "cashier.drawer", _("Opened the drawer"), bill.number)


def _tried(number: int, act: Any, done: str) -> Any:
    try:
        act()
    except api.Refused as refused:
        if request.headers.get("X-Till"):
            return {"ok": False, "error": str(refused)}, refused.status
        flash(str(refused), "danger")
        return redirect(f"{TILL}{number}")
    if request.headers.get("X-Till"):
        return {"ok": True, "done": done}
    flash(done, "success")
    return redirect(f"{TILL}{number}")
