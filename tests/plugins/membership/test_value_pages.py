"""Stored value on pages: selling at the counter, freezing, transfers, approval, exposure, phone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api
from console.approval import Approval
from plugins.ledger.api import lots_of, salon
from plugins.ledger.services.verifying import verify
from plugins.membership.api import (
    Member,
    freeze_value,
    purses_of,
    set_member_pin,
    show_code,
)
from plugins.membership.models import Recharge
from plugins.membership.public.routes import COOKIE
from plugins.membership.services.entitlements import holdings_of
from plugins.membership.services.exposure import exposure
from plugins.membership.services.finding import find_by_number
from plugins.membership.services.replacing import FINDABLE
from plugins.membership.services.visitors import start_session
from plugins.messages.models import Message
from tests.support.ledger import balance
from tests.support.live import choose
from tests.support.membership import join
from tests.support.pages import field, words
from tests.support.people import SignIn, add_store, post
from tests.support.salon import add_service
from tests.support.value import card_kind, offer, quote, sell, top_up

pytestmark = pytest.mark.any_engine

URL = "/console/membership/members/"
EXPOSURE = "/console/membership/exposure/"


@pytest.fixture
def here(app: Flask) -> int:
    store = add_store("福田店")
    offer(500, 50, name="500+50")
    return store


@pytest.fixture
def anna(here: int) -> int:
    return int(join(store=here).id)


@pytest.fixture
def manager(here: int, sign_in: SignIn) -> FlaskClient:
    return in_english(sign_in("manager"))


@pytest.fixture
def desk(here: int, sign_in: SignIn) -> FlaskClient:
    return in_english(sign_in("front_desk", here))


def in_english(client: FlaskClient) -> FlaskClient:
    newest = api.db.session.scalar(sa.select(sa.func.max(api.User.id)))
    choose(newest or 0, locale="en")
    return client


def form_of(client: FlaskClient, member_id: int, amount: str) -> dict[str, str]:
    """Return the fields of the form that a person sees after she entered an amount."""
    page = client.get(f"{URL}{member_id}/recharge?amount={amount}").text
    names = ("key", "amount", "tier", "purse", "store_id", "bonus_fen")
    return {name: field(page.split("What she gets")[0], name) for name in names}


# -- the counter -------------------------------------------------------------------------------


def test_the_front_desk_sees_the_offer_and_sells_it_once(desk: FlaskClient, anna: int) -> None:
    page = words(desk.get(f"{URL}{anna}/recharge?amount=600").text)
    assert "¥650.00" in page
    assert "500+50: the best offer up to ¥600.00." in page
    form = {**form_of(desk, anna, "600"), "means": "cash"}
    for _sent in range(2):
        assert post(desk, f"{URL}{anna}/recharge", form).status_code == 302
    assert holdings_of(anna).balance_fen == 65_000
    assert balance(salon("cash", 1)) == -60_000
    shown = words(desk.get(f"{URL}{anna}/").text)
    assert "Top-up" in shown
    assert "+¥650.00" in shown
    assert api.db.session.query(Message).filter_by(kind="cashier.topped_up").count() == 1


def test_an_offer_that_changed_meanwhile_is_shown_again(desk: FlaskClient, anna: int) -> None:
    form = {**form_of(desk, anna, "600"), "means": "cash"}
    offer(600, 90, name="better")
    answer = post(desk, f"{URL}{anna}/recharge", form)
    assert answer.status_code == 409
    assert "The offer has changed" in words(answer.text)
    assert api.db.session.query(Recharge).count() == 0


def test_above_the_limit_the_desk_is_refused_and_the_manager_says_why(
    desk: FlaskClient, manager: FlaskClient, anna: int
) -> None:
    told = {"means": "bank_card", "over_cap_note": "a family of five"}
    refused = post(desk, f"{URL}{anna}/recharge", {**form_of(desk, anna, "5,001"), **told})
    assert refused.status_code == 422
    assert "Ask the owner" in words(refused.text)
    sold = post(manager, f"{URL}{anna}/recharge", {**form_of(manager, anna, "5,001"), **told})
    assert sold.status_code == 302
    assert api.db.session.query(Recharge).one().over_cap_note == "a family of five"


def test_a_member_of_another_store_is_not_topped_up(sign_in: SignIn, anna: int) -> None:
    other = sign_in("front_desk", add_store("南山店"))
    assert other.get(f"{URL}{anna}/recharge").status_code == 404
    assert post(other, f"{URL}{anna}/value/freeze", {"reason": "x"}).status_code == 404


def test_a_technician_sees_the_value_and_no_act(sign_in: SignIn, anna: int) -> None:
    top_up(anna, 500)
    technician = in_english(sign_in("technician", 1))
    page = words(technician.get(f"{URL}{anna}/value").text)
    assert "¥550.00" in page
    assert "Adjust balance" not in page
    assert technician.get(f"{URL}{anna}/recharge").status_code == 403


@pytest.mark.parametrize("wrong", ["", "0", "-5", "abc", "99999999999"])
def test_a_wrong_amount_is_refused_in_words(desk: FlaskClient, anna: int, wrong: str) -> None:
    answer = desk.get(f"{URL}{anna}/recharge", query_string={"amount": wrong})
    assert answer.status_code in (200, 422)
    assert "Take ¥" not in words(answer.text)


# -- freezing, lost cards, PINs ----------------------------------------------------------------


def test_a_lost_card_is_frozen_and_replaced(desk: FlaskClient, anna: int) -> None:
    top_up(anna, 500)
    assert post(desk, f"{URL}{anna}/value/freeze", {"reason": "card lost"}).status_code == 302
    assert "Frozen: card lost" in words(desk.get(f"{URL}{anna}/value").text)
    old = api.db.session.get_one(Member, anna).number
    form = {"lost": old, "fee": "10", "means": "cash"}
    assert post(desk, f"{URL}{anna}/value/replace", form).status_code == 302
    api.db.session.expire_all()
    member = api.db.session.get_one(Member, anna)
    assert member.number != old
    assert find_by_number(old) == []
    assert "Frozen" not in words(desk.get(f"{URL}{anna}/value").text)
    assert balance(salon("revenue", 1)) == 1_000
    assert holdings_of(anna).balance_fen == 55_000
    assert post(desk, f"{URL}{anna}/value/replace", form).status_code == 409


def test_the_old_number_still_finds_her_where_the_rule_says_so(
    desk: FlaskClient, anna: int
) -> None:
    _let_find()
    old = api.db.session.get_one(Member, anna).number
    post(desk, f"{URL}{anna}/value/replace", {"lost": old, "fee": "0", "means": "cash"})
    assert [member.id for member in find_by_number(old)] == [anna]


@api.unit
def _let_find() -> None:
    FINDABLE.put(True)


def test_two_pins_that_differ_are_refused(desk: FlaskClient, anna: int) -> None:
    answer = post(desk, f"{URL}{anna}/value/pin", {"pin": "2580", "again": "2581"})
    assert "The two PINs differ." in words(answer.text)
    done = post(desk, f"{URL}{anna}/value/pin", {"pin": "2580", "again": "2580"})
    assert done.status_code == 302


# -- adjusting ---------------------------------------------------------------------------------


def test_an_adjustment_waits_for_a_second_person(
    manager: FlaskClient, anna: int, sign_in: SignIn
) -> None:
    top_up(anna, 500)
    form = {"principal": "-20", "bonus": "5", "reason": "counted twice", "key": "a" * 26}
    for _each in range(2):
        assert post(manager, f"{URL}{anna}/value/adjust", form).status_code == 302
    assert holdings_of(anna).balance_fen == 55_000
    waiting = api.db.session.query(Approval).one()
    second = sign_in("owner")
    answer = post(second, f"/console/system/approvals/{waiting.id}/agree", {})
    assert answer.status_code == 302, words(answer.text)
    held = holdings_of(anna)
    assert (held.principal_fen, held.bonus_fen) == (48_000, 5_500)
    assert balance(salon("over_short", 1)) == 2_000
    assert balance(salon("revenue", 1)) == 0
    told = api.db.session.query(Message).filter_by(kind="membership.value_adjusted").one()
    place = api.db.session.get_one(Member, anna).home_store.name
    with api.speaking("en"):
        assert f"was adjusted at {place}: principal" in api.thaw(told.body)
        assert api.thaw(told.body).endswith("Your balance is ¥535.00.")
    assert verify().findings == {}


def test_more_than_there_is_cannot_be_taken(manager: FlaskClient, anna: int) -> None:
    answer = post(manager, f"{URL}{anna}/value/adjust", {"principal": "-1", "reason": "x"})
    assert "not enough left" in words(answer.text)


# -- transfer ----------------------------------------------------------------------------------


def test_a_transfer_needs_both_and_keeps_price_and_day(manager: FlaskClient, anna: int) -> None:
    bella = join("王莉", phone="13800138009")
    bella_id, number = int(bella.id), bella.number
    lot = top_up(anna, 500)[0]
    set_member_pin(anna, "2580")
    form = {"taker": number, "purse": "", "giver_way": "pin", "giver_proof": "1111"}
    form |= {"taker_way": "code", "taker_proof": show_code(bella_id), "key": "t" * 26}
    assert "This PIN is not right." in words(
        post(manager, f"{URL}{anna}/value/transfer", form).text
    )
    form["giver_proof"] = "2580"
    for _each in range(2):
        assert post(manager, f"{URL}{anna}/value/transfer", form).status_code == 302
    moved = lots_of(bella_id)[0]
    assert (moved.id, moved.price_fen, moved.sold_on) == (lot.id, lot.price_fen, lot.sold_on)
    assert (holdings_of(anna).balance_fen, holdings_of(bella_id).balance_fen) == (0, 55_000)
    kinds = api.db.session.scalars(sa.select(Message.kind)).all()
    assert {"membership.value_given", "membership.value_received"} <= set(kinds)
    assert verify().findings == {}


def test_a_card_goes_with_its_lots(manager: FlaskClient, anna: int) -> None:
    bella_id = int(join("王莉", phone="13800138009").id)
    kind = card_kind("20% off", percent=80)
    offer(1000, 100, name="discount card", purse_kind_id=kind)
    code = top_up(anna, 1000)[0].purse
    signed = {"giver_way": "signature", "taker_way": "signature"}
    form = {"taker": "13800138009", "purse": code, **signed}
    assert post(manager, f"{URL}{anna}/value/transfer", form).status_code == 302
    assert "20% off" in words(manager.get(f"{URL}{bella_id}/value").text)
    assert "20% off" not in words(manager.get(f"{URL}{anna}/value").text)


def test_a_card_gets_rates_by_category_and_for_products(sign_in: SignIn, anna: int) -> None:
    owner = in_english(sign_in("owner"))
    add_service("美甲", price_fen=10_000)
    where = "/console/membership/purse_kinds/"
    form = {"name": "Care card", "percent": "90", "products_percent": "95", "rank": "-10"}
    form |= {"applies_to": "all", "on_sale": "y", "rates__category_1": "101"}
    assert "between 1 and 100" in words(post(owner, f"{where}new/", form).text)
    form["rates__category_1"] = "80"
    assert post(owner, f"{where}new/", form).status_code == 302
    offer(1000, 300, name="Care card", purse_kind_id=1)
    top_up(anna, 1000)
    told = "80 % of the price · Products: 95 % of the price · Everything else: 90 % of the price"
    assert told in words(owner.get(f"{URL}{anna}/value").text)
    page = owner.get(f"{where}1/edit/").text
    assert 'value="80"' in page
    form |= {"rates__category_1": "", "_version": field(page, "_version")}
    assert post(owner, f"{where}1/edit/", form).status_code == 302
    # The card that she has keeps its rates; what is sold from now on has the new ones.
    assert told in words(owner.get(f"{URL}{anna}/value").text)
    top_up(anna, 1000)
    assert [len(one.rates) for one in purses_of(anna) if one.code] == [1, 0]


# -- what is owed ------------------------------------------------------------------------------


def test_the_exposure_agrees_with_the_books(app: Flask, anna: int, sign_in: SignIn) -> None:
    other = add_store("南山店")
    bella_id = int(join("王莉", store=other, phone="13800138009").id)
    top_up(anna, 500)
    sell(quote(bella_id, 1000, store=other))
    found = exposure(today=api.today("Asia/Shanghai"))
    assert (found.total.unearned_fen, found.total.bonus_fen) == (150_000, 10_000)
    assert {store: owed.principal_fen for store, owed in found.by_store.items()} == {
        1: 50_000,
        other: 100_000,
    }
    accountant = in_english(sign_in("accountant", other))
    page = words(accountant.get(EXPOSURE).text)
    assert "¥1,000.00" in page
    assert "¥1,500.00" not in page
    rules = words(accountant.get(f"{EXPOSURE}rules").text)
    assert "National rules only" in rules
    assert "¥5,000.00" in rules


def test_offers_are_edited_and_read_back(manager: FlaskClient, here: int) -> None:
    told = {"name": "3000+600", "amount_fen": "3,000.00", "bonus_fen": "600.00", "points": "0"}
    answer = post(manager, "/console/membership/offers/new/", {**told, "on_sale": "y"})
    assert answer.status_code == 302, words(answer.text)
    assert "3000+600" in words(manager.get("/console/membership/offers/").text)
    wrong = {**told, "name": "back", "from_on": "2026-05-02", "until_on": "2026-05-01"}
    refused = post(manager, "/console/membership/offers/new/", wrong)
    assert "The last day lies before the first." in words(refused.text)


# -- her phone ---------------------------------------------------------------------------------


def test_she_sees_her_top_ups_and_sets_her_pin(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    phone = app.test_client()
    with app.test_request_context():
        token = start_session(anna, ip="", user_agent="", former="")
    phone.set_cookie(COOKIE, token)
    phone.set_cookie("locale", "en")
    page = phone.get("/membership/balance")
    assert page.status_code == 200
    assert "¥550.00" in page.text
    assert "500+50" in page.text
    freeze_value(anna, "lost")
    assert phone.get("/membership/balance").status_code == 200
    assert phone.get("/membership/pin").status_code == 200
