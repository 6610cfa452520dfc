"""Money of an online payment on its way back to where it came from."""

from __future__ import annotations

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.models import OnlinePayment, OnlineRefund
from plugins.cashier.online import OutcomeUnknown, ProviderRefused, RefundOrdered, RefundTrade
from plugins.cashier.services.online.calling import ask
from plugins.cashier.services.online.notes import alert, note, tell_of_refund
from plugins.cashier.services.online.pauses import LEASE, when_again
from plugins.cashier.services.voiding import undo_settlement, void_bill

#: States of a payment in which its money is with us.
HELD = ("confirmed", "paid", "mismatch", "refunding")


@api.job(_("Send an online payment back"), swift=True)
def advance_refund(_run: api.JobRun, number: int) -> None:
    """Ask the provider to give money back, under the same number at each try."""
    send_back(number)


def advance_refunds() -> None:
    """Ask about all refunds that are due."""
    due = sa.select(OnlineRefund.id).where(
        OnlineRefund.state == "asked", OnlineRefund.due_at <= api.now()
    )
    numbers = api.db.session.scalars(due.order_by(OnlineRefund.id).limit(100)).all()
    api.db.session.rollback()
    for number in numbers:
        send_back(number)


def send_back(number: int) -> None:
    """Ask the provider to give back one refund, if it is due; call it outside any unit."""
    taken = _take(number)
    if taken is None:
        return
    provider, order = taken
    try:
        told = ask(provider, lambda one: one.refund(order))
    except ProviderRefused as problem:
        _note_refused(number, str(problem))
    except OutcomeUnknown as problem:
        _note_unknown(number, str(problem))
    else:
        note_refund(order.out_refund_no, told)


@api.unit
def _take(number: int) -> tuple[str, RefundOrdered] | None:
    row = api.db.session.get(
        OnlineRefund, number, with_for_update={"skip_locked": True}, populate_existing=True
    )
    if row is None or row.state != "asked" or row.due_at is None or row.due_at > api.now():
        return None
    payment = api.db.session.get_one(OnlinePayment, row.payment_id)
    row.due_at, row.tries = api.now() + max(LEASE, when_again(row.tries) - api.now()), row.tries + 1
    return payment.provider, RefundOrdered(
        out_refund_no=row.out_refund_no,
        out_trade_no=payment.out_trade_no,
        amount_fen=row.amount_fen,
        total_fen=payment.paid_fen or 0,
        reason=row.reason,
        notify_path=f"/cashier/online/{payment.provider}/notify",
    )


@api.unit
def _note_refused(number: int, problem: str) -> None:
    refund = api.db.session.get_one(OnlineRefund, number, with_for_update=True)
    if refund.state == "asked":
        note_failure(api.db.session.get_one(OnlinePayment, refund.payment_id), refund, problem)


@api.unit
def _note_unknown(number: int, problem: str) -> None:
    refund = api.db.session.get_one(OnlineRefund, number, with_for_update=True)
    if refund.state == "asked":
        refund.problem, refund.due_at = problem[:500], when_again(refund.tries - 1)


@api.unit
def give_back(payment_id: int, amount_fen: int, *, key: str, reason: str) -> OnlineRefund:
    """Have an amount of an online payment sent back; the books are the caller's affair.

    The same *key* is one refund of the payment. All refunds together never pass what was paid.
    """
    wanted = sa.select(OnlinePayment).where(OnlinePayment.id == payment_id).with_for_update()
    payment = api.db.session.scalar(wanted)
    if payment is None:
        raise api.NotFound(_("There is no such payment."))
    whole_key = f"{payment.out_trade_no}:{key}"
    known = api.db.session.scalar(sa.select(OnlineRefund).where(OnlineRefund.key == whole_key))
    if known is not None:
        return known
    left = (payment.paid_fen or 0) - payment.refunded_fen
    if payment.state not in HELD or not 0 < amount_fen <= left:
        raise api.Refused(_("Of this payment %(left)s can go back.", left=api.format_fen(left)))
    count = sa.select(sa.func.count(OnlineRefund.id)).where(OnlineRefund.payment_id == payment_id)
    refund = OnlineRefund(
        key=whole_key,
        payment_id=payment_id,
        out_refund_no=f"{payment.out_trade_no}R{(api.db.session.scalar(count) or 0) + 1}",
        amount_fen=amount_fen,
        reason=reason[:80],
        asked_by=api.actor().user_id,
        asked_at=api.now(),
        due_at=api.now(),
    )
    api.db.session.add(refund)
    payment.refunded_fen += amount_fen
    payment.state, payment.due_at = "refunding", None
    api.db.session.flush()
    note(payment, "refund", f"{api.format_fen(amount_fen)} · {reason}")
    tell_of_refund(payment, f"cashier.sent_back:{refund.id}", amount_fen)
    api.start_job(advance_refund, number=refund.id)
    return refund


