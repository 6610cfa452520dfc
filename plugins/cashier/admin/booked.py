"""Booked receipts of a day, each with its note and photos, to be checked before the day closes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.forms import text_of
from plugins.cashier.permissions import SEE_BILLS, SETTLE_BILLS
from plugins.cashier.services.evidence import add_photo, booked_on, find_booked
from plugins.cashier.services.numbers import today_of

HOME = "/console/cashier/booked/"


class BookedReceipts(api.AdminView):
    """What staff booked by hand on a day besides cash, and what proves it."""

    title, noun = _("Booked receipts"), "booked"
    icon, group, order = "photo", "till", 48

    @api.page("/", needs=SEE_BILLS)
    def index(self) -> Any:
        """List the booked receipts of a store and a day."""
        stores = [store for store in api.visible_stores() if SEE_BILLS.held(store.id)]
        wanted = request.args.get("store", type=int) or api.actor().store_id
        store = next((each for each in stores if each.id == wanted), stores[0] if stores else None)
        if store is None:
            raise api.NotFound(_("There is no such store."))
        today = today_of(store.id)
        day = _day() or today
        return api.render(
            "cashier/booked.html",
            view=self,
            stores=stores,
            store=store,
            day=day,
            today=today,
            rows=booked_on(store.id, day),
            **drawing.words(),
        )

    @api.page("/<int:number>", needs=SEE_BILLS)
    def show(self, number: int) -> Any:
        """Show one booked receipt, and ask for a photo."""
        return self._show(number)

    @api.page("/<int:number>", needs=SETTLE_BILLS, methods=("POST",))
    def add(self, number: int) -> Any:
        """Keep a photo with it."""
        store_id = find_booked(number).bill.store_id
        if not SETTLE_BILLS.held(store_id):
            raise api.NotFound(_("There is no such payment."))
        sent = request.files.get("photo")
        data, note = sent.read() if sent is not None else b"", text_of("note")
        api.db.session.rollback()
        try:
            add_photo(number, store_id, data, note)
        except api.Refused as problem:
            return self._show(number, problem)
        api.say_done(api.gettext("The photo is kept with the payment."))
        return redirect(f"{HOME}{number}")

    def _show(self, number: int, problem: api.Refused | None = None) -> Any:
        found = find_booked(number)
        page = api.render(
            "cashier/booked_one.html",
            view=self,
            one=found,
            may_add=SETTLE_BILLS.held(found.bill.store_id),
            problem=problem,
            **drawing.words(),
        )
        return (page, problem.status) if problem else page


def _day() -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
