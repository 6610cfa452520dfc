"""Points at the till: they pay a part of a bill, and what is paid with own money earns them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line, LinePart, Settlement
from plugins.cashier.offers import Settling
from plugins.cashier.priced import Adjustment, Draft
from plugins.cashier.services.asking import line_kinds
from plugins.cashier.services.billing import lock_bill
from plugins.cashier.services.quoting import refresh
from plugins.ledger.api import Entry, spend_points
from plugins.membership.api import (
    earn_for,
    points_of,
    points_to_pay,
    take_back_for,
)

PAID = _("%(points)s points")


def offered_points(draft: Draft) -> Iterator[Adjustment]:
    """Offer a member's points for the services and products of her bill."""
    lines = [line for line in draft.lines if line.scope and line.discountable and not line.gift]
    if draft.member_id is None or not lines:
        return
    base = sum(line.list_fen for line in lines)
    points, fen = points_to_pay(points_of(draft.member_id), base)
    if not points:
        return
    for line in lines:
        yield Adjustment(
            line.line_id,
            "points",
            PAID,
            {"points": points},
            key="points",
            shared_fen=fen,
            points=points,
        )


@api.unit
def use_points(bill_id: int, points: int) -> Bill:
    """Let so many points of the member's pay a part of an open bill; 0 uses none."""
    bill = lock_bill(bill_id, "open")
    if points < 0 or (points and bill.member_id is None):
        raise api.Refused(_("Only a member can pay with points."))
    if points and points > points_of(bill.member_id or 0):
        raise api.Refused(_("She has fewer points."))
    bill.choices = {**bill.choices, "points": points}
    refresh(bill)
    return bill


def move_points(
    settling: Settling, settlement: Settlement, lines: Sequence[Line], used: int
) -> None:
    """Spend the *used* points of a settlement, then give those that its own money earns."""
    bill = settling.bill
    if bill.member_id is None:
        return
    if used:
        spend_points(settling.entry("points", "spend_points"), bill.member_id, used)
    fen = _own_fen(settlement.id, lines)
    # Not among the journals that a reopening reverses: what was earned may be spent by then.
    entry = replace(
        settling.entry("earned", "earn_points"), key=earned_key(bill, settlement.number)
    )
    earn_for(entry, bill.member_id, fen, settlement.booked_on)


def earned_key(bill: Bill, number: int) -> str:
    """Return the key of the journal by which a settlement earned points."""
    return f"points:{bill.key}:{number}"


def spent_key(bill: Bill, number: int) -> str:
    """Return the key of the journal by which a settlement took points."""
    return f"bill:{bill.key}:{number}:points"


def _own_fen(settlement_id: int, lines: Sequence[Line]) -> Mapping[str, int]:
    """Return what was paid of her own money in a settlement: no bonus, no points, no coupon."""
    offered = line_kinds()
    kinds = {
        line.id: line.order_kind
        for line in lines
        if line.kind not in offered or offered[line.kind].earns
    }
    rows = api.db.session.execute(
        sa.select(
            LinePart.line_id,
            sa.func.sum(
                sa.case(
                    (LinePart.amount_fen > 0, LinePart.amount_fen - LinePart.bonus_fen), else_=0
                )
            ),
            sa.func.sum(sa.case((LinePart.sessions > 0, LinePart.income_fen), else_=0)),
        )
        .where(LinePart.settlement_id == settlement_id, LinePart.line_id.in_(kinds))
        .group_by(LinePart.line_id)
    )
    found: dict[str, int] = {}
    for line_id, money, sessions in rows:
        for kind, fen in ((kinds[line_id], money), ("session", sessions)):
            found[kind] = found.get(kind, 0) + int(fen or 0)
    return found


def take_points_back(bill: Bill, settlement: Settlement) -> None:
    """Take back what a settlement earned that is undone; what was spent is given back with it."""
    if bill.member_id is not None:
        key = earned_key(bill, settlement.number)
        take_back_for(_back(bill, f"{key}:back"), bill.member_id, key)


def _back(bill: Bill, key: str) -> Entry:
    ref = f"bill:{bill.id}"
    return Entry(key=key, code="take_back_points", ref=ref, store_id=bill.store_id)
