"""Prices made by hand: lowered, given free, rounded off; the list price always stays."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Discount, Line
from plugins.cashier.permissions import (
    CHANGE_FREELY,
    CHANGE_PRICES,
    GIVE_FREE,
    GIVE_FREELY,
)
from plugins.cashier.services.asking import line_kind
from plugins.cashier.services.billing import find_line, lock_bill, record_act
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.quoting import lines_of, refresh

ROUNDING_MOST = api.Setting(
    "cashier.rounding_most",
    _("Most that may be rounded off a bill, in fen"),
    999,
    least=0,
    per_store=True,
)
CHANGE_MOST = api.Setting(
    "cashier.change_most",
    _("Most that a price may be lowered by hand, in percent"),
    30,
    help=_("Who may change prices without a limit is not bound by it."),
    least=0,
    most=100,
    per_store=True,
)
GIFTS_MOST = api.Setting(
    "cashier.gifts_most_fen",
    _("Most that one person may give free in a day"),
    50_000,
    help=_("Who may give things free without a limit is not bound by it."),
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
    if not CHANGE_PRICES.held(bill.store_id):
        raise api.Refused(_("You may not change prices."))
    return _discount(bill, line, "price_change", price_fen, reason)


@api.unit
def give_free(line_id: int, reason: str) -> Line:
    """Give a line free, and say why."""
    bill, line = find_line(line_id, "open")
    if not GIVE_FREE.held(bill.store_id):
        raise api.Refused(_("You may not give things free."))
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
        _check_gift(bill, line)
    if not 0 <= price_fen <= line.due_fen:
        raise api.Refused(
            _("Enter a price from ¥0.00 to %(most)s.", most=api.format_fen(line.due_fen))
        )
    if step == "price_change":
        _check_change(bill, line, price_fen)
    discount = Discount(line_id=line.id, step=step, amount_fen=line.due_fen - price_fen)
    discount.reason, discount.facts = api.freeze(reason), {}
    discount.by_user, discount.at = api.actor().user_id, api.now()
    api.db.session.add(discount)
    note = api.format_fen(discount.amount_fen)
    record_act(bill, f"cashier.{step}", _("Changed a price on a bill"), f"{note} · {reason}")
    refresh(bill)
    return line


def _check_change(bill: Bill, line: Line, price_fen: int) -> None:
    """Raise `Refused` when a price is lowered by more than this person may."""
    percent = CHANGE_MOST.get(bill.store_id)
    least = line.due_fen - line.due_fen * percent // 100
    if price_fen < least and not CHANGE_FREELY.held(bill.store_id):
        raise api.Refused(
            _("You may lower this price to %(least)s at most.", least=api.format_fen(least))
        )


def _check_gift(bill: Bill, line: Line) -> None:
    """Raise `Refused` when this person would give away more in a day than she may."""
    if GIVE_FREELY.held(bill.store_id):
        return
    rest = max(0, GIFTS_MOST.get(bill.store_id) - given_today(bill.store_id))
    if line.due_fen > rest:
        raise api.Refused(_("You may give away %(rest)s more today.", rest=api.format_fen(rest)))


def given_today(store_id: int) -> int:
    """Return what who acts has given free in a store today, in fen."""
    wanted = (
        sa.select(sa.func.sum(Discount.amount_fen))
        .join(Line, Line.id == Discount.line_id)
        .join(Bill, Bill.id == Line.bill_id)
        .where(Discount.step == "gift", Discount.by_user == api.actor().user_id)
        .where(Bill.store_id == store_id, Bill.business_on == today_of(store_id))
        .where(Bill.state != "void")
    )
    return int(api.db.session.scalar(wanted) or 0)


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
