"""Quotes: what a bill costs now, the same words and sums in the preview and the settlement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import BY_HAND, Bill, Discount, Line, Order
from plugins.cashier.priced import Draft, DraftLine, FromPurse, Quote
from plugins.cashier.services.ahead import pays_ahead
from plugins.cashier.services.asking import adjustments, line_kinds
from plugins.cashier.services.benefits import lines_for
from plugins.cashier.services.cards_on_bill import cards_for, limits_on
from plugins.cashier.services.pricing.solving import solve

#: Kinds of orders that are sold for money, not paid from balance.
SALES = ("recharge", "card", "deposit")
#: Made once: these are asked with each tap.
_LINES = (
    sa.select(Line)
    .where(Line.bill_id == sa.bindparam("bill_id"), Line.removed_at.is_(None))
    .order_by(Line.place, Line.id)
)
_DISCOUNTS = (
    sa.select(Discount)
    .where(Discount.line_id.in_(sa.bindparam("line_ids", expanding=True)))
    .order_by(Discount.id)
)
_ORDERS = sa.select(Order).where(Order.bill_id == sa.bindparam("bill_id"))


def lines_of(bill_id: int) -> list[Line]:
    """Return the lines of a bill in their order."""
    key = ("cashier.lines", bill_id)
    asked = {"bill_id": bill_id}
    return [*api.read_once(key, lambda: api.db.session.scalars(_LINES, asked).all())]


def discounts_of(line_ids: Sequence[int]) -> dict[int, list[Discount]]:
    """Return what makes lines cheaper, by line."""
    found: dict[int, list[Discount]] = {number: [] for number in line_ids}
    asked = {"line_ids": [*line_ids]}
    key = ("cashier.discounts", *line_ids)
    if not line_ids:
        return found
    for discount in api.read_once(key, lambda: api.db.session.scalars(_DISCOUNTS, asked).all()):
        found[discount.line_id].append(discount)
    return found


def quote(bill: Bill, balance_fen: int = 0) -> Quote:
    """Return what a bill costs when *balance_fen* of it are to be paid from balance."""
    return quote_for(bill, [(None, balance_fen)] if balance_fen else ())


def quote_for(
    bill: Bill,
    wanted: Sequence[tuple[str | None, int]],
    terms: str = "",
    lines: Sequence[Line] | None = None,
) -> Quote:
    """Return what a bill costs when stored-value cards pay so much of it each.

    `Conflict` when it no longer stands by the *terms* of the quote that was shown before, with
    these cards or without them.
    """
    draft = draft_of(bill, lines)
    # What is offered does not hang on how she pays: else the preview could not be trusted.
    offered = adjustments(draft)
    found = solve(replace(draft, purses=from_purses(draft, wanted)), offered)
    if terms not in ("", found.terms) and solve(draft, offered).terms != terms:
        raise api.Conflict(_("The price of this bill has changed. Look at it again."))
    return found


def preview(
    bill_id: int, balance_fen: int = 0, *, purses: Sequence[tuple[str | None, int]] = ()
) -> Quote:
    """Return what a bill will cost; the settlement comes to the same.

    *purses* say how much each stored-value card is to pay, in place of *balance_fen*.
    """
    bill = api.db.session.get_one(Bill, bill_id)
    return quote_for(bill, purses) if purses else quote(bill, balance_fen)


def from_purses(draft: Draft, wanted: Sequence[tuple[str | None, int]]) -> list[FromPurse]:
    """Return what is to be paid from which card, and which lines each of them may pay."""
    named = any(code is not None for code, _fen in wanted)
    cards = {card.code: card for card in cards_for(draft.member_id, draft.lines)} if named else {}
    limits = limits_on(draft.member_id, draft.lines) if wanted else {}
    found = []
    for code, fen in wanted:
        if code is not None and code not in cards:
            raise api.NotFound(_("There is no such stored-value card."))
        accepts = None if code is None else lines_for(cards[code], draft)
        found.append(FromPurse(code, fen, accepts, limits.get(code or "", ())))
    return found


def draft_of(bill: Bill, lines: Sequence[Line] | None = None) -> Draft:
    """Return a bill as prices are made for it; *lines* are its own, where they are known."""
    lines = lines_of(bill.id) if lines is None else lines
    by_hand = discounts_of([line.id for line in lines])
    kinds = line_kinds()
    return Draft(
        bill_id=bill.id,
        store_id=bill.store_id,
        member_id=bill.member_id,
        on=bill.business_on,
        lines=[
            _draft_line(line, by_hand[line.id], kinds.get(line.kind), bill.store_id)
            for line in lines
        ],
        rounding_fen=int(bill.choices.get("rounding_fen", 0)),
        choices=bill.choices,
    )


def _draft_line(line: Line, discounts: Sequence[Discount], kind: Any, store_id: int) -> DraftLine:
    sold = line.order_kind in SALES
    prepaid = kind is not None and kind.prepaid
    return DraftLine(
        line_id=line.id,
        kind=line.kind,
        scope=line.facts.get("scope", ""),
        list_fen=line.list_fen,
        quantity=line.quantity,
        discountable=kind is not None and kind.discountable,
        spendable=pays_ahead(kind, store_id) if sold else not prepaid,
        ahead=sold,
        variant_id=line.variant_id,
        facts=line.facts,
        change_fen=sum(each.amount_fen for each in discounts if each.step == "price_change"),
        gift=any(each.step == "gift" for each in discounts),
        by_hand={each.step: each.reason for each in discounts if each.step in BY_HAND},
    )


def refresh(bill: Bill, lines: Sequence[Line] | None = None) -> Quote:
    """Write what an open bill costs now on it, its orders and lines; in a unit."""
    api.db.session.flush()
    lines = lines_of(bill.id) if lines is None else lines
    found = quote_for(bill, (), lines=lines)
    write_sums(bill, found, lines)
    return found


def write_sums(bill: Bill, found: Quote, lines: Sequence[Line]) -> None:
    """Write the sums of a quote on a bill, its orders and *lines*, in the running unit."""
    for line in lines:
        line.due_fen = found.line(line.id).due_fen
    for order in api.db.session.scalars(_ORDERS, {"bill_id": bill.id}).all():
        own = [line for line in lines if line.order_kind == order.kind]
        if not own:
            api.db.session.delete(order)
            continue
        order.list_fen = sum(line.list_fen for line in own)
        order.due_fen = sum(line.due_fen for line in own)
        order.discount_fen = order.list_fen - order.due_fen
        order.state, order.booked_on = bill.state, bill.booked_on
        order.member_id = bill.member_id
    bill.list_fen, bill.due_fen = found.list_fen, found.due_fen
    bill.discount_fen = found.discount_fen
    bill.version += 1
    api.db.session.flush()
