"""Prices made by hand: lowered, given free, rounded off; the list price always stays."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Discount, Line
from plugins.cashier.services.asking import line_kind
from plugins.cashier.services.billing import find_line, lock_bill, record_act
from plugins.cashier.services.limits import (
    CHANGE_MOST,
    GIFTS_MOST,
    check_change,
    check_gift,
    require_change_right,
    require_gift_right,
)
from plugins.cashier.services.quoting import lines_of, refresh

ROUNDING_MOST = api.Setting(
    "cashier.rounding_most",
    _("Most that may be rounded off a bill, in fen"),
    999,
    least=0,
    per_store=True,
)
LIMITS = (ROUNDING_MOST, CHANGE_MOST, GIFTS_MOST)
#: Sums to which a bill is rounded off, in fen.
ROUND = (100, 500, 1_000)


@api.unit
def change_price(line_id: int, price_fen: int, reason: str) -> Line:
    """Lower what a line costs to *price_fen*, and say why; its list price stays."""
    bill, line = find_line(line_id, "open")
    require_change_right(bill.store_id)
    return _discount(bill, line, "price_change", price_fen, reason)


@api.unit
def give_free(line_id: int, reason: str) -> Line:
    """Give a line free, and say why."""
    bill, line = find_line(line_id, "open")
    require_gift_right(bill.store_id)
    return _discount(bill, line, "gift", 0, reason)


def _discount(bill: Bill, line: Line, step: str, price_fen: int, reason: str) -> Line:
    reason = reason.strip()[:200]
    if not reason:
        raise api.Refused(_("Say why."))
    if not line_kind(line.kind).discountable:
        raise api.Refused(_("The price of this line is fixed."))
    take_discount_off(line)
    refresh(bill)
    if step == "gift":
        check_gift(bill.store_id, line.due_fen)
    if not 0 <= price_fen <= line.due_fen:
        raise api.Refused(
            _("Enter a price from ¥0.00 to %(most)s.", most=api.format_fen(line.due_fen))
        )
    if step == "price_change":
        check_change(bill.store_id, line.due_fen, price_fen)
    discount = Discount(line_id=line.id, step=step, amount_fen=line.due_fen - price_fen)
    discount.reason, discount.facts = api.freeze(reason), {}
    discount.by_user, discount.at = api.actor().user_id, api.now()
    api.db.session.add(discount)
    note = api.format_fen(discount.amount_fen)
    record_act(bill, f"cashier.{step}", _("Changed a price on a bill"), f"{note} · {reason}")
    refresh(bill)
    return line


@api.unit
def keep_price(line_id: int) -> Line:
    """Take back what was changed in a line's price by hand."""
    bill, line = find_line(line_id, "open")
    take_discount_off(line)
    refresh(bill)
    return line


def take_discount_off(line: Line) -> None:
    """Forget what makes a line cheaper, in the running unit."""
    api.db.session.execute(sa.delete(Discount).where(Discount.line_id == line.id))


@api.unit
def round_off(bill_id: int, amount_fen: int) -> Bill:
    """Round a small sum off a bill, by the rule of the store; it needs no reason."""
    bill = lock_bill(bill_id, "open")
    most = _rounding_most(bill)
    if not 0 <= amount_fen <= most:
        raise api.Refused(_("At most %(most)s may be rounded off.", most=api.format_fen(most)))
    bill.choices = {**bill.choices, "rounding_fen": amount_fen}
    refresh(bill)
    return bill


def _rounding_most(bill: Bill) -> int:
    """Return the most that may be rounded off: top-ups, cards and sessions cost what they cost."""
    due = sum(line.due_fen for line in lines_of(bill.id) if line_kind(line.kind).discountable)
    return min(ROUNDING_MOST.get(bill.store_id), due + _rounded(bill))


def _rounded(bill: Bill) -> int:
    return int(bill.choices.get("rounding_fen", 0))


def rounding_sums(bill: Bill) -> list[int]:
    """Return the sums that would round a bill to whole yuan, fives and tens, where allowed."""
    due, most = bill.due_fen + _rounded(bill), _rounding_most(bill)
    return sorted({due % each for each in ROUND if 0 < due % each <= most})
