"""The pages of cards: shelf, counter, undoing, intake, and the member's phone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.cards.api import Card, CardUse, Product
from plugins.cards.models import Intake
from plugins.cards.services.accounts import Left, left_of
from plugins.cards.services.taking_in import find_sessions
from plugins.cashier.api import CONFIRM, Bill, Line, add_line, shares_of
from plugins.ledger.api import Opening, open_balances, platform, salon, standings
from plugins.ledger.services.verifying import verify
from plugins.membership.api import Member, merge_members, show_code, undo_merge
from plugins.membership.models import Merge
from plugins.membership.services.copying import parts_of
from plugins.messages.api import Message
from tests.support.cards import Shop, add_product, item, open_shop, sell, use
from tests.support.ledger import balance
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.phones import phone_of
from tests.support.salon import add_staff, add_store
from tests.support.till import DRAWN, add_to, bill_of, pay, service_for, top_up
from tests.support.till import balance as balance_of

pytestmark = pytest.mark.any_engine

COUNTER = "/console/cards/counter/"
KEY = "card:0123456789abcdef01234567"


@pytest.fixture
def shop(app: Flask) -> Shop:
    return open_shop()


@pytest.fixture
def card(shop: Shop) -> Card:
    return sell(shop, add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10)))


@pytest.fixture
def desk(shop: Shop, sign_in: SignIn) -> FlaskClient:
    return in_english(sign_in("front_desk", shop.store.id))


def in_english(client: FlaskClient) -> FlaskClient:
    client.set_cookie("console_language", "en")
    return client


def left(card: Card) -> Left:
    api.db.session.rollback()
    part = api.db.session.get_one(Card, card.id).parts[0]
    return left_of([part])[part.id]


def form(shop: Shop, card: Card, **more: Any) -> dict[str, Any]:
    choice = f"{card.parts[0].id}:{shop.variant_id}"
    return {"choice": choice, "key": KEY, "store_id": shop.store.id, **more}


def test_the_code_on_her_phone_finds_her_and_is_her_consent(
    shop: Shop, card: Card, desk: FlaskClient
) -> None:
    amy, code = add_staff("Amy", shop.store), show_code(shop.member.id)
    page = post(desk, COUNTER, {"q": code}).text
    assert "头皮护理" in page
    assert code in page
    sent = form(shop, card, agreed_by="code", code=code, staff_id=amy.id)
    url = f"{COUNTER}{shop.member.id}/use"
    assert post(desk, url, sent).location.endswith(f"/cards/{card.id}/")
    assert post(desk, url, sent).status_code == 302
    assert post(desk, url, {**sent, "key": KEY + "9"}).status_code == 422
    assert left(card) == Left(9)
    one = api.db.session.query(CardUse).one()
    assert (one.agreed_by, one.staff_id) == ("code", amy.id)


def test_a_wrong_code_uses_nothing(shop: Shop, card: Card, desk: FlaskClient) -> None:
    other = show_code(join("周敏", shop.store.id, None).id)
    url = f"{COUNTER}{shop.member.id}/use"
    for code in (other, "9" * 20, ""):
        assert post(desk, url, form(shop, card, agreed_by="code", code=code)).status_code == 422
    assert left(card) == Left(10)


def test_where_the_store_wants_it_she_confirms_a_session_on_her_phone_first(
    shop: Shop, card: Card, desk: FlaskClient, app: Flask
) -> None:
    api.unit(lambda: CONFIRM.put("always", shop.store.id))()
    url = f"{COUNTER}{shop.member.id}/use"
    code = {"agreed_by": "code", "code": show_code(shop.member.id)}
    assert post(desk, url, form(shop, card, **code)).status_code == 409
    till = post(desk, url, form(shop, card, agreed_by="phone")).location
    assert "Waiting for her phone" in words(desk.get(till).text)
    phone = phone_of(app, shop.member.id)
    assert "/cashier/confirm/1" in phone.get("/membership/card").text
    phone.post("/cashier/confirm/1/yes")
    assert post(desk, f"{till}/settle", {"agreed_by": "phone", "key": KEY}).status_code == 302
    assert left(card) == Left(9)
    assert api.db.session.query(CardUse).one().agreed_by == "phone"


def test_without_her_a_manager_only_and_she_is_told(
    shop: Shop, card: Card, desk: FlaskClient, sign_in: SignIn
) -> None:
    url, sent = f"{COUNTER}{shop.member.id}/use", form(shop, card, agreed_by="staff_only")
    assert post(desk, url, sent).status_code == 422
    assert post(sign_in("manager", shop.store.id), url, sent).status_code == 302
    assert left(card) == Left(9)
    told = api.db.session.query(Message).filter_by(member_id=shop.member.id, kind="cards.used")
    assert told.count() == 1


def test_the_counter_offers_what_counts_today_and_says_why_not(
    shop: Shop, card: Card, desk: FlaskClient
) -> None:
    elsewhere = add_product("南山卡", 9_900, item(shop.scalp, 2), stores=[shop.store])
    other = sell(shop, elsewhere)

    @api.unit
    def move() -> None:
        api.db.session.get_one(Card, other.id).stores = [add_store("南山店")]

    move()
    page = desk.get(f"{COUNTER}{shop.member.id}/use").text
    assert f"{card.parts[0].id}:{shop.variant_id}" in page
    assert f"{other.parts[0].id}:{shop.variant_id}" not in page


def test_a_card_is_sold_at_the_counter_with_a_part_owing(
    shop: Shop, desk: FlaskClient, sign_in: SignIn
) -> None:
    amy = add_staff("Amy", shop.store)
    product = add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))
    url = f"{COUNTER}{shop.member.id}/sell"
    assert "980.00" in desk.get(url).text
    sent = {"product_id": product.id, "key": KEY, "paid": "500", "means": "cash"}
    sent["staff_id"] = amy.id
    assert post(desk, url, sent).status_code == 422
    desk = in_english(sign_in("manager", shop.store.id))
    answer = post(desk, url, sent)
    assert post(desk, url, sent).location == answer.location
    page = words(desk.get(answer.location).text)
    assert "480.00" in page
    owing = f"{answer.location}owing"
    assert (
        post(desk, owing, {"paid": "480", "means": "wechat", "key": KEY + "1"}).status_code == 302
    )
    assert -balance(salon("cash", shop.store.id)) == 50_000
    assert -balance(platform("wechat")) == 48_000
    line = api.db.session.query(Line).one()
    assert [staff.name for staff, _share in shares_of([line.id])[line.id]] == ["Amy"]


def test_the_counter_leads_to_the_till_where_her_balance_pays(
    shop: Shop, desk: FlaskClient
) -> None:
    product = add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))
    url = f"{COUNTER}{shop.member.id}/sell"
    assert "Balance" not in words(desk.get(url).text)
    top_up(shop.member.id, 1_000, store_id=shop.store.id)
    assert "Balance ¥1,000.00, at the till" in words(desk.get(url).text)
    form = {"product_id": str(product.id), "means": "balance", "key": KEY}
    there = post(desk, url, form | {"store_id": str(shop.store.id)}).location
    assert "980.00" in words(desk.get(there).text)
    assert api.db.session.query(Card).count() == 0


def test_a_manager_undoes_todays_use_with_a_reason(
    shop: Shop, card: Card, desk: FlaskClient, sign_in: SignIn
) -> None:
    one = use(shop, card)
    url = f"/console/cards/uses/{one.id}/undo"
    assert post(desk, url, {"reason": "做错"}).status_code == 403
    manager = sign_in("manager", shop.store.id)
    assert post(manager, url, {"reason": ""}).status_code == 422
    assert post(manager, url, {"reason": "做错"}).status_code == 302
    assert left(card) == Left(10)


def test_a_receipt_tells_several_deductions_apart(app: Flask, shop: Shop, card: Card) -> None:
    anna = shop.member.id
    top_up(anna, 500)
    bill_id = bill_of(anna, shop.store.id)
    facts = {"part_id": card.parts[0].id, "variant_id": shop.variant_id}
    add_line(bill_id, "session", facts)
    add_to(bill_id, service_for(110, "剪发"))
    pay(bill_id, balance_of(110))
    page = words(phone_of(app, anna).get(f"/cashier/receipts/{bill_id}").text)
    assert "剪发 \N{MINUS SIGN}¥110.00:" in page
    assert "\N{MINUS SIGN}1:" in page


def test_the_list_of_cards_says_which_are_used_up(shop: Shop, sign_in: SignIn) -> None:
    card = sell(shop, add_product("体验卡", 9_900, item(shop.scalp, 1)))
    page = "/console/cards/cards/"
    manager = in_english(sign_in("manager", shop.store.id))
    assert "All used" not in words(manager.get(page).text)
    use(shop, card)
    assert "All used" in words(manager.get(page).text)


def test_cards_of_members_of_another_store_are_not_there(
    shop: Shop, card: Card, sign_in: SignIn
) -> None:
    stranger = sign_in("manager", add_store("南山店").id)
    one = use(shop, card)
    for path in (
        f"/console/cards/cards/{card.id}/",
        f"/console/cards/cards/{card.id}/change",
        f"/console/cards/uses/{one.id}/undo",
        f"{COUNTER}{shop.member.id}/use",
        f"{COUNTER}{shop.member.id}/sell",
    ):
        assert stranger.get(path).status_code == 404, path


def test_a_product_is_made_and_filled(shop: Shop, sign_in: SignIn) -> None:
    manager = sign_in("manager")
    sent = {"name": "双人套餐", "kind": "package", "price_fen": "1680", "starts": "sale"}
    assert post(manager, "/console/cards/products/new/", sent).status_code == 302
    product = api.db.session.query(Product).one()
    url = f"/console/cards/products/{product.id}/contents"
    assert manager.get(url).status_code == 200
    lines = {"services-0": shop.scalp.id, "sessions-0": "5", "free-0": "1"}
    for wrong in (
        *({"sessions-0": count} for count in ("many", "-1", "10000", "0" * 9 + "10000")),
        {"list-0": "-1"},
    ):
        assert post(manager, url, {**lines, **wrong}).status_code == 422, wrong
    assert post(manager, url, lines).status_code == 302
    api.db.session.rollback()
    (one,) = api.db.session.get_one(Product, product.id).items
    assert (one.sessions, one.free) == (5, 1)
    assert "336.00" in manager.get(f"/console/cards/products/{product.id}/").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"valid_days": "99999999999"},
        {"valid_days": "36501"},
        {"from_on": "2027-02-01", "until_on": "2027-01-31"},
    ],
)
def test_a_product_with_odd_terms_is_refused(
    shop: Shop, sign_in: SignIn, wrong: dict[str, str]
) -> None:
    sent = {"name": "月卡", "kind": "sessions", "price_fen": "300", "starts": "sale", **wrong}
    answer = post(sign_in("manager"), "/console/cards/products/new/", sent)
    assert answer.status_code == 422
    assert api.db.session.query(Product).count() == 0


def test_a_card_is_not_extended_beyond_any_reason(shop: Shop, sign_in: SignIn) -> None:
    card = sell(shop, add_product("月卡", 30_000, item(shop.scalp, 4), valid_days=30))
    manager, url = sign_in("manager"), f"/console/cards/cards/{card.id}/change"
    far = {"what": "extend", "until_on": "9999-12-31", "reason": "装修"}
    assert post(manager, url, far).status_code == 422


def test_a_card_is_extended_paused_and_shared_on_its_page(shop: Shop, sign_in: SignIn) -> None:
    card = sell(shop, add_product("月卡", 30_000, item(shop.scalp, 4), valid_days=30))
    manager, url = sign_in("manager"), f"/console/cards/cards/{card.id}/change"
    for sent in (
        {"what": "extend", "until_on": "2099-01-01", "reason": "装修"},
        {"what": "share", "name": "妈妈"},
        {"what": "pause", "reason": "怀孕"},
    ):
        assert manager.get(url).status_code == 200
        assert post(manager, url, sent).status_code == 302
    api.db.session.rollback()
    found = api.db.session.get_one(Card, card.id)
    assert (found.state, str(found.until_on), found.people[0].name) == (
        "paused",
        "2099-01-01",
        "妈妈",
    )
    assert post(manager, url, {"what": "resume"}).status_code == 302
    assert "妈妈" in manager.get(f"/console/membership/members/{shop.member.id}/").text


def test_a_member_sees_what_is_left_on_her_phone(app: Flask, shop: Shop, card: Card) -> None:
    phone = phone_of(app, shop.member.id)
    assert "10" in words(phone.get("/membership/card").text)
    one = use(shop, card)
    page = words(phone.get("/cards/mine").text)
    assert "9 sessions left" in page
    assert "total 10, used 1" in page
    assert "头皮护理" in words(phone.get(f"/cards/mine/{one.card_id}").text)
    other = phone_of(app, join("周敏", shop.store.id, None).id)
    assert other.client.get(f"/cards/mine/{one.card_id}").status_code == 404


def test_old_sessions_become_cards_and_go_back(shop: Shop, sign_in: SignIn) -> None:
    old = [Opening(member_id=shop.member.id, sessions={"头皮护理": 6, "旧卡": 2})]
    open_balances("import:1", old, store_id=shop.store.id)
    product = add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))
    owner, url = sign_in("owner"), "/console/cards/intake/"
    assert [(one.name, one.sessions) for one in find_sessions()] == [("头皮护理", 6), ("旧卡", 2)]
    before = standings([shop.member.id], ["all_sessions", "unearned"])
    sent = {"item-0": product.items[0].id}
    assert post(owner, url, sent).status_code == 200
    assert api.db.session.query(Card).count() == 0
    assert post(owner, url, {**sent, "sure": "1"}).status_code == 302
    card = api.db.session.query(Card).one()
    assert (card.source, left(card)) == ("opening", Left(6))
    assert standings([shop.member.id], ["all_sessions", "unearned"]) == before
    intake = api.db.session.query(Intake).one()
    assert post(owner, f"{url}{intake.id}/undo").status_code == 302
    assert api.db.session.query(Card).count() == 0
    assert post(owner, url, {**sent, "sure": "1"}).status_code == 302
    again = api.db.session.query(Card).one()
    assert use(shop, again).income_fen == 0
    late = api.db.session.query(Intake).order_by(Intake.id.desc()).first()
    assert late is not None
    assert post(owner, f"{url}{late.id}/undo").status_code == 422
    assert verify().findings == {}


def test_cards_go_with_her_when_files_are_merged_and_come_back(shop: Shop, card: Card) -> None:
    kept = join("陈诗雅", shop.store.id, None)
    use(shop, card)
    merge_members(kept.id, shop.member.id, {})
    assert api.db.session.get_one(Card, card.id).member_id == kept.id
    use(shop, card)
    assert left(card) == Left(8)
    undo_merge(api.db.session.query(Merge).one().id)
    assert api.db.session.get_one(Card, card.id).member_id == shop.member.id
    use(shop, card)
    assert left(card) == Left(7)
    assert verify().findings == {}


def test_her_copy_of_data_has_her_cards(shop: Shop, card: Card) -> None:
    use(shop, card)
    parts = {part.key: part.rows for part in parts_of(shop.member.id)}
    assert [(row["card"], row["left"]) for row in parts["cards"]] == [("头皮护理 10 次", 9)]
    assert len(parts["card_uses"]) == 1
    assert api.db.session.get(Member, shop.member.id) is not None


def test_a_session_used_at_the_counter_stands_on_a_bill_and_is_undone_with_it(
    shop: Shop, card: Card, sign_in: SignIn
) -> None:
    manager = sign_in("manager", shop.store.id)
    sent = form(shop, card, agreed_by="signature", signature=DRAWN)
    assert post(manager, f"{COUNTER}{shop.member.id}/use", sent).status_code == 302
    one = api.db.session.query(CardUse).one()
    bill = api.db.session.query(Bill).one()
    assert (one.bill_ref, bill.state) == (f"bill:{bill.id}", "settled")
    url = f"/console/cards/uses/{one.id}/undo"
    assert post(manager, url, {"reason": "做错"}).status_code == 302
    assert left(card) == Left(10)
    assert api.db.session.query(Bill).one().state == "void"
    assert verify().findings == {}


def test_a_supplement_is_paid_with_the_session(shop: Shop, sign_in: SignIn) -> None:
    card = sell(shop, add_product("体验 2 次", 10_000, item(shop.scalp, 2, list_fen=10_000)))
    desk, url = sign_in("front_desk", shop.store.id), f"{COUNTER}{shop.member.id}/use"
    sent = form(shop, card, agreed_by="signature", signature=DRAWN, means="wechat")
    assert post(desk, url, {**sent, "means": "gold"}).status_code == 422
    assert post(desk, url, sent).status_code == 302
    assert -balance(platform("wechat")) == 2_800
