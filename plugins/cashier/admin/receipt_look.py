"""What receipts look like: head, foot and parts, written in the browser and seen at once."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from console import api
from console.api import _
from plugins.cashier.admin.forms import number_of
from plugins.cashier.permissions import EDIT_RECEIPTS
from plugins.cashier.services.slips import (
    PARTS,
    PLACEHOLDERS,
    Look,
    check_text,
    example,
    keep_look,
)


class ReceiptLook(api.AdminView):
    """The page on which receipts are designed, for a store or for all."""

    title, noun = _("Receipt design"), "receipt_look"
    icon, group, order = "printer", "till", 95

    @api.page("/", needs=EDIT_RECEIPTS)
    def index(self) -> Any:
        store_id = _store(request.args.get("store", type=int))
        return self._show(store_id, Look.of(store_id))

    @api.page("/", needs=EDIT_RECEIPTS, methods=("POST",))
    def save(self) -> Any:
        store_id = _store(number_of("store_id"))
        look = _read()
        try:
            keep_look(store_id, _checked(look))
        except api.Refused as refused:
            return self._show(store_id, look, refused), refused.status
        api.say_done(api.gettext("The receipt design is saved."))
        return self._show(store_id, Look.of(store_id))

    @api.page("/preview", needs=EDIT_RECEIPTS, methods=("POST",))
    def preview(self) -> Any:
        """Draw a receipt as the form would make it, without keeping anything."""
        store_id = _store(number_of("store_id"))
        try:
            slip = example(store_id, _checked(_read()))
        except api.Refused as refused:
            return render_template("cashier/_problem.html", problem=refused), refused.status
        return render_template("cashier/till/_slip.html", slip=slip)

    def _show(self, store_id: int, look: Look, problem: api.Refused | None = None) -> str:
        shown = look if problem is None else Look.of(store_id)
        return api.render(
            "cashier/till/look.html",
            view=self,
            look=look,
            stores=_stores(),
            store_id=store_id,
            parts=PARTS,
            placeholders=PLACEHOLDERS,
            slip=example(store_id, shown),
            has_base_url=bool(api.base_url()),
            problem=problem,
        )


def _stores() -> list[api.Store]:
    return [s for s in api.visible_stores() if not s.closed and EDIT_RECEIPTS.held(s.id)]


def _store(wanted: int | None) -> int:
    stores = _stores()
    known = {store.id for store in stores}
    here = wanted or api.actor().store_id
    if here in known:
        return here
    if wanted or not stores:
        raise api.NotFound(_("There is no such store."))
    return stores[0].id


def _read() -> Look:
    form = request.form
    parts = frozenset(key for key, _label in PARTS if key in form.getlist("parts"))
    header, footer = form.get("header", ""), form.get("footer", "")
    return Look(header, footer, parts, 58 if form.get("paper") == "58" else 80)


def _checked(look: Look) -> Look:
    return Look(check_text(look.header), check_text(look.footer), look.parts, look.paper)
