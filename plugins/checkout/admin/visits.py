"""From a visit to its bill, in one tap."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.booking.api import Visit
from plugins.cashier.api import OPEN_BILLS
from plugins.checkout.services.billing import bill_visit, open_deposit_bill

TILL = "/console/cashier/till/"


class VisitBills(api.AdminView):
    """The way from a visit to the till; it is in no menu."""

    title, noun = _("Bills of bookings"), "visits"
    icon, group = "receipt", None

    @api.page("/", needs=OPEN_BILLS)
    def index(self) -> Any:
        """Lead to the till, which lists the visits that have no bill yet."""
        return redirect(TILL)

    @api.page("/<int:number>/bill", needs=OPEN_BILLS, methods=("POST",))
    def bill(self, number: int) -> Any:
        """Open the bill of a visit, or show the one that it has."""
        return redirect(f"{TILL}{bill_visit(_reach(number).id).id}", 303)

    @api.page("/<int:number>/deposit", needs=OPEN_BILLS, methods=("POST",))
    def deposit(self, number: int) -> Any:
        """Open a bill that takes the deposit of a visit."""
        visit = _reach(number)
        key = request.form.get("key") or f"visit-deposit:{visit.id}:{visit.version}"
        return redirect(f"{TILL}{open_deposit_bill(visit.id, key=key).id}", 303)


def _reach(number: int) -> Visit:
    visit: Visit | None = api.find_record(Visit, number, OPEN_BILLS)
    if visit is None:
        raise api.NotFound(_("There is no such booking."))
    return visit
