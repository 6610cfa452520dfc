"""Taking back one payment of what was owing: the rest of the bill stays as it was settled."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line, LinePart, Order, Payment, PaymentKind, Settlement
from plugins.cashier.services.asking import line_kinds
from plugins.cashier.services.billing import lock_bill, require_state
from plugins.cashier.services.days import next_open_day, require_open_day
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.owners import require_still_hers
from plugins.cashier.services.points import take_points_back
from plugins.cashier.services.quoting import lines_of
from plugins.cashier.services.receipts import (
    add_undone,
    balances_of,
    take_growth_back,
    tell_of_unpaying,
)
from plugins.cashier.services.settling import settling_of
from plugins.cashier.services.voiding import (
    free_payments,
    record_taking_back,
    require_nothing_refunded,
    require_reason,
    reverse_journals,
    standing_settlements,
)


def payment_to_undo(bill: Bill) -> Settlement | None:
    """Return the last settlement of a bill where it paid what was owing from an earlier one."""
    if bill.state not in ("settled", "part_paid") or len(bill.receipt.get("acts", ())) < 2:
        return None
    standing = standing_settlements(bill.id)
    return standing[0] if len(standing) > 1 else None


@api.unit
def undo_payment(bill_id: int, number: int, reason: str) -> Bill:
    """Take the last payment of a debt back on its own business day; so much is owing again.

    *number* is that of its settlement; taking it back again changes nothing. `Refused` once
    something of the bill was refunded, or used that only this payment had paid for.
    """
    reason = require_reason(reason)
    bill = lock_bill(bill_id)
    wanted = sa.select(Settlement).where(Settlement.bill_id == bill_id, Settlement.number == number)
    settlement = api.db.session.scalar(wanted)
    if settlement is not None and settlement.undone_at is not None:
        return bill
    require_state(bill, "settled", "part_paid")
    found = payment_to_undo(bill)
    if settlement is None or found is None or found.id != settlement.id:
        raise api.Conflict(_("Only the last payment of what was owing is taken back by itself."))
    require_open_day(bill.store_id, settlement.booked_on)
    require_nothing_refunded(bill_id)
    _require_own_money(settlement)
    _take_back(bill, settlement, reason)
    return bill


def _require_own_money(settlement: Settlement) -> None:
    """Raise `Refused` for a deposit, or money that a provider holds: others have to move it."""
    elsewhere = (
        sa.select(Payment.id)
        .join(PaymentKind, PaymentKind.id == Payment.kind_id)
        .where(Payment.settlement_id == settlement.id)
        .where(sa.or_(PaymentKind.online, PaymentKind.method.not_in(("booked", "balance"))))
    )
    if api.db.session.scalar(elsewhere.limit(1)) is not None:
        raise api.Refused(_("A deposit or an online payment paid a part of it. Reopen the bill."))


def _take_back(bill: Bill, settlement: Settlement, reason: str) -> None:
    lines, before = lines_of(bill.id), balances_of(bill.member_id)
    require_still_hers([line.id for line in lines], settlement.id)
    reverse_journals(bill, settlement, (f"bill:{bill.key}:{settlement.number}:",), reason)
    paid = _give_back(settlement, lines)
    kinds, settling = line_kinds(), settling_of(bill, settlement)
    for line in lines:
        unpay = kinds[line.kind].unpay if line.kind in kinds else None
        if unpay is not None and paid.get(line.id):
            unpay(settling, line, reason)
    take_growth_back(bill, settlement, lines)
    take_points_back(bill, settlement)
    settlement.undone_at, settlement.undo_reason = api.now(), reason
    settlement.undone_on = next_open_day(bill.store_id, today_of(bill.store_id))
    settlement.undone_by = api.actor().user_id
    free_payments(settlement)
    _owe_again(bill, settlement)
    add_undone(bill, settlement, before)
    tell_of_unpaying(bill, settlement, before)
    title = _("Took a payment back")
    note = f"{api.format_fen(settlement.paid_fen)} · {reason}"
    record_taking_back(bill, "cashier.unpaid", title, note)


def _give_back(settlement: Settlement, lines: list[Line]) -> dict[int, int]:
    """Let lines owe what a settlement paid of them; return how much that was, by line."""
    known, paid = {line.id: line for line in lines}, dict[int, int]()
    parts = sa.select(LinePart).where(LinePart.settlement_id == settlement.id)
    for part in api.db.session.scalars(parts):
        line, spent = known[part.line_id], part.principal_fen + part.bonus_fen
        line.owing_fen += part.amount_fen
        line.principal_fen -= part.principal_fen
        line.bonus_fen -= part.bonus_fen
        # What balance paid had taken the place of what the line earned when it was owing.
        line.income_fen += spent - part.income_fen
        paid[line.id] = paid.get(line.id, 0) + part.amount_fen
    return paid


def _owe_again(bill: Bill, settlement: Settlement) -> None:
    before = next(one for one in standing_settlements(bill.id) if one.id != settlement.id)
    bill.state = "part_paid"
    bill.paid_fen -= settlement.paid_fen
    bill.owing_fen = settlement.owing_fen + settlement.paid_fen
    bill.settled_by, bill.settled_at = before.settled_by, before.settled_at
    bill.agreed_by, bill.device = before.agreed_by, before.device
    bill.version += 1
    orders = sa.update(Order).where(Order.bill_id == bill.id, Order.state != "refunded")
    api.db.session.execute(orders.values(state=bill.state))
    api.db.session.flush()
