"""What must hold between cards and the ledger, for the tie-out."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console.api import _
from plugins.cards.models import Card, CardUse, Part
from plugins.cashier.api import TieRule
from plugins.ledger.api import Journal, Lot, Use


def _row(where: Any, day: Any, what: Any, expected: Any, found: Any) -> tuple[Any, ...]:
    return (
        where.label("store_id"),
        day.label("day"),
        sa.null().label("bill_id"),
        what.label("what"),
        expected.label("expected"),
        found.label("found"),
    )


def _uses() -> Any:
    """A use of a card is a use of its lot, at the same prices, in the same store."""
    used = (
        sa.select(Use.id)
        .join(Journal, Journal.id == Use.journal_id)
        .join(Part, Part.lot_id == Use.lot_id)
        .where(Use.journal_id == CardUse.journal_id, Part.id == CardUse.part_id)
        .where(Part.card_id == CardUse.card_id, Journal.store_id == CardUse.store_id)
        .where(Use.income_fen == CardUse.income_fen, Use.list_fen == CardUse.list_fen)
        .where(Use.deal_fen == CardUse.deal_fen, Journal.agreed_by == CardUse.agreed_by)
    )
    missing = sa.case((sa.exists(used), 0), else_=1)
    rows = _row(CardUse.store_id, CardUse.used_on, CardUse.key, sa.literal(0), missing)
    return sa.select(*rows).where(CardUse.journal_id.is_not(None))


def _lost_uses() -> Any:
    """A session that the till took off a lot has its use, with the name of the service."""
    known = sa.select(CardUse.id).where(CardUse.journal_id == Journal.id)
    missing = sa.case((sa.exists(known), 0), else_=1)
    day, what = Journal.business_on, Journal.ref
    rows = _row(Journal.store_id, day, what, sa.literal(0), missing)
    return sa.select(*rows).where(Journal.code == "use_session", Journal.ref.like("bill:%"))


def _parts(expected: Any, found: Any) -> Any:
    """An item of a card has the sessions of its lot."""
    rows = _row(Card.store_id, Card.sold_on, Card.key, expected, found)
    query = sa.select(*rows).select_from(Part).join(Card, Card.id == Part.card_id)
    return query.join(Lot, Lot.id == Part.lot_id)


def _prices() -> Any:
    """What a card cost is what its items cost."""
    parts = sa.select(sa.func.sum(Part.price_fen)).where(Part.card_id == Card.id)
    return sa.select(
        *_row(Card.store_id, Card.sold_on, Card.key, Card.price_fen, parts.scalar_subquery())
    )


RULES = (
    TieRule("card_uses", _("Sessions used that differ from the ledger"), _uses, unit=""),
    TieRule(
        "card_uses_lost", _("Sessions in the ledger whose use is not there"), _lost_uses, unit=""
    ),
    TieRule(
        "card_parts",
        _("Cards whose sessions differ from the ledger"),
        lambda: _parts(Part.sessions, Lot.paid),
        unit="count",
    ),
    TieRule(
        "card_free",
        _("Cards whose free sessions differ from the ledger"),
        lambda: _parts(Part.free, Lot.gift),
        unit="count",
    ),
    TieRule("card_prices", _("Cards whose items do not add up to their price"), _prices),
)
