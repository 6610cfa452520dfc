"""The contract of a card: its terms as they were at the sale, with a hash, signed by the member."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cards.models import Card, Contract, Product
from plugins.cards.services.giving import was_given
from plugins.cards.services.paid import say_paid
from plugins.cards.services.telling import note
from plugins.cards.services.terms import say_terms
from plugins.cards.services.using import lock_card
from plugins.cashier.api import Signed, draw_contract, signatures_of, use_signature
from plugins.membership.api import legal_figures
from plugins.salon.api import StoreProfile

#: The figures of the law of the place that a contract names, frozen with it.
LAW = ("refund_days", "cooling_refund_days", "records_years", "closing_notice_days")


def make_contract(card: Card, product: Product) -> Contract:
    """Freeze the terms of a card that is being sold, in the running unit."""
    store = api.db.session.get_one(api.Store, card.store_id)
    number = card.member.number if card.member else ""
    facts = facts_of(card, product, store, number)
    contract = Contract(card_id=card.id, made_at=api.now(), facts=facts, digest=digest_of(facts))
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
    facts = contract.facts
    return draw_contract(
        api.gettext("Contract of %(card)s", card=card.shown_name),
        f"{facts['seller']} · {facts['sold_on']}",
        [*say_terms(facts, buyer_of(card)), *say_paid(card)],
        say_signed(contract),
        api.gettext("Fingerprint of these terms (SHA-256)") + f": {contract.digest}",
        author=facts["seller"],
        purpose=purpose_of(card.id),
    )


def say_signed(contract: Contract) -> list[str]:
    """Say how a contract was signed, or leave room for it."""
    line = "____________________"
    if contract.signed_at is None:
        return [
            f"{api.gettext('Signature of the member')}: {line}",
            f"{api.gettext('Date')}: {line}",
        ]
    zone = ZoneInfo(contract.card.member.home_store.time_zone)
    at = contract.signed_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if contract.signed_by == "phone":
        return [api.gettext("Agreed to on her phone, %(at)s", at=at)]
    if signatures_of(purpose_of(contract.card_id)):
        return [api.gettext("Signed on %(at)s", at=at)]
    return [api.gettext("Signed on paper, %(at)s", at=at)]


def is_whole(contract: Contract) -> bool:
    """Tell whether the terms are still those that were hashed at the sale."""
    return contract.digest == digest_of(contract.facts)


def digest_of(facts: dict[str, Any]) -> str:
    """Return the SHA-256 of the terms."""
    told = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


@api.unit
def sign_contract(card_id: int, by: str, signature: Signed | str = "") -> Contract:
    """Note that the member agreed to the terms, on her "phone" or on "paper"; once.

    *signature* is what she drew on the screen, or the photo of the paper.
    """
    card = lock_card(card_id)
    contract = contract_of(card_id)
    if contract is None:
        raise api.NotFound(_("This card has no contract here."))
    if contract.signed_at is None:
        contract.signed_at, contract.signed_by = api.now(), by
        if isinstance(signature, Signed):
            use_signature(signature, card.member_id, purpose_of(card_id))
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
        "seller": store.name,
        "contact": _contact_of(store.id),
        "law": {key: legal_figures()[key].value for key in LAW if key in legal_figures()},
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


def _contact_of(store_id: int) -> str:
    profile = api.db.session.get(StoreProfile, store_id)
    told = (profile.address, profile.phone) if profile is not None else ()
    return " · ".join(word for word in told if word)
