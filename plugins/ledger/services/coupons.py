"""Coupons: one account each, holding one or none, so that a coupon cannot be redeemed twice."""

from __future__ import annotations

from dataclasses import replace

from console import api
from plugins.ledger.chart import COUPON, held, salon
from plugins.ledger.services.entries import Entry, Move, Posted
from plugins.ledger.services.heirs import heir_of
from plugins.ledger.services.posting import post


@api.unit
def issue_coupon(entry: Entry, member_id: int, coupon: str) -> Posted:
    """Give a member the coupon of this number; `CouponHeld` when she has it."""
    issued = salon("issued", entry.store_id, COUPON)
    asked = Move(issued, held("coupon", member_id, coupon), 1)
    move = asked._replace(credit=held("coupon", heir_of(member_id), coupon))
    return post(_asking(entry, asked), [move])


@api.unit
def redeem_coupon(entry: Entry, member_id: int, coupon: str) -> Posted:
    """Redeem a member's coupon; `Insufficient` when it was redeemed before."""
    issued = salon("issued", entry.store_id, COUPON)
    asked = Move(held("coupon", member_id, coupon), issued, 1)
    move = asked._replace(debit=held("coupon", heir_of(member_id), coupon))
    return post(_asking(entry, asked), [move])


def _asking(entry: Entry, move: Move) -> Entry:
    """Let the file that was asked for count when the key comes again, not the one it is now."""
    return entry if entry.asked is not None else replace(entry, asked=[[move], [], []])
