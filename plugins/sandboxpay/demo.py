"""What the demo shows of online payments: some in each state, made by the services."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.cashier.api import (
    OnlinePayment,
    Prepaid,
    note_closed,
    note_prepaid,
    note_refund,
    order_online,
    refund_payment,
    refunds_of,
    take_payment,
)
from plugins.membership.api import Member
from plugins.sandboxpay.models import SandboxNotice, SandboxOrder
from plugins.sandboxpay.permissions import SEE_ORDERS
from plugins.sandboxpay.provider import read_refund, read_trade
from plugins.sandboxpay.services import orders

#: How many days ago, at which hour of the day, how much in yuan, and what becomes of it.
TOLD = (
    (3, 11, 500, "paid"),
    (3, 19, 300, "paid"),
    (2, 13, 1000, "paid"),
    (2, 21, 200, "closed"),
    (1, 12, 500, "paid"),
    (1, 18, 800, "paid"),
    (0, 0, 300, "refunded"),
    (0, 0, 200, "mismatch"),
)


def load() -> None:
    """Let some members pay by phone in the last days."""
    members = api.db.session.scalars(
        sa.select(Member.id)
        .where(Member.status == "active")
        .order_by(Member.id.desc())  # the first ones have stories of their own
        .limit(len(TOLD))
    ).all()
    now = api.now()
    for number, (member_id, told) in enumerate(zip(members, TOLD, strict=False)):
        ago, hour, yuan, outcome = told
        at = now - dt.timedelta(days=ago)
        if ago:
            at = at.replace(hour=(hour - 8) % 24, minute=7 * number % 60)
        with api.at_moment(min(at, now)):
            _pay(member_id, yuan, outcome, f"demo:online:{number}")


def _pay(member_id: int, yuan: int, outcome: str, key: str) -> None:
    try:
        form = {"amount": str(yuan), "agreed": "1"}
        payment = order_online(member_id, "top_up", form, key=key)
    except api.Refused:
        return
    number, out_trade_no = payment.id, payment.out_trade_no
    prepay_id = _order(payment)
    note_prepaid(number, Prepaid(f"/sandboxpay/pay/{prepay_id}", {"prepay_id": prepay_id}))
    if outcome == "closed":
        orders.close(out_trade_no)
        note_closed(number)
        return
    orders.pay(prepay_id)
    _forget_notices()
    if outcome == "mismatch":
        _take_less(out_trade_no)
    take_payment(number, read_trade(orders.show_order(out_trade_no)), told_by="notified")
    if outcome == "refunded":
        _send_back(number)


def _order(payment: OnlinePayment) -> str:
    told = orders.order(
        {
            "out_trade_no": payment.out_trade_no,
            "description": payment.title,
            "time_expire": payment.expires_at.isoformat(),
            "notify_url": f"{api.local_url()}/cashier/online/{payment.provider}/notify",
            "return_url": f"/cashier/pay/{payment.out_trade_no}?back=1",
            "amount": {"total": payment.amount_fen},
        }
    )
    return str(told["prepay_id"])


def _send_back(number: int) -> None:
    refund_payment(number, api.gettext("She topped up twice by mistake"))
    for refund in refunds_of(number):
        payment = api.db.session.get_one(OnlinePayment, refund.payment_id)
        told = orders.give_back(
            {
                "out_trade_no": payment.out_trade_no,
                "out_refund_no": refund.out_refund_no,
                "amount": {"refund": refund.amount_fen},
            }
        )
        _forget_notices()
        note_refund(refund.out_refund_no, read_refund(told))


@api.unit
def _take_less(out_trade_no: str) -> None:
    wanted = sa.update(SandboxOrder).where(SandboxOrder.out_trade_no == out_trade_no)
    api.db.session.execute(wanted.values(paid_fen=SandboxOrder.amount_fen - 1))


@api.unit
def _forget_notices() -> None:
    """What the demo made is known already: nobody has to be notified."""
    api.db.session.execute(sa.update(SandboxNotice).values(state="done"))


TOUR = (
    api.TourStop(
        "payments",
        _("See how members pay by phone"),
        "/console/sandboxpay/orders/",
        SEE_ORDERS,
    ),
)
PART = api.DemoPart(load=load, tour=TOUR)
