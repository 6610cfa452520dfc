"""Money that came in: by day, store, kind of order and kind of payment; refunds are negative."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import (
    Bill,
    Line,
    LinePart,
    Payment,
    PaymentKind,
    Payout,
    Refund,
    RefundLine,
    Settlement,
)
from plugins.cashier.services.reports.spans import (
    ACCOUNT,
    DRAWER,
    JOURNAL,
    LEG,
    MONEY,
    Span,
    effective_code,
    total,
)

#: What money that was taken past the till was for, by the kind of journal.
OUTSIDE = {"top_up": "recharge", "card_sale": "card"}


@dataclass(frozen=True)
class Receipt:
    """What came in on a day in a store for one kind of order by one kind of payment.

    *kind_id* is None for money that was taken past the till (a top-up at the member's file);
    *account* says then where it went.
    """

    day: dt.date
    store_id: int
    order_kind: str
    kind_id: int | None
    account: str
    fen: int


def receipts(span: Span) -> list[Receipt]:
    """Return all money that came in, less what went back to guests."""
    return [*_on_bills(span), *refunds(span), *_elsewhere(span)]


def _on_bills(span: Span) -> list[Receipt]:
    rows = api.db.session.execute(
        sa.select(
            Settlement.booked_on,
            Bill.store_id,
            Line.order_kind,
            Payment.kind_id,
            PaymentKind.account,
            total(LinePart.amount_fen).label("fen"),
        )
        .select_from(LinePart)
        .join(Settlement, Settlement.id == LinePart.settlement_id)
        .join(Bill, Bill.id == Settlement.bill_id)
        .join(Line, Line.id == LinePart.line_id)
        .join(Payment, Payment.id == LinePart.payment_id)
        .join(PaymentKind, PaymentKind.id == Payment.kind_id)
        .where(PaymentKind.payment_class == "cash_like")
        .where(*span.holds(Bill.store_id, Settlement.booked_on), *span.standing())
        .group_by(
            Settlement.booked_on,
            Bill.store_id,
            Line.order_kind,
            Payment.kind_id,
            PaymentKind.account,
        )
        .order_by(Settlement.booked_on, Bill.store_id, Line.order_kind, Payment.kind_id)
    )
    return [
        Receipt(row.booked_on, row.store_id, row.order_kind, row.kind_id, row.account, int(row.fen))
        for row in rows
        if row.fen
    ]


#: What a refund gives back, as a kind of order; lines of a bill say it themselves.
REFUNDED = {"stored_value": "recharge", "card": "card"}


def _refunded_kinds() -> Any:
    """Return which kind of order the lines of each refund are of."""
    return (
        sa.select(RefundLine.refund_id, sa.func.min(Line.order_kind).label("order_kind"))
        .join(Line, Line.id == RefundLine.line_id)
        .group_by(RefundLine.refund_id)
        .subquery("kinds")
    )


def refunds(span: Span) -> list[Receipt]:
    """Return the money that went back to guests, as negative receipts."""
    return [*_by_kinds(span), *_past_the_till(span)]


def _past_the_till(span: Span) -> list[Receipt]:
    """Return what went back the way it came past the till: no kind of payment says where to."""
    wanted = sa.select(Payout.refund_id, Payout.booked_on, Refund.store_id, Refund.kind).distinct()
    wanted = wanted.join(Refund, Refund.id == Payout.refund_id).where(
        Payout.kind_id.is_(None),
        Refund.state == "paid",
        *span.holds(Refund.store_id, Payout.booked_on),
        *span.knows(Refund.paid_at),
    )
    return [
        Receipt(day, store, REFUNDED.get(kind, "service"), None, account, -fen)
        for number, day, store, kind in api.db.session.execute(wanted).all()
        for account, fen in sorted(_without_kind(number).items())
        if fen
    ]


def _without_kind(refund_id: int) -> dict[str, int]:
    """Return what a refund took out of each account, less what its kinds of payment tell of."""
    left: dict[str, int] = {}
    booked = (
        sa.select(ACCOUNT.c.kind, ACCOUNT.c.owner, total(LEG.c.amount))
        .select_from(JOURNAL)
        .join(LEG, LEG.c.journal_id == JOURNAL.c.id)
        .join(ACCOUNT, ACCOUNT.c.id == LEG.c.credit_id)
        .where(JOURNAL.c.ref == f"refund:{refund_id}", JOURNAL.c.code == "refund")
        .where(ACCOUNT.c.kind.in_(MONEY))
        .group_by(ACCOUNT.c.kind, ACCOUNT.c.owner)
    )
    for kind, owner, fen in api.db.session.execute(booked):
        account = account_key(kind, owner)
        left[account] = left.get(account, 0) + int(fen)
    told = (
        sa.select(PaymentKind.account, total(Payout.amount_fen))
        .join(Payout, Payout.kind_id == PaymentKind.id)
        .where(Payout.refund_id == refund_id, PaymentKind.payment_class == "cash_like")
        .group_by(PaymentKind.account)
    )
    for account, fen in api.db.session.execute(told):
        left[account] = left.get(account, 0) - int(fen)
    return left


def account_key(kind: str, owner: str) -> str:
    """Name an account of the salon's money as kinds of payment do."""
    return f"platform:{owner}" if kind == "receivable" else kind


def _by_kinds(span: Span) -> list[Receipt]:
    kinds = _refunded_kinds()
    rows = api.db.session.execute(
        sa.select(
            Payout.booked_on,
            Refund.store_id,
            Refund.kind,
            kinds.c.order_kind,
            Payout.kind_id,
            PaymentKind.account,
            total(Payout.amount_fen).label("fen"),
        )
        .select_from(Payout)
        .join(Refund, Refund.id == Payout.refund_id)
        .join(PaymentKind, PaymentKind.id == Payout.kind_id)
        .outerjoin(kinds, kinds.c.refund_id == Refund.id)
        .where(PaymentKind.payment_class == "cash_like", Refund.state == "paid")
        .where(*span.holds(Refund.store_id, Payout.booked_on), *span.knows(Refund.paid_at))
        .group_by(
            Payout.booked_on,
            Refund.store_id,
            Refund.kind,
            kinds.c.order_kind,
            Payout.kind_id,
            PaymentKind.account,
        )
    )
    return [
        Receipt(
            row.booked_on,
            row.store_id,
            REFUNDED.get(row.kind, row.order_kind or "service"),
            row.kind_id,
            row.account,
            -int(row.fen),
        )
        for row in rows
    ]


def _elsewhere(span: Span) -> list[Receipt]:
    """Read from the ledger what moved the salon's money and was not settled on a bill."""
    code, reversed_ = effective_code()
    found: dict[tuple[dt.date, int, str, str], int] = {}
    for side, sign in ((LEG.c.debit_id, 1), (LEG.c.credit_id, -1)):
        rows = api.db.session.execute(
            sa.select(
                JOURNAL.c.business_on,
                JOURNAL.c.store_id,
                code.label("code"),
                ACCOUNT.c.kind,
                ACCOUNT.c.owner,
                total(LEG.c.amount).label("fen"),
            )
            .select_from(JOURNAL)
            .join(LEG, LEG.c.journal_id == JOURNAL.c.id)
            .join(ACCOUNT, ACCOUNT.c.id == side)
            .outerjoin(reversed_, reversed_.c.id == JOURNAL.c.reverses_id)
            .where(ACCOUNT.c.kind.in_(MONEY), code.not_in(DRAWER))
            .where(*span.posted(), ~of_a_settlement())
            .group_by(
                JOURNAL.c.business_on,
                JOURNAL.c.store_id,
                code,
                ACCOUNT.c.kind,
                ACCOUNT.c.owner,
            )
        )
        for row in rows:
            account = account_key(row.kind, row.owner)
            key = (row.business_on, row.store_id, OUTSIDE.get(row.code, row.code), account)
            found[key] = found.get(key, 0) + sign * int(row.fen)
    return [
        Receipt(day, store, kind, None, account, fen)
        for (day, store, kind, account), fen in sorted(found.items())
        if fen
    ]


def of_a_settlement() -> sa.ColumnElement[bool]:
    """Return the condition that a journal was posted by settling a bill, or by a refund."""
    return sa.or_(JOURNAL.c.idem_key.like("bill:%"), JOURNAL.c.idem_key.like("refund:%"))


@dataclass(frozen=True)
class Channel:
    """A column of receipts: a kind of payment, or an account for money past the till."""

    key: str
    title: str
    online: bool


def channels(rows: list[Receipt]) -> list[Channel]:
    """Return the ways by which the money of some receipts came, in the till's order."""
    wanted = {row.kind_id for row in rows if row.kind_id}
    kinds = api.db.session.scalars(
        sa.select(PaymentKind)
        .where(PaymentKind.id.in_(wanted))
        .order_by(PaymentKind.online.desc(), PaymentKind.place, PaymentKind.id)
    )
    found = [Channel(f"kind:{kind.id}", kind.shown_name, kind.online) for kind in kinds]
    past = sorted({row.account for row in rows if row.kind_id is None})
    return [
        *found,
        *(Channel(account, account_title(account), account == "wechat") for account in past),
    ]


def channel_of(row: Receipt) -> str:
    """Return the key of the channel by which a receipt came."""
    return f"kind:{row.kind_id}" if row.kind_id else row.account


ACCOUNTS: Mapping[str, Any] = {
    "cash": _("Cash, past the till"),
    "bank": _("Bank, past the till"),
    "wechat": _("WeChat Pay, past the till"),
}


def account_title(account: str) -> str:
    """Name an account for money that was taken past the till."""
    if account in ACCOUNTS:
        return str(ACCOUNTS[account])
    return api.gettext("%(platform)s, past the till", platform=account.partition(":")[2])


def is_online(rows: list[Receipt]) -> dict[str, bool]:
    """Tell of each channel of some receipts whether a payment channel confirmed it."""
    return {channel.key: channel.online for channel in channels(rows)}
