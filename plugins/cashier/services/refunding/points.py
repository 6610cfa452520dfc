"""Points of a line that is refunded: those that paid a part of it, and those that it earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from console import api
from plugins.cashier.models import Bill, Discount, Line, LinePart, Refund, RefundLine, Settlement
from plugins.cashier.services.asking import line_kinds
from plugins.cashier.services.points import earned_key, spent_key
from plugins.ledger.api import Entry, take_back_points
from plugins.membership.api import earned_by, give_back_for, points_rate, points_spent


def move_points_back(refund: Refund, bill: Bill, rows: Sequence[RefundLine]) -> None:
    """Give back the points that paid refunded lines, and take off those that they earned.

    Each line has a share of both, to the point; what is left of a line gets what is left of its
    share. *rows* are the lines of *refund*, with their sums.
    """
    if bill.member_id is None:
        return
    lines = list(api.db.session.scalars(sa.select(Line).where(Line.bill_id == bill.id)))
    settlements = _standing(bill.id)
    spent = {_.number: points_spent(spent_key(bill, _.number)) for _ in settlements}
    paid_by = _by_points([line.id for line in lines], sum(spent.values()))
    earned = _earned(bill, settlements, lines)
    done = _done_before(refund, [line.id for line in lines])
    for row in rows:
        line = next(each for each in lines if each.id == row.line_id)
        before, back, taken = done.get(line.id, (RefundLine(amount_fen=0, quantity=0), 0, 0))
        part, whole = _fraction(line, row, before)
        row.points_back = paid_by.get(line.id, 0) * part // whole - back
        row.points_taken = max(earned.get(line.id, 0) * part // whole - taken, 0)
    _post(refund, bill, spent, rows, sum(each[1] for each in done.values()))


def _standing(bill_id: int) -> list[Settlement]:
    standing = sa.select(Settlement).where(
        Settlement.bill_id == bill_id, Settlement.undone_at.is_(None)
    )
    return list(api.db.session.scalars(standing.order_by(Settlement.number)))


def _fraction(line: Line, row: RefundLine, before: RefundLine) -> tuple[int, int]:
    """Return how much of a line is refunded with this, and of how much: fen, or else pieces."""
    kind = line_kinds().get(line.kind)
    if line.due_fen and (kind is None or kind.refund is None):
        return before.amount_fen + row.amount_fen, line.due_fen
    return min(before.quantity + row.quantity, line.quantity), line.quantity


def _done_before(refund: Refund, line_ids: Sequence[int]) -> dict[int, tuple[RefundLine, int, int]]:
    """Return by line what was refunded of it before, and the points that moved with it."""
    done, total = RefundLine, sa.func.sum
    found = api.db.session.execute(
        sa.select(
            done.line_id,
            total(done.amount_fen),
            total(done.quantity),
            total(done.points_back),
            total(done.points_taken),
        )
        .join(Refund, Refund.id == done.refund_id)
        .where(done.line_id.in_(line_ids), Refund.state == "paid", Refund.id != refund.id)
        .group_by(done.line_id)
    )
    return {
        number: (RefundLine(amount_fen=int(fen), quantity=int(count)), int(back), int(taken))
        for number, fen, count, back, taken in found
    }


def spread_points(points: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Spread points over lines by weight, to the point: the shares come to the whole."""
    whole, before, found = sum(weights.values()), 0, {}
    for number, weight in sorted(weights.items()):
        after = before + weight
        found[number] = points * after // whole - points * before // whole if whole else 0
        before = after
    return found


def _by_points(line_ids: Sequence[int], points: int) -> dict[int, int]:
    """Return how many of the points that a bill took paid each line."""
    if not points:
        return {}
    rows = api.db.session.execute(
        sa.select(Discount.line_id, sa.func.sum(Discount.amount_fen))
        .where(Discount.line_id.in_(line_ids), Discount.step == "points")
        .group_by(Discount.line_id)
    )
    return spread_points(points, {number: int(fen) for number, fen in rows})


def _earned(bill: Bill, settlements: Sequence[Settlement], lines: Sequence[Line]) -> dict[int, int]:
    """Return how many of the points that the settlements of a bill gave each line earned."""
    found: dict[int, int] = {}
    kinds = {line.id: line.order_kind for line in lines}
    for settlement in settlements:
        points = earned_by(earned_key(bill, settlement.number))
        if not points:
            continue
        weights = {
            number: points_rate(kinds[number]) * money + points_rate("session") * sessions
            for number, (money, sessions) in _own(settlement.id, kinds).items()
        }
        if not any(weights.values()):
            # The rates are others now: what was paid tells the shares.
            own = _own(settlement.id, kinds).items()
            weights = {number: money + sessions for number, (money, sessions) in own}
        for number, some in spread_points(points, weights).items():
            found[number] = found.get(number, 0) + some
    return found


def _own(settlement_id: int, kinds: Mapping[int, str]) -> dict[int, tuple[int, int]]:
    """Return by line her own money in a settlement, and what the sessions came to."""
    money = sa.case((LinePart.amount_fen > 0, LinePart.amount_fen - LinePart.bonus_fen), else_=0)
    sessions = sa.case((LinePart.sessions > 0, LinePart.income_fen), else_=0)
    rows = api.db.session.execute(
        sa.select(LinePart.line_id, sa.func.sum(money), sa.func.sum(sessions))
        .where(LinePart.settlement_id == settlement_id, LinePart.line_id.in_(kinds))
        .group_by(LinePart.line_id)
    )
    return {number: (int(own or 0), int(used or 0)) for number, own, used in rows}


def _post(
    refund: Refund,
    bill: Bill,
    spent: Mapping[int, int],
    rows: Sequence[RefundLine],
    before: int,
) -> None:
    """Post what moves: first what is hers again, which may settle what she owes in points.

    *before* points of the bill were given back by other refunds.
    """
    member_id = bill.member_id or 0
    back = sum(row.points_back for row in rows)
    used = next((number for number, points in spent.items() if points), None)
    if back and used is not None:
        entry = _entry(refund, bill, "points")
        give_back_for(entry, member_id, spent_key(bill, used), back, before)
    taken = sum(row.points_taken for row in rows)
    if taken:
        take_back_points(_entry(refund, bill, "earned", "take_back_points"), member_id, taken)


def _entry(refund: Refund, bill: Bill, part: str, code: str = "points_back") -> Entry:
    return Entry(
        key=f"refund:{refund.key}:{part}",
        code=code,
        asked=[refund.id, part],
        ref=f"bill:{bill.id}",
        store_id=bill.store_id,
        business_on=refund.booked_on,
        approver_id=refund.approved_by,
        note=refund.reason,
    )
