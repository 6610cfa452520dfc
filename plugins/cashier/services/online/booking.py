"""Confirmed money: put on a bill and settled, once, whoever brings the news first."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import Bill, Line, OnlinePayment
from plugins.cashier.offers import Tender
from plugins.cashier.online import Trade
from plugins.cashier.services.billing import find_order, open_bill
from plugins.cashier.services.online import refunding
from plugins.cashier.services.online.notes import alert, alert_key, note
from plugins.cashier.services.online.pauses import when_again
from plugins.cashier.services.online.settings import LATE
from plugins.cashier.services.quoting import refresh
from plugins.cashier.services.settling import settle

#: States that nothing more is to be done in when the provider says that it was paid.
DONE = ("paid", "mismatch", "refunding", "refunded")
UNPAID = ("created", "prepaid", "unknown", "closing", "closed")


def take_payment(number: int, trade: Trade, *, told_by: str) -> str:
    """Book what the provider says was paid, and return the state that the payment has then.

    *told_by* is "notified" or "queried". Call it outside any unit; the same news again changes
    nothing. Money that cannot be booked stays with the payment, and staff are asked to look.
    """
    api.db.session.rollback()
    state = api.db.session.scalar(sa.select(OnlinePayment.state).where(OnlinePayment.id == number))
    if state in DONE:
        return str(state)
    late = _confirm(number, trade, told_by)
    return book(number, late=late)


def book(number: int, *, late: bool = False) -> str:
    """Settle a confirmed payment into its bill; what is refused is retried, and staff are told."""
    try:
        return _book(number)
    except api.Refused as problem:
        api.db.session.rollback()
        return _note_stuck(number, problem, late=late)


def lock_payment(number: int) -> OnlinePayment:
    """Return an online payment, locked until the unit ends."""
    wanted = sa.select(OnlinePayment).where(OnlinePayment.id == number).with_for_update()
    found = api.db.session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise api.NotFound(_("There is no such payment."))
    return found


@api.unit
def _confirm(number: int, trade: Trade, told_by: str) -> bool:
    """Write down that the money is there; tell whether it came after the order was closed."""
    payment = lock_payment(number)
    if payment.state not in UNPAID:
        return False
    late = payment.state == "closed"
    payment.transaction_id = trade.transaction_id
    payment.paid_fen, payment.paid_at = trade.amount_fen, trade.paid_at or api.now()
    payment.tries, payment.problem, payment.due_at = 0, "", None
    note(payment, told_by, trade.transaction_id)
    if trade.amount_fen != payment.amount_fen:
        _note_mismatch(payment)
        return False
    payment.state, payment.due_at = "confirmed", api.now()
    if late:
        note(payment, "late")
        if LATE.get() == "refund":
            reason = api.gettext("Paid after the order was closed")
            refunding.give_back(payment.id, payment.amount_fen, key="late", reason=reason)
    return late


def _note_mismatch(payment: OnlinePayment) -> None:
    payment.state = "mismatch"
    paid, wanted = api.format_fen(payment.paid_fen or 0), api.format_fen(payment.amount_fen)
    note(payment, "mismatch", f"{paid} / {wanted}")
    alert(
        payment,
        _("Another amount was paid online"),
        _("%(paid)s instead of %(wanted)s. Nothing was booked.", paid=paid, wanted=wanted),
    )


@api.unit
def _book(number: int) -> str:
    payment = lock_payment(number)
    if payment.state != "confirmed":
        return payment.state
    api.fail_point("before_online_booking")
    key = f"online:{payment.out_trade_no}"
    bill = open_bill(payment.store_id, key=key, member_id=payment.member_id)
    payment.bill_id = bill.id
    for place, frozen in enumerate(payment.sold["lines"], 1):
        put_line(bill, place, frozen)
    refresh(bill)
    tender = Tender(
        payment.provider,
        payment.amount_fen,
        trade_no=payment.transaction_id or "",
        facts={"online_payment": payment.id},
    )
    settle(bill.id, [tender], key=f"{key}:settled", due_fen=payment.amount_fen)
    payment.state, payment.settled_at = "paid", api.now()
    payment.due_at, payment.problem = None, ""
    note(payment, "settled", bill.number)
    api.settle_notice(alert_key(payment))
    return payment.state


def put_line(bill: Bill, place: int, frozen: dict[str, Any]) -> None:
    """Put on a bill what a member ordered on her phone, as it was frozen."""
    line = Line(bill_id=bill.id, place=place, kind=frozen["kind"], order_kind=frozen["order_kind"])
    line.title, line.quantity = frozen["title"], 1
    line.variant_id, line.list_fen = frozen["variant_id"], frozen["unit_fen"]
    line.facts = {**frozen["facts"], "scope": "", "unit_fen": frozen["unit_fen"]}
    if "quote" in line.facts:  # her file may have been merged since
        line.facts = {**line.facts, "quote": {**line.facts["quote"], "member_id": bill.member_id}}
    find_order(bill, frozen["order_kind"])
    api.db.session.add(line)
    api.db.session.flush()


@api.unit
def _note_stuck(number: int, problem: api.Refused, *, late: bool) -> str:
    """Keep money that could not be booked: late money goes back, all other is tried again."""
    payment = lock_payment(number)
    if payment.state != "confirmed":
        return payment.state
    first = not payment.problem
    payment.problem = str(problem)[:500]
    payment.due_at, payment.tries = when_again(payment.tries, slow=True), payment.tries + 1
    if first:
        note(payment, "stuck", problem)
    if late:
        refunding.give_back(
            payment.id, payment.amount_fen, key="late", reason=api.gettext("Paid too late")
        )
        return payment.state
    alert(
        payment,
        _("Paid online, and could not be booked"),
        _(
            "%(amount)s: %(problem)s",
            amount=api.format_fen(payment.amount_fen),
            problem=str(problem),
        ),
    )
    return payment.state
