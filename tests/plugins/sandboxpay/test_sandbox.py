"""The sandbox as a provider: it behaves as one over HTTP, and is nowhere outside the demo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from console import api, demo
from console.testing.live import Live
from plugins.cashier.api import (
    NotAuthentic,
    Ordered,
    OutcomeUnknown,
    ProviderRefused,
    RefundOrdered,
    cashier_online_providers,
)
from plugins.sandboxpay import settings
from plugins.sandboxpay.http import call
from plugins.sandboxpay.provider import SandboxPay
from plugins.sandboxpay.services import orders
from plugins.sandboxpay.signing import authorise, sign_answer
from tests.support.online import fail, shop
from tests.support.pages import words
from tests.support.people import SignIn, post

__all__ = ["shop"]
pytestmark = [
    pytest.mark.any_engine,
    pytest.mark.usefixtures("staff_read_english"),
    pytest.mark.slow,
]
NUMBER = "20261122121030abcdef0123456"
PATH = "/sandboxpay/v3/pay/transactions/jsapi"


@pytest.fixture
def bank(shop: Live) -> Iterator[SandboxPay]:
    yield SandboxPay()


def ordered(fen: int = 50_000, number: str = NUMBER) -> Ordered:
    return Ordered(number, fen, "充500送50", api.now() + timedelta(minutes=30), "/n", "/r")


def refund(fen: int, number: str = "R1") -> RefundOrdered:
    return RefundOrdered(number, NUMBER, fen, 50_000, "why", "/n")


def pay(bank: SandboxPay, fen: int = 50_000) -> None:
    orders.pay(bank.prepay(ordered(fen)).facts["prepay_id"])


def test_the_same_number_is_the_same_order(bank: SandboxPay) -> None:
    first, second = bank.prepay(ordered()), bank.prepay(ordered())
    assert first.facts["prepay_id"] == second.facts["prepay_id"]
    with pytest.raises(ProviderRefused, match="OUT_TRADE_NO_USED"):
        bank.prepay(ordered(60_000))


def test_it_tells_how_an_order_stands(bank: SandboxPay) -> None:
    assert bank.query(NUMBER).state == "missing"
    bank.prepay(ordered())
    assert bank.query(NUMBER).state == "not_paid"
    pay(bank)
    assert (bank.query(NUMBER).state, bank.query(NUMBER).amount_fen) == ("paid", 50_000)
    with pytest.raises(ProviderRefused, match="ORDERPAID"):
        bank.close(NUMBER)


def test_a_closed_order_cannot_be_paid(bank: SandboxPay) -> None:
    prepaid = bank.prepay(ordered())
    bank.close(NUMBER)
    assert orders.pay(prepaid.facts["prepay_id"]).state == "CLOSED"
    assert bank.query(NUMBER).state == "closed"


def test_it_gives_back_what_was_paid_and_no_more(bank: SandboxPay) -> None:
    pay(bank)
    assert bank.refund(refund(20_000)).state == "done"
    assert bank.refund(refund(20_000)).state == "done"
    with pytest.raises(ProviderRefused, match="NOT_ENOUGH"):
        bank.refund(refund(40_000, "R2"))


def test_a_request_that_is_not_signed_rightly_is_refused(bank: SandboxPay, shop: Live) -> None:
    body = json.dumps({"out_trade_no": NUMBER}).encode()
    headers = {"Authorization": authorise("POST", PATH, b"other"), "Accept": "application/json"}
    assert call("POST", shop.url + PATH, body, headers).status == 401
    with api.at_moment(api.now() - timedelta(minutes=6)):
        headers["Authorization"] = authorise("POST", PATH, body)
    assert call("POST", shop.url + PATH, body, headers).status == 401
    assert call("POST", shop.url + PATH, body, {}).status == 401


def test_an_answer_that_is_cut_leaves_the_outcome_unknown(bank: SandboxPay) -> None:
    fail(cut="after")
    with pytest.raises(OutcomeUnknown):
        bank.prepay(ordered())
    fail(cut="no")
    assert bank.query(NUMBER).state == "not_paid"
    fail(cut="down")
    with pytest.raises(OutcomeUnknown):
        bank.query(NUMBER)


def test_an_old_or_foreign_notification_is_not_authentic(bank: SandboxPay) -> None:
    body = json.dumps({"event_type": "TRANSACTION.SUCCESS", "resource": {}}).encode()
    with pytest.raises(NotAuthentic):
        bank.parse_notification({}, body)
    with api.at_moment(api.now() - timedelta(minutes=6)):
        old = sign_answer(body)
    with pytest.raises(NotAuthentic):
        bank.parse_notification(old, body)
    with pytest.raises(NotAuthentic):
        bank.parse_notification(sign_answer(body), body)  # signed, and makes no sense


def test_it_calls_this_machine_only(app: Flask) -> None:
    with pytest.raises(OSError, match="this machine"):
        call("GET", "http://example.com/", b"", {})
    with pytest.raises(RuntimeError, match="network"):
        api.unit(lambda: call("GET", "http://127.0.0.1:9/", b"", {}))()


def test_without_the_demo_there_is_no_sandbox(app: Flask, sign_in: SignIn) -> None:
    owner = sign_in("owner")
    assert api.answers(cashier_online_providers) == [()]
    assert owner.get("/console/sandboxpay/orders/").status_code == 404
    assert owner.get("/sandboxpay/pay/anything").status_code == 404
    assert owner.post(PATH, data=b"{}").status_code == 404


def test_faults_are_switched_by_those_who_may(app: Flask, sign_in: SignIn) -> None:
    api.unit(lambda: demo.STATE.put("on"))()
    where = "/console/sandboxpay/orders/faults"
    manager = sign_in("manager")
    manager.post("/console/preferences/language", data={"language": "en"})
    assert "The connection is cut" in words(manager.get(where).text)
    form: dict[str, Any] = {
        "sandboxpay.slow": "2",
        "sandboxpay.cut": "after",
        "sandboxpay.silent": "1",
        "sandboxpay.copies": "50",
        "sandboxpay.late": "0",
        "sandboxpay.tampered": "no",
    }
    assert post(manager, where, form).status_code == 302
    found = (settings.SLOW.get(), settings.CUT.get(), settings.SILENT.get(), settings.COPIES.get())
    assert found == (2, "after", True, 50)
    assert post(manager, where, {**form, "sandboxpay.copies": "51"}).status_code == 422
    assert sign_in("front_desk").get(where).status_code == 403
