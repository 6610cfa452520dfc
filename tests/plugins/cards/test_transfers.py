"""Cards and stored value that change hands: both agree, and nothing is posted anew."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from console import api
from console.db import db
from plugins.cards.models import Card, Change, Transfer
from plugins.cards.services.accounts import left_of
from plugins.cards.services.nightly import earn_pass
from plugins.cards.services.refunding import refundable_cards
from plugins.cards.services.transfers import (
    Agreed,
    accept_transfer,
    close_transfers,
    decline_transfer,
    gift_in,
    gifts_of,
    offer_transfer,
    transfers_of,
    withdraw_transfer,
)
from plugins.cashier.api import Bill, Refund, add_line
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import Member, freeze_member, membership_balance_acts, set_member_pin
from plugins.messages.api import Message
from tests.support.cards import Shop, add_product, item, open_shop, refused, sell, use
from tests.support.membership import join
from tests.support.people import SignIn, add_person, post
from tests.support.phones import phone_of
from tests.support.till import bill_of, top_up

OTHER = "13900000002"


@pytest.fixture
def shop(app: Flask) -> Shop:
    return open_shop()


@pytest.fixture
def bea(shop: Shop) -> Member:
    return join("Bea", store=shop.store.id, phone=OTHER)


def ten(shop: Shop, **more: Any) -> Card:
    return sell(shop, add_product("Scalp 10", 98_000, item(shop.scalp, 10, free=2), **more))


def agreed(key: str = "1") -> Agreed:
    return Agreed("phone", f"test:{key}")


def offer(card: Card, taker: Member, key: str = "1") -> Transfer:
    return offer_transfer(card.member_id, f"card:{card.id}", taker.id, agreed(key))


def titles(member_id: int) -> list[str]:
    db.session.rollback()
    rows = db.session.query(Message).filter_by(member_id=member_id).order_by(Message.id)
    return [row.kind for row in rows]


def test_a_card_changes_hands_with_its_price_and_day(shop: Shop, bea: Member) -> None:
    card = ten(shop)
    use(shop, card)
    anna, old = shop.member.id, ledger.lots_of(shop.member.id, "sessions")
    transfer = offer(card, bea)
    with refused("offered to somebody already"):
        offer(card, bea, "2")
    worth = gift_in(transfer).worth
    use(shop, card)
    with refused("used meanwhile"):
        accept_transfer(transfer.id, bea.id, worth)
    accept_transfer(transfer.id, bea.id, gift_in(transfer).worth)
    accept_transfer(transfer.id, bea.id, "")
    assert ledger.lots_of(anna, "sessions") == []
    (lot,) = ledger.lots_of(bea.id, "sessions")
    assert (lot.price_fen, lot.sold_on, lot.paid_left, lot.gift_left) == (
        98_000,
        old[0].sold_on,
        8,
        2,
    )
    card = db.session.get_one(Card, card.id)
    assert (card.member_id, [left.all for left in left_of(card.parts).values()]) == (bea.id, [10])
    assert use(shop, card).income_fen == 9_800
    told = {row.kind: row.member_id for row in db.session.query(Change).filter_by(card_id=card.id)}
    assert (told["given"], told["received"]) == (anna, bea.id)
    assert "cards.given" in titles(anna)
    assert titles(bea.id)[:2] == ["cards.transfer_offered", "cards.received"]
    (refundable,) = refundable_cards(bea.id)
    assert (refundable.purchase.paid_fen, refundable.journal_ids) == (98_000, [])
    assert verify().findings == {}


@pytest.mark.any_engine
def test_a_pass_is_given_whole_and_once(shop: Shop, bea: Member) -> None:
    product = add_product("Pass", 36_500, item(shop.scalp), kind="pass", valid_days=365)
    card = sell(shop, product)
    transfer = offer(card, bea)
    accept_transfer(transfer.id, bea.id, gift_in(transfer).worth)
    assert earn_pass(card.id, api.today("Asia/Shanghai") + dt.timedelta(days=3)) == 300
    with refused("once only"):
        offer_transfer(bea.id, f"card:{card.id}", shop.member.id, agreed("back"))
    assert verify().findings == {}


@pytest.mark.any_engine
def test_what_is_under_way_with_a_card_keeps_it(shop: Shop, bea: Member) -> None:
    card, anna = ten(shop), shop.member.id
    assert [gift.title for gift in gifts_of(anna)] == ["Scalp 10"]
    with refused("another member"):
        offer(card, shop.member)
    bill_id = bill_of(anna, shop.store.id)
    add_line(bill_id, "session", {"part_id": card.parts[0].id, "variant_id": shop.variant_id})
    with refused("which is open"):
        offer(card, bea)
    api.unit(lambda: db.session.execute(Bill.__table__.update().values(state="void")))()
    api.unit(lambda: db.session.add(_refund_of(card)))()
    with refused("under way"):
        offer(card, bea)
    assert gifts_of(anna) == []
    api.unit(lambda: db.session.execute(Refund.__table__.update().values(state="withdrawn")))()
    freeze_member(bea.id, "lost")
    with refused("is frozen"):
        offer(card, bea)


def _refund_of(card: Card) -> Refund:
    return Refund(
        number="R1",
        kind="card",
        store_id=card.store_id,
        member_id=card.member_id,
        asked={"keys": [f"card:{card.id}"]},
        key="refund:1",
        opened_at=api.now(),
        booked_on=api.today("Asia/Shanghai"),
    )


@pytest.mark.any_engine
def test_an_offer_ends_by_her_answer_or_by_the_clock(shop: Shop, bea: Member) -> None:
    card, anna = ten(shop), shop.member.id
    decline_transfer(offer(card, bea, "1").id, bea.id)
    withdraw_transfer(offer(card, bea, "2").id, anna)
    late = offer(card, bea, "3")
    with api.at_moment(api.now() + dt.timedelta(days=8)):
        with refused("no longer stands"):
            accept_transfer(late.id, bea.id, "")
        close_transfers()
    states = [one.state for one in transfers_of(anna)]
    assert states == ["lapsed", "withdrawn", "declined"]
    assert {"cards.transfer_declined", "cards.transfer_lapsed"} <= set(titles(anna))
    db.session.rollback()
    assert db.session.get_one(Card, card.id).member_id == anna


@pytest.mark.any_engine
def test_she_offers_on_her_phone_and_the_other_accepts_on_hers(
    app: Flask, shop: Shop, bea: Member
) -> None:
    card, anna, other = ten(shop), shop.member.id, bea.id
    top_up(anna, 500, store_id=shop.store.id)
    set_member_pin(anna, "2468")
    hers, others = phone_of(app, anna), phone_of(app, other)
    ways = [
        one.url for answer in api.answers(membership_balance_acts, member_id=anna) for one in answer
    ]
    assert ways == ["/cashier/contracts", "/cards/give?what=purse:"]
    assert f'href="{ways[0]}"' in hers.get("/membership/balance").text
    assert "/cards/give" not in others.get("/membership/balance").text
    form = {"what": f"card:{card.id}", "taker": OTHER, "key": "k" * 32}
    assert "PIN is not right" in hers.post("/cards/give", **form, pin="1111").text
    assert "Waits for the other" in hers.post("/cards/give", **form, pin="2468").text
    transfer = db.session.query(Transfer).one()
    page = f"/cards/transfers/{transfer.id}"
    assert "offers you Scalp 10" in others.get("/cards/mine").text
    assert "12 sessions left" in others.get(page).text
    worth = gift_in(transfer).worth
    db.session.rollback()
    assert "Transferred" in others.post(page, act="accept", worth=worth).text
    assert "Scalp 10" in others.get("/cards/mine").text
    assert "Scalp 10" not in hers.get("/cards/mine").text.partition("<h2")[2]
    assert hers.get(f"/cards/mine/{card.id}").status_code == 404
    money = {"what": "purse:", "taker": OTHER, "key": "m" * 32, "pin": "2468"}
    hers.post("/cards/give", **money)
    transfer = db.session.query(Transfer).filter_by(state="offered").one()
    worth, number = gift_in(transfer).worth, transfer.id
    db.session.rollback()
    assert (
        "Transferred" in others.post(f"/cards/transfers/{number}", act="accept", worth=worth).text
    )
    assert sum(lot.left for lot in ledger.lots_of(other)) == 50_000


@pytest.mark.any_engine
def test_both_agree_at_the_counter_and_staff_say_why(
    app: Flask, shop: Shop, bea: Member, sign_in: SignIn
) -> None:
    card = ten(shop)
    client = sign_in(user_id=add_person("manager", store=shop.store.id))
    url = f"/console/cards/cards/{card.id}/transfer"
    form = {
        "key": "card:" + "a" * 26,
        "taker": OTHER,
        "giver_way": "signature",
        "taker_way": "signature",
    }
    db.session.rollback()
    assert post(client, url, form).status_code == 422
    assert post(client, url, {**form, "reason": "moves away"}).status_code == 302
    assert post(client, url, {**form, "reason": "moves away"}).status_code == 302
    db.session.rollback()
    transfer = db.session.query(Transfer).one()
    assert (transfer.state, transfer.reason, transfer.taker_id) == ("done", "moves away", bea.id)
    assert db.session.get_one(Card, card.id).member_id == bea.id
