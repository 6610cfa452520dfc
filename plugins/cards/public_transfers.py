"""Giving a card or stored value to another member, on the phones of both."""

from __future__ import annotations

import secrets
from typing import Any

from flask import abort, redirect, request

from console import api
from console.api import _
from plugins.cards.models import TRANSFER_STATES, Transfer
from plugins.cards.public import routes
from plugins.cards.services.accounts import left_of
from plugins.cards.services.telling import TRANSFERS
from plugins.cards.services.transfers import (
    DAYS,
    Agreed,
    Gift,
    accept_transfer,
    decline_transfer,
    gift_in,
    gifts_of,
    is_late,
    offer_transfer,
    transfers_of,
    waits_for,
    withdraw_transfer,
)
from plugins.cards.shelf import PAGES
from plugins.membership.api import check_member_pin, find_exactly, has_pin

__all__ = ["PAGES"]


@routes.get("/give", audience="visitor")
def show_giving() -> Any:
    """Ask what she gives, and to whom."""
    return _show_form()


@routes.post("/give", audience="visitor")
def give() -> Any:
    """Offer it to the other member; who has a PIN types it."""
    giver_id = api.visitor().id
    try:
        transfer_id = _offer(giver_id)
    except api.Refused as refused:
        api.db.session.rollback()
        return _show_form(refused)
    return redirect(f"{TRANSFERS}/{transfer_id}")


def _offer(giver_id: int) -> int:
    api.count_try("card transfer", giver_id, free=8)
    key = request.form.get("key", "")
    if not 20 < len(key) < 60:
        raise api.Refused(_("This form is too old. Load the page again."))
    found = find_exactly(request.form.get("taker", "").strip()[:40])
    if len(found) != 1:
        raise api.Refused(_("Nobody has this number or phone."))
    taker_id = found[0].id
    if has_pin(giver_id):
        check_member_pin(giver_id, request.form.get("pin", ""))
    api.db.session.rollback()
    agreed = Agreed("phone", f"cards.give:{giver_id}:{key}")
    transfer = offer_transfer(giver_id, request.form.get("what", ""), taker_id, agreed)
    api.take_back_try("card transfer", giver_id)
    return transfer.id


def _show_form(problem: api.Refused | None = None) -> Any:
    giver_id = api.visitor().id
    page = api.render_public(
        "cards/phone/give.html",
        gifts=gifts_of(giver_id),
        chosen=request.values.get("what", ""),
        entered=request.form,
        has_pin=has_pin(giver_id),
        days=DAYS.get(),
        key=request.form.get("key") or secrets.token_hex(16),
        problem=problem,
    )
    return (page, problem.status) if problem else page


@routes.get("/transfers", audience="visitor")
def show_transfers() -> Any:
    """List what she offered and what was offered to her."""
    own = api.visitor().id
    return api.render_public(
        "cards/phone/transfers.html",
        transfers=transfers_of(own),
        own=own,
        is_late=is_late,
        states=dict(TRANSFER_STATES),
    )


@routes.get("/transfers/<int:number>", audience="visitor")
def show_transfer(number: int) -> Any:
    """Show one offer, with what would change hands."""
    return _show_one(_mine(number))


@routes.post("/transfers/<int:number>", audience="visitor")
def answer(number: int) -> Any:
    """Accept, decline or withdraw an offer."""
    _mine(number)
    own, act = api.visitor().id, request.form.get("act", "")
    try:
        if act == "accept":
            accept_transfer(number, own, request.form.get("worth", ""))
        elif act == "decline":
            decline_transfer(number, own)
        elif act == "withdraw":
            withdraw_transfer(number, own)
        else:
            raise api.Refused(_("Choose what to do."))
    except api.Refused as refused:
        api.db.session.rollback()
        return _show_one(_mine(number), refused)
    return redirect(f"{TRANSFERS}/{number}")


def _mine(number: int) -> Transfer:
    transfer = api.db.session.get(Transfer, number)
    if transfer is None or api.visitor().id not in (transfer.giver_id, transfer.taker_id):
        abort(404)
    return transfer


def _show_one(transfer: Transfer, problem: api.Refused | None = None) -> Any:
    own = api.visitor().id
    page = api.render_public(
        "cards/phone/transfer.html",
        transfer=transfer,
        gift=_gift(transfer),
        left=left_of(transfer.card.parts) if transfer.card else {},
        given=transfer.giver_id == own,
        waits=waits_for(transfer, own),
        open=transfer.state == "offered" and not is_late(transfer),
        states=dict(TRANSFER_STATES),
        problem=problem,
    )
    return (page, problem.status) if problem else page


def _gift(transfer: Transfer) -> Gift | None:
    """Return what it is about while it waits; nothing once it is gone from its giver."""
    if transfer.state != "offered":
        return None
    try:
        return gift_in(transfer)
    except api.NotFound:
        return None
