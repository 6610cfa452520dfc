"""A card that is paid from balance: no income of its own, and back to the same top-up."""

from __future__ import annotations

import pytest
from flask import Flask

from console import api
from plugins.cards.api import Card, Product, owing_of
from plugins.cards.services.alone import swap_alone
from plugins.cards.services.contracts import contract_of, paper_of
from plugins.cards.services.paid import say_paid
from plugins.cards.services.refunding import paid_by_balance
from plugins.cards.services.swapping import value_of
from plugins.cards.services.transfers import (
    Agreed,
    accept_transfer,
    gift_in,
    offer_transfer,
)
from plugins.cashier.api import Bill, Line, Tender, add_line, undo_settlement
from plugins.cashier.services.ahead import CARDS_FROM_BALANCE
from plugins.cashier.services.refunding.paying_out import Ways, pay_refund
from plugins.cashier.services.refunding.to_balance import ToBalance
from plugins.cashier.services.reports.consumption import consumption
from plugins.cashier.services.reports.performance import performance
from plugins.cashier.services.reports.receipts import receipts
from plugins.cashier.services.reports.unearned import unearned
from plugins.cashier.services.tendering import Choice, choose, plan
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import purses_of
from plugins.membership.services.merging import merge_members, undo_merge
from plugins.membership.services.recharging import BONUS_BARS
from tests.support.cards import Shop, add_product, item, open_shop, refused, use
from tests.support.ledger import balance as book
from tests.support.membership import join
from tests.support.people import SignIn, post
from tests.support.refunds import agree, alone_up_to, pay_out, sheet_for
from tests.support.salon import add_staff
from tests.support.till import add_to, add_top_up, balance, bill_of, cash, pay, service_for, top_up
from tests.support.value import card_kind, offer, quote, sell

pytestmark = pytest.mark.either_engine
#: What stands behind 980.00 of a top-up of 1,000.00 with a bonus of 100.00.
BEHIND = 100_000 * 98_000 // 110_000


@pytest.fixture
def shop(app: Flask) -> Shop:
    alone_up_to(10_000)
    found = open_shop()
    top_up(found.member.id, 1_000, 100, found.store.id)
    return found


@pytest.fixture
def product(shop: Shop) -> Product:
    return add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))


def put_card(shop: Shop, product: Product) -> int:
    number = bill_of(shop.member.id, shop.store.id)
    add_line(number, "card", {"product_id": product.id})
    return number


def buy(shop: Shop, product: Product, *tenders: Tender) -> Card:
    pay(put_card(shop, product), *(tenders or [balance(980)]))
    return api.db.session.query(Card).filter(Card.state != "void").one()


def held(shop: Shop) -> tuple[int, int]:
    api.db.session.rollback()
    own = purses_of(shop.member.id)
    return sum(one.principal_fen for one in own), sum(one.bonus_fen for one in own)


def revenue(shop: Shop) -> int:
    return book(ledger.salon("revenue", shop.store.id))


def check_books() -> None:
    api.db.session.rollback()
    assert verify().ok
    assert [one.words() for one in tie_out(whole_book()).differences] == []


def test_it_earns_by_session_what_she_paid_and_no_more(shop: Shop) -> None:
    card = buy(shop, add_product("头皮护理 3 次", 98_000, item(shop.scalp, 3)))
    assert (card.price_fen, card.earning_fen) == (98_000, BEHIND)
    assert sum(held(shop)) == 12_000
    assert revenue(shop) == 0
    assert consumption(whole_book()) == []
    assert sum(one.fen for one in receipts(whole_book())) == 100_000
    rolls = {(one.unit, one.product): one for one in unearned(whole_book())}
    assert rolls[ledger.CNY, ""].closing == 100_000 - BEHIND
    assert rolls[ledger.CNY, card.name].closing == BEHIND
    assert rolls[ledger.CNY, card.name].moved["sold"] == 0
    assert rolls[ledger.PRINCIPAL, ""].moved["earned"] == 0
    for _session in range(3):
        use(shop, card)
    assert revenue(shop) == BEHIND
    number = bill_of(shop.member.id, shop.store.id)
    add_to(number, service_for(120))
    pay(number, balance(120))
    assert revenue(shop) == 100_000
    check_books()


def test_reopening_the_bill_gives_principal_and_bonus_back(shop: Shop, product: Product) -> None:
    number = put_card(shop, product)
    add_top_up(number, 500)
    pay(number, cash(500), balance(980))
    undo_settlement(number, "the wrong card")
    assert held(shop) == (100_000, 10_000)
    assert api.db.session.query(Card).one().state == "void"
    pay(number, cash(1_480))
    assert held(shop) == (150_000, 10_000)
    check_books()


