"""What the sandbox took and gave back on a day, and what it kept."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from console import api
from plugins.sandboxpay.models import SandboxOrder, SandboxRefund
from plugins.sandboxpay.services.orders import No

ZONE = ZoneInfo("Asia/Shanghai")
#: What the sandbox keeps of a payment, and gives back with a refund, of a thousand.
FEE_PERMILLE = 6


def statement_of(text: str) -> dict[str, Any]:
    """Return all trades of a day that is over, in the order in which they came."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise No(400, "PARAM_ERROR") from None
    if day >= api.today("Asia/Shanghai"):
        raise No(400, "STATEMENT_CREATING")
    begin = dt.datetime.combine(day, dt.time(), ZONE)
    end = begin + dt.timedelta(days=1)
    paid = api.db.session.scalars(
        sa.select(SandboxOrder)
        .where(SandboxOrder.paid_at >= begin, SandboxOrder.paid_at < end)
        .order_by(SandboxOrder.id)
    )
    given = api.db.session.execute(
        sa.select(SandboxRefund, SandboxOrder.out_trade_no)
        .join(SandboxOrder, SandboxOrder.id == SandboxRefund.order_id)
        .where(SandboxRefund.at >= begin, SandboxRefund.at < end)
        .order_by(SandboxRefund.id)
    )
    trades = [
        _tell("SUCCESS", one.transaction_id or "", one.out_trade_no, one.paid_fen) for one in paid
    ]
    trades += [
        _tell("REFUND", refund.out_refund_no, number, -refund.amount_fen)
        for refund, number in given
    ]
    return {"bill_date": day.isoformat(), "trades": trades}


def _tell(state: str, number: str, out_trade_no: str, fen: int) -> dict[str, Any]:
    fee = abs(fen) * FEE_PERMILLE // 1000
    return {
        "trade_state": state,
        "transaction_id": number,
        "out_trade_no": out_trade_no,
        "amount": fen,
        "fee": fee if fen > 0 else -fee,
    }
