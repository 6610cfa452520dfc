"""What the till chooses for the price of a bill: a coupon, points, what is declined, a mix."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line, Performer
from plugins.cashier.offers import Tender
from plugins.cashier.priced import Draft, FromPurse, Means, Proposal, Session
from plugins.cashier.services.asking import adjustments, member_offers
from plugins.cashier.services.benefits import lines_for
from plugins.cashier.services.billing import add_line, lock_bill, remove_line
from plugins.cashier.services.cards_on_bill import added_by, cards_for, limits_on
from plugins.cashier.services.pricing.proposing import propose
from plugins.cashier.services.quoting import draft_of, refresh
from plugins.membership.api import may_spend, purses_of


@api.unit
def choose_coupon(bill_id: int, key: str | None) -> Bill:
    """Let one coupon count for a bill: the best for None, none for ""."""
    bill = lock_bill(bill_id, "open")
    if key:
        draft = draft_of(bill)
        known = {each.key for each in adjustments(draft) if each.step == "coupon"}
        if key not in known:
            raise api.NotFound(_("There is no such coupon for this bill."))
    return _choose(bill, coupon=key)


@api.unit
def decline_benefit(bill_id: int, key: str) -> Bill:
    """Leave a benefit out of the price of a bill, as the guest wishes."""
    bill = lock_bill(bill_id, "open")
    declined = {*bill.choices.get("declined", ()), key[:500]}
    return _choose(bill, declined=sorted(declined)[:50])


@api.unit
def accept_benefit(bill_id: int, key: str) -> Bill:
    """Let a benefit count again that was declined."""
    bill = lock_bill(bill_id, "open")
    declined = {*bill.choices.get("declined", ())} - {key}
    return _choose(bill, declined=sorted(declined))


def _choose(bill: Bill, **chosen: Any) -> Bill:
    kept = {**bill.choices, **chosen}
    bill.choices = {key: value for key, value in kept.items() if value not in (None, [], 0)}
    refresh(bill)
    return bill


def proposals_for(bill_id: int) -> list[Proposal]:
    """Return ways to pay an open bill, the cheapest for the member first."""
    bill = api.db.session.get_one(Bill, bill_id)
    draft = draft_of(bill)
    return propose(draft, adjustments(draft), means_of(bill, draft))


def means_of(bill: Bill, draft: Draft) -> Means:
    """Return what the member of a bill could pay with beside money."""
    if bill.member_id is None:
        return Means()
    purses: list[FromPurse] = []
    titles: dict[str | None, Any] = {}
    if may_spend(bill.member_id):
        purses, titles = _purses_of(bill.member_id, draft)
    sessions, left = [], {}
    for offer in (one for one in member_offers(bill.member_id, bill.store_id) if one.pool):
        if offer.left is not None:
            left[offer.pool] = offer.left
        sessions += [
            Session(
                line.line_id,
                offer.pool,
                offer.title,
                offer.worth_fen,
                offer.extra_fen,
                offer.kind,
                offer.facts,
            )
            for line in draft.lines
            if line.kind != "session"
            and line.variant_id is not None
            and line.variant_id == offer.facts.get("variant_id")
        ]
    for line in draft.lines:
        pool = line.facts.get("part_id") if line.kind == "session" else None
        if pool is not None and f"part:{pool}" in left:
            left[f"part:{pool}"] -= line.quantity
    return Means(purses, titles, sessions, left)


def _purses_of(member_id: int, draft: Draft) -> tuple[list[FromPurse], dict[str | None, Any]]:
    """Return all that could come from a member's stored-value cards, and what they are called."""
    added = added_by(draft.lines)
    plain, purses = added.pop("", 0), []
    titles: dict[str | None, Any] = {None: _("Balance")}
    limits = limits_on(member_id, draft.lines)
    for purse in purses_of(member_id):
        if purse.plain:
            plain += purse.balance_fen
        else:
            titles[purse.code] = purse.title
            held = purse.balance_fen + added.pop(purse.code, 0)
            accepts = lines_for(purse, draft)
            purses.append(FromPurse(purse.code, held, accepts, limits.get(purse.code, ())))
    for card in cards_for(member_id, draft.lines):
        if card.code in added:
            titles[card.code] = card.title
            held, accepts = added[card.code], lines_for(card, draft)
            purses.append(FromPurse(card.code, held, accepts, limits.get(card.code, ())))
    return [*purses, FromPurse(None, plain, None, limits.get("", ()))], titles


@api.unit
def take_proposal(bill_id: int, sign: str) -> list[Tender]:
    """Do what a proposal says, and return what is to be paid from balance for it.

    `Conflict` when the bill, or what she has, is no longer what it was proposed for.
    """
    bill = lock_bill(bill_id, "open")
    found = next((one for one in proposals_for(bill_id) if one.sign == sign), None)
    if found is None:
        raise api.Conflict(_("The price of this bill has changed. Look at it again."))
    for session in found.sessions:
        _use_session(bill, session)
    _choose(bill, points=found.quote.points, coupon=found.quote.coupon)
    return [Tender("balance", fen, purse=code) for code, fen in found.purses]


def _use_session(bill: Bill, session: Session) -> None:
    """Put a session in the place of a line, done by the same person."""
    line = api.db.session.get_one(Line, session.line_id)
    first = api.db.session.scalar(
        sa.select(Performer)
        .where(Performer.line_id == line.id)
        .order_by(Performer.share_permille.desc(), Performer.id)
        .limit(1)
    )
    staff_id, named = (first.staff_id, first.named) if first else (None, False)
    remove_line(line.id)
    add_line(bill.id, session.kind, dict(session.facts), staff_id=staff_id, named=named)
