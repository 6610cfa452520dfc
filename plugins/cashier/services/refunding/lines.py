"""Refunds of lines of a settled bill: each part goes back to where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import (
    Bill,
    Line,
    LinePart,
    Order,
    Payment,
    PaymentKind,
    Payout,
    Refund,
    RefundLine,
    Settlement,
)
from plugins.cashier.offers import Settling
from plugins.cashier.services.asking import line_kinds
from plugins.cashier.services.owners import require_still_hers
from plugins.cashier.services.quoting import SALES, lines_of
from plugins.cashier.services.refunding.growing import take_growth_off
from plugins.cashier.services.refunding.online import send_online_back
from plugins.cashier.services.refunding.points import move_points_back
from plugins.cashier.services.settling import settling_of
from plugins.ledger.api import Entry, Move, Name, held, payments_of, post, restore, salon
from plugins.ledger.api import Payment as Booked


@dataclass(frozen=True)
class Wanted:
    """What is to go back of one line: an amount, and how many of its pieces that stands for.

    `came_back` says of products that the guest brought these pieces.
    """

    line_id: int
    amount_fen: int
    quantity: int = 0
    came_back: bool = False


@dataclass(frozen=True)
class Part:
    """A payment of a line: where it came from, and how much of it may still go back."""

    ref: str
    left_fen: int
    payment: Payment | None
    kind: PaymentKind | None
    settlement: Settlement

    @property
    def from_balance(self) -> bool:
        """Tell whether it goes back to lots of stored value."""
        return self.kind is not None and self.kind.payment_class == "balance"


@dataclass(frozen=True)
class LineState:
    """A line of a settled bill with what was refunded of it, and what still may be."""

    line: Line
    parts: Sequence[Part]
    refunded_fen: int
    refunded_quantity: int

    @property
    def paid_left_fen(self) -> int:
        """What was paid and not given back."""
        return sum(part.left_fen for part in self.parts)

    @property
    def left_fen(self) -> int:
        """What may still be refunded: what was paid, and what is owing."""
        return self.paid_left_fen + self.line.owing_fen

    @property
    def quantity_left(self) -> int:
        """How many pieces were not refunded."""
        return self.line.quantity - self.refunded_quantity

    def price_of(self, quantity: int) -> int:
        """Return what so many more pieces came to; all that are left come to what is left."""
        if quantity >= self.quantity_left:
            return self.left_fen
        due, whole, done = self.line.due_fen, self.line.quantity, self.refunded_quantity
        return min(due * (done + quantity) // whole - due * done // whole, self.left_fen)


def lines_to_refund(bill: Bill) -> list[LineState]:
    """Return the services and products of a settled bill; what was prepaid has a sheet."""
    lines = [line for line in lines_of(bill.id) if line.order_kind not in SALES]
    parts = _parts_of([line.id for line in lines])
    done = _refunded([line.id for line in lines])
    return [
        LineState(line, parts.get(line.id, ()), *done.get(line.id, (0, 0)))
        for line in lines
        if line.state != "open"
    ]


def _refunded(line_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    rows = api.db.session.execute(
        sa.select(
            RefundLine.line_id, sa.func.sum(RefundLine.amount_fen), sa.func.sum(RefundLine.quantity)
        )
        .join(Refund, Refund.id == RefundLine.refund_id)
        .where(RefundLine.line_id.in_(line_ids), Refund.state == "paid")
        .group_by(RefundLine.line_id)
    )
    return {number: (int(fen), int(count)) for number, fen, count in rows}


def _parts_of(line_ids: Sequence[int]) -> dict[int, list[Part]]:
    """Return by line what paid it, in settlements that stand; lots of one payment are one part."""
    rows = api.db.session.execute(
        sa.select(LinePart, Payment, PaymentKind, Settlement, Booked)
        .join(Settlement, Settlement.id == LinePart.settlement_id)
        .join(Booked, Booked.ref == LinePart.ref)
        .outerjoin(Payment, Payment.id == LinePart.payment_id)
        .outerjoin(PaymentKind, PaymentKind.id == Payment.kind_id)
        .where(LinePart.line_id.in_(line_ids), LinePart.amount_fen > 0)
        .where(Settlement.undone_at.is_(None))
        .order_by(LinePart.id)
        .execution_options(populate_existing=True)
    )
    found: dict[int, dict[str, Part]] = {}
    for part, payment, kind, settlement, booked in rows:
        left = booked.amount - booked.refunded
        one = Part(part.ref, left, payment, kind, settlement)
        found.setdefault(part.line_id, {}).setdefault(part.ref, one)
    return {line_id: list(parts.values()) for line_id, parts in found.items()}


def check_wanted(bill: Bill, wanted: Sequence[Wanted]) -> int:
    """Return what a refund comes to; refused when more would go back than is left of a line."""
    states = {state.line.id: state for state in lines_to_refund(bill)}
    for one in wanted:
        state = states.get(one.line_id)
        if state is None:
            raise api.NotFound(_("There is no such line."))
        if not 0 <= one.amount_fen <= state.left_fen or one.quantity > state.quantity_left:
            left = api.format_fen(state.left_fen)
            raise api.Refused(
                _("Of %(what)s %(left)s can go back.", what=state.line.title, left=left)
            )
    if not wanted or not sum(one.amount_fen + one.quantity for one in wanted):
        raise api.Refused(_("Say what goes back."))
    return sum(one.amount_fen for one in wanted)


def give_lines_back(refund: Refund, bill: Bill, wanted: Sequence[Wanted]) -> None:
    """Give lines back, in the running unit: to the lots, the ways of paying, and what is owing.

    Refused when another member has by now what paid for one of them.
    """
    require_still_hers([one.line_id for one in wanted])
    states = {state.line.id: state for state in lines_to_refund(bill)}
    moves: list[Move] = []
    caps: list[tuple[str, int]] = []
    own: dict[int, int] = {}
    rows: list[RefundLine] = []
    for one in wanted:
        state = states[one.line_id]
        row = RefundLine(refund_id=refund.id, line_id=one.line_id, amount_fen=one.amount_fen)
        row.quantity = one.quantity
        row.principal_fen = row.bonus_fen = row.income_fen = row.sessions = 0
        row.points_back = row.points_taken = 0
        forgiven = min(state.line.owing_fen, one.amount_fen)
        if forgiven:
            moves.append(_forgive(bill, state.line, forgiven))
            row.income_fen += forgiven
        for part, some in _spread(state.parts, one.amount_fen - forgiven):
            bonus = 0
            if part.from_balance:
                bonus = _restore(refund, bill, part, some, row)
            else:
                moves.append(_money_back(refund, bill, part, some))
                caps.append((part.ref, some))
                row.income_fen += some
            _keep_payout(refund, part, some)
            own[part.settlement.id] = own.get(part.settlement.id, 0) + some - bonus
        row.sessions = _refund_pieces(refund, bill, state.line, one)
        api.db.session.add(row)
        rows.append(row)
        if _is_whole(state, one):
            state.line.state = "refunded"
    if moves:
        post(_entry(refund, bill, "money"), moves, refunds=caps)
    take_growth_off(refund, bill, own)
    move_points_back(refund, bill, rows)
    _close_bill(bill)


def _is_whole(state: LineState, one: Wanted) -> bool:
    kind = line_kinds().get(state.line.kind)
    pieces = kind is not None and kind.refund is not None and not kind.comes_back
    if pieces and one.quantity < state.quantity_left:
        return False
    if state.line.due_fen:
        return one.amount_fen + state.refunded_fen >= state.line.due_fen
    return one.quantity >= state.quantity_left


def _refund_pieces(refund: Refund, bill: Bill, line: Line, wanted: Wanted) -> int:
    """Let the kind of a line give back what it took besides money, such as sessions."""
    kind = line_kinds().get(line.kind)
    if not wanted.quantity or kind is None or kind.refund is None:
        return 0
    settling = _settling_of_first(bill)
    if kind.refunded is not None:
        kind.refunded(settling, line, refund.reason)
    if kind.comes_back and not wanted.came_back:
        return 0
    return kind.refund(settling, line, wanted.quantity, refund.reason)


def _settling_of_first(bill: Bill) -> Settling:
    standing = sa.select(Settlement).where(
        Settlement.bill_id == bill.id, Settlement.undone_at.is_(None)
    )
    first = api.db.session.scalars(standing.order_by(Settlement.number).limit(1)).one()
    return settling_of(bill, first)


def _forgive(bill: Bill, line: Line, fen: int) -> Move:
    """What she owes of it is forgiven before any money goes back."""
    line.owing_fen -= fen
    bill.owing_fen -= fen
    return Move(salon("revenue", bill.store_id), held("owing", bill.member_id or 0), fen)


def _spread(parts: Sequence[Part], fen: int) -> list[tuple[Part, int]]:
    """Spread an amount over the payments of a line by what is left of each, to the fen."""
    whole = sum(part.left_fen for part in parts)
    found, before = [], 0
    for part in parts:
        after = before + part.left_fen
        some = fen * after // whole - fen * before // whole if whole else 0
        before = after
        if some:
            found.append((part, some))
    return found


def _restore(refund: Refund, bill: Bill, part: Part, some: int, row: RefundLine) -> int:
    """Give stored value back to its lots, and return what of it was bonus."""
    spent = restore(_entry(refund, bill, f"balance/{part.ref}"), part.ref, some)
    row.principal_fen -= spent.paid
    row.bonus_fen -= spent.gift
    row.income_fen -= spent.income_fen
    return -spent.gift


def _money_back(refund: Refund, bill: Bill, part: Part, some: int) -> Move:
    journal_id = sa.select(Booked.journal_id).where(Booked.ref == part.ref)
    paid = payments_of([api.db.session.scalars(journal_id).one()])
    account = next(one.account for one in paid if one.ref == part.ref)
    if account is None:
        raise api.Refused(_("It cannot be told where this payment went."))
    if part.payment is not None:
        send_online_back(part.payment, some, refund)
    return Move(salon("revenue", bill.store_id), account, some)


def _keep_payout(refund: Refund, part: Part, some: int) -> None:
    payout = Payout(refund_id=refund.id, amount_fen=some, booked_on=refund.booked_on)
    payout.payment_id = part.payment.id if part.payment else None
    payout.kind_id = part.kind.id if part.kind else None
    payout.ref, payout.part, payout.note = part.ref, "refund", ""
    api.db.session.add(payout)


def give_sale_back(refund: Refund, bill: Bill, line: Line, source: Name) -> None:
    """Give what a line took for something paid ahead back out of *source*, in the running unit.

    It goes the way it came; the refund says how much.
    """
    row = RefundLine(refund_id=refund.id, line_id=line.id, amount_fen=refund.amount_fen)
    moves: list[Move] = []
    caps: list[tuple[str, int]] = []
    for part, some in _spread(_parts_of([line.id]).get(line.id, ()), refund.amount_fen):
        moves.append(Move(source, _money_back(refund, bill, part, some).credit, some))
        caps.append((part.ref, some))
        _keep_payout(refund, part, some)
    api.db.session.add(row)
    post(_entry(refund, bill, "money"), moves, refunds=caps)
    line.state = "refunded"
    _close_bill(bill)


def _entry(refund: Refund, bill: Bill, part: str) -> Entry:
    return Entry(
        key=f"refund:{refund.key}:{part}",
        code="refund",
        asked=[refund.id, part],
        ref=f"bill:{bill.id}",
        store_id=bill.store_id,
        business_on=refund.booked_on,
        approver_id=refund.approved_by,
        note=refund.reason,
    )


def _close_bill(bill: Bill) -> None:
    """Let a bill and its orders say that they were refunded, once all of them was."""
    api.db.session.flush()
    lines = lines_of(bill.id)
    orders = api.db.session.scalars(sa.select(Order).where(Order.bill_id == bill.id))
    for order in orders:
        if all(line.state == "refunded" for line in lines if line.order_kind == order.kind):
            order.state = "refunded"
    if all(line.state == "refunded" for line in lines):
        bill.state = "refunded"
    elif bill.state == "part_paid" and not bill.owing_fen:
        bill.state = "settled"
    bill.version += 1


def read_wanted(asked: Mapping[str, Any]) -> list[Wanted]:
    """Return the lines that a kept refund asks for."""
    return [Wanted(**one) for one in asked["lines"]]
