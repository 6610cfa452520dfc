"""What technicians and sellers did: the base of pay that is reckoned later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cashier.models import (
    Bill,
    Line,
    LinePart,
    Performer,
    RefundLine,
    Seller,
    Settlement,
)
from plugins.cashier.models import Refund as RefundRow
from plugins.cashier.services.objecting import lines_under_objection
from plugins.cashier.services.performers import WHOLE
from plugins.cashier.services.reports.spans import Span, first_settlement, total
from plugins.salon.api import Staff


@dataclass
class Performance:
    """What one person did in a store; sums follow her share of each line."""

    staff_id: int
    name: str
    store_id: int
    lines: int = 0
    named: int = 0
    money_fen: int = 0
    balance_fen: int = 0
    sessions: int = 0
    session_fen: int = 0
    sold_top_ups_fen: int = 0
    sold_cards_fen: int = 0
    sold_products_fen: int = 0
    refunded_fen: int = 0
    #: What of it members object to and have no answer yet: pay waits for it.
    objected_fen: int = 0

    @property
    def served_fen(self) -> int:
        """What her services came to, however they were paid."""
        return self.money_fen + self.balance_fen + self.session_fen


SOLD = {"recharge": "sold_top_ups_fen", "card": "sold_cards_fen", "product": "sold_products_fen"}


def performance(span: Span) -> list[Performance]:
    """Return what each person did and sold, in each store."""
    found: dict[tuple[int, int], Performance] = {}

    def at(row: Any) -> Performance:
        key = (row.staff_id, row.store_id)
        return found.setdefault(key, Performance(row.staff_id, row.name, row.store_id))

    for row in _done(span):
        at(row).lines += int(row.lines)
        at(row).named += int(row.named or 0)
    for row in _parts(span):
        one = at(row)
        one.money_fen += int(row.money) // WHOLE
        one.balance_fen += int(row.balance) // WHOLE
        one.sessions += int(row.sessions) // WHOLE
        one.session_fen += int(row.session_income) // WHOLE
    for row in _sold(span):
        one, name = at(row), SOLD.get(row.order_kind)
        if name is not None:
            setattr(one, name, getattr(one, name) + int(row.fen) // WHOLE)
    for row in _refunded(span):
        at(row).refunded_fen += int(row.fen) // WHOLE
    for row in _objected(span):
        at(row).objected_fen += int(row.fen) // WHOLE
    return sorted(found.values(), key=lambda one: (-one.served_fen, one.name, one.store_id))


def _standing(span: Span, query: Any, people: Any) -> Any:
    return (
        query.join(Line, Line.id == people.line_id)
        .join(Bill, Bill.id == Line.bill_id)
        .join(Settlement, Settlement.bill_id == Bill.id)
        .join(Staff, Staff.id == people.staff_id)
        .where(*span.holds(Bill.store_id, Settlement.booked_on), *span.standing())
    )


def _done(span: Span) -> Iterable[Any]:
    named = sa.func.sum(sa.case((Performer.named, 1), else_=0)).label("named")
    query = sa.select(
        Performer.staff_id, Staff.name, Bill.store_id, sa.func.count().label("lines"), named
    )
    query = _standing(span, query.select_from(Performer), Performer)
    query = query.where(first_settlement(), Performer.role == "main")
    return api.db.session.execute(query.group_by(Performer.staff_id, Staff.name, Bill.store_id))


def _parts(span: Span) -> Iterable[Any]:
    share = Performer.share_permille
    from_lot = LinePart.lot_id.is_not(None)
    query = sa.select(
        Performer.staff_id,
        Staff.name,
        Bill.store_id,
        total(sa.case((from_lot, 0), else_=LinePart.amount_fen) * share).label("money"),
        total(sa.case((from_lot, LinePart.amount_fen), else_=0) * share).label("balance"),
        total(LinePart.sessions * share).label("sessions"),
        total(sa.case((LinePart.sessions > 0, LinePart.income_fen), else_=0) * share).label(
            "session_income"
        ),
    )
    query = _standing(span, query.select_from(Performer), Performer)
    query = query.join(
        LinePart,
        sa.and_(LinePart.line_id == Line.id, LinePart.settlement_id == Settlement.id),
    )
    query = query.where(Performer.role == "main")
    return api.db.session.execute(query.group_by(Performer.staff_id, Staff.name, Bill.store_id))


def _objected(span: Span) -> Iterable[Any]:
    lines = lines_under_objection()
    if not lines:
        return ()
    worth = LinePart.amount_fen + sa.case((LinePart.sessions > 0, LinePart.income_fen), else_=0)
    query = sa.select(
        Performer.staff_id,
        Staff.name,
        Bill.store_id,
        total(worth * Performer.share_permille).label("fen"),
    )
    query = _standing(span, query.select_from(Performer), Performer).join(
        LinePart,
        sa.and_(LinePart.line_id == Line.id, LinePart.settlement_id == Settlement.id),
    )
    query = query.where(Performer.role == "main", Line.id.in_(lines))
    return api.db.session.execute(query.group_by(Performer.staff_id, Staff.name, Bill.store_id))


def _sold(span: Span) -> Iterable[Any]:
    query = sa.select(
        Seller.staff_id,
        Staff.name,
        Bill.store_id,
        Line.order_kind,
        total(Line.due_fen * Seller.share_permille).label("fen"),
    )
    query = _standing(span, query.select_from(Seller), Seller).where(first_settlement())
    groups = (Seller.staff_id, Staff.name, Bill.store_id, Line.order_kind)
    return api.db.session.execute(query.group_by(*groups))


def _refunded(span: Span) -> Iterable[Any]:
    query = (
        sa.select(
            Performer.staff_id,
            Staff.name,
            RefundRow.store_id,
            total(RefundLine.amount_fen * Performer.share_permille).label("fen"),
        )
        .select_from(Performer)
        .join(RefundLine, RefundLine.line_id == Performer.line_id)
        .join(RefundRow, RefundRow.id == RefundLine.refund_id)
        .join(Staff, Staff.id == Performer.staff_id)
        .where(RefundRow.state == "paid", Performer.role == "main")
        .where(*span.holds(RefundRow.store_id, RefundRow.booked_on))
        .where(*span.knows(RefundRow.paid_at))
    )
    return api.db.session.execute(
        query.group_by(Performer.staff_id, Staff.name, RefundRow.store_id)
    )
