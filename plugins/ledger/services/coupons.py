"""Coupons: one account each, holding one or none, so that a coupon cannot be redeemed twice."""

from __future__ import annotations

from console import api
from plugins.ledger.chart import COUPON, held, salon
from plugins.ledger.services.entries import Entry, Move, Posted
from plugins.ledger.services.posting import post


@api.unit
def issue_coupon(entry: Entry, member_id: int, coupon: str) -> Posted:
    """Give a member the coupon of this number; `CouponHeld` when she has it."""
    issued = salon("issued", entry.store_id, COUPON)
    return post(entry, [Move(issued, held("coupon", member_id, coupon), 1)])


@api.unit
def redeem_coupon(entry: Entry, member_id: int, coupon: str) -> Posted:
    """Redeem a member's coupon; `Insufficient` when it was redeemed before."""
    issued = salon("issued", entry.store_id, COUPON)
    return post(entry, [Move(held("coupon", member_id, coupon), issued, 1)])
