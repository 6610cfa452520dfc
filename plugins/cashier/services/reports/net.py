"""What bills came to: list price, what came off, what was due, and how that was paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from plugins.cashier.models import Bill, Line, Payment, PaymentKind, Settlement
from plugins.cashier.services.reports.receipts import channel_of, is_online, refunds
from plugins.cashier.services.reports.spans import Span, first_settlement, total


@dataclass
class Net:
    """The bills of a day in a store; what was paid and what is owing add up to what was due."""

    day: dt.date
    store_id: int
    bills: int = 0
    list_fen: int = 0
    due_fen: int = 0
    owed_before_fen: int = 0
    online_fen: int = 0
    booked_fen: int = 0
    balance_fen: int = 0
    #: What was paid ahead for the visit, on another bill.
    deposit_fen: int = 0
    owing_fen: int = 0
    #: What went back to guests on that day, below zero.
    online_back_fen: int = 0
    booked_back_fen: int = 0

    @property
    def discount_fen(self) -> int:
        """What came off the list price."""
        return self.list_fen - self.due_fen

    @property
    def net_fen(self) -> int:
        """The money that came in."""
        return self.online_fen + self.booked_fen

    @property
    def gap_fen(self) -> int:
        """What does not add up; zero when all is well."""
        paid = self.net_fen + self.balance_fen + self.deposit_fen
        return self.due_fen + self.owed_before_fen - paid - self.owing_fen


def net(span: Span) -> list[Net]:
    """Return one row for each day and store that had bills or refunds."""
    found: dict[tuple[dt.date, int], Net] = {}

    def at(row: Any) -> Net:
        key = (row.booked_on, row.store_id)
        return found.setdefault(key, Net(*key))

    for row in _acts(span, first=True):
        one = at(row)
        one.bills, one.due_fen = int(row.acts), int(row.paid) + int(row.owing)
        one.list_fen = int(row.list)
        one.owing_fen += int(row.owing)
    for row in _acts(span, first=False):
        one = at(row)
        one.owed_before_fen += int(row.paid) + int(row.owing)
        one.owing_fen += int(row.owing)
    for row in _payments(span):
        one, fen = at(row), int(row.fen)
        if row.payment_class == "balance":
            one.balance_fen += fen
        elif row.payment_class != "cash_like":
            one.deposit_fen += fen
        elif row.online:
            one.online_fen += fen
        else:
            one.booked_fen += fen
    _add_refunds(found, span)
    return [found[key] for key in sorted(found)]


def _add_refunds(found: dict[tuple[dt.date, int], Net], span: Span) -> None:
    back = refunds(span)
    online = is_online(back)
    for row in back:
        one = found.setdefault((row.day, row.store_id), Net(row.day, row.store_id))
        if online[channel_of(row)]:
            one.online_back_fen += row.fen
        else:
            one.booked_back_fen += row.fen


def _acts(span: Span, *, first: bool) -> Iterable[Any]:
    is_first = first_settlement()
    return api.db.session.execute(
        sa.select(
            Settlement.booked_on,
            Bill.store_id,
            sa.func.count().label("acts"),
            total(Settlement.paid_fen).label("paid"),
            total(Settlement.owing_fen).label("owing"),
            total(Settlement.list_fen).label("list"),
        )
        .select_from(Settlement)
        .join(Bill, Bill.id == Settlement.bill_id)
        .where(*span.holds(Bill.store_id, Settlement.booked_on), *span.standing())
        .where(is_first if first else ~is_first)
        .group_by(Settlement.booked_on, Bill.store_id)
    )


def _payments(span: Span) -> Iterable[Any]:
    return api.db.session.execute(
        sa.select(
            Settlement.booked_on,
            Bill.store_id,
            PaymentKind.payment_class,
            PaymentKind.online,
            total(Payment.amount_fen).label("fen"),
        )
        .select_from(Payment)
        .join(Settlement, Settlement.id == Payment.settlement_id)
        .join(Bill, Bill.id == Settlement.bill_id)
        .join(PaymentKind, PaymentKind.id == Payment.kind_id)
        .where(*span.holds(Bill.store_id, Settlement.booked_on), *span.standing())
        .group_by(
            Settlement.booked_on, Bill.store_id, PaymentKind.payment_class, PaymentKind.online
        )
    )


@dataclass(frozen=True)
class Part:
    """How much of a kind of order was paid by balance, in money, or stays owing."""

    order_kind: str
    lines: int
    list_fen: int
    due_fen: int


def by_order_kind(span: Span) -> list[Part]:
    """Return what was settled, by kind of order."""
    rows = api.db.session.execute(
        sa.select(
            Line.order_kind,
            sa.func.count().label("lines"),
            total(Line.list_fen).label("list"),
            total(Line.due_fen).label("due"),
        )
        .select_from(Line)
        .join(Settlement, Settlement.bill_id == Line.bill_id)
        .join(Bill, Bill.id == Line.bill_id)
        .where(*span.holds(Bill.store_id, Settlement.booked_on), *span.standing())
        .where(first_settlement(), Line.removed_at.is_(None))
        .group_by(Line.order_kind)
        .order_by(Line.order_kind)
    )
    return [Part(row.order_kind, row.lines, int(row.list), int(row.due)) for row in rows]
