"""Topping up and buying on a member's phone: what she gets, the wait, what came of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import abort, flash, redirect, request

from console import api
from console.api import _
from plugins.cashier.models import ONLINE_LIVE, Bill, OnlinePayment
from plugins.cashier.online import NotAuthentic
from plugins.cashier.public_routes import routes
from plugins.cashier.services.keys import new_key
from plugins.cashier.services.online.advancing import cancel, is_overdue, look_again
from plugins.cashier.services.online.from_balance import (
    BALANCE,
    balance_for,
    buy_from_balance,
    say_barred,
)
from plugins.cashier.services.online.notices import take_notification
from plugins.cashier.services.online.offering import room_for, tiles_for
from plugins.cashier.services.online.ordering import describe_online, order_online, terms_online
from plugins.cashier.services.online.providers import find_provider, takes_online
from plugins.cashier.services.online.refunding import refunds_of
from plugins.cashier.services.online.settings import LEAST
from plugins.membership.api import IdMissing, Member, check_member_pin, has_pin, read_quote

PAGES = (routes,)
SHOWN = 30
PAY = "/cashier/pay/"


@routes.get("/top-up", audience="visitor")
def show_top_up() -> Any:
    """Show the offers, and a field for any other amount."""
    return _choose()


@routes.get("/buy/<kind>", audience="visitor")
def show_purchase(kind: str) -> Any:
    """Show what she gets for what was chosen, and what it costs, before she pays."""
    return _review(kind)


@routes.post("/buy/<kind>", audience="visitor")
def buy(kind: str) -> Any:
    """Order it, and the provider is asked while she waits; or take it from her balance at once."""
    own, key = api.visitor().id, request.form.get("key") or new_key()
    price = request.form.get("price_fen", "")
    price_fen = int(price) if price.isascii() and price.isdecimal() else None
    try:
        if request.form.get("pay") == BALANCE:
            if has_pin(own):
                check_member_pin(own, request.form.get("pin", ""))
            api.db.session.rollback()
            bill = buy_from_balance(own, kind, request.form, key=key, price_fen=price_fen)
            return redirect(f"/cashier/receipts/{bill.id}")
        payment = order_online(own, kind, request.form, key=key, price_fen=price_fen)
    except IdMissing as problem:
        api.db.session.rollback()
        flash(str(problem), "error")
        asked = {k: v for k, v in request.form.items() if k not in KEPT_BACK}
        again = f"/cashier/buy/{kind}?{urlencode(asked)}"
        return redirect(f"/membership/id?{urlencode({'next': again})}")
    except api.Refused as problem:
        api.db.session.rollback()
        return _review(kind, problem)
    return redirect(f"{PAY}{payment.out_trade_no}/go")


@routes.get("/pay/<number>/go", audience="visitor")
def go_and_pay(number: str) -> Any:
    """Lead her to the provider's page, as soon as there is one."""
    payment = _own(number)
    if payment.state in ("created", "unknown"):
        return api.render_public("cashier/phone/preparing.html", payment=payment)
    if payment.state == "prepaid" and payment.prepaid.get("url"):
        return redirect(payment.prepaid["url"])
    return redirect(f"{PAY}{number}")


@routes.get("/pay/<number>/ready", audience="visitor")
def ask_ready(number: str) -> Any:
    """Answer the waiting page: a redirect once there is somewhere to go."""
    payment = _own(number)
    if payment.state in ("created", "unknown"):
        return api.render_public("cashier/phone/_wait.html", payment=payment)
    return redirect(f"{PAY}{number}/go")


@routes.get("/pay/<number>", audience="visitor")
def show_payment(number: str) -> Any:
    """Show how a payment stands; while it is open the page asks again by itself."""
    payment = _look(number)
    return api.render_public(
        "cashier/phone/payment.html",
        waiting=payment.state in ONLINE_LIVE,
        back="back" in request.args,
        **_told(payment),
    )


@routes.get("/pay/<number>/state", audience="visitor")
def show_state(number: str) -> Any:
    """Show the part of the page that changes; once nothing does, lead to the whole page."""
    payment = _look(number)
    if payment.state not in ONLINE_LIVE:
        return redirect(f"{PAY}{number}")
    return api.render_public("cashier/phone/_payment.html", **_told(payment))


@routes.post("/pay/<number>/cancel", audience="visitor")
def cancel_payment(number: str) -> Any:
    """Have an unpaid order closed."""
    try:
        cancel(_own(number).id)
    except api.Conflict:
        api.db.session.rollback()
    return redirect(f"{PAY}{number}")


