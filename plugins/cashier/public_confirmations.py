"""On a member's phone: she confirms what is taken from her at the till, or refuses it."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect

from console import api
from plugins.cashier.models import Bill, Confirmation
from plugins.cashier.public_routes import routes
from plugins.cashier.services.confirm_asking import (
    STANDS,
    answer_confirmation,
    page_of,
    state_of,
)
from plugins.cashier.services.consenting import settle_by_consent
from plugins.ledger.api import heir_of

PAGES = (routes,)


@routes.get("/confirm/<int:number>", audience="visitor")
def show_confirmation(number: int) -> Any:
    """Show a member what is to be taken from her, and ask for her word."""
    return api.render_public("cashier/phone/confirm.html", **_told(_mine(number)))


@routes.get("/confirm/<int:number>/state", audience="visitor")
def show_confirmation_state(number: int) -> Any:
    """Show the same alone, for the page that fetches it anew."""
    return api.render_public("cashier/phone/_confirm.html", **_told(_mine(number)))


@routes.post("/confirm/<int:number>/yes", audience="visitor")
def confirm_it(number: int) -> Any:
    """Keep that she confirms it; the till goes on by itself."""
    return _answer(number, confirmed=True)


@routes.post("/confirm/<int:number>/no", audience="visitor")
def refuse_it(number: int) -> Any:
    """Keep that she refuses it; nothing is taken."""
    return _answer(number, confirmed=False)


def _answer(number: int, *, confirmed: bool) -> Any:
    _mine(number)
    member_id = api.visitor().id
    api.db.session.rollback()
    try:
        asked = answer_confirmation(number, member_id, confirmed=confirmed)
    except api.Refused as problem:
        api.db.session.rollback()
        told = _told(_mine(number))
        return api.render_public("cashier/phone/confirm.html", **told), problem.status
    place = page_of(asked)
    if confirmed:
        settle_by_consent(asked.id)
    return redirect(place)


def _mine(number: int) -> Confirmation:
    asked = api.db.session.get(Confirmation, number, populate_existing=True)
    if asked is None or heir_of(asked.member_id) != heir_of(api.visitor().id):
        abort(404)
    return asked


def _told(asked: Confirmation) -> dict[str, Any]:
    bill = api.db.session.get_one(Bill, asked.bill_id, populate_existing=True)
    state = state_of(asked, bill)
    return {
        "asked": asked,
        "state": state,
        "words": STANDS.get(state, ""),
        "told": asked.told,
        "says": api.thaw,
        "translate": api.translate,
        "store": api.db.session.get_one(api.Store, asked.store_id),
    }
