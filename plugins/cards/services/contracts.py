"""The contract of a card: its terms as they were at the sale, with a hash, signed by the member."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import STATES, Card, Contract, Product
from plugins.cards.services.giving import was_given
from plugins.cards.services.paid import say_paid
from plugins.cards.services.telling import note
from plugins.cards.services.terms import say_terms
from plugins.cards.services.using import lock_card
from plugins.cashier import api as till
from plugins.cashier.api import Signed, draw_contract, facts_of_place, fingerprint_of, note_signed

#: States of a card in which its contract is over.
ENDED = ("swapped", "refunded", "void")


def make_contract(card: Card, product: Product) -> Contract:
    """Freeze the terms of a card that is being sold, in the running unit."""
    store = api.db.session.get_one(api.Store, card.store_id)
    number = card.member.number if card.member else ""
    facts = facts_of(card, product, store, number)
    contract = Contract(
        card_id=card.id, made_at=api.now(), facts=facts, digest=fingerprint_of(facts)
    )
    api.db.session.add(contract)
    return contract


def contract_of(card_id: int) -> Contract | None:
    """Return the contract of a card; cards of an earlier system have none here."""
    found: Contract | None = api.db.session.scalars(
        sa.select(Contract).where(Contract.card_id == card_id)
    ).first()
    return found


def buyer_of(card: Card) -> str:
    """Return the name of whoever bought a card; "" once it is another member's."""
    return "" if was_given(card.id) else str(card.member.name)


def purpose_of(card_id: int) -> str:
    """Return what a signature below the contract of a card is for."""
    return f"card:{card_id}"


def paper_of(card: Card, contract: Contract) -> bytes:
    """Return a contract as a PDF in the reader's language, with her signature and fingerprint."""
    title = api.gettext("Contract of %(card)s", card=card.shown_name)
    rows = [*say_terms(contract.facts, buyer_of(card)), *say_paid(card)]
    return draw_contract(title, contract, rows, purpose_of(card.id), _zone_of(card))


def say_signed(contract: Contract) -> list[str]:
    """Say how a contract was signed, or leave room for it."""
    return till.say_signed(contract, purpose_of(contract.card_id), _zone_of(contract.card))


def _zone_of(card: Card) -> str:
    return str(card.member.home_store.time_zone)


def say_end(card: Card) -> str:
    """Say what ended the contract of a card; "" while it holds."""
    return str(dict(STATES)[card.state]) if card.state in ENDED else ""


def contracts_of(member_id: int) -> list[Contract]:
    """Return the contracts of the cards that a member has or had here, with their cards."""
    wanted = sa.select(Contract).join(Card, Card.id == Contract.card_id)
    return list(api.db.session.scalars(wanted.where(Card.member_id == member_id)).unique())


def digests_of(card_ids: Iterable[int]) -> dict[int, str]:
    """Return the fingerprints of the contracts of some cards, by the numbers of the cards."""
    wanted = sa.select(Contract.card_id, Contract.digest).where(Contract.card_id.in_([*card_ids]))
    return {row.card_id: row.digest for row in api.db.session.execute(wanted)}


@api.unit
def sign_contract(card_id: int, by: str, signature: Signed | str = "") -> Contract:
    """Note that the member agreed to the terms, on her "phone" or on "paper"; once.

    *signature* is what she drew on the screen, or the photo of the paper.
    """
    card = lock_card(card_id)
    contract = contract_of(card_id)
    if contract is None:
        raise api.NotFound(_("This card has no contract here."))
    if note_signed(contract, by, signature, card.member_id, purpose_of(card_id)):
        note(card, "signed")
        api.record_audit(
            "cards.signed", card, store_id=card.store_id, title=_("Contract of a card signed")
        )
    return contract


def facts_of(card: Card, product: Product, store: api.Store, member: str) -> dict[str, Any]:
    """Return the terms of a card as plain values; *member* is the buyer's number.

    No name and no phone: these are erased with the member, while the terms stay.
    """
    return {
        "card": card.name,
        "names": card.names,
        "kind": card.kind,
        "member_number": member,
        **facts_of_place(store),
        "sold_on": card.sold_on.isoformat(),
        "price_fen": card.price_fen,
        "list_fen": card.list_fen,
        "valid_days": card.valid_days,
        "starts": card.starts,
        "per_week": card.per_week,
        "people_most": card.people_most,
        "stores": [one.name for one in card.stores],
        "rules": product.introduction,
        "items": [
            {
                "name": part.name,
                "names": part.names,
                "services": [{"name": one.name, "names": one.names} for one in part.services],
                "sessions": part.sessions,
                "free": part.free,
                "price_fen": part.price_fen,
                "deal_fen": part.deal_fen,
                "list_fen": part.list_fen,
            }
            for part in card.parts
        ],
    }
