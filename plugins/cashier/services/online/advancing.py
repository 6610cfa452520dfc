"""Bringing an online payment on by one step: prepay, query, close; run by the worker.

What has no clear answer is never guessed: it is asked for again, and a late or repeated answer
changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import ONLINE_LIVE, OnlinePayment
from plugins.cashier.online import Ordered, OutcomeUnknown, Prepaid, ProviderRefused
from plugins.cashier.services.online.booking import book, lock_payment, take_payment
from plugins.cashier.services.online.calling import ask
from plugins.cashier.services.online.notes import note
from plugins.cashier.services.online.pauses import LEASE, when_again
from plugins.cashier.services.online.refunding import advance_refunds

#: States in which the provider has the order, or may have it.
ASKED = ("prepaid", "unknown", "closing")


@dataclass(frozen=True)
class Step:
    """A payment that the worker has taken up, as it stood then."""

    number: int
    state: str
    provider: str
    order: Ordered
    expired: bool
    #: Whether the member knows how to pay already.
    payable: bool


@api.job(_("Ask about an online payment"), swift=True)
def advance_payment(_run: api.JobRun, number: int) -> None:
    """Do what is to be done next for one online payment."""
    advance(number)


def advance_due() -> None:
    """Do what is due for all online payments and refunds: the worker calls it by the clock."""
    seen: set[int] = set()
    while (number := _find_due(seen)) is not None:
        seen.add(number)
        advance(number)
    advance_refunds()


def _find_due(seen: set[int]) -> int | None:
    due = (
        sa.select(OnlinePayment.id)
        .where(OnlinePayment.state.in_(ONLINE_LIVE), OnlinePayment.due_at <= api.now())
        .where(OnlinePayment.id.not_in(seen))
        .order_by(OnlinePayment.due_at, OnlinePayment.id)
        .limit(1)
    )
    found = api.db.session.scalar(due)
    api.db.session.rollback()
    return found


def advance(number: int) -> None:
    """Do what is to be done next for one payment, if it is due; call it outside any unit."""
    step = _take(number)
    if step is None:
        return
    if step.state == "confirmed":
        book(number)
        return
    try:
        _act(step)
    except OutcomeUnknown as problem:
        _note_unknown(number, str(problem))
    except ProviderRefused as problem:
        _note_refused(number, step.state, str(problem))


@api.unit
def _take(number: int) -> Step | None:
    """Take up a payment that is due, so that nobody else does; None if there is nothing to do."""
    row = api.db.session.get(
        OnlinePayment, number, with_for_update={"skip_locked": True}, populate_existing=True
    )
    if row is None or row.state not in ONLINE_LIVE or row.due_at is None or row.due_at > api.now():
        return None
    row.due_at = api.now() + LEASE
    order = Ordered(
        out_trade_no=row.out_trade_no,
        amount_fen=row.amount_fen,
        description=row.title[:100],
        expires_at=row.expires_at,
        notify_path=f"/cashier/online/{row.provider}/notify",
        return_path=f"/cashier/pay/{row.out_trade_no}?back=1",
    )
    return Step(
        number,
        row.state,
        row.provider,
        order,
        expired=row.expires_at <= api.now(),
        payable=bool(row.prepaid),
    )


def _act(step: Step) -> None:
    if step.state == "created" and not step.expired:
        _prepay(step)
        return
    trade = ask(step.provider, lambda one: one.query(step.order.out_trade_no))
    ends = step.expired or step.state == "closing"
    gone = trade.state == "missing" and (ends or step.payable)
    if trade.state == "paid":
        take_payment(step.number, trade, told_by="queried")
    elif trade.state == "closed" or gone:
        note_closed(step.number)
    elif ends:
        ask(step.provider, lambda one: one.close(step.order.out_trade_no))
        note_closed(step.number)
    elif not step.payable:
        _prepay(step)
    else:
        _note_not_paid(step.number)


def _prepay(step: Step) -> None:
    """Order at the provider; what it took before an answer was lost is the same order."""
    note_prepaid(step.number, ask(step.provider, lambda one: one.prepay(step.order)))


@api.unit
def note_prepaid(number: int, prepaid: Prepaid) -> None:
    """Write down how the member can pay now."""
    payment = lock_payment(number)
    if payment.state not in ("created", "unknown"):
        return
    payment.state, payment.tries, payment.problem = "prepaid", 0, ""
    payment.prepaid = {"url": prepaid.url, **prepaid.facts}
    payment.due_at = when_again(0)
    note(payment, "prepaid")


@api.unit
def note_closed(number: int) -> None:
    """Write down that nothing was paid and nothing can be paid any more."""
    payment = lock_payment(number)
    if payment.state not in ("created", *ASKED):
        return
    payment.state, payment.closed_at, payment.due_at = "closed", api.now(), None
    payment.problem = ""
    note(payment, "closed")


@api.unit
def _note_not_paid(number: int) -> None:
    payment = lock_payment(number)
    if payment.state not in ASKED:
        return
    if not payment.tries:
        note(payment, "not_paid")
    payment.due_at, payment.tries, payment.problem = (
        when_again(payment.tries),
        payment.tries + 1,
        "",
    )
    payment.due_at = min(payment.due_at, max(payment.expires_at, api.now()))
    if payment.state == "unknown" and payment.prepaid:
        payment.state = "prepaid"


@api.unit
def _note_unknown(number: int, problem: str) -> None:
    payment = lock_payment(number)
    if payment.state not in ("created", *ASKED):
        return
    if payment.state in ("created", "prepaid"):
        payment.state = "unknown"
        note(payment, "unknown", problem)
    payment.due_at, payment.tries = when_again(payment.tries), payment.tries + 1
    payment.problem = problem[:500]


@api.unit
def _note_refused(number: int, asked_in: str, problem: str) -> None:
    """A no: to an order that was never taken it is the end, to all else it needs another look."""
    payment = lock_payment(number)
    if payment.state != asked_in:
        return
    note(payment, "refused", problem)
    payment.problem = problem[:500]
    if payment.state == "created":
        payment.state, payment.closed_at, payment.due_at = "closed", api.now(), None
        return
    payment.due_at, payment.tries = when_again(payment.tries), payment.tries + 1


@api.unit
def look_again(number: int, *, at_once: bool = False) -> None:
    """Have the worker ask about a payment, if it is due; *at_once* also when it is not."""
    payment = lock_payment(number)
    if payment.state not in ONLINE_LIVE:
        return
    if not at_once and (payment.due_at is None or payment.due_at > api.now()):
        return
    payment.due_at = api.now()
    api.start_job(advance_payment, number=number)


@api.unit
def cancel(number: int) -> None:
    """Have an unpaid order closed at the provider; nothing is free again before that."""
    payment = lock_payment(number)
    if payment.state not in ("created", "prepaid", "unknown"):
        raise api.Conflict(_("This order can no longer be cancelled."))
    payment.state, payment.due_at, payment.tries = "closing", api.now(), 0
    note(payment, "closing")
    api.start_job(advance_payment, number=number)


def is_overdue(payment: OnlinePayment) -> bool:
    """Tell whether it is time to look at a payment again."""
    return (
        payment.state in ONLINE_LIVE and payment.due_at is not None and payment.due_at <= api.now()
    )
