"""Who may use sessions and not settle bills asks a member on her phone, and her word uses it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import api, epoch
from console.security import users
from console.security.models import RolePermission
from plugins.cards.api import Card, CardUse
from plugins.cards.services.accounts import left_of
from plugins.cashier.api import CONFIRM, SETTLE_BILLS, Bill, add_line
from plugins.cashier.services.confirm_asking import READY_FOR
from tests.support.cards import Shop, add_product, item, open_shop, sell
from tests.support.pages import words
from tests.support.people import SignIn, add_store, post
from tests.support.phones import phone_of
from tests.support.salon import add_service
from tests.support.till import bill_of

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("staff_read_english")]
WAITING = "/console/cards/counter/waiting/"
TILL = "/console/cashier/till/"


@pytest.fixture
def shop(app: Flask) -> Shop:
    found = open_shop()
    api.unit(lambda: CONFIRM.put("always", found.store.id))()
    return found


@pytest.fixture
def card(shop: Shop) -> Card:
    return sell(shop, add_product("Ten times", 98_000, item(shop.scalp, 10)))


@pytest.fixture
def tech(shop: Shop, sign_in: SignIn) -> FlaskClient:
    """Somebody who may use sessions, and not settle bills."""
    keep_from_settling()
    return sign_in("manager", shop.store.id)


@api.unit
def keep_from_settling() -> None:
    role = users.preset_role("manager")
    denied = RolePermission(role_id=role.id, key=SETTLE_BILLS.key, decision="deny")
    api.db.session.add(denied)
    epoch.bump()


def left(card: Card) -> int:
    api.db.session.rollback()
    part = api.db.session.get_one(Card, card.id).parts[0]
    return left_of([part])[part.id].all


def ask(client: FlaskClient, shop: Shop, card: Card, **more: Any) -> str:
    """Let her be asked at the counter, and return the page that waits."""
    choice = f"{card.parts[0].id}:{shop.variant_id}"
    told = {"choice": choice, "key": "card:0123456789abcdef01234567", "store_id": shop.store.id}
    sent = {**told, "agreed_by": "phone", **more}
    return str(post(client, f"/console/cards/counter/{shop.member.id}/use", sent).location)


def test_her_word_uses_the_session_that_a_technician_prepared(
    shop: Shop, card: Card, app: Flask, tech: FlaskClient
) -> None:
    place = ask(tech, shop, card)
    assert place.startswith(WAITING)
    assert "Waiting for her phone" in words(tech.get(place).text)
    assert tech.get(f"{place}/state").status_code == 200
    phone = phone_of(app, shop.member.id)
    for _twice in range(2):
        phone.post("/cashier/confirm/1/yes")
    assert left(card) == 9
    assert tech.get(f"{place}/state").location == place
    assert "The session is used" in words(tech.get(place).text)
    use = api.db.session.query(CardUse).one()
    assert use.agreed_by == "phone"
    assert use.by.startswith("manager")


def test_a_refusal_uses_nothing_and_she_is_asked_once_more_or_left(
    shop: Shop, card: Card, app: Flask, tech: FlaskClient, sign_in: SignIn
) -> None:
    place = ask(tech, shop, card)
    elsewhere = sign_in("front_desk", add_store("Other"))
    assert elsewhere.get(place).status_code == 404
    assert post(elsewhere, f"{place}/leave").status_code == 404
    assert tech.get(f"{WAITING}{bill_of(shop.member.id)}").status_code == 404
    phone = phone_of(app, shop.member.id)
    phone.post("/cashier/confirm/1/no")
    assert "She refused it" in words(tech.get(place).text)
    post(tech, f"{place}/again")
    assert "Waiting for her phone" in words(tech.get(place).text)
    assert post(tech, f"{place}/leave").status_code == 302
    assert phone.post("/cashier/confirm/2/yes").status_code == 409
    assert post(tech, f"{place}/leave").status_code == 409
    bill = api.db.session.get_one(Bill, int(place.removeprefix(WAITING)))
    assert (left(card), bill.state) == (10, "void")


def test_a_supplement_lies_ready_at_the_till(
    shop: Shop, card: Card, app: Flask, tech: FlaskClient, sign_in: SignIn
) -> None:
    dear = add_service("Long hair", price_fen=15_000)
    api.unit(lambda: api.db.session.get_one(Card, card.id).parts[0].services.append(dear))()
    place = ask(tech, shop, card, choice=f"{card.parts[0].id}:{dear.variants[0].id}")
    phone_of(app, shop.member.id).post("/cashier/confirm/1/yes")
    assert left(card) == 10
    assert "lies ready at the till" in words(tech.get(place).text)
    number = place.removeprefix(WAITING)
    desk = sign_in("front_desk", shop.store.id)
    page = desk.get(f"{TILL}{number}").text
    assert "She confirmed it on her phone." in words(page)
    assert "data-go-on" not in page
    paid = {"kind-1": "cash", "amount-1": "22", "due_fen": "2200", "agreed_by": "phone"}
    assert post(desk, f"{TILL}{number}/settle", {**paid, "key": "s"}).status_code == 302
    assert left(card) == 9


def test_a_technicians_quick_order_is_confirmed_and_lies_ready(
    shop: Shop, card: Card, app: Flask, sign_in: SignIn
) -> None:
    plain = sign_in("technician", shop.store.id)
    assert plain.get(f"{WAITING}1").status_code == 403
    number = bill_of(shop.member.id)
    facts = {"part_id": card.parts[0].id, "variant_id": shop.variant_id}
    add_line(number, "session", facts)
    assert "Ask on her phone" in words(plain.get(f"{TILL}{number}").text)
    assert "Waiting for her phone" in words(post(plain, f"{TILL}{number}/confirm").text)
    phone_of(app, shop.member.id).post("/cashier/confirm/1/yes")
    assert left(card) == 10
    assert "It lies ready" in words(plain.get(f"{TILL}{number}").text)
    assert post(plain, f"{TILL}{number}/settle", {"agreed_by": "phone"}).status_code == 403
    with api.at_moment(api.now() + READY_FOR / 2):
        desk = sign_in("front_desk", shop.store.id)
        settled = post(desk, f"{TILL}{number}/settle", {"agreed_by": "phone", "key": "s"})
        assert settled.status_code == 302
    assert left(card) == 9
