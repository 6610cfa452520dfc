"""Paying a refund of prepaid money out: back the way it came, else another way with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import LinePart, Payment, PaymentKind, Payout, Refund
from plugins.cashier.refunds import Refundable
from plugins.cashier.services.paying import find_kind
from plugins.cashier.services.refunding.cases import (
    book_today,
    find_refundables,
    lock_refund,
    reckon,
)
from plugins.cashier.services.refunding.fees import fee_of, take_fee_back
from plugins.cashier.services.refunding.finishing import finish
from plugins.cashier.services.refunding.online import send_online_back
from plugins.cashier.services.refunding.sheets import Asked, Sheet
from plugins.cashier.services.refunding.to_balance import (
    ToBalance,
    give_to_balance,
    left_of,
    money_behind,
)
from plugins.ledger.api import (
    AGREEMENTS,
    Entry,
    Move,
    Name,
    PaidBy,
    RefundTooBig,
    held,
    payments_of,
    platform,
    post,
    salon,
    show_kind,
)
from plugins.ledger.api import Payout as Money
from plugins.membership.api import legal_figures, points_of


@dataclass(frozen=True)
class Source:
    """A payment that money may go back by: of what, how much at most, how much is proposed."""

    ref: str
    key: str
    label: str
    left_fen: int
    proposed_fen: int
    account: Name
    payment: Payment | None = None
    kind: PaymentKind | None = None
    #: Whether it goes back to the lots of a balance: the sums are face value.
    to_balance: bool = False

    @property
    def fee_fen(self) -> int:
        """What a platform kept of it, and gives back when all of it goes back this way."""
        return fee_of(self.payment) if self.payment is not None else 0


@dataclass(frozen=True)
class Ways:
    """How a refund is paid out: by which payments, and by which kind the rest and the interest.

    *amounts* are fen by reference of a source; what they leave goes by *other*, for a reason.
    """

    amounts: Mapping[str, int]
    other: str = ""
    other_reason: str = ""
    interest: str = ""


def asked_of(refund: Refund) -> Asked:
    """Return what a kept refund was asked for."""
    told: dict[str, Any] = dict(refund.asked["asked"])
    for name in ("asked_on", "ended_on", "paid_on", "stopped_on"):
        told[name] = dt.date.fromisoformat(told[name]) if told[name] else None
    return Asked(**told)


def sources_of(found: Sequence[Refundable], sheet: Mapping[str, Any]) -> list[Source]:
    """Return the payments that a refund may go back by, each with what is proposed."""
    wanted = {account["key"]: account["refund_fen"] for account in sheet["accounts"]}
    sources = []
    for one in found:
        paid = [each for each in payments_of(one.journal_ids) if each.account and each.left_fen]
        need = wanted.get(one.key, 0)
        ahead = one.purchase.balance_fen
        for ref, held_fen in left_of(one.balance_refs).items():
            left = min(held_fen, ahead)
            some = min(need, left)
            need, ahead = need - some, ahead - left
            sources.append(_from_balance(one, ref, left, some))
        for each in sorted(
            paid, key=lambda each: bool(each.account and each.account.kind == "cash")
        ):
            some = min(need, each.left_fen)
            need -= some
            sources.append(_source(one, each, some))
    return sources


def _is_cash(paid: PaidBy) -> bool:
    return paid.account is not None and paid.account.kind == "cash"


def _source(one: Refundable, paid: PaidBy, proposed_fen: int) -> Source:
    if paid.account is None:
        raise ValueError("a payment without an account has no way back")
    payment, kind = _payment_of(paid.ref)
    label = kind.shown_name if kind else str(show_kind(paid.account.kind))
    return Source(
        paid.ref, one.key, label, paid.left_fen, proposed_fen, paid.account, payment, kind
    )


def _from_balance(one: Refundable, ref: str, left_fen: int, proposed_fen: int) -> Source:
    payment, kind = _payment_of(ref)
    label = kind.shown_name if kind else api.gettext("Balance")
    account = held("principal", 0)
    return Source(ref, one.key, label, left_fen, proposed_fen, account, payment, kind, True)


def _payment_of(ref: str) -> tuple[Payment | None, PaymentKind | None]:
    """Return the till's payment behind a reference, if the till took it."""
    parts = ref.removeprefix("bill:").split("/")
    if not ref.startswith("bill:") or len(parts) != 4 or not parts[2].isdecimal():
        return None, None
    found = api.db.session.execute(
        sa.select(Payment, PaymentKind)
        .join(LinePart, LinePart.payment_id == Payment.id)
        .join(PaymentKind, PaymentKind.id == Payment.kind_id)
        .where(LinePart.line_id == int(parts[2]), LinePart.ref == ref)
        .limit(1)
    ).first()
    return (found[0], found[1]) if found else (None, None)


