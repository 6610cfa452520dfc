"""Cards that change hands: the list, and the page on which staff transfer one."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from console import api
from console.api import _
from plugins.cards.admin.counter import CARDS
from plugins.cards.admin.places import key_of_form, new_key, reach, say
from plugins.cards.models import Card, Transfer
from plugins.cards.permissions import CHANGE_CARDS, SEE_CARDS, TRANSFER_CARDS
from plugins.cards.services.accounts import left_of
from plugins.cards.services.giving import why_not_give
from plugins.cards.services.transfers import (
    CARD,
    DAYS,
    Agreed,
    offer_transfer,
    transfer_now,
    withdraw_transfer,
)
from plugins.membership.api import AGREEING_WAYS, find_exactly, has_pin, prove, use_up

HOME = "/console/cards/transfers/"
#: The other member may answer later, on her phone.
PHONE = "phone"


class TransferPages:
    """The page of a card on which it is given to another member."""

    @api.page("/<int:number>/transfer", needs=TRANSFER_CARDS)
    def ask_transfer(self, number: int) -> Any:
        return _show(self, reach(Card, number, TRANSFER_CARDS))

    @api.page("/<int:number>/transfer", needs=TRANSFER_CARDS, methods=("POST",))
    def transfer(self, number: int) -> Any:
        card = reach(Card, number, TRANSFER_CARDS)
        try:
            transfer = _transfer(card)
        except api.Refused as refused:
            api.db.session.rollback()
            return _show(self, api.db.session.get_one(Card, number), refused)
        if transfer.state == "done":
            say(api.gettext("Transferred. Both members were told."))
            return redirect(f"{CARDS}{number}/")
        say(api.gettext("Offered. The other member was told."))
        return redirect(f"{HOME}{transfer.id}/")


def _show(view: object, card: Card, problem: api.Refused | None = None) -> Any:
    page = api.render(
        "cards/transfer.html",
        view=view,
        card=card,
        left=left_of(card.parts),
        refusal=why_not_give(card),
        ways=AGREEING_WAYS,
        has_pin=has_pin(card.member_id),
        days=DAYS.get(),
        key=request.form.get("key") or new_key(),
        entered=request.form,
        problem=problem,
    )
    return (page, problem.status) if problem else page


def _transfer(card: Card) -> Transfer:
    """Look at the proofs first, each in a transaction of its own, then transfer in one unit."""
    card_id, giver_id, store_id = card.id, card.member_id, card.store_id
    agreed_key, reason = key_of_form(), request.form.get("reason", "").strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    found = find_exactly(request.form.get("taker", "").strip()[:40])
    if len(found) != 1:
        raise api.Refused(_("Nobody has this number or phone."))
    taker_id = found[0].id
    giver_way, giver_proof = _said("giver")
    taker_way, taker_proof = _said("taker")
    api.db.session.rollback()
    prove(giver_id, giver_way, giver_proof)
    if taker_way != PHONE:
        prove(taker_id, taker_way, taker_proof)
    agreed = Agreed(giver_way, agreed_key, reason, api.actor().store_id or store_id)
    proofs = [(giver_way, giver_proof), (taker_way, taker_proof)]
    return _do(giver_id, taker_id, card_id, agreed, proofs)


def _said(side: str) -> tuple[str, str]:
    return request.form.get(f"{side}_way", ""), request.form.get(f"{side}_proof", "").strip()


@api.unit
def _do(
    giver_id: int, taker_id: int, card_id: int, agreed: Agreed, proofs: list[tuple[str, str]]
) -> Transfer:
    for way, proof in proofs:
        use_up(way, proof, agreed.key)
    what, taker_way = f"{CARD}{card_id}", proofs[1][0]
    if taker_way == PHONE:
        return offer_transfer(giver_id, what, taker_id, agreed)
    return transfer_now(giver_id, what, taker_id, agreed, taker_way)


class TransferAdmin(api.ModelAdmin):
    """What members offered and gave to others, on their phones or at the counter."""

    subject, noun = Transfer, "transfers"
    title, singular = _("Card transfers"), _("card transfer")
    icon, group, order = "arrows-exchange", "cards", 27
    needs = {"view": SEE_CARDS, "export": CHANGE_CARDS}
    list_columns = (
        "offered_at",
        "name",
        "giver_id",
        "taker_id",
        "state",
        "until_at",
        "answered_at",
        "reason",
        "by",
    )
    default_sort = "-offered_at"
    filters = ("state", "offered_at", "store_id")
    details = (
        "card_id",
        "giver_id",
        "taker_id",
        "state",
        "offered_at",
        "giver_agreed",
        "until_at",
        "answered_at",
        "taker_agreed",
        "reason",
        "by",
        "store_id",
    )
    empty_hint = _("Cards that members give to others stand here.")

    def record_actions(self, record: Any) -> list[api.RecordAction]:
        if record.state != "offered":
            return []
        url = f"{HOME}{record.id}/withdraw"
        return [api.RecordAction(_("Withdraw"), url, TRANSFER_CARDS, danger=True)]

    @api.page("/<int:number>/withdraw", needs=TRANSFER_CARDS, methods=("POST",))
    def withdraw(self, number: int) -> Any:
        transfer = reach(Transfer, number, TRANSFER_CARDS)
        withdraw_transfer(number, transfer.giver_id)
        say(api.gettext("The offer was withdrawn."))
        return redirect(f"{HOME}{number}/")