@api.unit
def refund_payment(payment_id: int, reason: str) -> None:
    """Give back all that is left of a payment; a settled bill is taken back with it.

    A bill is taken back on its own business day only; later a refund is made line by line.
    """
    if not reason.strip():
        raise api.Refused(_("Say why."))
    payment = api.db.session.get(OnlinePayment, payment_id)
    if payment is None:
        raise api.NotFound(_("There is no such payment."))
    if payment.state == "paid" and payment.bill_id is not None:
        undo_settlement(payment.bill_id, reason)
        void_bill(payment.bill_id, reason)
    else:
        left = (payment.paid_fen or 0) - payment.refunded_fen
        give_back(payment_id, left, key=f"staff:{payment.refunded_fen}", reason=reason)


@api.unit
def send_back_for(bill_id: int) -> None:
    """Send back what was paid online for a bill that is taken back, in the running unit."""
    wanted = sa.select(OnlinePayment).where(
        OnlinePayment.bill_id == bill_id,
        OnlinePayment.settled_at.is_not(None),
        OnlinePayment.state.in_(("paid", "refunding")),
    )
    for payment in api.db.session.scalars(wanted).all():
        left = (payment.paid_fen or 0) - payment.refunded_fen
        if left:
            reason = api.gettext("The bill was taken back")
            give_back(payment.id, left, key="taken_back", reason=reason)


@api.unit
def note_refund(out_refund_no: str, told: RefundTrade) -> None:
    """Write down how a refund stands at the provider; the same news again changes nothing."""
    wanted = sa.select(OnlineRefund).where(OnlineRefund.out_refund_no == out_refund_no)
    refund = api.db.session.scalar(wanted)
    if refund is None:
        raise api.NotFound(_("There is no such refund."))
    lock = sa.select(OnlinePayment).where(OnlinePayment.id == refund.payment_id).with_for_update()
    payment = api.db.session.scalars(lock).one()
    api.db.session.refresh(refund)
    if refund.state == "done" or told.state == "processing":
        return
    if told.state == "done":
        refund.state, refund.done_at, refund.due_at = "done", api.now(), None
        refund.problem = ""
        note(payment, "refund_done", api.format_fen(refund.amount_fen))
    elif refund.state != "failed":
        note_failure(payment, refund, api.gettext("The provider could not give it back."))
    _settle_state(payment)


def note_failure(payment: OnlinePayment, refund: OnlineRefund, problem: str) -> None:
    """Write down that a refund failed, and ask staff, in the running unit."""
    refund.state, refund.due_at, refund.problem = "failed", None, problem[:500]
    note(payment, "refund_failed", problem)
    alert(
        payment,
        _("A refund to the payer failed"),
        _("%(amount)s: %(problem)s", amount=api.format_fen(refund.amount_fen), problem=problem),
    )


def _settle_state(payment: OnlinePayment) -> None:
    """Let a payment be refunded, or paid as before, once none of its refunds is under way."""
    api.db.session.flush()
    rows = sa.select(OnlineRefund.state).where(OnlineRefund.payment_id == payment.id)
    states = set(api.db.session.scalars(rows))
    if states == {"done"} and payment.refunded_fen == payment.paid_fen:
        payment.state = "refunded"
    elif states == {"done"}:
        payment.state = "paid" if payment.settled_at else payment.state


@api.unit
def try_refund_again(refund_id: int) -> None:
    """Ask the provider once more for a refund that failed, under the same number."""
    refund = api.db.session.get(OnlineRefund, refund_id, with_for_update=True)
    if refund is None or refund.state != "failed":
        raise api.Conflict(_("This refund did not fail."))
    refund.state, refund.due_at, refund.tries = "asked", api.now(), 0
    api.start_job(advance_refund, number=refund.id)


def refunds_of(payment_id: int) -> list[OnlineRefund]:
    """Return the refunds of a payment, in order."""
    wanted = sa.select(OnlineRefund).where(OnlineRefund.payment_id == payment_id)
    return list(api.db.session.scalars(wanted.order_by(OnlineRefund.id)))
