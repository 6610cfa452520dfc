"""Asking the plugins: what lines there may be, who takes money, what makes a price lower."""

from __future__ import annotations

import datetime as dt

from console import api
from console.api import _
from plugins.cashier.desk import Goods, Guest, LooseEnd
from plugins.cashier.hookspecs import (
    cashier_adjustments,
    cashier_deposits,
    cashier_goods,
    cashier_guests,
    cashier_line_kinds,
    cashier_loose_ends,
    cashier_member_offers,
    cashier_payment_methods,
)
from plugins.cashier.offers import (
    Adjustment,
    Draft,
    LineKind,
    Offer,
    PaidAhead,
    PaymentMethod,
    by_key,
)


def line_kinds() -> dict[str, LineKind]:
    """Return the kinds of lines that a bill may have, by key."""
    return by_key(kind for answer in api.answers(cashier_line_kinds) for kind in answer)


def line_kind(key: str) -> LineKind:
    """Return one kind of line; `NotFound` when the plugin that brought it is off."""
    found = line_kinds().get(key)
    if found is None:
        raise api.NotFound(_("Nothing of this kind is sold now."))
    return found


def payment_method(key: str) -> PaymentMethod:
    """Return who takes the money of a payment kind."""
    offered = (one for answer in api.answers(cashier_payment_methods) for one in answer)
    found = by_key(offered).get(key)
    if found is None:
        raise api.NotFound(_("Nobody takes this kind of payment now."))
    method: PaymentMethod = found
    return method


def adjustments(draft: Draft) -> list[Adjustment]:
    """Return the price benefits that may count for a bill."""
    answers = api.answers(cashier_adjustments, draft=draft)
    return [adjustment for answer in answers for adjustment in answer]


def member_offers(member_id: int, store_id: int) -> list[Offer]:
    """Return what a member may use in a store today, such as sessions of her cards."""

    def ask() -> list[Offer]:
        found = api.answers(cashier_member_offers, member_id=member_id, store_id=store_id)
        return [offer for answer in found for offer in answer]

    return [*api.read_once(("cashier.offers", member_id, store_id), ask)]


def deposits_for(bill_id: int) -> list[PaidAhead]:
    """Return what was paid ahead for what is on a bill."""
    found = api.answers(cashier_deposits, bill_id=bill_id)
    return [one for answer in found for one in answer if one.amount_fen > 0]


def goods_of(store_id: int) -> list[Goods]:
    """Return what a store sells besides services by one tap."""
    return [one for answer in api.answers(cashier_goods, store_id=store_id) for one in answer]


def guests_of(store_id: int) -> list[Guest]:
    """Return who is expected or here today and has no bill yet."""
    return [one for answer in api.answers(cashier_guests, store_id=store_id) for one in answer]


def loose_ends(store_id: int, day: dt.date) -> list[LooseEnd]:
    """Return what should be finished before a day is closed, besides bills."""
    found = api.answers(cashier_loose_ends, store_id=store_id, day_on=day)
    return [one for answer in found for one in answer]
