"""One field takes every code: which is which, and what paying by them leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.cashier.api import Adjustment, Bill, Draft, lines_of, preview, round_off
from plugins.cashier.desk import Code, Goods, Printer, Slip
from plugins.cashier.services.codes import what_is
from plugins.cashier.services.printing import PRINTER, print_slip
from plugins.cashier.services.tendering import Choice, choose, give, plan
from plugins.membership.api import set_member_pin, show_code
from tests.support.cards import Shop, add_product, item, sell
from tests.support.ledger import left
from tests.support.membership import PHONE, join
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.salon import add_store
from tests.support.till import add_to, add_top_up, bill_of, service_for, top_up

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("staff_read_english")]

HOME = "/console/cashier/till/"


@pytest.fixture
def store(app: Flask) -> Any:
    return add_store("福田店")


@pytest.fixture
def anna(store: Any) -> int:
    return int(join().id)


@pytest.fixture
def desk(store: Any, sign_in: SignIn) -> FlaskClient:
    client = sign_in("front_desk", store.id)
    client.post("/console/preferences/language", data={"language": "en"})
    return client


def bill(number: int) -> Bill:
    found: Bill = api.db.session.get_one(Bill, number, populate_existing=True)
    return found


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("text", "kind", "pays"),
    [
        ("", "nothing", ""),
        ("134567890123456789", "payment_code", "wechat"),
        ("2876 5432 1098 7654 32", "payment_code", "alipay"),
        ("6212345678901234567", "payment_code", "aggregate"),
        ("812345678901", "voucher", ""),
        ("MT20261122AB", "voucher", ""),
        ("13900000000", "words", ""),
        ("8000", "words", ""),
        ("csy", "words", ""),
        ("陈诗雅", "words", ""),
    ],
)
def test_codes_are_told_apart_by_how_they_look(store: Any, text: str, kind: str, pays: str) -> None:
    found = what_is(text)
    assert (found.kind, found.payment_kind) == (kind, pays)


@pytest.mark.any_engine
def test_a_member_is_told_by_code_phone_and_number(anna: int) -> None:
    assert what_is(show_code(anna)).kind == "member_code"
    assert what_is(PHONE).member_ids == (anna,)
    number = str(join(phone="13900000001").number)
    assert what_is(number.lower()).kind == "member"


@pytest.mark.any_engine
def test_digits_are_a_pin_only_where_a_pin_is_wanted(store: Any) -> None:
    assert what_is("4711").kind == "words"
    assert what_is("4711", pin_wanted=True).kind == "pin"


def test_the_balance_is_suggested_where_it_is_enough(anna: int) -> None:
    number = bill_of(anna)
    add_to(number, service_for(110))
    assert plan(bill(number)).choices == ()
    add_top_up(number, 500)
    now = plan(bill(number))
    assert [(each.kind, each.amount_fen) for each in now.choices] == [("balance", 11_000)]
    assert (now.due_fen, now.left_fen, now.takes) == (61_000, 50_000, True)


def test_another_means_takes_the_place_of_the_last_one(anna: int) -> None:
    number = bill_of(anna)
    add_to(number, service_for(110))
    add_top_up(number, 500)
    chosen = choose(bill(number), plan(bill(number)).choices, "wechat")
    assert [each.kind for each in chosen.choices] == ["balance", "wechat"]
    chosen = choose(bill(number), chosen.choices, "cash")
    assert [(each.kind, each.amount_fen) for each in chosen.choices] == [
        ("balance", 11_000),
        ("cash", 50_000),
    ]


def test_less_cash_than_is_due_is_a_part_of_it(store: Any) -> None:
    number = bill_of()
    add_to(number, service_for(128))
    chosen = choose(bill(number), [], "cash")
    assert chosen.notes()[:3] == [12_800, 13_000, 15_000]
    split = give(bill(number), chosen.choices, 10_000)
    assert (split.paid_fen, split.left_fen, split.change_fen) == (10_000, 2_800, 0)
    assert give(bill(number), chosen.choices, 20_000).change_fen == 7_200


def test_choices_follow_what_is_due(store: Any) -> None:
    number = bill_of()
    add_to(number, service_for(128))
    round_off(number, 300)
    now = plan(bill(number), [Choice("wechat", 12_800)])
    assert (now.due_fen, now.paid_fen) == (12_500, 12_500)


def test_a_payment_code_that_is_scanned_chooses_its_app(desk: FlaskClient) -> None:
    number = bill_of()
    add_to(number, service_for(128))
    page = post(desk, f"{HOME}{number}/lines", {"text": "134567890123456789"}).text
    assert 'name="kind-1" value="wechat"' in page
    assert 'name="amount-1" value="128.00"' in page
    assert bill(number).state == "open"


def test_a_voucher_asks_for_its_platform_and_keeps_its_code(desk: FlaskClient) -> None:
    number = bill_of()
    add_to(number, service_for(128))
    page = post(desk, f"{HOME}{number}/lines", {"text": "812345678901"})
    assert 'value="meituan"' in page.text
    assert "812345678901" in words(page.text)
    sent = {"choose": "meituan", "voucher": "812345678901"}
    page = post(desk, f"{HOME}{number}/tender", sent)
    assert 'name="voucher-1" value="812345678901"' in page.text


def test_a_pin_that_is_typed_agrees(desk: FlaskClient, anna: int) -> None:
    top_up(anna, 500)
    set_member_pin(anna, "471108")
    number = bill_of(anna)
    add_to(number, service_for(110))
    page = post(desk, f"{HOME}{number}/lines", {"text": "471108"}).text
    assert 'value="pin" checked' in page
    sent = {"kind-1": "balance", "amount-1": "110", "agreed_by": "pin", "code": "471108"}
    assert post(desk, f"{HOME}{number}/settle", {**sent, "key": "s"}).status_code == 302
    assert left(anna) == (39_000, 0)


def test_several_of_a_name_are_offered_and_nothing_is_opened(desk: FlaskClient) -> None:
    for phone in ("13900000001", "13900000002"):
        join("王芳", phone=phone)
    sent = {"store_id": 1, "key": "k", "text": "wf"}
    page = post(desk, f"{HOME}open", sent)
    assert page.text.count('name="member_id"') == 2
    assert api.db.session.query(Bill).count() == 0
    found = post(desk, f"{HOME}open", {"store_id": 1, "key": "k", "text": "nobody"})
    assert found.status_code == 422


def test_a_tap_on_an_old_screen_is_refused_and_shows_the_bill(desk: FlaskClient) -> None:
    number = bill_of()
    variant = service_for(128).variants[0].id
    version = bill(number).version
    sent = {"variant_id": variant, "version": version}
    assert post(desk, f"{HOME}{number}/lines", sent).status_code == 302
    again = post(desk, f"{HOME}{number}/lines", sent)
    assert again.status_code == 409
    assert "has changed meanwhile" in words(again.text)


def test_a_script_gets_the_parts_that_change_and_where_it_is(desk: FlaskClient) -> None:
    number = bill_of()
    sent = {"variant_id": service_for(128).variants[0].id}
    answer = post(desk, f"{HOME}{number}/lines", sent, headers={"X-Till": "1"})
    assert answer.headers["X-Till-Url"] == f"{HOME}{number}"
    assert "<html" not in answer.text
    assert 'id="till-bill"' in answer.text


def test_the_cheapest_way_is_proposed_and_taken_by_one_tap(
    app: Flask, store: Any, sign_in: SignIn
) -> None:
    shop = Shop(store, join(store=store.id), service_for(128, "头皮护理"))
    sell(shop, add_product("头皮十次", 68_000, item(shop.scalp, 10)))
    desk = sign_in("front_desk", store.id)
    number = bill_of(shop.member.id)
    add_to(number, shop.scalp)
    page = desk.get(f"{HOME}{number}").text
    [sign] = re.findall(r'name="sign" value="([^"]+)"', page)
    sent = {"sign": sign, "version": bill(number).version}
    answer = post(desk, f"{HOME}{number}/proposal", sent)
    assert answer.status_code == 200
    assert [line.kind for line in lines_of(number)] == ["session"]
    assert post(desk, f"{HOME}{number}/proposal", sent).status_code == 409


class Coupons:
    """A plugin of sorts that knows codes of its own, and a printer that only keeps."""

    def __init__(self) -> None:
        self.printed: list[Slip | None] = []

    @api.hookimpl
    def cashier_read_code(self, text: str) -> Code | None:
        return Code("coupon", text, adjustment=text) if text.startswith("CP") else None

    @api.hookimpl
    def cashier_adjustments(self, draft: Draft) -> list[Adjustment]:
        return [
            Adjustment(line.line_id, "coupon", "¥30 off", key=key, amount_fen=fen)
            for line in draft.lines
            for key, fen in (("CP10", 1_000), ("CP30", 3_000))
        ]

    @api.hookimpl
    def cashier_goods(self, store_id: int) -> list[Goods]:
        facts = {"title": "Tea", "price_fen": 1_800}
        return [Goods("tea", "product", facts, "Tea", 1_800, "2 left", words=("绿茶",))]

    @api.hookimpl
    def cashier_printers(self) -> list[Printer]:
        return [Printer("keeper", "Keeper", lambda slip, _where, _opens: self.printed.append(slip))]


@pytest.fixture
def coupons(app: Flask) -> Iterator[Coupons]:
    plugins = app.extensions["console"].pm
    plugins.register(made := Coupons(), "cashier:coupons")
    yield made
    plugins.unregister(made)


@pytest.mark.any_engine
def test_a_plugin_claims_its_own_codes(store: Any, coupons: Coupons) -> None:
    assert what_is("CP-2026-ABCD").kind == "coupon"
    assert what_is("812345678901").kind == "voucher"


def test_a_plugin_sells_goods_by_one_tap_or_by_their_name(
    desk: FlaskClient, coupons: Coupons
) -> None:
    number = bill_of()
    assert "2 left" in desk.get(f"{HOME}{number}").text
    assert "Tea" in desk.get(f"{HOME}find?q=lvcha").text
    sent = {"goods": "tea", "quantity": "2", "version": bill(number).version}
    assert post(desk, f"{HOME}{number}/lines", sent).status_code == 302
    assert preview(number).list_fen == 3_600


def test_a_scanned_coupon_counts_at_once_or_it_is_said_that_it_does_not(
    desk: FlaskClient, anna: int, coupons: Coupons
) -> None:
    number = bill_of(anna)
    add_to(number, service_for(100))
    assert preview(number).due_fen == 7_000
    page = post(desk, f"{HOME}{number}/lines", {"text": "CP10", "version": bill(number).version})
    assert page.status_code == 302
    assert preview(number).due_fen == 9_000
    page = post(desk, f"{HOME}{number}/lines", {"text": "CP99", "version": bill(number).version})
    assert "This coupon counts for nothing on the bill." in words(page.get_data(as_text=True))
    assert preview(number).due_fen == 9_000


@pytest.mark.any_engine
def test_a_plugin_brings_a_printer(store: Any, coupons: Coupons) -> None:
    put_printer("keeper")
    print_slip(store.id, Slip([]))
    assert coupons.printed == [Slip([])]


@api.unit
def put_printer(key: str) -> None:
    PRINTER.put(key)
