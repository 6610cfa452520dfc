"""Which cards can be used today, and why the others cannot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Card, CardUse, Part
from plugins.cards.services.accounts import Left, left_of, owing_of_all
from plugins.cards.services.days import days_over, monday_of
from plugins.cards.services.shares import earned
from plugins.ledger.api import heir_of
from plugins.membership.api import Member
from plugins.salon.api import Variant


@dataclass(frozen=True)
class Offer:
    """A part of a member's card, what is left of it, and why it cannot be used today."""

    card: Card
    part: Part
    left: Left
    owing_fen: int = 0
    problem: Any = None

    @property
    def usable(self) -> bool:
        """Tell whether a session can be used today."""
        return self.problem is None


def cards_of(member_id: int, *, over: bool = False) -> list[Card]:
    """Return the cards of a member, those that end first at the top.

    With *over* also those that were given back, swapped or undone.
    """
    asked = {"member_id": heir_of(member_id)}
    return list(api.db.session.scalars(_ALL if over else _LIVING, asked))


_ALL = (
    sa.select(Card)
    .where(Card.member_id == sa.bindparam("member_id"))
    .order_by(Card.until_on.is_(None), Card.until_on, Card.id)
)
_LIVING = _ALL.where(Card.state.in_(("active", "paused")))


def offers_of(
    member_id: int, store_id: int, on: dt.date, *, card_id: int | None = None
) -> list[Offer]:
    """Return all parts of a member's cards as they stand in a store on a day."""
    cards = [card for card in cards_of(member_id) if card_id in (None, card.id)]
    left = left_of(part for card in cards for part in card.parts)
    owing = owing_of_all(cards)
    member = api.db.session.get(Member, heir_of(member_id))
    frozen = _("Her file is frozen.") if member is None or member.status == "frozen" else None
    offers = []
    for card in cards:
        problem = frozen or why_not(card, store_id, on, owing.get(card.id, 0))
        for part in card.parts:
            has = left.get(part.id, Left())
            why = problem or why_not_part(card, part, has, owing.get(card.id, 0))
            offers.append(Offer(card, part, has, owing.get(card.id, 0), why))
    return offers


def usable_on(member_id: int, service_variant_id: int, on: dt.date, store_id: int) -> list[Offer]:
    """Return what can pay for a service of a member in a store on a day, the best first.

    Passes come first, then what ends first.
    """
    variant = api.db.session.get(Variant, service_variant_id)
    service_id = variant.service_id if variant is not None else 0
    fitting = [
        offer
        for offer in offers_of(member_id, store_id, on)
        if offer.usable and service_id in {service.id for service in offer.part.services}
    ]
    return sorted(fitting, key=lambda offer: offer.card.kind != "pass")


def why_not(card: Card, store_id: int, on: dt.date, owing_fen: int = 0) -> Any:
    """Say why no session of a card can be used in a store on a day; None when one can."""
    if card.state == "paused":
        return _("The card is paused.")
    if card.state != "active":
        return _("The card is no longer in use.")
    if card.starts_on is not None and on < card.starts_on:
        return _("The card is valid from %(day)s.", day=card.starts_on)
    if card.until_on is not None and on > card.until_on:
        return _("The card ended on %(day)s.", day=card.until_on)
    if card.stores and store_id not in {store.id for store in card.stores}:
        return _("The card does not count in this store.")
    if card.per_week is not None and uses_in_week(card.id, on) >= card.per_week:
        return _("All sessions of this week are used.")
    if card.kind == "pass" and owing_fen and card.price_fen:
        paid_days = earned(card.price_fen - owing_fen, card.valid_days or 0, card.price_fen)
        if days_over(card, on) >= paid_days:
            return _("The part of the card that she paid for is used.")
    return None


def why_not_part(card: Card, part: Part, left: Left, owing_fen: int = 0) -> Any:
    """Say why no session of a part can be used; None when one can."""
    if card.kind == "pass":
        return None
    if not left.all:
        return _("All sessions are used.")
    if owing_fen and part.sessions - left.paid >= paid_sessions(card, part, owing_fen):
        return _("The part of the card that she paid for is used.")
    return None


def paid_sessions(card: Card, part: Part, owing_fen: int) -> int:
    """Return how many sessions of a part are paid while so much is owing for the card."""
    if not card.price_fen:
        return part.sessions
    return part.sessions * (card.price_fen - owing_fen) // card.price_fen


def uses_in_week(card_id: int, on: dt.date) -> int:
    """Return how often a card was used in the week of a day."""
    monday = monday_of(on)
    count = (
        sa.select(sa.func.count())
        .select_from(CardUse)
        .where(
            CardUse.card_id == card_id,
            CardUse.undone_at.is_(None),
            CardUse.used_on >= monday,
            CardUse.used_on < monday + dt.timedelta(days=7),
        )
    )
    return api.db.session.scalar(count) or 0


def cheapest_price(variants: Sequence[Variant]) -> int:
    """Return the lowest price of some variants, in fen."""
    return min((v.price_fen for v in variants if v.price_fen is not None), default=0)
