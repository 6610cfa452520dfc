"""What the sandbox does with orders: taking, paying, closing, giving back."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from console import api
from console.api import _
from plugins.sandboxpay import settings
from plugins.sandboxpay.models import SandboxNotice, SandboxOrder, SandboxRefund
from plugins.sandboxpay.services.notices import deliver_notices

#: How long a notification of a payment is held back for one of its refund to come first.
HELD_BACK = dt.timedelta(minutes=5)


class No(Exception):
    """The sandbox refuses, in the manner of WeChat Pay: a status and a code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@api.unit
def order(message: Mapping[str, Any]) -> dict[str, Any]:
    """Take an order; the same number with the same amount is the same order."""
    try:
        number, total = str(message["out_trade_no"]), int(message["amount"]["total"])
        expires_at = dt.datetime.fromisoformat(str(message["time_expire"]))
        urls = str(message["notify_url"]), str(message["return_url"])
    except (KeyError, TypeError, ValueError):
        raise No(400, "PARAM_ERROR") from None
    if not 6 <= len(number) <= 32 or total <= 0:
        raise No(400, "PARAM_ERROR")
    known = _find(number)
    if known is not None and known.state != "NOTPAY":
        raise No(400, "ORDERPAID" if known.state == "SUCCESS" else "ORDER_CLOSED")
    if known is not None and known.amount_fen != total:
        raise No(400, "OUT_TRADE_NO_USED")
    if known is None:
        known = SandboxOrder(out_trade_no=number, amount_fen=total, expires_at=expires_at)
        known.prepay_id = secrets.token_hex(16)
        known.description = str(message.get("description", ""))[:127]
        known.notify_url, known.return_url = urls
        known.created_at = api.now()
        api.db.session.add(known)
        api.db.session.flush()
    return {"prepay_id": known.prepay_id}


def show_order(number: str) -> dict[str, Any]:
    """Return how an order stands."""
    return tell(_require(number))


@api.unit
def close(number: str) -> None:
    """Close an unpaid order."""
    found = _lock(number)
    if found.state in ("SUCCESS", "REFUND"):
        raise No(400, "ORDERPAID")
    found.state = "CLOSED"


@api.unit
def pay(prepay_id: str) -> SandboxOrder:
    """Take the money of an order that is not paid yet, and notify whoever ordered."""
    wanted = sa.select(SandboxOrder).where(SandboxOrder.prepay_id == prepay_id).with_for_update()
    found = api.db.session.scalar(wanted)
    if found is None:
        raise api.NotFound(_("There is no such order."))
    if found.state != "NOTPAY" or found.expires_at <= api.now():
        return found
    found.state, found.paid_at = "SUCCESS", api.now()
    found.transaction_id = f"42{api.now():%Y%m%d}{secrets.token_hex(8)}"
    found.paid_fen = found.amount_fen - (1 if settings.SHORT.get() else 0)
    if not settings.SILENT.get():
        pause = HELD_BACK if settings.REORDERED.get() else dt.timedelta()
        pause += dt.timedelta(seconds=settings.LATE.get())
        _notify(found, "TRANSACTION.SUCCESS", found.notify_url, tell(found), pause)
    return found


@api.unit
def give_back(message: Mapping[str, Any]) -> dict[str, Any]:
    """Give money back; the same number is the same refund."""
    try:
        number, out_refund_no = str(message["out_trade_no"]), str(message["out_refund_no"])
        amount, url = int(message["amount"]["refund"]), str(message.get("notify_url") or "")
    except (KeyError, TypeError, ValueError):
        raise No(400, "PARAM_ERROR") from None
    found = _lock(number)
    wanted = sa.select(SandboxRefund).where(SandboxRefund.out_refund_no == out_refund_no)
    known = api.db.session.scalar(wanted)
    if known is not None:
        if (known.order_id, known.amount_fen) != (found.id, amount):
            raise No(400, "PARAM_ERROR")
        return _tell_refund(known, number)
    if found.state not in ("SUCCESS", "REFUND"):
        raise No(400, "INVALID_REQUEST")
    if amount <= 0 or found.refunded_fen + amount > found.paid_fen:
        raise No(403, "NOT_ENOUGH")
    refund = SandboxRefund(order_id=found.id, out_refund_no=out_refund_no, amount_fen=amount)
    refund.reason, refund.at = str(message.get("reason", ""))[:80], api.now()
    api.db.session.add(refund)
    found.refunded_fen += amount
    found.state = "REFUND"
    told = _tell_refund(refund, number)
    if not settings.SILENT.get():
        _notify(found, "REFUND.SUCCESS", url or found.notify_url, told, dt.timedelta())
    return told


def find_by_prepay(prepay_id: str) -> SandboxOrder:
    """Return the order that a payer's page is for."""
    found = api.db.session.scalar(
        sa.select(SandboxOrder).where(SandboxOrder.prepay_id == prepay_id)
    )
    if found is None:
        raise api.NotFound(_("There is no such order."))
    return found


def tell(found: SandboxOrder) -> dict[str, Any]:
    """Return an order as the sandbox tells of it."""
    return {
        "out_trade_no": found.out_trade_no,
        "transaction_id": found.transaction_id,
        "trade_state": found.state,
        "success_time": found.paid_at.isoformat() if found.paid_at else None,
        "amount": {"total": found.paid_fen or found.amount_fen, "currency": "CNY"},
    }


def _tell_refund(refund: SandboxRefund, number: str) -> dict[str, Any]:
    return {
        "out_trade_no": number,
        "out_refund_no": refund.out_refund_no,
        "status": "SUCCESS",
        "amount": {"refund": refund.amount_fen, "currency": "CNY"},
    }


def _notify(
    found: SandboxOrder, event: str, url: str, resource: dict[str, Any], pause: dt.timedelta
) -> None:
    notice = SandboxNotice(order_id=found.id, event=event, url=url, resource=resource)
    notice.due_at = api.now() + pause
    api.db.session.add(notice)
    api.db.session.flush()
    api.start_job(deliver_notices)


def _find(number: str) -> SandboxOrder | None:
    return api.db.session.scalar(sa.select(SandboxOrder).where(SandboxOrder.out_trade_no == number))


def _require(number: str) -> SandboxOrder:
    found = _find(number)
    if found is None:
        raise No(404, "ORDER_NOT_EXIST")
    return found


def _lock(number: str) -> SandboxOrder:
    found = _require(number)
    api.db.session.refresh(found, with_for_update=True)
    return found
