"""The sandbox as the till sees it: signed requests over HTTP, answers that are checked."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import Any

from console.api import _
from plugins.cashier.api import (
    NotAuthentic,
    Ordered,
    OutcomeUnknown,
    Prepaid,
    ProviderRefused,
    RefundOrdered,
    RefundTrade,
    Trade,
    Traded,
)
from plugins.ledger.api import CNY, Name
from plugins.sandboxpay import settings
from plugins.sandboxpay.http import call
from plugins.sandboxpay.signing import BadSignature, authorise, check_answer

KEY = "sandboxpay"
ORDERS = "/sandboxpay/v3/pay/transactions/out-trade-no/"
REFUNDS = "/sandboxpay/v3/refund/domestic/refunds"
STATEMENTS = "/sandboxpay/v3/bill/tradebill/"


class Missing(Exception):
    """The sandbox does not know the order."""


class SandboxPay:
    """An online provider that takes no money, for trying things and for tests."""

    key = KEY
    title: Any = _("Payment sandbox")

    def account(self, store_id: int) -> Name:
        """Name what the sandbox owes a store."""
        return Name(KEY, store_id, "receivable", CNY)

    def prepay(self, order: Ordered) -> Prepaid:
        """Order a payment; the same number again gives the same order."""
        own = settings.own_address()
        told = _ask(
            "POST",
            "/sandboxpay/v3/pay/transactions/jsapi",
            {
                "out_trade_no": order.out_trade_no,
                "description": order.description,
                "time_expire": order.expires_at.isoformat(),
                "notify_url": own + order.notify_path,
                "return_url": order.return_path,
                "amount": {"total": order.amount_fen, "currency": CNY},
            },
        )
        elsewhere = settings.ADDRESS.get().rstrip("/")
        prepay_id = str(told["prepay_id"])
        return Prepaid(f"{elsewhere}/sandboxpay/pay/{prepay_id}", {"prepay_id": prepay_id})

    def query(self, out_trade_no: str) -> Trade:
        """Return how an order stands."""
        try:
            return read_trade(_ask("GET", ORDERS + out_trade_no))
        except Missing:
            return Trade(out_trade_no, "missing")

    def close(self, out_trade_no: str) -> None:
        """Close an unpaid order."""
        try:
            _ask("POST", f"{ORDERS}{out_trade_no}/close", {"mchid": "sandbox"})
        except Missing:
            return

    def refund(self, order: RefundOrdered) -> RefundTrade:
        """Give money back; the same number again is the same refund."""
        told = _ask(
            "POST",
            REFUNDS,
            {
                "out_trade_no": order.out_trade_no,
                "out_refund_no": order.out_refund_no,
                "reason": order.reason,
                "notify_url": settings.own_address() + order.notify_path,
                "amount": {
                    "refund": order.amount_fen,
                    "total": order.total_fen,
                    "currency": CNY,
                },
            },
        )
        return read_refund(told)

    def statement(self, day: dt.date) -> Sequence[Traded]:
        """Return all trades of a day that is over."""
        told = _ask("GET", f"{STATEMENTS}{day.isoformat()}")
        return [read_traded(one, day) for one in told["trades"]]

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Trade | RefundTrade:
        """Return what a notification says; `NotAuthentic` unless the sandbox signed it."""
        try:
            check_answer(headers, body)
            told = json.loads(body)
            resource = told["resource"]
            refund = str(told["event_type"]).startswith("REFUND.")
            return read_refund(resource) if refund else read_trade(resource)
        except BadSignature as problem:
            raise NotAuthentic(str(problem)) from None
        except (ValueError, KeyError, TypeError):
            raise NotAuthentic("it cannot be read") from None


STATES: dict[str, Any] = {
    "SUCCESS": "paid",
    "REFUND": "paid",
    "NOTPAY": "not_paid",
    "CLOSED": "closed",
}


def read_trade(told: Mapping[str, Any]) -> Trade:
    """Return an order as the sandbox tells of it."""
    paid_at = told.get("success_time")
    return Trade(
        str(told["out_trade_no"]),
        STATES[told["trade_state"]],
        str(told.get("transaction_id") or ""),
        int(told["amount"]["total"]),
        dt.datetime.fromisoformat(paid_at) if paid_at else None,
    )


def read_refund(told: Mapping[str, Any]) -> RefundTrade:
    """Return a refund as the sandbox tells of it."""
    state: Any = {"SUCCESS": "done", "PROCESSING": "processing"}.get(str(told["status"]), "failed")
    return RefundTrade(str(told["out_refund_no"]), state, int(told["amount"]["refund"]))


def read_traded(told: Mapping[str, Any], day: dt.date) -> Traded:
    """Return a trade of a statement as the sandbox tells of it."""
    refund = told["trade_state"] == "REFUND"
    return Traded(
        "refund" if refund else "payment",
        str(told["transaction_id"]),
        int(told["amount"]),
        int(told["fee"]),
        day,
        # The order of a refund is that of its payment, which has a line of its own.
        order_no="" if refund else str(told["out_trade_no"]),
    )


def _ask(method: str, path: str, message: Mapping[str, Any] | None = None) -> dict[str, Any]:
    body = json.dumps(message, ensure_ascii=False).encode() if message is not None else b""
    headers = {
        "Authorization": authorise(method, path, body),
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    try:
        answer = call(method, settings.address() + path, body, headers)
    except (OSError, HTTPException) as problem:
        raise OutcomeUnknown(f"no answer: {type(problem).__name__}") from None
    if answer.status == 429 or answer.status >= 500:
        raise OutcomeUnknown(f"the answer was {answer.status}")
    try:
        check_answer(answer.headers, answer.body)
        told = json.loads(answer.body) if answer.body else {}
    except (BadSignature, ValueError):
        raise OutcomeUnknown("an answer that the sandbox did not sign") from None
    if answer.status < 300:
        return dict(told)
    if told.get("code") == "ORDER_NOT_EXIST":
        raise Missing
    raise ProviderRefused(str(told.get("code") or answer.status))
