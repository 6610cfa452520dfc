"""Booked receipts found on the statement of bank or wallet: the mark, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Payment, PaymentKind, Statement, StatementLine
from plugins.cashier.models.payments import PaymentCheck
from plugins.cashier.permissions import CHECK_RECEIPTS, SEE_BILLS
from plugins.cashier.services.evidence import MOST_SHOWN, Booked, find_these_booked


@api.unit
def check_receipts(payment_ids: Sequence[int]) -> int:
    """Mark booked receipts as found on a statement, and return how many were not before.

    One that does not stand any more, or lies out of reach, refuses all of them.
    """
    count = 0
    for found in _lock(payment_ids):
        if found.payment.state != "confirmed":
            raise api.Conflict(
                _(
                    "A payment of bill %(bill)s was taken back meanwhile. Load the page again.",
                    bill=found.bill.number,
                )
            )
        if _standing(found.payment.id) is None:
            _mark(found.payment)
            _record(found, "cashier.receipt_checked", _("Checked a booked receipt"))
            count += 1
    return count


@api.unit
def undo_check(payment_id: int, reason: str) -> None:
    """Take back that a booked receipt was found on a statement, and say why."""
    (found,) = _lock([payment_id])
    reason = reason.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    check = _standing(payment_id)
    if check is None:
        raise api.Conflict(_("This payment is not checked any more. Load the page again."))
    check.undone_at, check.undone_by = api.now(), api.actor().name
    check.undo_reason = reason
    title = _("Took back that a booked receipt was checked")
    _record(found, "cashier.check_undone", title, reason)


def check_matched(kind: PaymentKind, lines: Sequence[StatementLine]) -> None:
    """Mark the receipts that statements of a channel agree with, in the running unit."""
    if kind.method != "booked" or kind.online:
        return
    for line in lines:
        payment = api.db.session.get(Payment, line.payment_id) if line.payment_id else None
        if payment is not None and _standing(payment.id) is None:
            told = api.db.session.get(Statement, line.statement_id) if line.statement_id else None
            _mark(payment, told.title if told is not None else "")


def _lock(payment_ids: Sequence[int]) -> list[Booked]:
    """Return booked receipts of stores where who acts may check them, locked in one order."""
    ids = sorted(set(payment_ids))[:MOST_SHOWN]
    wanted = sa.select(Payment.id).where(Payment.id.in_(ids)).order_by(Payment.id)
    api.db.session.execute(wanted.with_for_update())
    found = find_these_booked(ids)
    stores = {one.bill.store_id for one in found}
    within = all(CHECK_RECEIPTS.held(number) and SEE_BILLS.held(number) for number in stores)
    if len(found) < len(ids) or not within:
        raise api.NotFound(_("There is no such payment."))
    return found


def _standing(payment_id: int) -> PaymentCheck | None:
    wanted = sa.select(PaymentCheck).where(
        PaymentCheck.payment_id == payment_id, PaymentCheck.undone_at.is_(None)
    )
    check: PaymentCheck | None = api.db.session.scalar(wanted)
    return check


def _mark(payment: Payment, note: str = "") -> None:
    check = PaymentCheck(payment_id=payment.id, checked_at=api.now(), note=note[:200])
    check.checked_by = api.actor().name
    api.db.session.add(check)


def _record(found: Booked, act: str, title: Any, reason: str = "") -> None:
    bill = api.db.session.get_one(Bill, found.bill.id)
    told = (found.kind.name, api.format_fen(found.payment.amount_fen), reason)
    note = " · ".join(each for each in told if each)
    api.record_audit(act, bill, note=note, store_id=bill.store_id, title=title)
