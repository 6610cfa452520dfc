"""Paying by phone and looking after it, as the member and staff see it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from console import api
from console.testing.live import Live
from plugins.cards.services.contracts import contract_of
from plugins.cards.services.offering import cards_of
from plugins.cashier.api import Bill, OnlinePayment
from plugins.cashier.services.online.advancing import advance
from plugins.cashier.services.top_up_contracts import contracts_of
from plugins.cashier.services.top_up_terms import TERMS
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.membership.api import set_member_pin
from plugins.membership.models import Tier
from plugins.membership.services.recharging import BONUS_BARS
from tests.support.cards import add_product, item
from tests.support.ledger import left
from tests.support.membership import join
from tests.support.online import (
    at_bank,
    change,
    fail,
    notify,
    pay,
    payment,
    prepaid,
    shop,
)
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.phones import Phone, phone_of
from tests.support.salon import add_service
from tests.support.till import top_up

__all__ = ["shop"]
pytestmark = [
    pytest.mark.any_engine,
    pytest.mark.usefixtures("staff_read_english"),
    pytest.mark.slow,
]
HOME = "/console/cashier/online/"


@pytest.fixture
def anna(shop: Live) -> int:
    return int(join().id)


@pytest.fixture
def phone(app: Flask, anna: int) -> Phone:
    return phone_of(app, anna)


@api.unit
def add_offer() -> None:
    api.db.session.add(Tier(name="充500送50", amount_fen=50_000, bonus_fen=5_000))


def latest() -> int:
    api.db.session.rollback()
    return max(number for (number,) in api.db.session.query(OnlinePayment.id))


def test_she_chooses_an_offer_pays_and_sees_what_she_has(
    phone: Phone, anna: int, work: Any
) -> None:
    add_offer()
    assert "充500送50" in words(phone.get("/cashier/top-up").text)
    review = words(phone.get("/cashier/buy/top_up?amount=600").text)
    assert "¥600.00" in review
    assert "¥650.00" in review
    waiting = phone.post(
        "/cashier/buy/top_up", amount="600", key="k", price_fen="60000", agreed="1"
    )
    assert "being prepared" in words(waiting.text)
    number = latest()
    work()
    cashier = phone.get(f"/cashier/pay/{payment(number).out_trade_no}/go")
    assert cashier.request.path.startswith("/sandboxpay/pay/")
    back = phone.post(cashier.request.path, act="pay")
    assert "not confirmed" in words(back.text)
    work()
    done = words(phone.get(f"/cashier/pay/{payment(number).out_trade_no}").text)
    assert "Paid and booked" in done
    assert "Balance after ¥650.00" in done
    assert left(anna) == (60_000, 5_000)
    assert "¥600.00" in words(phone.get("/cashier/payments").text)


def test_the_stores_terms_of_top_ups_are_ticked_and_kept_with_the_bill(
    phone: Phone, anna: int, sign_in: SignIn
) -> None:
    api.unit(TERMS.put)("Good in all stores.\nNo end.")
    page = phone.get("/cashier/buy/top_up?amount=500")
    assert "Good in all stores. No end." in words(page.text)
    digest = re.search(r'name="terms" value="(\w+)"', page.text)
    assert digest is not None
    asked = {"amount": "500", "key": "k", "price_fen": "50000"}
    assert "Read the contract" in words(phone.post("/cashier/buy/top_up", **asked).text)
    phone.post("/cashier/buy/top_up", **asked, agreed="1", terms=digest[1])
    number = latest()
    advance(number)
    pay(number)
    notify()
    bill_id = payment(number).bill_id
    receipt = words(phone.get(f"/cashier/receipts/{bill_id}").text)
    assert "Good in all stores." in receipt
    assert digest[1] in receipt
    assert digest[1] in sign_in("manager").get(f"/console/cashier/bills/{bill_id}/").text
    [contract] = contracts_of(anna)
    assert (contract.digest, contract.signed_by) == (digest[1], "phone")


def test_what_she_did_not_read_is_not_signed_by_her_tick(phone: Phone, anna: int) -> None:
    number = prepaid(anna)
    api.unit(TERMS.put)("Good in one store alone.")
    pay(number)
    notify()
    [contract] = contracts_of(anna)
    assert (contract.facts["rules"], contract.signed_at) == ("Good in one store alone.", None)
    assert "Not signed yet" in words(phone.get("/cashier/contracts").text)


def test_she_goes_back_without_paying_and_cancels(phone: Phone, anna: int, work: Any) -> None:
    number = prepaid(anna)
    where = f"/cashier/pay/{payment(number).out_trade_no}"
    cashier = phone.get(f"{where}/go")
    assert "Not paid yet?" in words(phone.post(cashier.request.path, act="back").text)
    assert "being closed" in words(phone.post(f"{where}/cancel").text)
    work()
    assert "Nothing was taken" in words(phone.get(where).text)
    assert at_bank(number).state == "CLOSED"


def test_the_waiting_part_leads_to_the_page_once_it_is_over(phone: Phone, anna: int) -> None:
    number = prepaid(anna)
    where = f"/cashier/pay/{payment(number).out_trade_no}"
    assert phone.client.get(f"{where}/state").status_code == 200
    pay(number)
    notify()
    answer = phone.client.get(f"{where}/state")
    assert answer.location == where


def test_nobody_sees_another_ones_payment(app: Flask, anna: int) -> None:
    number = prepaid(anna)
    other = phone_of(app, int(join("李四", phone="13900139000").id))
    assert other.get(f"/cashier/pay/{payment(number).out_trade_no}").status_code == 404


def test_an_amount_that_cannot_be_paid_is_said_on_the_page(phone: Phone) -> None:
    page = phone.get("/cashier/buy/top_up?amount=abc")
    assert page.status_code == 422
    assert "Enter an amount" in words(page.text)
    page = phone.post("/cashier/buy/top_up", amount="0.5", key="k", price_fen="50")
    assert "you can pay from" in words(page.text)
    page = phone.get("/cashier/buy/top_up?amount=20000")
    assert "You can top up ¥5,000.00 at most" in words(page.text)


def test_she_buys_a_card_from_the_shelf(phone: Phone, anna: int, work: Any) -> None:
    scalp = add_service("头皮护理", price_fen=12_800)
    product = add_product("头皮护理 10 次", 98_000, item(scalp, 10))
    assert "头皮护理 10 次" in words(phone.get("/cards/shelf").text)
    shelf = words(phone.get(f"/cards/shelf/{product.id}").text)
    assert "¥980.00" in shelf
    review = words(phone.get(f"/cashier/buy/card?product_id={product.id}").text)
    assert "¥980.00" in review
    assert "Giving it back" in review
    asked = {"product_id": product.id, "key": "k", "price_fen": "98000"}
    assert "Read the contract" in words(phone.post("/cashier/buy/card", **asked).text)
    stale = phone.post("/cashier/buy/card", **asked, agreed="1", terms="old")
    assert "The contract has changed" in words(stale.text)
    phone.post("/cashier/buy/card", **asked, agreed="1")
    work()
    pay(latest())
    work()
    assert payment(latest()).state == "paid"
    card = cards_of(anna)[0]
    contract = contract_of(card.id)
    assert (card.name, contract.signed_by if contract else "") == ("头皮护理 10 次", "phone")


def test_she_buys_a_card_from_her_balance_with_her_own_word(phone: Phone, anna: int) -> None:
    scalp = add_service("头皮护理", price_fen=12_800)
    product = add_product("头皮护理 10 次", 98_000, item(scalp, 10))
    top_up(anna, 900, 50)
    review = words(phone.get(f"/cashier/buy/card?product_id={product.id}").text)
    assert "From your balance · ¥950.00 · ¥30.00 is missing" in review
    asked = {"product_id": product.id, "key": "bought-on-her-phone", "price_fen": "98000"}
    asked |= {"agreed": "1", "pay": "balance"}
    assert "missing on your balance" in words(phone.post("/cashier/buy/card", **asked).text)
    top_up(anna, 100)
    api.unit(set_member_pin)(anna, "274951")
    assert "PIN" in words(phone.post("/cashier/buy/card", **asked).text)
    for _twice in range(2):
        receipt = phone.post("/cashier/buy/card", **asked, pin="274951")
        assert receipt.request.path.startswith("/cashier/receipts/")
    assert "¥980.00" in words(receipt.text)
    (card,) = cards_of(anna)
    bill = api.db.session.get_one(Bill, int(card.bill_ref.removeprefix("bill:")))
    contract = contract_of(card.id)
    assert (contract.signed_by if contract else "", bill.agreed_by) == ("phone", "phone")
    assert sum(left(anna)) == 105_000 - 98_000
    assert tie_out(whole_book()).differences == []


def test_bonus_that_is_barred_from_cards_does_not_buy_one_on_the_phone(
    phone: Phone, anna: int
) -> None:
    product = add_product("头皮护理 10 次", 98_000, item(add_service("头皮护理"), 10))
    api.unit(BONUS_BARS.put)("cards")
    top_up(anna, 900, 200)
    assert "bonus not for session cards and passes" in words(phone.get("/membership/balance").text)
    review = words(phone.get(f"/cashier/buy/card?product_id={product.id}").text)
    assert "From your balance · ¥900.00 · ¥80.00 is missing" in review
    assert "Bonus of ¥200.00 does not pay for session cards and passes." in review
    asked = {"product_id": product.id, "key": "bought-on-her-phone", "price_fen": "98000"}
    asked |= {"agreed": "1", "pay": "balance"}
    said = words(phone.post("/cashier/buy/card", **asked).text)
    assert "¥80.00 is missing on your balance: bonus does not pay for" in said
    top_up(anna, 80)
    phone.post("/cashier/buy/card", **asked)
    assert left(anna) == (0, 20_000)
    assert tie_out(whole_book()).differences == []


def test_a_forged_notification_is_answered_with_401(shop: Live, app: Flask) -> None:
    client = app.test_client()
    answer = client.post("/cashier/online/sandboxpay/notify", data=b"{}")
    assert answer.status_code == 401
    assert client.post("/cashier/online/nobody/notify", data=b"{}").status_code == 404


def test_the_manager_asks_closes_and_sends_back(anna: int, sign_in: SignIn, work: Any) -> None:
    fail(silent=True)
    number = prepaid(anna)
    manager = sign_in("manager", 1)
    manager.post("/console/preferences/language", data={"language": "en"})
    assert "¥500.00" in words(manager.get(HOME).text)
    pay(number)
    assert post(manager, f"{HOME}{number}/ask").status_code == 302
    work()
    page = words(manager.get(f"{HOME}{number}/").text)
    assert "Asked the provider: paid" in page
    assert "Settled and booked" in page
    assert post(manager, f"{HOME}{number}/refund", {"reason": ""}).status_code == 422
    assert post(manager, f"{HOME}{number}/refund", {"reason": "a mistake"}).status_code == 302
    work()
    assert "The money went back" in words(manager.get(f"{HOME}{number}/").text)
    assert left(anna) == (0, 0)
    other = prepaid(anna)
    assert post(manager, f"{HOME}{other}/close").status_code == 302
    work()
    assert payment(other).state == "closed"


def test_the_front_desk_sends_nothing_back(anna: int, sign_in: SignIn) -> None:
    number = prepaid(anna)
    pay(number)
    notify()
    desk = sign_in("front_desk", 1)
    assert post(desk, f"{HOME}{number}/refund", {"reason": "why not"}).status_code == 403


def test_a_merged_members_payment_goes_to_the_kept_file(anna: int, phone: Phone) -> None:
    kept = int(join("陈诗雅", phone="13900139000").id)
    number = prepaid(anna)
    change(number, member_id=kept)  # what a merge does to it
    pay(number)
    notify()
    assert payment(number).state == "paid"
    assert left(kept) == (50_000, 0)
