"""Selling cards: what stands in the books, and what a member may use."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from console import api
from plugins.cards.api import Card, cards_card_sold, owing_of, pay_owing, sell_card, undo_sale
from plugins.cards.services.accounts import Left, left_of
from plugins.cards.services.shares import earned, spread
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.services.movements import tell_movements
from plugins.messages.api import Message
from tests.support.cards import Shop, add_product, entry, item, open_shop, refused, sell, use
from tests.support.ledger import balance
from tests.support.salon import add_service, add_store


@pytest.fixture
def shop(app: Flask) -> Shop:
    return open_shop()


def left(card: Card) -> list[Left]:
    api.db.session.rollback()
    parts = api.db.session.get_one(Card, card.id).parts
    found = left_of(parts)
    return [found[part.id] for part in parts]


def cash(shop: Shop) -> int:
    return -balance(ledger.salon("cash", shop.store.id))


@pytest.mark.any_engine
@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=12))
def test_a_price_is_spread_without_losing_a_fen(price: int, weights: list[int]) -> None:
    parts = spread(price, weights)
    assert sum(parts) == price
    assert all(part >= 0 for part in parts)
    if whole := sum(weights):
        exact = [price * weight / whole for weight in weights]
        assert all(abs(part - about) <= 1 for part, about in zip(parts, exact, strict=True))


@pytest.mark.any_engine
@given(st.integers(0, 10**9), st.integers(1, 400))
def test_the_sessions_of_a_card_earn_its_price_to_the_fen(price: int, whole: int) -> None:
    steps = [earned(price, k, whole) - earned(price, k - 1, whole) for k in range(1, whole + 1)]
    assert sum(steps) == price
    assert max(steps) - min(steps) <= 1


def test_a_sold_card_is_money_that_is_not_earned_yet(shop: Shop) -> None:
    card = sell(shop, add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10, free=2)))
    assert left(card) == [Left(10, 2)]
    assert cash(shop) == 98_000
    assert balance(ledger.salon("revenue", shop.store.id)) == 0
    assert (card.parts[0].name, card.parts[0].deal_fen, card.list_fen) == (
        "头皮护理",
        9_800,
        153_600,
    )
    assert verify().findings == {}


def test_the_price_of_a_package_falls_on_its_items_by_list_price(shop: Shop) -> None:
    neck = add_service("肩颈 SPA", price_fen=36_800)
    face = add_service("面部护理", price_fen=19_800)
    package = add_product("面部 5 + 肩颈 3", 168_000, item(face, 5), item(neck, 3), kind="package")
    card = sell(shop, package)
    assert [part.price_fen for part in card.parts] == [79_427, 88_573]
    assert sum(part.price_fen for part in card.parts) == 168_000
    assert left(card) == [Left(5), Left(3)]


def test_what_was_not_paid_is_owing_and_limits_the_uses(shop: Shop) -> None:
    card = sell(shop, add_product("头皮护理 10 次", 100_000, item(shop.scalp, 10)), 20_000)
    assert owing_of(card) == 80_000
    for _number in range(2):
        use(shop, card)
    with refused("paid for"):
        use(shop, card)
    money = ledger.Tender(ledger.salon("cash", shop.store.id), 80_000)
    assert pay_owing(entry(shop, "pay_owing"), card.id, [money]) == 0
    use(shop, card)
    assert left(card) == [Left(7)]
    assert cash(shop) == 100_000


def test_no_more_is_paid_than_is_owing(shop: Shop) -> None:
    card = sell(shop, add_product("头皮护理 10 次", 100_000, item(shop.scalp, 10)), 20_000)
    money = ledger.Tender(ledger.salon("cash", shop.store.id), 80_001)
    with pytest.raises(ledger.Insufficient):
        pay_owing(entry(shop, "pay_owing"), card.id, [money])
    assert owing_of(card) == 80_000


def test_the_same_form_sells_one_card(shop: Shop) -> None:
    product = add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))
    first = sell(shop, product, key="form:1")
    again = sell(shop, product, key="form:1")
    assert again.id == first.id
    assert cash(shop) == 98_000
    other = add_product("头皮护理 5 次", 50_000, item(shop.scalp, 5))
    with pytest.raises(ledger.KeyUsed):
        sell(shop, other, key="form:1")


def test_only_what_stands_on_the_shelf_is_sold(shop: Shop) -> None:
    today = api.today("Asia/Shanghai")
    elsewhere = add_store("南山店")
    for more in (
        {"on_sale": False},
        {"from_on": today + dt.timedelta(days=1)},
        {"until_on": today - dt.timedelta(days=1)},
        {"stores": [elsewhere]},
    ):
        product = add_product(f"卡 {more}", 9_900, item(shop.scalp, 1), **more)
        with refused("not on sale"):
            sell(shop, product)
    with refused("not on sale"):
        sell(shop, add_product("空卡", 9_900))


def test_a_sale_is_told_and_announced(shop: Shop, announced: object) -> None:
    card = sell(shop, add_product("体验卡", 9_900, item(shop.scalp, 1)))
    told = api.db.session.query(Message).filter_by(member_id=shop.member.id, kind="cards.sold")
    assert told.count() == 1
    assert announced(cards_card_sold) == [{"card_id": card.id}]  # type: ignore[operator]


def test_a_sale_of_today_is_undone_and_the_money_goes_back(shop: Shop) -> None:
    product = add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))
    card = sell(shop, product)
    undo_sale(card.id, "误操作")
    assert cash(shop) == 0
    assert left(card) == [Left()]
    used = sell(shop, product)
    use(shop, used)
    with refused("were used"):
        undo_sale(used.id, "误操作")
    with api.at_moment(api.now() + dt.timedelta(days=1)), pytest.raises(api.Refused):
        undo_sale(sell_yesterday(shop), "太晚")


def sell_yesterday(shop: Shop) -> int:
    with api.at_moment(api.now() - dt.timedelta(days=1)):
        return sell(shop, add_product("昨天的卡", 9_900, item(shop.scalp, 1))).id


def test_a_card_at_a_lower_price_spreads_that_price(shop: Shop) -> None:
    product = add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))
    head = entry(shop)
    money = [ledger.Tender(ledger.salon("cash", shop.store.id), 88_000)]
    card = sell_card(head, shop.member.id, product.id, money, price_fen=88_000)
    assert (card.price_fen, card.parts[0].deal_fen) == (88_000, 8_800)


def test_her_history_says_bought_where_the_books_say_sold(shop: Shop) -> None:
    sell(shop, add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10)))
    with api.speaking("zh_Hans_CN"):
        said = [
            [one.text for one in tell_movements(shop.member.id, None, 5, to_her=hers)]
            for hers in (True, False)
        ]
    assert said == [["购卡"], ["售卡"]]
