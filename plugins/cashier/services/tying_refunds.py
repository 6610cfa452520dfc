"""What must hold for refunds, online payments and what lots paid, as queries of what breaks it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console.api import _
from plugins.cashier.models import (
    Bill,
    Line,
    LinePart,
    OnlinePayment,
    OnlineRefund,
    Payment,
    PaymentKind,
    Payout,
    Refund,
    RefundLine,
    Settlement,
)
from plugins.cashier.services.quoting import SALES
from plugins.cashier.services.reports.spans import total
from plugins.cashier.services.tying_rules import row_of
from plugins.cashier.tie_rules import TieRule
from plugins.ledger.api import Payment as Paid
from plugins.ledger.api import Use


def _refunds() -> Any:
    """Lines of a bill say what was refunded of each; payouts say what a sheet paid."""
    lines = sa.select(total(RefundLine.amount_fen)).where(RefundLine.refund_id == Refund.id)
    paid = sa.select(total(Payout.amount_fen)).where(Payout.refund_id == Refund.id)
    by_line = Refund.kind == "lines"
    return sa.select(
        Refund.store_id.label("store_id"),
        Refund.booked_on.label("day"),
        Refund.bill_id.label("bill_id"),
        Refund.number.label("what"),
        (Refund.amount_fen + sa.case((by_line, 0), else_=Refund.interest_fen)).label("expected"),
        sa.case((by_line, lines.scalar_subquery()), else_=paid.scalar_subquery()).label("found"),
    ).where(Refund.state == "paid")


def _lost_refund_lines() -> Any:
    """What stands refunded of a line has its refund, of the same bill."""
    known = sa.select(Refund.id).where(
        Refund.id == RefundLine.refund_id,
        sa.or_(Refund.bill_id == Line.bill_id, Refund.kind != "lines"),
    )
    rows = row_of(Bill.number, sa.literal(0), sa.case((sa.exists(known), 0), else_=1))
    query = sa.select(*rows).select_from(RefundLine).join(Line, Line.id == RefundLine.line_id)
    return query.join(Bill, Bill.id == Line.bill_id)


def _online() -> Any:
    """What a provider confirmed stands on its bill, undone or not."""
    kind = sa.select(PaymentKind.id).where(PaymentKind.method == OnlinePayment.provider)
    booked = sa.select(Payment.id).where(
        Payment.bill_id == OnlinePayment.bill_id,
        Payment.kind_id.in_(kind),
        Payment.amount_fen == OnlinePayment.amount_fen,
        Bill.store_id == OnlinePayment.store_id,
    )
    rows = row_of(Bill.number, sa.literal(0), sa.case((sa.exists(booked), 0), else_=1))
    query = sa.select(*rows).select_from(OnlinePayment)
    query = query.join(Bill, Bill.id == OnlinePayment.bill_id)
    return query.where(OnlinePayment.settled_at.is_not(None))


def _online_refunds() -> Any:
    back = sa.select(total(OnlineRefund.amount_fen)).where(
        OnlineRefund.payment_id == OnlinePayment.id
    )
    rows = row_of(OnlinePayment.out_trade_no, OnlinePayment.refunded_fen, back.scalar_subquery())
    query = sa.select(*rows).select_from(OnlinePayment)
    return query.join(Bill, Bill.id == OnlinePayment.bill_id)


def _parts_of_lots() -> Any:
    """What a line was paid from a lot is a use of that lot in the ledger."""
    amount = LinePart.principal_fen + LinePart.bonus_fen + LinePart.sessions
    used = (
        sa.select(Use.id)
        .join(Paid, Paid.id == Use.payment_id)
        .where(Paid.ref == LinePart.ref, Use.lot_id == LinePart.lot_id)
        .where(Use.restores_id.is_(None), Use.paid + Use.gift == amount)
        .where(Use.income_fen == LinePart.income_fen)
    )
    rows = row_of(Bill.number, sa.literal(0), sa.case((sa.exists(used), 0), else_=1))
    query = sa.select(*rows).select_from(LinePart)
    query = query.join(Settlement, Settlement.id == LinePart.settlement_id)
    query = query.join(Line, Line.id == LinePart.line_id).join(Bill, Bill.id == Line.bill_id)
    return query.where(LinePart.lot_id.is_not(None), Line.order_kind.not_in(SALES))


REFUND_RULES = (
    TieRule("refunds", _("Refunds that are not what was paid out"), _refunds),
    TieRule("refund_lines", _("Refunded lines without their refund"), _lost_refund_lines, unit=""),
    TieRule("online", _("Online payments that are not on their bill"), _online, unit=""),
    TieRule("online_refunds", _("Online payments whose refunds do not add up"), _online_refunds),
    TieRule(
        "part_uses", _("Lines paid from lots that the ledger did not use"), _parts_of_lots, unit=""
    ),
)
