"""The contract of a card: its terms as they were at the sale, with a hash, signed by the member."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Card, Contract, Product
from plugins.cards.services.telling import note
from plugins.cards.services.using import lock_card


def make_contract(card: Card, product: Product) -> Contract:
    """Freeze the terms of a card that is being sold, in the running unit."""
    facts = _facts(card, product)
    contract = Contract(card_id=card.id, made_at=api.now(), facts=facts, digest=digest_of(facts))
    api.db.session.add(contract)
    return contract


def contract_of(card_id: int) -> Contract | None:
    """Return the contract of a card; cards of an earlier system have none here."""
    found: Contract | None = api.db.session.scalars(
        sa.select(Contract).where(Contract.card_id == card_id)
    ).first()
    return found


def is_whole(contract: Contract) -> bool:
    """Tell whether the terms are still those that were hashed at the sale."""
    return contract.digest == digest_of(contract.facts)


def digest_of(facts: dict[str, Any]) -> str:
    """Return the SHA-256 of the terms."""
    told = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


@api.unit
def sign_contract(card_id: int, by: str) -> Contract:
    """Note that the member agreed to the terms, on her "phone" or on "paper"; once."""
    card = lock_card(card_id)
    contract = contract_of(card_id)
    if contract is None:
        raise api.NotFound(_("This card has no contract here."))
    if contract.signed_at is None:
        contract.signed_at, contract.signed_by = api.now(), by
        note(card, "signed")
        api.record_audit(
            "cards.signed", card, store_id=card.store_id, title=_("Contract of a card signed")
        )
    return contract


def _facts(card: Card, product: Product) -> dict[str, Any]:
    # No name and no phone: these are erased with the member, while the terms stay.
    store = api.db.session.get_one(api.Store, card.store_id)
    return {
        "card": card.name,
        "names": card.names,
        "kind": card.kind,
        "member_number": card.member.number if card.member else "",
        "seller": store.name,
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
