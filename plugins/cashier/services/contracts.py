"""Contracts of what is paid ahead: frozen with a fingerprint, signed once, drawn as a PDF."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from console import api
from plugins.cashier.models import FrozenTerms
from plugins.cashier.services.signing import Signed, picture_of, signatures_of, use_signature
from plugins.membership.api import legal_figures
from plugins.salon.api import StoreProfile

#: The figures of the law of the place that a contract names, frozen with it.
LAW = ("refund_days", "cooling_refund_days", "records_years", "closing_notice_days")


def facts_of_place(store: api.Store) -> dict[str, Any]:
    """Return who sells, and the figures of the law there, as any contract freezes them."""
    figures = legal_figures()
    return {
        "seller": store.name,
        "contact": _contact_of(store.id),
        "law": {key: figures[key].value for key in LAW if key in figures},
    }


def _contact_of(store_id: int) -> str:
    profile = api.db.session.get(StoreProfile, store_id)
    told = (profile.address, profile.phone) if profile is not None else ()
    return " · ".join(word for word in told if word)


def fingerprint_of(facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the terms."""
    told = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def is_whole(contract: FrozenTerms) -> bool:
    """Tell whether the terms are still those that were hashed at the sale."""
    return contract.digest == fingerprint_of(contract.facts)


def note_signed(
    contract: FrozenTerms, by: str, signature: Signed | str, member_id: int, purpose: str
) -> bool:
    """Note in the running unit that she agreed, on her "phone" or on "paper"; False: she had.

    *signature* is what she drew on the screen, or the photo of the paper.
    """
    if contract.signed_at is not None:
        return False
    contract.signed_at, contract.signed_by = api.now(), by
    if isinstance(signature, Signed):
        use_signature(signature, member_id, purpose)
    return True


def say_signed(contract: FrozenTerms, purpose: str, time_zone: str) -> list[str]:
    """Say how a contract was signed, or leave room for it."""
    line = "____________________"
    if contract.signed_at is None:
        labels = (api.gettext("Signature of the member"), api.gettext("Date"))
        return [f"{label}: {line}" for label in labels]
    at = contract.signed_at.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%d %H:%M")
    if contract.signed_by == "phone":
        return [api.gettext("Agreed to on her phone, %(at)s", at=at)]
    if signatures_of(purpose):
        return [api.gettext("Signed on %(at)s", at=at)]
    return [api.gettext("Signed on paper, %(at)s", at=at)]


def draw_contract(
    title: str,
    contract: FrozenTerms,
    rows: Sequence[tuple[str, str]],
    purpose: str,
    time_zone: str,
) -> bytes:
    """Return a contract as a PDF, with what was signed for *purpose*, such as "card:3"."""
    # What draws PDFs takes a fifth of a second to load: no start waits for it.
    from plugins.cashier.services.papers import draw_terms

    facts = contract.facts
    return draw_terms(
        title,
        f"{facts['seller']} · {facts['sold_on']}",
        rows,
        say_signed(contract, purpose, time_zone),
        api.gettext("Fingerprint of these terms (SHA-256)") + f": {contract.digest}",
        author=facts["seller"],
        picture=picture_of(purpose),
    )
