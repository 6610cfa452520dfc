"""Pages of a member's card: swapping it, and its contract to read, print and sign."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request

from console import api
from console.api import _
from plugins.cards.admin.counter import CARDS
from plugins.cards.admin.places import (
    BALANCE,
    TILL,
    at_the_till,
    balance_to_pay,
    key_of_form,
    means_of,
    means_to_pay,
    new_key,
    number_of,
    reach,
    require_store,
    say,
    store_here,
    today_of,
)
from plugins.cards.models import Card, Contract
from plugins.cards.permissions import SEE_CARDS, SELL_CARDS
from plugins.cards.services.alone import begin_swap, swap_alone
from plugins.cards.services.contracts import (
    buyer_of,
    contract_of,
    paper_of,
    purpose_of,
    say_end,
    say_signed,
    sign_contract,
)
from plugins.cards.services.paid import say_paid
from plugins.cards.services.selling import list_total, products_on_sale
from plugins.cards.services.swapping import free_left, value_of, why_not_swap
from plugins.cards.services.terms import say_terms
from plugins.cashier.api import is_whole, signature_of, signatures_of


class PaperPages:
    """Pages of the view of members' cards."""

    @api.page("/<int:number>/swap", needs=SELL_CARDS)
    def ask_swap(self, number: int) -> Any:
        return self._show_swap(reach(Card, number, SELL_CARDS))

    @api.page("/<int:number>/swap", needs=SELL_CARDS, methods=("POST",))
    def swap(self, number: int) -> Any:
        card = reach(Card, number, SELL_CARDS)
        try:
            where, done = _swap(card)
        except api.Refused as refused:
            return self._show_swap(reach(Card, number, SELL_CARDS), refused)
        say(done)
        return redirect(where)

    def _show_swap(self, card: Card, problem: api.Refused | None = None) -> Any:
        store = store_here(SELL_CARDS, card.store_id)
        credit = value_of(card)
        products = products_on_sale(store.id, today_of(store)) if store else []
        page = api.render(
            "cards/swap.html",
            view=self,
            card=card,
            store=store,
            credit=credit,
            free=free_left(card),
            why_not=why_not_swap(card),
            products=[
                (product, product.price_fen - credit, list_total(product))
                for product in products
                if product.price_fen >= credit
            ],
            means=[*means_to_pay(), *balance_to_pay(store, card.member_id)],
            key=request.form.get("key") or new_key(),
            entered=request.form,
            problem=problem,
        )
        return (page, problem.status) if problem else page

    @api.page("/<int:number>/contract", needs=SEE_CARDS)
    def contract(self, number: int) -> Any:
        card = reach(Card, number, SEE_CARDS)
        contract = contract_of(number)
        if contract is None:
            raise api.NotFound(_("This card has no contract here."))
        ended = say_end(card)
        return api.render(
            "cards/contract.html",
            view=self,
            card=card,
            contract=contract,
            terms=[*say_terms(contract.facts, buyer_of(card)), *say_paid(card)],
            signed=say_signed(contract),
            signatures=signatures_of(purpose_of(number)),
            whole=is_whole(contract),
            ended=ended,
            may_sign=not ended and api.find_record(Card, number, SELL_CARDS) is not None,
        )

    @api.page("/<int:number>/contract", needs=SELL_CARDS, methods=("POST",))
    def sign(self, number: int) -> Any:
        card = reach(Card, number, SELL_CARDS)
        sign_contract(number, "paper", signature_of(card.member_id, card.store_id))
        say(api.gettext("Noted that she signed."))
        return redirect(f"{CARDS}{number}/contract")

    @api.page("/<int:number>/contract.pdf", needs=SEE_CARDS)
    def contract_pdf(self, number: int) -> Any:
        card, contract = reach(Card, number, SEE_CARDS), contract_of(number)
        if contract is None:
            raise api.NotFound(_("This card has no contract here."))
        return send_paper(card, contract)


def send_paper(card: Card, contract: Contract) -> Response:
    """Answer with the PDF of a contract."""
    named = {"Content-Disposition": f'inline; filename="contract-{card.id}.pdf"'}
    return Response(paper_of(card, contract), mimetype="application/pdf", headers=named)


def _swap(card: Card) -> tuple[str, str]:
    """Swap a card as the form says, or go on at the till; return where, and what to say."""
    store, key, product_id = require_store(SELL_CARDS), key_of_form(), number_of("product_id")
    if product_id is None:
        raise api.Refused(_("Choose a card product."))
    if request.form.get("means") == BALANCE and balance_to_pay(store, card.member_id):
        bill_id = begin_swap(store.id, card.id, product_id, key=key)
        return f"{TILL}{bill_id}", at_the_till()
    new = swap_alone(store.id, card.id, product_id, means_of(), key=key)
    return f"{CARDS}{new.id}/", api.gettext("Card swapped.")