@api.unit
def pay_refund(refund_id: int, ways: Ways) -> Refund:
    """Pay a refund of a top-up or card out; one that was paid out is returned as it is.

    Refused before it is approved and she agreed, and when something was used since the sheet
    was made: then it no longer says what is left. `RefundTooBig` above what a payment brought.
    """
    refund = lock_refund(refund_id)
    if refund.state == "paid":
        return refund
    refund = lock_refund(refund_id, "approved")
    if refund.answer != "agreed" or refund.agreed_by not in AGREEMENTS:
        raise api.Refused(_("She has not agreed to the sheet."))
    found = find_refundables(refund.member_id or 0, refund.asked["keys"])
    sheet = reckon(found, asked_of(refund))
    if _figures(sheet.facts()) != _figures(refund.sheet):
        raise api.Conflict(_("Something was used since the sheet was made. Make a new sheet."))
    refund.booked_on = book_today(refund.store_id)
    sources = {one.ref: one for one in sources_of(found, refund.sheet)}
    plan = _plan(refund, sheet, sources, ways)
    had = points_of(refund.member_id or 0)
    api.fail_point("before_refund")
    for one in found:
        payouts = plan.get(one.key, [])
        one.take(_entry(refund, one.key), [money for money, _out in payouts if money.amount_fen])
        for money, payout in payouts:
            api.db.session.add(payout)
            if payout.ref and sources[payout.ref].to_balance:
                give_to_balance(refund, _entry(refund, one.key), payout.ref, payout.amount_fen)
                continue
            payment = sources[payout.ref].payment if payout.ref else None
            if payment is not None:
                entry = _entry(refund, f"{one.key}:fee:{payment.id}")
                take_fee_back(entry, payment, money.account, money.amount_fen)
    _pay_interest(refund, ways)
    finish(refund, points_of(refund.member_id or 0) - had)
    api.fail_point("after_refund")
    return refund


def _figures(sheet: Mapping[str, Any]) -> list[Any]:
    accounts = sheet["accounts"]
    return [[one["key"], one["used_fen"], one["refund_fen"]] for one in accounts]


def _plan(
    refund: Refund, sheet: Sheet, sources: Mapping[str, Source], ways: Ways
) -> dict[str, list[tuple[Money, Payout]]]:
    """Return by refundable what is paid out for it: by its own payments, then the other way."""
    unknown = [ref for ref, fen in ways.amounts.items() if fen and ref not in sources]
    if unknown:
        raise api.NotFound(_("There is no payment of this reference."))
    plan: dict[str, list[tuple[Money, Payout]]] = {}
    in_cash = 0
    for account in sheet.accounts:
        key, rest = account.purchase.key, account.refund_fen
        for ref, fen in ways.amounts.items():
            if not fen or sources[ref].key != key:
                continue
            rest -= fen
            plan.setdefault(key, []).append(_back(refund, sources[ref], fen))
        if rest < 0:
            raise api.Refused(_("More would be paid out than the sheet says."))
        if rest:
            plan.setdefault(key, []).append(_otherwise(refund, ways, rest))
            own = [source for source in sources.values() if source.key == key]
            kept = sum(one.left_fen - ways.amounts.get(one.ref, 0) for one in own if one.to_balance)
            if kept > 0:
                raise ToBalance(kept)
            in_cash += _paid_elsewhere(own, ways, rest)
    _check_cash(ways, in_cash)
    return plan


