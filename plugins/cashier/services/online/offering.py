"""What a member can top up on her phone now: each amount with why not, and the most she may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from console import api
from plugins.cashier.services.online.ordering import (
    check_order,
    check_transfer,
    describe_online,
    transfer_room,
)
from plugins.cashier.services.online.settings import LEAST, MOST
from plugins.membership.api import Member, RechargeTier, offers_for, require_active

#: Amounts that are offered where the salon has no offers.
USUAL = (10_000, 30_000, 50_000, 100_000)
KIND = "top_up"


@dataclass(frozen=True)
class Tile:
    """An amount that a member taps, with the offer that it is; *refusal* says why she cannot."""

    amount_fen: int
    offer: RechargeTier | None = None
    refusal: str = ""


@dataclass(frozen=True)
class Room:
    """The most that a member may top up now by an amount of her own, and why it is not more."""

    most_fen: int
    words: str = ""


def tiles_for(member: Member) -> list[Tile]:
    """Return what a member may tap to top up: the offers of her store, else the usual amounts."""
    offers = offers_for(member.id, member.home_store_id)
    if not offers:
        return [Tile(fen, None, _refusal(member, _form(fen))) for fen in USUAL]
    return [
        Tile(offer.amount_fen, offer, _refusal(member, _form(offer.amount_fen, offer.id)))
        for offer in offers
    ]


def room_for(member: Member) -> Room:
    """Return how much a member may top up by an amount of her own; 0 where she cannot at all."""
    least = LEAST.get()
    problem = _refusal(member, _form(least))
    if problem:
        return Room(0, problem)
    quoted = describe_online(member.id, KIND, _form(least)).facts["quote"]
    by_card = quoted["cap_fen"] - quoted["would_hold_fen"] + quoted["amount_fen"]
    most, law = min(MOST.get(), by_card), transfer_room(member.id)
    if law is not None and law < most:
        words = api.gettext("More than %(most)s comes by bank transfer.", most=api.format_fen(law))
        return Room(law, words)
    if by_card < MOST.get():
        words = api.gettext(
            "Your card may take %(most)s more: the rules allow %(cap)s of principal on it.",
            most=api.format_fen(by_card),
            cap=api.format_fen(quoted["cap_fen"]),
        )
        return Room(most, words)
    return Room(most)


def _form(amount_fen: int, tier_id: int | None = None) -> dict[str, str]:
    yuan, fen = divmod(amount_fen, 100)
    return {"amount": f"{yuan}.{fen:02d}", "tier_id": str(tier_id or "")}


def _refusal(member: Member, form: Mapping[str, str]) -> str:
    """Say why an order would be refused; "" where it would not, or she only notes her ID first."""
    try:
        require_active(member.id)
        told = describe_online(member.id, KIND, form)
        check_order(member.id, told, None)
        check_transfer(member.id, told)
    except api.Refused as problem:
        return str(problem)
    return ""
