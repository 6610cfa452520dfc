"""Taking back: a settled bill is reopened on its own day, an unpaid one is made void."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
import sqlalchemy.orm

from console import api
from console.api import _
from plugins.cashier.hookspecs import cashier_bill_voided, cashier_bill_voiding
from plugins.cashier.models import BY_HAND, Bill, Discount, Line, Order, Payment, Refund, Settlement
from plugins.cashier.services.asking import line_kinds
from plugins.cashier.services.billing import lock_bill
from plugins.cashier.services.days import next_open_day, require_open_day
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.owners import require_still_hers
from plugins.cashier.services.points import take_points_back
from plugins.cashier.services.quoting import SALES, lines_of, refresh
from plugins.cashier.services.receipts import (
    balances_of,
    take_growth_back,
    tell_of_reopening,
)
from plugins.cashier.services.settling import settling_of
from plugins.ledger.api import Entry, Journal, reverse


@api.unit
def undo_settlement(bill_id: int, reason: str) -> Bill:
    """Reopen a settled bill on the business day of its settlement, with all that was paid.

    Each of its journals is reversed; `Insufficient` when what it gave (a top-up) was spent on
    another bill, `Refused` when what paid for it was given to another member. The bill is open
    again and may be changed, settled anew or made void.
    """
    reason = require_reason(reason)
    bill = lock_bill(bill_id, "settled", "part_paid")
    settlements, before = standing_settlements(bill_id), balances_of(bill.member_id)
    for settlement in settlements:
        require_open_day(bill.store_id, settlement.booked_on)
    lines, at = lines_of(bill_id), api.now()
    on = next_open_day(bill.store_id, today_of(bill.store_id))
    api.answers(cashier_bill_voiding, bill_id=bill_id)
    require_still_hers([line.id for line in lines])
    for settlement in settlements:
        _take_back(bill, settlement, lines, reason)
        take_growth_back(bill, settlement, lines)
        take_points_back(bill, settlement)
        settlement.undone_at, settlement.undo_reason = at, reason
        settlement.undone_on = on
        settlement.undone_by = api.actor().user_id
        free_payments(settlement)
    _open_again(bill, lines)
    tell_of_reopening(bill, settlements[0], before)
    record_taking_back(bill, "cashier.reopened", _("Reopened a settled bill"), reason)
    api.emit(cashier_bill_voided, bill_id=bill_id)
    return bill


def require_reason(text: str) -> str:
    """Return a reason as it is kept; refused without one."""
    reason = text.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    return reason


def require_nothing_refunded(bill_id: int) -> None:
    """Raise `Refused` once something of a bill was refunded: what went back stands in the books."""
    paid = sa.select(Refund.id).where(Refund.bill_id == bill_id, Refund.state == "paid")
    if api.db.session.scalar(paid.limit(1)) is not None:
        raise api.Refused(_("Something of this bill was refunded. Refund the rest as well."))


def standing_settlements(bill_id: int) -> list[Settlement]:
    """Return the settlements of a bill that stand, the latest first."""
    wanted = sa.select(Settlement).where(
        Settlement.bill_id == bill_id, Settlement.undone_at.is_(None)
    )
    return list(api.db.session.scalars(wanted.order_by(Settlement.number.desc())))


def _take_back(bill: Bill, settlement: Settlement, lines: Sequence[Line], reason: str) -> None:
    """Reverse what a settlement booked: what was spent before what it was spent from."""
    prefix = f"bill:{bill.key}:{settlement.number}:"
    reverse_journals(bill, settlement, (f"{prefix}money", f"{prefix}balance/"), reason)
    if settlement.number == _first(bill.id):
        settling = settling_of(bill, settlement)
        kinds = line_kinds()
        for line in sorted(lines, key=lambda line: (line.order_kind in SALES, -line.id)):
            kind = kinds.get(line.kind)
            if kind is not None and kind.undo is not None:
                kind.undo(settling, line, reason)
    reverse_journals(bill, settlement, (prefix,), reason)


def _first(bill_id: int) -> int:
    """Return the number of the earliest settlement of a bill that stands."""
    standing = sa.select(sa.func.min(Settlement.number)).where(
        Settlement.bill_id == bill_id, Settlement.undone_at.is_(None)
    )
    return api.db.session.scalar(standing) or 0


def reverse_journals(
    bill: Bill, settlement: Settlement, keys: tuple[str, ...], reason: str
) -> None:
    """Reverse the journals whose keys begin so, unless they are reversed already."""
    reversal = sa.orm.aliased(Journal)
    wanted = (
        sa.select(Journal.id, Journal.idem_key)
        .outerjoin(reversal, reversal.reverses_id == Journal.id)
        .where(Journal.ref == f"bill:{bill.id}", Journal.reverses_id.is_(None))
        .where(reversal.id.is_(None))
        .order_by(Journal.id.desc())
    )
    for journal_id, key in api.db.session.execute(wanted).all():
        if key.startswith(keys):
            entry = Entry(
                key=f"{key}:undo",
                code="reverse",
                ref=f"bill:{bill.id}",
                store_id=bill.store_id,
                business_on=settlement.booked_on,
                note=reason,
            )
            reverse(entry, journal_id)


def free_payments(settlement: Settlement) -> None:
    """Mark the payments of a settlement as undone; a voucher may be redeemed again."""
    wanted = sa.select(Payment).where(Payment.settlement_id == settlement.id)
    for payment in api.db.session.scalars(wanted):
        payment.state = "undone"
        if payment.voucher_code:
            payment.facts = {**payment.facts, "voucher_code": payment.voucher_code}
            payment.voucher_code = None


def _open_again(bill: Bill, lines: Sequence[Line]) -> None:
    for line in lines:
        line.state = "open"
        line.principal_fen = line.bonus_fen = line.income_fen = line.owing_fen = 0
    numbers = [line.id for line in lines]
    computed = sa.delete(Discount).where(Discount.line_id.in_(numbers))
    api.db.session.execute(computed.where(Discount.step.not_in(BY_HAND)))
    for each in api.db.session.scalars(sa.select(Discount).where(Discount.line_id.in_(numbers))):
        each.amount_fen = int(each.facts.get("asked_fen", each.amount_fen))
    bill.state = "open"
    bill.paid_fen = bill.owing_fen = 0
    bill.settled_at = bill.settled_by = bill.agreed_by = None
    bill.receipt = {}
    refresh(bill)


@api.unit
def void_bill(bill_id: int, reason: str) -> Bill:
    """Make an unpaid bill void, and say why; a settled one is reopened first."""
    reason = require_reason(reason)
    bill = lock_bill(bill_id, "open", "held")
    api.answers(cashier_bill_voiding, bill_id=bill_id)
    bill.state, bill.void_reason = "void", reason
    bill.voided_at = api.now()
    # On no sheet that is printed already: what is void after the day was closed is on the next.
    bill.voided_on = next_open_day(bill.store_id, today_of(bill.store_id))
    bill.voided_by = api.actor().user_id
    bill.version += 1
    orders = sa.update(Order).where(Order.bill_id == bill_id)
    api.db.session.execute(orders.values(state="void"))
    record_taking_back(bill, "cashier.voided", _("Made a bill void"), reason)
    api.emit(cashier_bill_voided, bill_id=bill_id)
    return bill


def record_taking_back(bill: Bill, act: str, title: object, note: str) -> None:
    """Write into the audit trail what was taken back of a bill, and why."""
    api.record_audit(act, bill, note=f"{bill.number} · {note}", store_id=bill.store_id, title=title)
