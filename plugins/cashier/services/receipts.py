"""What follows from a settlement: the receipt, growth towards a level, the member's message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line, LinePart, Payment, PaymentKind, Settlement
from plugins.cashier.offers import Quote
from plugins.cashier.services.days import paid_day
from plugins.cashier.services.top_up_terms import terms_at_counter
from plugins.ledger.api import standings
from plugins.membership.api import (
    add_growth,
    beside_points,
    take_back_growth,
    tell_of_points,
)
from plugins.messages.api import MessageKind, send_message

PAID = MessageKind(
    "cashier.paid",
    _("Thank you for your visit"),
    _("%(name)s, you paid %(paid)s at %(store)s. Balance: %(left)s."),
)
TAKEN = MessageKind(
    "cashier.taken",
    _("%(taken)s was taken from your balance"),
    _("%(name)s, %(taken)s was taken from your balance at %(store)s. Balance left: %(left)s."),
)
TOPPED_UP = MessageKind(
    "cashier.topped_up",
    _("Your top-up of %(amount)s"),
    _("%(name)s, you topped up %(amount)s at %(store)s. Balance: %(left)s."),
)
BOTH = MessageKind(
    "cashier.topped_up_and_taken",
    _("Your top-up of %(amount)s"),
    _(
        "%(name)s, you topped up %(amount)s at %(store)s, and %(taken)s was taken from your "
        "balance. Balance left: %(left)s."
    ),
)
OWED = MessageKind(
    "cashier.owed",
    _("%(owing)s is owing"),
    _("%(name)s, you paid %(paid)s at %(store)s; %(owing)s is owing. Balance: %(left)s."),
)
REOPENED = MessageKind(
    "cashier.reopened",
    _("A bill was taken back"),
    _("%(name)s, the bill %(number)s at %(store)s was taken back. Balance: %(left)s."),
)
UNPAID = MessageKind(
    "cashier.unpaid",
    _("A payment was taken back"),
    _(
        "%(name)s, your payment of %(paid)s for bill %(number)s at %(store)s was taken back; "
        "%(owing)s is owing. Balance: %(left)s."
    ),
)
KEPT = ("principal", "bonus", "all_points", "all_sessions")


def balances_of(member_id: int | None) -> dict[str, int]:
    """Return what a member has now, as it is printed on receipts; nothing for a walk-in."""
    return standings([member_id], KEPT)[member_id] if member_id else {}


_PAID_BY = (
    sa.select(Payment, PaymentKind)
    .join(PaymentKind, PaymentKind.id == Payment.kind_id)
    .where(Payment.settlement_id == sa.bindparam("settlement_id"))
    .order_by(Payment.id)
)


def write_receipt(
    bill: Bill,
    settlement: Settlement,
    lines: Sequence[Line],
    before: Mapping[str, int],
    *,
    arrived: str = "",
) -> dict[str, int]:
    """Freeze on a bill what its receipt says, in the running unit; return what she has now.

    *arrived* is when her code was scanned at arrival, if the settlement rests on that.
    """
    after = balances_of(bill.member_id)
    act = _act(settlement, before, after)
    if arrived:
        act["arrived"] = arrived
    bill.receipt = {
        **bill.receipt,
        "lines": [
            {
                "title": line.title,
                "names": line.facts.get("names", {}),
                "quantity": line.quantity,
                "list_fen": line.list_fen,
                "due_fen": line.due_fen,
            }
            for line in lines
        ],
        "terms": terms_at_counter(bill, lines),
        "acts": [*bill.receipt.get("acts", ()), act],
    }
    return after


def _act(
    settlement: Settlement, before: Mapping[str, int], after: Mapping[str, int]
) -> dict[str, Any]:
    rows = api.db.session.execute(_PAID_BY, {"settlement_id": settlement.id})
    return {
        "number": settlement.number,
        "at": settlement.settled_at.isoformat(),
        "before": dict(before),
        "after": dict(after),
        "paid_fen": settlement.paid_fen,
        "owing_fen": settlement.owing_fen,
        "payments": [
            {
                "name": kind.name,
                "names": kind.names,
                "amount_fen": payment.amount_fen,
                "given_fen": payment.given_fen,
                "change_fen": payment.change_fen,
                "note": payment.trade_no or payment.note,
            }
            for payment, kind in rows
        ],
    }


def add_undone(bill: Bill, settlement: Settlement, before: Mapping[str, int]) -> None:
    """Add to a bill's receipt that a payment of what was owing was taken back, and why."""
    act = _act(settlement, before, balances_of(bill.member_id))
    for payment in act["payments"]:
        payment["amount_fen"] = -payment["amount_fen"]
        payment["change_fen"] = 0
    act |= {"at": api.now().isoformat(), "undone": settlement.undo_reason}
    act |= {"paid_fen": -settlement.paid_fen, "owing_fen": bill.owing_fen}
    bill.receipt = {**bill.receipt, "acts": [*bill.receipt.get("acts", ()), act]}


