"""Adjusting a balance by hand: asked for by one person, done when a second one agrees."""

from __future__ import annotations

from typing import Any

from console import api
from console.api import _
from plugins.ledger.api import (
    Entry,
    Insufficient,
    Take,
    Tender,
    Terms,
    issue_lots,
    salon,
    take_from,
    withdraw,
)
from plugins.membership.models import Member, PurseKind
from plugins.membership.permissions import ADJUST_VALUE
from plugins.membership.services.levelling import lock_member
from plugins.membership.services.purses import PurseState, find_purse
from plugins.membership.services.recharging import SPLIT, bonus_bars
from plugins.membership.services.timeline import note_history
from plugins.membership.services.value_messages import ADJUSTED, tell_of_value


@api.unit
def ask_adjustment(
    member_id: int,
    *,
    principal_fen: int,
    bonus_fen: int,
    reason: str,
    key: str,
    purse: str = "",
) -> int:
    """Ask for an adjustment of a member's balance, up or down; return the approval's number.

    Whoever is alone agrees on the page of approvals with her own password and a reason.
    """
    if not principal_fen and not bonus_fen:
        raise api.Refused(_("Enter what is to change."))
    member = lock_member(member_id)
    card = find_purse(member.id, purse)
    if card.principal_fen + principal_fen < 0 or card.bonus_fen + bonus_fen < 0:
        raise Insufficient
    payload = {
        "member_id": member.id,
        "principal_fen": principal_fen,
        "bonus_fen": bonus_fen,
        "purse": purse,
        "reason": reason.strip()[:200],
        "key": key,
        "store_id": member.home_store_id,
    }
    return api.ask_approval(
        ADJUST, payload, reason=reason, subject=member, store_id=member.home_store_id
    )


def _adjust(payload: dict[str, Any]) -> None:
    member = lock_member(payload["member_id"])
    card = find_purse(member.id, payload["purse"])
    principal, bonus = payload["principal_fen"], payload["bonus_fen"]
    _add(payload, member, card, max(0, principal), max(0, bonus))
    _take(payload, member, card, max(0, -principal), max(0, -bonus))
    told: dict[str, Any] = {
        "principal": _signed(principal),
        "bonus": _signed(bonus),
        "reason": payload["reason"],
    }
    note_history(member.id, "value_adjusted", **told)
    tell_of_value(member, ADJUSTED, key=f"membership.adjusted:{payload['key']}", **told)


#: A second person looks at money that comes from nowhere.
ADJUST = api.ApprovalKind(
    "membership.adjust_value", _("Adjust a member's balance"), ADJUST_VALUE, _adjust
)


def _entry(payload: dict[str, Any], way: str) -> Entry:
    return Entry(
        key=f"membership.adjust:{payload['key']}:{way}",
        code="adjust",
        store_id=payload["store_id"],
        approver_id=api.actor().user_id,
        note=payload["reason"],
    )


def _add(
    payload: dict[str, Any], member: Member, card: PurseState, principal: int, bonus: int
) -> None:
    if not principal and not bonus:
        return
    rank = api.db.session.get_one(PurseKind, card.kind_id).rank if card.kind_id else 0
    terms = Terms(
        price_fen=principal,
        paid=principal,
        gift=bonus,
        purse=payload["purse"],
        rank=rank,
        split=SPLIT.get(),
        gift_bars=bonus_bars(),
    )
    source = Tender(salon("over_short", payload["store_id"]), principal)
    tenders = [source] if principal else []
    issue_lots(_entry(payload, "up"), member.id, [terms], tenders)


def _take(
    payload: dict[str, Any], member: Member, card: PurseState, principal: int, bonus: int
) -> None:
    """Take from the card's lots in their order; what was bought last is left longest."""
    takes: list[Take] = []
    for lot in card.lots:
        paid, gift = min(principal, lot.paid_left), min(bonus, lot.gift_left)
        principal, bonus = principal - paid, bonus - gift
        if paid or gift:
            takes.append(take_from(lot, paid, gift))
    if principal or bonus:
        raise Insufficient
    if takes:
        into = salon("over_short", payload["store_id"])
        withdraw(_entry(payload, "down"), member.id, takes, into)


def _signed(fen: int) -> str:
    return f"{'+' if fen > 0 else ''}{api.format_fen(fen)}"
