"""Cards and sessions on a bill: sold, used, owed for and taken back with the rest of it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from console import api
from plugins.cards.api import Card, CardUse, Product, owing_of
from plugins.cards.services.accounts import Left, left_of
from plugins.cards.services.changing import share_card, unshare_card
from plugins.cashier.api import (
    Line,
    LinePart,
    add_line,
    cashier_member_offers,
    preview,
    proposals_for,
    undo_settlement,
)
from plugins.cashier.services.reports.consumption import consumption
from plugins.cashier.services.tying import whole_book
from plugins.ledger.api import salon
from plugins.ledger.services.verifying import verify
from plugins.messages.api import Message
from tests.support.cards import Shop, add_product, item, open_shop, refused, sell
from tests.support.ledger import balance
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.phones import phone_of
from tests.support.salon import add_service
from tests.support.till import add_to, add_top_up, bill_of, cash, pay
from tests.support.till import balance as from_balance

pytestmark = pytest.mark.either_engine


@pytest.fixture
def shop(app: Flask) -> Shop:
    return open_shop()


@pytest.fixture
def product(shop: Shop) -> Product:
    return add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))


def bill(shop: Shop) -> int:
    return bill_of(shop.member.id, shop.store.id)


def put_card(bill_id: int, product: Product) -> int:
    return add_line(bill_id, "card", {"product_id": product.id}).id


def put_session(bill_id: int, card: Card, variant_id: int, **more: Any) -> int:
    facts = {"part_id": card.parts[0].id, "variant_id": variant_id}
    return add_line(bill_id, "session", facts, **more).id


def only_card() -> Card:
    api.db.session.rollback()
    return api.db.session.query(Card).filter(Card.state != "void").one()


def left(card: Card) -> Left:
    api.db.session.rollback()
    part = api.db.session.get_one(Card, card.id).parts[0]
    return left_of([part])[part.id]


def revenue(shop: Shop) -> int:
    return balance(salon("revenue", shop.store.id))


def money(shop: Shop) -> int:
    return -balance(salon("cash", shop.store.id))


def test_a_card_is_sold_on_a_bill(shop: Shop, product: Product) -> None:
    number = bill(shop)
    line = put_card(number, product)
    pay(number, cash(980))
    card = only_card()
    assert (left(card), money(shop), revenue(shop)) == (Left(10), 98_000, 0)
    parts = api.db.session.query(LinePart).filter_by(line_id=line, sessions=10).all()
    assert [part.lot_id for part in parts] == [card.parts[0].lot_id]
    assert verify().findings == {}


@pytest.mark.any_engine
def test_her_phone_says_what_a_bill_of_sessions_alone_was(app: Flask, shop: Shop) -> None:
    card = sell(shop, add_product("头皮十次", 98_000, item(shop.scalp, 10)))
    number = bill(shop)
    put_session(number, card, shop.scalp.variants[0].id)
    pay(number)
    phone = phone_of(app, shop.member.id)
    listed = words(phone.get("/cashier/receipts").text)
    assert "头皮护理 · 头皮十次" in listed
    assert "1 session" in listed
    assert "¥0.00" not in listed
    receipt = words(phone.get(f"/cashier/receipts/{number}").text)
    assert "头皮护理 · 头皮十次 1 session" in receipt
    assert "You agreed by code" in receipt


def test_a_card_needs_a_member_and_stands_alone_on_its_line(shop: Shop, product: Product) -> None:
    with refused("need a member"):
        put_card(bill_of(None, shop.store.id), product)
    with refused("one card on a line"):
        add_line(bill(shop), "card", {"product_id": product.id}, quantity=2)


def test_a_product_that_was_changed_meanwhile_is_not_sold(shop: Shop, product: Product) -> None:
    number = bill(shop)
    put_card(number, product)

    @api.unit
    def change() -> None:
        found = api.db.session.get_one(Product, product.id)
        found.price_fen, found.version = 88_000, found.version + 1

    change()
    with refused("changed meanwhile"):
        pay(number, cash(980))


def test_a_session_on_a_bill_costs_nothing_and_earns_its_share(
    shop: Shop, product: Product
) -> None:
    card, number = sell(shop, product), bill(shop)
    line = put_session(number, card, shop.variant_id)
    assert preview(number).due_fen == 0
    pay(number)
    assert (left(card), revenue(shop)) == (Left(9), 9_800)
    use = api.db.session.query(CardUse).one()
    assert (use.agreed_by, use.income_fen, use.bill_ref) == ("code", 9_800, f"bill:{number}")
    assert api.db.session.get_one(Line, line).income_fen == 9_800
    assert verify().findings == {}
    (used,) = consumption(whole_book())
    assert (used.title, used.sessions, used.session_income_fen) == ("头皮护理", 1, 9_800)


def test_only_who_shares_a_card_is_named_with_its_session(shop: Shop, product: Product) -> None:
    card, other = sell(shop, product), sell(shop, product)
    mother, cousin = share_card(card.id, "妈妈"), share_card(other.id, "表姐")
    facts = {"part_id": card.parts[0].id, "variant_id": shop.variant_id}
    number = bill(shop)
    with refused("not shared with this person"):
        add_line(number, "session", {**facts, "person_id": cousin.id})
    add_line(number, "session", {**facts, "person_id": mother.id})
    unshare_card(card.id, mother.id)
    with refused("not shared with this person"):
        pay(number)
    assert left(card) == Left(10)


def test_no_session_is_taken_without_her_agreement(shop: Shop, product: Product) -> None:
    card, number = sell(shop, product), bill(shop)
    put_session(number, card, shop.variant_id)
    with refused("Ask the member for her code"):
        pay(number, agreed_by=None)
    assert left(card) == Left(10)


def test_a_dearer_service_takes_a_supplement_in_money(shop: Shop) -> None:
    dear = add_service("深层护理", price_fen=16_800)
    card = sell(
        shop, add_product("任选 10 次", 98_000, item([shop.scalp, dear], 10, list_fen=12_800))
    )
    number = bill(shop)
    put_session(number, card, dear.variants[0].id)
    assert preview(number).due_fen == 4_000
    pay(number, cash(40))
    assert (left(card), money(shop), revenue(shop)) == (Left(9), 102_000, 13_800)
    assert api.db.session.query(CardUse).one().supplement_fen == 4_000


def test_one_bill_has_a_card_its_first_session_a_top_up_and_a_service(
    shop: Shop, product: Product
) -> None:
    wash, number = add_service("洗剪吹", price_fen=11_000), bill(shop)
    line = put_card(number, product)
    add_line(number, "session", {"card_line_id": line, "variant_id": shop.variant_id})
    add_top_up(number, 500, 50)
    add_to(number, wash)
    pay(number, cash(1480), from_balance(110))
    card = only_card()
    assert (left(card), money(shop)) == (Left(9), 148_000)
    assert revenue(shop) == 9_800 + 10_000
    undo_settlement(number, "做错")
    api.db.session.rollback()
    assert (money(shop), revenue(shop)) == (0, 0)
    assert api.db.session.get_one(Card, card.id).state == "void"
    pay(number, cash(1480), from_balance(110))
    assert (left(only_card()), money(shop)) == (Left(9), 148_000)
    assert verify().findings == {}


def test_a_bill_that_is_taken_back_tells_what_is_left_after_each_session(
    shop: Shop, product: Product
) -> None:
    card, number = sell(shop, product), bill(shop)
    put_session(number, card, shop.variant_id, quantity=2)
    put_session(number, card, shop.variant_id)
    pay(number)
    undo_settlement(number, "做错")
    api.db.session.rollback()
    told = api.db.session.query(Message).filter_by(kind="cards.undone").order_by(Message.id)
    with api.speaking("en"):
        ends = [api.thaw(one.body).split(" at ")[1] for one in told]
    assert ends == [f"{shop.store.name}. Left: {some}." for some in (8, 9, 10)]
    assert left(card) == Left(10)
    assert verify().findings == {}


def test_a_card_paid_in_part_owes_after_everything_else_is_paid(
    shop: Shop, product: Product
) -> None:
    number = bill(shop)
    put_card(number, product)
    add_to(number, add_service("洗剪吹", price_fen=10_000))
    pay(number, cash(600))
    card = only_card()
    assert (owing_of(card), revenue(shop)) == (48_000, 10_000)
    pay(number, cash(480))
    card = only_card()
    assert (owing_of(card), money(shop), revenue(shop)) == (0, 108_000, 10_000)
    undo_settlement(number, "做错")
    assert (money(shop), revenue(shop)) == (0, 0)
    assert verify().findings == {}


def test_reopening_gives_sessions_back_and_tells_her(shop: Shop, product: Product) -> None:
    card, number = sell(shop, product), bill(shop)
    put_session(number, card, shop.variant_id, quantity=2)
    pay(number)
    assert left(card) == Left(8)
    undo_settlement(number, "做错")
    assert (left(card), revenue(shop)) == (Left(10), 0)
    assert api.db.session.query(CardUse).filter(CardUse.undone_at.is_(None)).count() == 0
    assert api.db.session.query(Message).filter_by(kind="cards.undone").count() == 2
    pay(number)
    assert left(card) == Left(8)
    assert verify().findings == {}


def test_a_card_that_was_used_elsewhere_keeps_its_bill_closed(shop: Shop, product: Product) -> None:
    sold = bill(shop)
    put_card(sold, product)
    pay(sold, cash(980))
    number = bill(shop)
    put_session(number, only_card(), shop.variant_id)
    pay(number)
    with refused("were used"):
        undo_settlement(sold, "做错")


def test_what_is_not_hers_or_used_up_cannot_be_put_on_a_bill(shop: Shop, product: Product) -> None:
    card = sell(shop, product)
    with refused("Scan her code"):
        put_session(bill_of(None, shop.store.id), card, shop.variant_id)
    with refused("Only 10 sessions"):
        put_session(bill(shop), card, shop.variant_id, quantity=11)
    with refused("not for this service"):
        put_session(bill(shop), card, add_service("洗剪吹").variants[0].id)


def test_the_till_is_offered_what_she_can_use(shop: Shop, product: Product) -> None:
    card = sell(shop, product)
    with api.speaking("en"):
        answers = api.answers(
            cashier_member_offers, member_id=shop.member.id, store_id=shop.store.id
        )
        offers = [offer for some in answers for offer in some]
    assert [(one.kind, one.title, one.left_words) for one in offers] == [
        ("session", "头皮护理 · 头皮护理 10 次", "10 sessions left")
    ]
    number = bill(shop)
    add_line(number, offers[0].kind, offers[0].facts)
    pay(number)
    assert left(card) == Left(9)


def test_a_card_stands_on_the_till_and_is_sold_by_one_tap(
    shop: Shop, product: Product, sign_in: SignIn
) -> None:
    desk = sign_in("front_desk", shop.store.id)
    home, number = "/console/cashier/till/", bill(shop)
    shelf = desk.get(f"{home}{number}").text
    assert f'value="card:{product.id}"' in shelf
    tap = {"goods": f"card:{product.id}", "version": "1"}
    assert post(desk, f"{home}{number}/lines", tap).status_code == 302
    line = api.db.session.query(Line).one()
    assert (line.kind, line.title, line.due_fen) == ("card", product.name, 98_000)


def test_a_session_on_the_bill_is_not_proposed_once_more_in_its_own_place(
    shop: Shop, product: Product
) -> None:
    sell(shop, product)
    number = bill(shop)
    put_session(number, only_card(), shop.scalp.variants[0].id)
    assert [way.sessions for way in proposals_for(number)] == [()]
