"""A member's cards on her phone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from flask import abort, redirect, request

from console import api
from plugins.cards.models import Card, CardUse, Contract
from plugins.cards.services.accounts import (
    Left,
    left_of,
    owing_of_all,
    sessions_on_no_card,
)
from plugins.cards.services.contracts import contract_of, is_whole, sign_contract
from plugins.cards.services.objecting import may_object, object_to, objections_to
from plugins.cards.services.offering import cards_of
from plugins.ledger.api import AGREEMENTS, prove_member
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
    )


@routes.get("/mine/<int:number>", audience="visitor")
def show_one(number: int) -> Any:
    """Show the sessions that she used of one card, the latest first."""
    card = api.db.session.get(Card, number)
    if card is None or card.member_id != api.visitor().id:
        abort(404)
    rows = sa.select(CardUse).where(CardUse.card_id == number).order_by(CardUse.id.desc())
    uses = api.db.session.scalars(rows.limit(SHOWN)).all()
    stores = {store.id: store.name for store in api.db.session.scalars(sa.select(api.Store))}
    objections = objections_to([use.id for use in uses])
    return api.render_public(
        "cards/phone/card.html",
        card=card,
        uses=uses,
        stores=stores,
        objections=objections,
        may_object={use.id for use in uses if may_object(use, objections.get(use.id))},
        agreements=AGREEMENTS,
        has_contract=contract_of(number) is not None,
    )


@routes.get("/mine/<int:number>/contract", audience="visitor")
def show_contract(number: int) -> Any:
    """Show the terms on which a card of hers was sold."""
    card, contract = _contract(number)
    return api.render_public(
        "cards/phone/contract.html",
        card=card,
        contract=contract,
        facts=contract.facts,
        translated=api.translate,
        whole=is_whole(contract),
    )


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


@routes.get("/uses/<int:number>/object", audience="visitor")
def ask_objection(number: int) -> Any:
    """Ask what is wrong with a session that was taken from a card of hers."""
    return _show_objection(_own_use(number))


@routes.post("/uses/<int:number>/object", audience="visitor")
def put_objection(number: int) -> Any:
    """Write her objection down; the manager answers it."""
    use = _own_use(number)
    member_id, card_id = use.member_id, use.card_id
    api.db.session.rollback()
    try:
        object_to(number, member_id, request.form.get("text", ""))
    except api.Refused as refused:
        return _show_objection(_own_use(number), refused), refused.status
    return redirect(f"/cards/mine/{card_id}")


def _own_use(number: int) -> CardUse:
    use = api.db.session.get(CardUse, number)
    if use is None or use.member_id != api.visitor().id:
        abort(404)
    return use


def _show_objection(use: CardUse, problem: api.Refused | None = None) -> Any:
    store = api.db.session.get_one(api.Store, use.store_id)
    return api.render_public(
        "cards/phone/object.html",
        use=use,
        store=store,
        agreed=AGREEMENTS.get(use.agreed_by, use.agreed_by),
        text=request.form.get("text", ""),
        problem=problem,
    )


@routes.get("/check", audience="visitor")
def check() -> Any:
    """Compute the chain of hashes behind her cards and balance anew, and say whether it holds."""
    return api.render_public("cards/phone/check.html", proof=prove_member(api.visitor().id))


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