def test_a_refund_goes_back_to_the_same_top_up(shop: Shop, product: Product) -> None:
    card = buy(shop, product)
    before = held(shop)
    for _session in range(4):
        use(shop, card)
    refund = sheet_for(shop.member.id, kind="card")
    assert refund.amount_fen == 58_800
    assert refund.sheet["accounts"][0]["balance_fen"] == 98_000
    agree(refund)
    pay_out(refund)
    principal, bonus = held(shop)
    assert principal - before[0] + bonus - before[1] == 58_800
    assert bonus - before[1] == pytest.approx(58_800 * 10 / 110, abs=1)
    assert revenue(shop) == pytest.approx(BEHIND * 4 / 10, abs=1)
    assert sum(one.fen for one in receipts(whole_book())) == 100_000
    check_books()


def test_what_balance_paid_is_not_paid_out_as_money(shop: Shop, product: Product) -> None:
    buy(shop, product, balance(480), cash(500))
    refund = agree(sheet_for(shop.member.id, kind="card"))
    with pytest.raises(ToBalance):
        pay_refund(refund.id, Ways({}, "cash", "her wish", "cash"))
    api.db.session.rollback()
    pay_out(refund)
    assert held(shop) == (100_000, 10_000)
    assert book(ledger.salon("cash", shop.store.id)) == -100_000
    check_books()


def test_another_member_gets_what_money_paid_of_it(shop: Shop, product: Product) -> None:
    card = buy(shop, product)
    taker = join("李四", phone="13900139000", store=shop.store.id)
    agreed = Agreed("phone", "test:given")
    given = offer_transfer(card.member_id, f"card:{card.id}", taker.id, agreed)
    accept_transfer(given.id, taker.id, gift_in(given).worth)
    refund = sheet_for(taker.id, kind="card")
    assert refund.amount_fen == BEHIND
    pay_out(agree(refund))
    assert book(ledger.salon("cash", shop.store.id)) == -(100_000 - BEHIND)


def test_a_part_of_a_pass_is_paid_from_balance(shop: Shop, product: Product) -> None:
    year = add_product("年卡", 150_000, item(shop.scalp, 0), kind="pass", valid_days=365)
    pay(put_card(shop, year), balance(1_100), cash(400))
    card = api.db.session.query(Card).one()
    assert (card.price_fen, card.earning_fen) == (150_000, 140_000)
    refund = agree(sheet_for(shop.member.id, "both", kind="card"))
    pay_out(refund)
    assert sum(held(shop)) == 110_000
    assert revenue(shop) == 0


def test_balance_pays_a_part_and_the_rest_is_owing(shop: Shop, product: Product) -> None:
    number = put_card(shop, product)
    pay(number, balance(480))
    card = api.db.session.query(Card).one()
    assert (owing_of(card), card.price_fen) == (50_000, 98_000)
    with refused("may be paid"):
        pay(number, balance(500))
    pay(number, cash(500))
    assert owing_of(card) == 0


def test_the_till_suggests_the_balance_for_services_only(shop: Shop, product: Product) -> None:
    number = put_card(shop, product)
    add_to(number, service_for(100))
    suggested = plan(api.db.session.get_one(Bill, number))
    assert [(one.kind, one.amount_fen) for one in suggested.choices] == [("balance", 10_000)]
    chosen = choose(api.db.session.get_one(Bill, number), (), "balance")
    assert [one.amount_fen for one in chosen.choices] == [108_000]


def bar(what: str) -> None:
    api.unit(BONUS_BARS.put)(what)


def test_bonus_that_is_barred_from_cards_pays_for_the_service_beside_one(shop: Shop) -> None:
    bar("cards")
    top_up(shop.member.id, 500, 300, shop.store.id)
    bar("none")
    number = put_card(shop, add_product("头皮护理 15 次", 160_000, item(shop.scalp, 15)))
    add_to(number, service_for(200))
    chosen = plan(api.db.session.get_one(Bill, number), [Choice("balance", 180_000)])
    # 1,100 of the first top-up, 500 of the second; the service takes 200 of its bonus.
    assert (chosen.balance_fen, chosen.barred) == (180_000, {"cards": 30_000})
    pay(number, balance(1_800))
    assert held(shop) == (0, 10_000)
    lines = {one.kind: one for one in api.db.session.query(Line)}
    assert (lines["service"].principal_fen, lines["service"].bonus_fen) == (0, 20_000)
    assert (lines["card"].principal_fen, lines["card"].bonus_fen) == (150_000, 10_000)
    check_books()
    agree(refund := sheet_for(shop.member.id, kind="card"))
    pay_out(refund)
    assert held(shop) == (150_000, 20_000)
    check_books()