def _paid_elsewhere(sources: Sequence[Source], ways: Ways, rest_fen: int) -> int:
    """Return how much of a rest could go back by payments that were not in cash."""
    left = {True: 0, False: 0}
    for source in sources:
        left[source.account.kind == "cash"] += source.left_fen - ways.amounts.get(source.ref, 0)
    return min(max(rest_fen - left[True], 0), left[False])


def _check_cash(ways: Ways, fen: int) -> None:
    """Raise `Refused` for more cash than the rules of the city allow for what was not cash."""
    most = int(legal_figures()["refund_cash_fen"].value)
    if fen <= most or _booked(ways.other).account != "cash":
        return
    raise api.Refused(
        _(
            "%(amount)s of it was not paid in cash. Up to %(most)s of that goes back in cash; send "
            "it back the way it came, or by bank transfer in her name.",
            amount=api.format_fen(fen),
            most=api.format_fen(most),
        )
    )


def _back(refund: Refund, source: Source, fen: int) -> tuple[Money, Payout]:
    if source.to_balance:
        if fen > source.left_fen:
            raise RefundTooBig
        payout = _payout(refund, fen, source.kind)
        payout.payment_id = source.payment.id if source.payment else None
        payout.ref = source.ref
        return money_behind(refund, source.ref, fen), payout
    if source.payment is not None:
        send_online_back(source.payment, fen, refund)
    payout = _payout(refund, fen, source.kind)
    payout.payment_id = source.payment.id if source.payment else None
    payout.ref, payout.note = source.ref, "" if source.kind else source.label
    account = source.account
    if account.kind == "cash":
        account = salon("cash", refund.store_id)  # notes are in the drawer where she stands
    return Money(account, fen, source.ref), payout


def _otherwise(refund: Refund, ways: Ways, fen: int) -> tuple[Money, Payout]:
    reason = ways.other_reason.strip()[:200]
    if not ways.other or not reason:
        text = _("Say how %(rest)s is paid, and why not the way it came.", rest=api.format_fen(fen))
        raise api.Refused(text)
    kind = _booked(ways.other)
    payout = _payout(refund, fen, kind)
    payout.note = reason
    return Money(account_of(kind, refund.store_id), fen), payout


def _pay_interest(refund: Refund, ways: Ways) -> None:
    if not refund.interest_fen:
        return
    if not ways.interest:
        raise api.Refused(_("Say how the interest is paid."))
    kind = _booked(ways.interest)
    account = account_of(kind, refund.store_id)
    interest = salon("interest", refund.store_id)
    post(_entry(refund, "interest"), [Move(interest, account, refund.interest_fen)])
    payout = _payout(refund, refund.interest_fen, kind)
    payout.part = "interest"
    api.db.session.add(payout)


def _booked(code: str) -> PaymentKind:
    kind = find_kind(code)
    if kind.online or kind.payment_class != "cash_like":
        raise api.Refused(_("Choose cash or a transfer."))
    return kind


def account_of(kind: PaymentKind, store_id: int) -> Name:
    """Name the account that a booked kind of payment is kept in."""
    where, _colon, name = kind.account.partition(":")
    return platform(name) if where == "platform" else salon(where, store_id)


def _payout(refund: Refund, fen: int, kind: PaymentKind | None) -> Payout:
    payout = Payout(refund_id=refund.id, amount_fen=fen, booked_on=refund.booked_on)
    payout.kind_id, payout.part = kind.id if kind else None, "refund"
    payout.ref = payout.note = ""
    return payout


def _entry(refund: Refund, part: str) -> Entry:
    return Entry(
        key=f"refund:{refund.key}:{part}",
        code="refund",
        asked=[refund.id, part],
        ref=f"refund:{refund.id}",
        store_id=refund.store_id,
        business_on=refund.booked_on,
        agreed_by=refund.agreed_by,
        approver_id=refund.approved_by,
        note=refund.reason,
    )
