"""The kinds of payment: those that are there from the start, and where their money goes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, LinePart, Payment, PaymentKind, Settlement
from plugins.cashier.offers import PaymentMethod, Tender
from plugins.cashier.services.naming import name_in_all
from plugins.ledger.api import Name, held, platform, salon

#: What a salon begins with: code, name, class, method, account, whether a code is asked for.
FIRST: tuple[tuple[str, Any, str, str, str, bool], ...] = (
    ("cash", _("Cash"), "cash_like", "booked", "cash", False),
    ("wechat", _("WeChat"), "cash_like", "booked", "platform:wechat", False),
    ("alipay", _("Alipay"), "cash_like", "booked", "platform:alipay", False),
    ("aggregate", _("Aggregate code"), "cash_like", "booked", "platform:aggregate", False),
    ("bank_card", _("Bank card"), "cash_like", "booked", "bank", False),
    ("transfer", _("Bank transfer"), "cash_like", "booked", "bank", False),
    ("meituan", _("Meituan"), "cash_like", "booked", "platform:meituan", True),
    ("douyin", _("Douyin"), "cash_like", "booked", "platform:douyin", True),
    ("balance", _("Balance"), "balance", "balance", "", False),
)


_KINDS = (
    sa.select(PaymentKind)
    .where(PaymentKind.in_use, PaymentKind.online.is_(False))
    .order_by(PaymentKind.place, PaymentKind.id)
)


@api.unit
def seed_payment_kinds() -> None:
    """Make the kinds of payment that every salon has, unless they are there."""
    known = set(api.db.session.scalars(sa.select(PaymentKind.code)))
    rows = []
    for place, (code, title, class_, method, account, asks) in enumerate(FIRST):
        if code in known:
            continue
        name, names = name_in_all(title)
        row = {"code": code, "payment_class": class_, "method": method, "account": account}
        rows.append({**row, "name": name, "names": names, "needs_code": asks, "place": place})
    if rows:  # two tills may settle the first bills of a salon at once
        made = api.insert_into(PaymentKind.__table__).values(rows)
        api.db.session.execute(made.on_conflict_do_nothing())


def payment_kinds() -> list[PaymentKind]:
    """Return the kinds of payment that staff enter, in their order; none is online."""
    return [*api.read_once("cashier.kinds", lambda: api.db.session.scalars(_KINDS).all())]


def find_kind(code: str) -> PaymentKind:
    """Return a kind of payment that is in use, by its code; in a unit."""
    wanted = sa.select(PaymentKind).where(PaymentKind.code == code)
    kind = api.db.session.scalar(wanted)
    if kind is None:
        seed_payment_kinds()
        kind = api.db.session.scalar(wanted)
    if kind is None or not kind.in_use:
        raise api.NotFound(_("There is no such kind of payment."))
    return kind


def booked_account(bill: Bill, kind: PaymentKind, _tender: Tender) -> Name:
    """Name the account that a booked receipt goes to."""
    where, _colon, name = kind.account.partition(":")
    return platform(name) if where == "platform" else salon(where, bill.store_id)


def no_account(bill: Bill, _kind: PaymentKind, _tender: Tender) -> Name:
    """Name the member's stored value, which the till spends lot by lot."""
    if bill.member_id is None:
        raise api.Refused(_("Only a member can pay from balance."))
    return held("principal", bill.member_id)


METHODS = (
    PaymentMethod("booked", _("Booked receipts"), booked_account),
    PaymentMethod("balance", _("Balance"), no_account),
)
ACCOUNTS = ("cash", "bank")


def check_kind(kind: PaymentKind) -> None:
    """Raise `Refused` for a kind of payment whose money would go nowhere."""
    where, _colon, name = kind.account.partition(":")
    if kind.method == "booked" and not (where in ACCOUNTS or (where == "platform" and name)):
        raise api.Refused(_("The account is cash, bank, or platform: and a name."))
    if kind.method == "booked" and kind.online:
        raise api.Refused(_("What staff enter is no online receipt."))
    if kind.method == "booked" and kind.payment_class != "cash_like":
        # The books would count it as money that came in, and reports would not.
        raise api.Refused(_("What staff enter is money. A gift or a discount lowers the price."))


def paid_by_kind(line_id: int) -> list[tuple[str, int]]:
    """Return by which kinds of payment a line was paid, by name, and how much by each."""
    rows = (
        sa.select(PaymentKind, sa.func.sum(LinePart.amount_fen))
        .join(Payment, Payment.kind_id == PaymentKind.id)
        .join(LinePart, LinePart.payment_id == Payment.id)
        .join(Settlement, Settlement.id == LinePart.settlement_id)
        .where(LinePart.line_id == line_id, LinePart.amount_fen > 0)
        .where(Settlement.undone_at.is_(None))
        .group_by(PaymentKind.id)
        .order_by(PaymentKind.id)
    )
    return [(kind.shown_name, int(fen)) for kind, fen in api.db.session.execute(rows)]
