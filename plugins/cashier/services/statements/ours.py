"""What the till has of a channel: payments and refunds, as they are looked for in statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from plugins.cashier.models import (
    Bill,
    OnlinePayment,
    OnlineRefund,
    Payment,
    PaymentKind,
    Payout,
    Refund,
)

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Own:
    """One trade as the till has it; `fee_fen` is what was booked as its fee already."""

    trade: str
    numbers: frozenset[str]
    fen: int
    day: dt.date
    store_id: int
    fee_fen: int = 0
    payment_id: int | None = None
    payout_id: int | None = None
    bill_id: int | None = None

    @property
    def known_as(self) -> str | None:
        """The number under which it is kept until the channel tells of it."""
        return min(self.numbers) if self.numbers else None


def own_trades(kind: PaymentKind, since: dt.date) -> list[Own]:
    """Return all trades of a kind of payment since a day, in the order in which they came."""
    if kind.online:
        return [*_online_payments(kind, since), *_online_refunds(kind, since)]
    return [*_payments(kind, since), *_payouts(kind, since)]


def _payments(kind: PaymentKind, since: dt.date) -> Iterator[Own]:
    rows = api.db.session.execute(
        sa.select(Payment, Bill.store_id)
        .join(Bill, Bill.id == Payment.bill_id)
        .where(Payment.kind_id == kind.id, Payment.booked_on >= since)
        .where(Payment.state == "confirmed")
        .order_by(Payment.id)
    )
    for payment, store_id in rows:
        code = (payment.voucher_code or "").partition(":")[2]
        yield Own(
            "payment",
            frozenset({payment.trade_no, code} - {""}),
            payment.amount_fen,
            payment.booked_on,
            store_id,
            int(payment.facts.get("fee_fen") or 0),
            payment_id=payment.id,
            bill_id=payment.bill_id,
        )


def _payouts(kind: PaymentKind, since: dt.date) -> Iterator[Own]:
    rows = api.db.session.execute(
        sa.select(Payout, Refund, Payment)
        .join(Refund, Refund.id == Payout.refund_id)
        .outerjoin(Payment, Payment.id == Payout.payment_id)
        .where(Payout.kind_id == kind.id, Payout.booked_on >= since, Refund.state == "paid")
        .order_by(Payout.id)
    )
    for payout, refund, payment in rows:
        whole = payment is not None and payment.amount_fen == payout.amount_fen
        fee = int(payment.facts.get("fee_fen") or 0) if whole else 0
        numbers = {payment.trade_no} - {""} if payment is not None else set()
        yield Own(
            "refund",
            frozenset(numbers),
            -payout.amount_fen,
            payout.booked_on,
            refund.store_id,
            -fee,
            payout_id=payout.id,
            bill_id=refund.bill_id,
        )


def _online_payments(kind: PaymentKind, since: dt.date) -> Iterator[Own]:
    """Read what the provider confirmed, whether or not its bill still stands."""
    rows = api.db.session.scalars(
        sa.select(OnlinePayment)
        .where(OnlinePayment.provider == kind.method, OnlinePayment.paid_at.is_not(None))
        .where(OnlinePayment.paid_at >= _begin(since))
        .order_by(OnlinePayment.id)
    ).all()
    for one in rows:
        yield Own(
            "payment",
            frozenset({one.transaction_id or "", one.out_trade_no} - {""}),
            one.paid_fen or 0,
            _day(one.paid_at),
            one.store_id,
            bill_id=one.bill_id,
        )


def _online_refunds(kind: PaymentKind, since: dt.date) -> Iterator[Own]:
    rows = api.db.session.execute(
        sa.select(OnlineRefund, OnlinePayment)
        .join(OnlinePayment, OnlinePayment.id == OnlineRefund.payment_id)
        .where(OnlinePayment.provider == kind.method, OnlineRefund.state == "done")
        .where(OnlineRefund.done_at >= _begin(since))
        .order_by(OnlineRefund.id)
    )
    for refund, payment in rows:
        yield Own(
            "refund",
            frozenset({refund.out_refund_no}),
            -refund.amount_fen,
            _day(refund.done_at),
            payment.store_id,
            bill_id=payment.bill_id,
        )


def _begin(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), ZONE)


def _day(moment: dt.datetime | None) -> dt.date:
    return (moment or api.now()).astimezone(ZONE).date()
