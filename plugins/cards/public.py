"""A member's cards on her phone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from flask import Response, abort, redirect

from console import api
from plugins.cards.models import Card, CardUse, Contract
from plugins.cards.services.accounts import (
    Left,
    left_of,
    owing_of_all,
    sessions_on_no_card,
)
from plugins.cards.services.contracts import (
    buyer_of,
    contract_of,
    paper_of,
    say_end,
    say_signed,
    sign_contract,
)
from plugins.cards.services.giving import why_not_give
from plugins.cards.services.offering import cards_of
from plugins.cards.services.paid import say_paid
from plugins.cards.services.taken import deduction_of
from plugins.cards.services.terms import say_terms
from plugins.cards.services.transfers import transfers_of, waits_for
from plugins.cashier.api import Objection, is_whole, may_object, objections_to, page_of
from plugins.ledger.api import AGREEMENTS
from plugins.membership.api import Member

routes = api.PublicRoutes("cards", __name__)
PAGES = (routes,)
#: So many of the latest sessions are shown, and so many days between visits are usual.
SHOWN, USUAL_DAYS = 30, 28


@dataclass(frozen=True)
class Shown:
    """A card as its member sees it."""

    card: Card
    left: dict[int, Left]
    owing_fen: int
    ended: bool
    next_on: dt.date | None

    @property
    def used_up(self) -> bool:
        """Tell whether no session is left."""
        return self.card.kind != "pass" and not any(left.all for left in self.left.values())


@routes.get("/mine", audience="visitor")
def show_mine() -> Any:
    """Show what is left of her cards: those she can use first, then those that are over."""
    member = api.db.session.get_one(Member, api.visitor().id)
    today = api.today(member.home_store.time_zone)
    cards = cards_of(member.id)
    left = left_of(part for card in cards for part in card.parts)
    owing = owing_of_all(cards)
    visits = _visits(member.id)
    shown = [
        Shown(
            card,
            {part.id: left.get(part.id, Left()) for part in card.parts},
            owing.get(card.id, 0),
            card.until_on is not None and card.until_on < today,
            next_visit(visits.get(card.id, []), today, card.until_on),
        )
        for card in cards
    ]
    return api.render_public(
        "cards/phone/mine.html",
        current=[one for one in shown if not one.ended and not one.used_up],
        over=[one for one in shown if one.ended or one.used_up],
        others=sessions_on_no_card(member.id),
        offers=[one for one in transfers_of(member.id) if waits_for(one, member.id)],
    )


@routes.get("/mine/<int:number>", audience="visitor")
def show_one(number: int) -> Any:
    """Show the sessions that she used of one card, the latest first."""
    card = api.db.session.get(Card, number)
    if card is None or card.member_id != api.visitor().id:
        abort(404)
    # Whoever had the card before her: what she used is hers to know.
    own = sa.select(CardUse).where(CardUse.card_id == number, CardUse.member_id == card.member_id)
    rows = own.order_by(CardUse.id.desc())
    uses = api.db.session.scalars(rows.limit(SHOWN)).all()
    stores = {store.id: store.name for store in api.db.session.scalars(sa.select(api.Store))}
    objections = objections_to(use.about for use in uses)
    return api.render_public(
        "cards/phone/card.html",
        card=card,
        uses=uses,
        stores=stores,
        objections=objections,
        page_of=page_of,
        may_object={use.id for use in uses if _may_object(use, objections.get(use.about))},
        agreements=AGREEMENTS,
        has_contract=contract_of(number) is not None,
        may_give=why_not_give(card) is None,
        new=api.now() < card.sold_at + dt.timedelta(days=8),
    )


@routes.get("/mine/<int:number>/contract", audience="visitor")
def show_contract(number: int) -> Any:
    """Show the terms on which a card of hers was sold."""
    card, contract = _contract(number)
    return api.render_public(
        "cards/phone/contract.html",
        card=card,
        contract=contract,
        terms=[*say_terms(contract.facts, buyer_of(card)), *say_paid(card)],
        signed=say_signed(contract),
        whole=is_whole(contract),
        ended=say_end(card),
    )


@routes.get("/mine/<int:number>/contract.pdf", audience="visitor")
def show_contract_pdf(number: int) -> Any:
    """Hand her the contract as a PDF."""
    card, contract = _contract(number)
    named = {"Content-Disposition": f'inline; filename="contract-{card.id}.pdf"'}
    return Response(paper_of(card, contract), mimetype="application/pdf", headers=named)


@routes.post("/mine/<int:number>/contract", audience="visitor")
def sign(number: int) -> Any:
    """Note that she read the terms and agrees to them."""
    _contract(number)
    api.db.session.rollback()
    sign_contract(number, "phone")
    return redirect(f"/cards/mine/{number}/contract")


def _contract(number: int) -> tuple[Card, Contract]:
    card, contract = api.db.session.get(Card, number), contract_of(number)
    if card is None or contract is None or card.member_id != api.visitor().id:
        abort(404)
    return card, contract


def _may_object(use: CardUse, known: Objection | None) -> bool:
    found = deduction_of(use.about)
    return found is not None and may_object(found, known)


def _visits(member_id: int) -> dict[int, list[dt.date]]:
    rows = api.db.session.execute(
        sa.select(CardUse.card_id, CardUse.used_on)
        .where(CardUse.member_id == member_id, CardUse.undone_at.is_(None))
        .order_by(CardUse.used_on)
    )
    found: dict[int, list[dt.date]] = {}
    for card_id, day in rows:
        found.setdefault(card_id, []).append(day)
    return found


def next_visit(days: list[dt.date], today: dt.date, until_on: dt.date | None) -> dt.date | None:
    """Suggest the day of the next visit, by her own rhythm; None before the first one."""
    if not days:
        return None
    gaps = sorted((later - day).days for day, later in pairwise(days))
    usual = max(gaps[len(gaps) // 2], 1) if gaps else USUAL_DAYS
    day = max(days[-1] + dt.timedelta(days=usual), today)
    return min(day, until_on) if until_on is not None and until_on >= today else day
