"""The sandbox over HTTP: its API for the salon, and the page on which the member pays."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from flask import Response, abort, redirect, request

from console import api
from plugins.sandboxpay import settings
from plugins.sandboxpay.services import orders
from plugins.sandboxpay.services.statements import statement_of
from plugins.sandboxpay.signing import BadSignature, check_request, sign_answer

routes = api.PublicRoutes("sandboxpay", __name__)
PAGES = (routes,)
ORDERS = "/v3/pay/transactions/out-trade-no/<number>"


@routes.post("/v3/pay/transactions/jsapi", audience="signed")
def prepay() -> Response:
    """Take an order."""
    return _answer(lambda: orders.order(_message()))


@routes.get(ORDERS, audience="signed")
def query(number: str) -> Response:
    """Tell how an order stands."""
    return _answer(lambda: orders.show_order(number))


@routes.post(f"{ORDERS}/close", audience="signed")
def close(number: str) -> Response:
    """Close an unpaid order."""
    return _answer(lambda: orders.close(number))


@routes.post("/v3/refund/domestic/refunds", audience="signed")
def refund() -> Response:
    """Give money back."""
    return _answer(lambda: orders.give_back(_message()))


@routes.get("/v3/bill/tradebill/<day>", audience="signed")
def statement(day: str) -> Response:
    """Give account of a day that is over."""
    return _answer(lambda: statement_of(day))


@routes.get("/pay/<prepay_id>", audience="anyone")
def show_cashier(prepay_id: str) -> Any:
    """Ask the payer whether she pays."""
    if not api.demo_flag():
        abort(404)
    found = orders.find_by_prepay(prepay_id)
    over = found.state != "NOTPAY" or found.expires_at <= api.now()
    return api.render_public("sandboxpay/pay.html", order=found, over=over)


@routes.post("/pay/<prepay_id>", audience="anyone")
def decide(prepay_id: str) -> Any:
    """Pay, or go back without paying."""
    if not api.demo_flag():
        abort(404)
    if request.form.get("act") == "pay":
        found = orders.pay(prepay_id)
    else:
        found = orders.find_by_prepay(prepay_id)
    return redirect(api.public_path(found.return_url, "/membership/card"))


def _message() -> dict[str, Any]:
    told = request.get_json(silent=True)
    if not isinstance(told, dict):
        raise orders.No(400, "PARAM_ERROR")
    return told


def _answer(act: Callable[[], Any]) -> Response:
    """Do what a signed request asks for, with the faults that are switched on."""
    if not api.demo_flag():
        abort(404)
    body = request.get_data()
    try:
        check_request(request.headers.get("Authorization", ""), request.method, request.path, body)
    except BadSignature:
        return _signed({"code": "SIGN_ERROR"}, 401)
    cut, slow = settings.CUT.get(), settings.SLOW.get()
    if slow:
        api.db.session.rollback()
        time.sleep(slow)
    if cut in ("before", "down"):
        return _cut()
    try:
        told = act()
    except orders.No as problem:
        return _signed({"code": problem.code}, problem.status)
    if cut == "after" and request.method == "POST":
        return _cut()
    return _signed(told, 200) if told is not None else _signed(None, 204)


def _signed(told: Any, status: int) -> Response:
    body = json.dumps(told, ensure_ascii=False).encode() if told is not None else b""
    answer = Response(body, status, content_type="application/json")
    answer.headers.update(sign_answer(body))
    return answer


def _cut() -> Response:
    """Promise more than comes: the connection ends in the middle of the answer."""
    answer = Response(iter((b"{",)), 200, content_type="application/json")
    answer.headers["Content-Length"] = "4096"
    return answer