def kept_unused(found: Quote) -> list[dict[str, Any]]:
    """Return why benefits that were offered did not count, as it stays on the receipt."""
    return [
        {"step": one.step, "reason": dict(one.reason), "why": dict(one.why)}
        for one in found.unused
        if one.step != "points"
    ]


def count_growth(bill: Bill, settlement: Settlement, lines: Sequence[Line]) -> None:
    """Count what a member spent of her own money towards her level; top-ups count themselves."""
    fen = _spent(settlement.id, lines) if bill.member_id is not None else 0
    if bill.member_id is not None and fen > 0:
        key = f"bill:{bill.key}:{settlement.number}:spend"
        add_growth(bill.member_id, fen, cause="spend", key=key, on=paid_day(bill))


def _spent(settlement_id: int, lines: Sequence[Line]) -> int:
    consumed = [line.id for line in lines if line.order_kind in ("service", "product")]
    parts = sa.select(sa.func.sum(LinePart.amount_fen - LinePart.bonus_fen)).where(
        LinePart.settlement_id == settlement_id, LinePart.line_id.in_(consumed)
    )
    return int(api.db.session.scalar(parts) or 0)


def take_growth_back(bill: Bill, settlement: Settlement, lines: Sequence[Line]) -> None:
    """Take off again what a settlement counted towards a level."""
    if bill.member_id is not None and _spent(settlement.id, lines) > 0:
        key = f"bill:{bill.key}:{settlement.number}:spend"
        take_back_growth(key, back_key=f"{key}:back")


def tell_member(
    bill: Bill,
    settlement: Settlement,
    before: Mapping[str, int],
    after: Mapping[str, int],
    used: int,
) -> None:
    """Tell a member at once what was taken from her, *used* points among it, and what is left."""
    if bill.member_id is None:
        return
    points = (-used, after["all_points"] - before["all_points"] + used)
    key, url = f"cashier.settled:{settlement.id}", f"/cashier/receipts/{bill.id}"
    if not (settlement.paid_fen or settlement.owing_fen):
        what, left = _("bill %(number)s", number=bill.number), after["all_points"]
        store_id = bill.store_id
        tell_of_points(bill.member_id, points, what, left, key=key, url=url, store_id=store_id)
        return
    taken, added = _moved(settlement.id)
    kind = PAID
    if settlement.owing_fen:
        kind = OWED
    elif taken and added:
        kind = BOTH
    elif taken or added:
        kind = TAKEN if taken else TOPPED_UP
    facts = _facts(bill, after, points) | {
        "paid": api.format_fen(settlement.paid_fen),
        "owing": api.format_fen(settlement.owing_fen),
        "taken": api.format_fen(taken),
        "amount": api.format_fen(added),
    }
    send_message(bill.member_id, kind, facts, url=url, key=key, store_id=bill.store_id)


def tell_of_reopening(bill: Bill, settlement: Settlement, before: Mapping[str, int]) -> None:
    """Tell a member that a settlement was undone and what she has now."""
    if bill.member_id is not None:
        after = balances_of(bill.member_id)
        points = [after["all_points"] - before["all_points"]]
        facts = _facts(bill, after, points) | {"number": bill.number}
        key = f"cashier.reopened:{settlement.id}"
        send_message(bill.member_id, REOPENED, facts, key=key, store_id=bill.store_id)


def tell_of_unpaying(bill: Bill, settlement: Settlement, before: Mapping[str, int]) -> None:
    """Tell a member that a payment of hers was taken back, and what she owes again."""
    if bill.member_id is None:
        return
    after = balances_of(bill.member_id)
    points = [after["all_points"] - before["all_points"]]
    facts = _facts(bill, after, points) | {
        "number": bill.number,
        "paid": api.format_fen(settlement.paid_fen),
        "owing": api.format_fen(bill.owing_fen),
    }
    key, url = f"cashier.unpaid:{settlement.id}", f"/cashier/receipts/{bill.id}"
    send_message(bill.member_id, UNPAID, facts, url=url, key=key, store_id=bill.store_id)


def _facts(bill: Bill, left: Mapping[str, int], points: Sequence[int]) -> dict[str, Any]:
    store = api.db.session.get_one(api.Store, bill.store_id)
    balance = api.format_fen(left["principal"] + left["bonus"])
    return {"store": store.name, "left": beside_points(balance, points, left["all_points"])}


def _moved(settlement_id: int) -> tuple[int, int]:
    """Return what a settlement took from balance, and the principal that it put there."""
    parts = sa.select(LinePart).where(
        LinePart.settlement_id == settlement_id, LinePart.lot_id.is_not(None)
    )
    rows = api.db.session.scalars(parts).all()
    taken = sum(part.principal_fen + part.bonus_fen for part in rows if part.amount_fen)
    return taken, sum(part.principal_fen for part in rows if not part.amount_fen)