@routes.get("/payments", audience="visitor")
def show_payments() -> Any:
    """List her online payments, the latest first."""
    wanted = sa.select(OnlinePayment).where(OnlinePayment.member_id == api.visitor().id)
    rows = api.db.session.scalars(wanted.order_by(OnlinePayment.id.desc()).limit(SHOWN)).all()
    shown = [(row, _title(row), STATES[row.state]) for row in rows]
    return api.render_public("cashier/phone/payments.html", payments=shown)


@routes.post("/online/<provider>/notify", audience="signed")
def take_notice(provider: str) -> Any:
    """Take the notification of a provider; anything but 204 makes it come again."""
    try:
        take_notification(find_provider(provider), dict(request.headers), request.get_data())
    except NotAuthentic:
        return {"code": "SIGN_ERROR", "message": "not signed by the provider"}, 401
    except api.NotFound:
        return {"code": "FAIL", "message": "no such order"}, 404
    return "", 204


def _own(number: str) -> OnlinePayment:
    wanted = sa.select(OnlinePayment).where(
        OnlinePayment.out_trade_no == number, OnlinePayment.member_id == api.visitor().id
    )
    payment = api.db.session.scalar(wanted.execution_options(populate_existing=True))
    return payment if payment is not None else abort(404)


def _look(number: str) -> OnlinePayment:
    """Return her payment, and have the worker look at it if it is time."""
    payment = _own(number)
    if not is_overdue(payment):
        return payment
    look_again(payment.id)
    return _own(number)


def _choose(problem: api.Refused | None = None) -> Any:
    member = api.db.session.get_one(Member, api.visitor().id)
    open_ = takes_online()
    page = api.render_public(
        "cashier/phone/top_up.html",
        tiles=tiles_for(member) if open_ else (),
        room=room_for(member) if open_ else None,
        least_fen=LEAST.get(),
        amount=request.values.get("amount", ""),
        open=open_,
        problem=problem,
    )
    return (page, problem.status) if problem else page


def _review(kind: str, problem: api.Refused | None = None) -> Any:
    member_id = api.visitor().id
    try:
        told = describe_online(member_id, kind, request.values)
    except api.NotFound:
        raise
    except api.Refused as refused:
        if kind == "top_up":
            return _choose(problem or refused)
        page = api.render_public("cashier/phone/refused.html", problem=problem or refused)
        return page, (problem or refused).status
    quoted = told.facts.get("quote")
    page = api.render_public(
        "cashier/phone/review.html",
        kind=kind,
        told=told,
        title=api.translate(told.title, dict(told.facts.get("names") or {})),
        quote=read_quote(quoted) if quoted else None,
        terms=terms_online(member_id, kind, told),
        balance_fen=balance_for(member_id, kind),
        barred=say_barred(member_id, kind),
        has_pin=has_pin(member_id),
        online=takes_online(),
        pay=request.form.get("pay", ""),
        asked={k: v for k, v in request.values.items() if k not in KEPT_BACK},
        key=new_key(),
        problem=problem,
    )
    return (page, problem.status) if problem else page


KEPT_BACK = ("csrf_token", "key", "price_fen", "agreed", "terms", "pay", "pin")
STATES = {
    "created": _("Being prepared"),
    "prepaid": _("Waiting for payment"),
    "unknown": _("Being checked"),
    "closing": _("Being closed"),
    "closed": _("Closed unpaid"),
    "confirmed": _("Paid, being booked"),
    "paid": _("Paid and booked"),
    "mismatch": _("Being checked by staff"),
    "refunding": _("Being refunded"),
    "refunded": _("Refunded"),
}


def _title(payment: OnlinePayment) -> str:
    names = payment.sold["lines"][0]["facts"].get("names") or {}
    return api.translate(payment.title, dict(names))


def _told(payment: OnlinePayment) -> dict[str, Any]:
    bill = api.db.session.get(Bill, payment.bill_id) if payment.bill_id else None
    acts = bill.receipt.get("acts") if bill is not None else None
    frozen = payment.sold["lines"][0]["facts"]
    return {
        "payment": payment,
        "title": _title(payment),
        "bill": bill,
        "act": acts[-1] if acts and payment.state == "paid" else None,
        "quote": frozen.get("quote"),
        "refunds": refunds_of(payment.id),
        "state": STATES[payment.state],
    }