def test_bonus_may_be_barred_from_products_and_cards_together(shop: Shop, product: Product) -> None:
    bar("products,cards")
    top_up(shop.member.id, 300, 300, shop.store.id)
    number = put_card(shop, product)
    add_line(number, "product", {"title": "精油", "price_fen": 50_000})
    add_to(number, service_for(250))
    chosen = plan(api.db.session.get_one(Bill, number), [Choice("balance", 173_000)])
    assert chosen.balance_fen == 165_000
    assert chosen.barred == {"products": 30_000, "cards": 30_000}
    refusal = "Less of the balance may be used."
    with refused(refusal):
        pay(number, balance(1_730))
    pay(number, balance(1_650), cash(80))
    assert held(shop) == (0, 5_000)
    check_books()


def test_the_difference_of_a_swap_takes_no_bonus_that_is_barred(
    shop: Shop, product: Product
) -> None:
    pay(put_card(shop, product), cash(980))
    card = api.db.session.query(Card).one()
    bar("cards")
    top_up(shop.member.id, 100, 300, shop.store.id)
    number = put_swap(shop, card, add_product("头皮护理 30 次", 258_000, item(shop.scalp, 30)))
    chosen = plan(api.db.session.get_one(Bill, number), [Choice("balance", 160_000)])
    assert chosen.balance_fen == 120_000
    pay(number, balance(1_200), cash(400))
    assert held(shop) == (0, 30_000)
    check_books()


def test_a_kind_of_card_and_a_store_may_want_money_for_cards(shop: Shop, product: Product) -> None:
    kind = card_kind("只限服务", percent=80, for_cards=False)
    offer(3_000, purse_kind_id=kind)
    sell(quote(shop.member.id, 3_000, store=shop.store.id))
    own = next(one for one in purses_of(shop.member.id) if one.kind_id == kind)
    with refused("may be paid"):
        pay(put_card(shop, product), Tender("balance", 98_000, purse=own.code))
    api.unit(CARDS_FROM_BALANCE.put)(False, shop.store.id)
    with refused("may be paid"):
        pay(put_card(shop, product), balance(980))
    api.unit(CARDS_FROM_BALANCE.clear)(shop.store.id)
    buy(shop, product)


@pytest.mark.usefixtures("in_english")
def test_what_a_swapped_card_had_from_balance_goes_back_there(shop: Shop, product: Product) -> None:
    card = buy(shop, product)
    before = held(shop)
    for _session in range(4):
        use(shop, card)
    more = add_product("头皮护理 20 次", 180_000, item(shop.scalp, 20))
    new = swap_alone(shop.store.id, card.id, more.id, "cash", key="card:swap0123456789")
    assert -book(ledger.salon("cash", shop.store.id)) == 100_000 + 180_000 - 58_800
    contract = contract_of(new.id)
    assert contract is not None
    assert b"%PDF" in paper_of(new, contract)
    assert "¥980.00 · of that ¥89.10 bonus, a discount" in say_paid(card)[0][1]
    assert f"¥1,212.00 · ¥588.00 left of {card.name} · of that" in say_paid(new)[0][1]
    assert new.bonus_fen == pytest.approx(98_000 * 10 / 110 * 6 / 10, abs=1)
    check_books()
    refund = sheet_for(shop.member.id, "shop", kind="card")
    assert refund.sheet["accounts"][0]["balance_fen"] == 58_800
    pay_out(agree(refund))
    principal, bonus = held(shop)
    assert principal - before[0] + bonus - before[1] == 58_800
    assert bonus - before[1] == pytest.approx(58_800 * 10 / 110, abs=1)
    assert -book(ledger.salon("cash", shop.store.id)) == 100_000
    assert revenue(shop) == pytest.approx(BEHIND * 4 / 10, abs=1)
    check_books()


def test_an_undone_swap_leaves_the_old_card_with_what_balance_paid(
    shop: Shop, product: Product
) -> None:
    card = buy(shop, product)
    more = add_product("头皮护理 20 次", 180_000, item(shop.scalp, 20))
    new = swap_alone(shop.store.id, card.id, more.id, "cash", key="card:swap0123456789")
    undo_settlement(int(new.bill_ref.removeprefix("bill:")), "the wrong card")
    assert (value_of(card), paid_by_balance(card)[1]) == (98_000, 98_000)


