"""Booked receipts, each with its note and photos, and whether a statement has it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from flask import redirect, request

from console import api
from console.api import _
from plugins.cashier.admin import drawing
from plugins.cashier.admin.forms import text_of
from plugins.cashier.permissions import CHECK_RECEIPTS, SEE_BILLS, SETTLE_BILLS
from plugins.cashier.services.checking import check_receipts, undo_check
from plugins.cashier.services.evidence import (
    MOST_SHOWN,
    add_photo,
    booked_kinds,
    find_all_booked,
    find_booked,
)
from plugins.cashier.services.numbers import today_of

HOME = "/console/cashier/booked/"
#: What the list shows by whether it was found on a statement: word, and what is asked for.
CHECKED: dict[str, tuple[Any, bool | None]] = {
    "": (_("All"), None),
    "open": (_("Not checked yet"), False),
    "done": (_("Checked"), True),
}


class BookedReceipts(api.AdminView):
    """What staff booked by hand besides cash, what proves it, and who checked it."""

    title, noun = _("Booked receipts"), "booked"
    icon, group, order = "photo", "till", 48

    @api.page("/", needs=SEE_BILLS)
    def index(self) -> Any:
        """List the booked receipts of a store on some days."""
        return self._list()

    @api.page("/check", needs=CHECK_RECEIPTS, methods=("POST",))
    def check(self) -> Any:
        """Mark those that were ticked as found on a statement."""
        ids = [int(each) for each in request.form.getlist("id") if _is_number(each)]
        try:
            count = check_receipts(ids)
        except api.NotFound:
            raise
        except api.Refused as problem:
            api.db.session.rollback()
            return self._list(problem), problem.status
        words = api.ngettext("One receipt was checked.", "%(num)s receipts were checked.", count)
        if ids:
            api.say_done(words)
        return redirect(f"{HOME}?{urlencode(_asked())}")

    def _list(self, problem: api.Refused | None = None) -> Any:
        stores = [store for store in api.visible_stores() if SEE_BILLS.held(store.id)]
        wanted = request.values.get("store", type=int) or api.actor().store_id
        store = next((each for each in stores if each.id == wanted), stores[0] if stores else None)
        if store is None:
            raise api.NotFound(_("There is no such store."))
        today = today_of(store.id)
        since = _day("since") or _day("day") or today
        until = max(_day("until") or _day("day") or today, since)
        state = request.values.get("state", "")
        kinds = booked_kinds()
        wanted = request.values.get("kind", type=int)
        kind_id = next((kind.id for kind in kinds if kind.id == wanted), None)
        checked = CHECKED.get(state, CHECKED[""])[1]
        rows = find_all_booked(store.id, since, until, kind_id=kind_id, checked=checked)
        return api.render(
            "cashier/booked.html",
            view=self,
            stores=stores,
            store=store,
            since=since,
            until=until,
            today=today,
            state=state,
            states=[(key, word) for key, (word, _only) in CHECKED.items()],
            kind_id=kind_id,
            kinds=kinds,
            rows=rows,
            cut=len(rows) >= MOST_SHOWN,
            may_check=CHECK_RECEIPTS.held(store.id),
            problem=problem,
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

    @api.page("/<int:number>/uncheck", needs=CHECK_RECEIPTS, methods=("POST",))
    def uncheck(self, number: int) -> Any:
        """Take back that it was found on a statement."""
        try:
            undo_check(number, text_of("reason"))
        except api.NotFound:
            raise
        except api.Refused as problem:
            api.db.session.rollback()
            return self._show(number, problem)
        api.say_done(api.gettext("The receipt is no longer checked."))
        return redirect(f"{HOME}{number}")

    def _show(self, number: int, problem: api.Refused | None = None) -> Any:
        found = find_booked(number)
        page = api.render(
            "cashier/booked_one.html",
            view=self,
            one=found,
            may_add=SETTLE_BILLS.held(found.bill.store_id),
            may_check=CHECK_RECEIPTS.held(found.bill.store_id),
            problem=problem,
            **drawing.words(),
        )
        return (page, problem.status) if problem else page


def _day(name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


def _asked() -> dict[str, str]:
    """Return what the list was asked for, so that it is shown again after an act."""
    names = ("store", "since", "until", "kind", "state")
    return {name: request.form[name] for name in names if request.form.get(name)}
