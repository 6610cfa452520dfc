"""The fee of a platform whose voucher paid what is refunded: the salon bears it.

What she prepaid goes back less what was used, and nothing else comes off (Fa Shi [2025] No. 4,
article 15). The platform gives its fee back when all that its voucher paid goes back through it;
for a part of it, its statement says what it keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from console import api
from plugins.cashier.models import Bill, LinePart, Payment
from plugins.cashier.refunds import Refundable
from plugins.cashier.services.vouchers import FEE
from plugins.ledger.api import Entry, Move, Name, payments_of, post, salon


def with_fee(one: Refundable) -> Refundable:
    """Return a refundable whose purchase says what platforms kept of its price."""
    refs = [paid.ref for paid in payments_of(one.journal_ids) if paid.ref]
    fee = sum(fee_of(payment) for payment in _payments(refs))
    return replace(one, purchase=replace(one.purchase, fee_fen=fee)) if fee else one


def fee_of(payment: Payment) -> int:
    """Return what a platform kept of a payment."""
    return int(payment.facts.get("fee_fen") or 0) if payment.voucher_code else 0


def take_fee_back(entry: Entry, payment: Payment, account: Name, fen: int) -> None:
    """Take a platform's fee back in the running unit, if all that it paid goes back through it."""
    fee = fee_of(payment)
    if fee and fen == payment.amount_fen:
        store_id = api.db.session.get_one(Bill, payment.bill_id).store_id
        post(replace(entry, code=FEE), [Move(account, salon("fee", store_id), fee)])


def _payments(refs: Sequence[str]) -> Sequence[Payment]:
    rows = sa.select(LinePart.payment_id).where(LinePart.ref.in_(refs))
    wanted = sa.select(Payment).where(Payment.id.in_(rows), Payment.voucher_code.is_not(None))
    return api.db.session.scalars(wanted).all()