def test_a_swapped_card_survives_a_merge_its_undoing_a_gift_and_a_refund(
    shop: Shop, product: Product
) -> None:
    taker = join("李四", phone="13900139000", store=shop.store.id)
    buy(shop, product)
    merge = merge_members(taker.id, shop.member.id)
    more = add_product("头皮护理 20 次", 180_000, item(shop.scalp, 20))
    card = api.db.session.query(Card).one()
    new = swap_alone(shop.store.id, card.id, more.id, "cash", key="card:swap0123456789")
    assert value_of(new) == 180_000
    undo_merge(merge.id)
    given = offer_transfer(
        new.member_id, f"card:{new.id}", shop.member.id, Agreed("phone", "test:given")
    )
    accept_transfer(given.id, shop.member.id, gift_in(given).worth)
    refund = sheet_for(shop.member.id, kind="card")
    assert refund.amount_fen == 180_000 - 98_000 + BEHIND
    pay_out(agree(refund))
    assert -book(ledger.salon("cash", shop.store.id)) == 100_000 - BEHIND
    check_books()


def put_swap(shop: Shop, card: Card, product: Product) -> int:
    number = bill_of(shop.member.id, shop.store.id)
    add_line(number, "card_swap", {"card_id": card.id, "product_id": product.id})
    return number


def test_the_difference_of_a_swap_is_paid_from_balance_and_money(
    shop: Shop, product: Product
) -> None:
    card = buy(shop, product, cash(980))
    more = add_product("头皮护理 15 次", 145_000, item(shop.scalp, 15))
    number = put_swap(shop, card, more)
    with refused("Ask the member"):
        pay(number, balance(400), cash(70), agreed_by=None)
    pay(number, balance(400), cash(70))
    new = api.db.session.query(Card).filter(Card.state == "active").one()
    behind = 100_000 * 40_000 // 110_000
    assert (new.price_fen, new.bonus_fen) == (145_000, 40_000 - behind)
    assert sum(held(shop)) == 110_000 - 40_000
    assert (revenue(shop), owing_of(new)) == (0, 0)
    check_books()
    refund = sheet_for(shop.member.id, "shop", kind="card")
    assert refund.sheet["accounts"][0]["balance_fen"] == 40_000
    pay_out(agree(refund))
    assert sum(held(shop)) == 110_000
    assert (revenue(shop), -book(ledger.salon("cash", shop.store.id))) == (0, 100_000)
    check_books()


def test_a_swap_that_balance_paid_is_undone_whole(shop: Shop, product: Product) -> None:
    card = buy(shop, product)
    more = add_product("头皮护理 11 次", 107_000, item(shop.scalp, 11))
    number = put_swap(shop, card, more)
    before = held(shop)
    pay(number, balance(90))
    undo_settlement(number, "the wrong card")
    assert (held(shop), value_of(card)) == (before, 98_000)
    pay(number, balance(90))
    check_books()


@pytest.mark.usefixtures("in_english")
def test_where_cards_are_not_paid_from_balance_no_swap_is(shop: Shop, product: Product) -> None:
    card = buy(shop, product, cash(980))
    more = add_product("头皮护理 15 次", 145_000, item(shop.scalp, 15))
    api.unit(CARDS_FROM_BALANCE.put)(False, shop.store.id)
    with refused("may be paid"):
        pay(put_swap(shop, card, more), balance(470))


def test_whoever_sold_the_swap_is_credited_the_difference_alone(
    shop: Shop, product: Product
) -> None:
    card = buy(shop, product, cash(980))
    more = add_product("头皮护理 15 次", 145_000, item(shop.scalp, 15))
    seller = add_staff("小美", shop.store)
    number = bill_of(shop.member.id, shop.store.id)
    facts = {"card_id": card.id, "product_id": more.id}
    add_line(number, "card_swap", facts, staff_id=seller.id)
    pay(number, balance(400), cash(70))
    rows = {row.staff_id: row for row in performance(whole_book())}
    assert rows[seller.id].sold_cards_fen == 47_000


def test_the_desk_goes_on_at_the_till_where_balance_pays_the_difference(
    shop: Shop, product: Product, sign_in: SignIn
) -> None:
    card = buy(shop, product, cash(980))
    more = add_product("头皮护理 15 次", 145_000, item(shop.scalp, 15))
    desk, url = sign_in("front_desk", shop.store.id), f"/console/cards/cards/{card.id}/swap"
    assert 'value="balance"' in desk.get(url).text
    form = {
        "key": "card:0123456789abcdef01234567",
        "product_id": more.id,
        "store_id": shop.store.id,
    }
    answer = post(desk, url, {**form, "means": "balance"})
    number = int(answer.location.rpartition("/")[2])
    assert "/console/cashier/till/" in answer.location
    [line] = api.db.session.query(Line).filter_by(bill_id=number)
    assert (line.kind, line.due_fen) == ("card_swap", 47_000)
