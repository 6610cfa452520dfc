"""Swapping cards, their contracts, objections to sessions, and evidence."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile

import pytest
from flask import Flask

from console import api
from console.inbox import Notice
from plugins.cards.api import Card
from plugins.cards.listeners import cards_card_sold
from plugins.cards.models import Contract
from plugins.cards.services.accounts import Left, left_of
from plugins.cards.services.alone import swap_alone
from plugins.cards.services.changing import share_card
from plugins.cards.services.contracts import contract_of
from plugins.cards.services.evidence import pack_evidence
from plugins.cards.services.nightly import earn_passes
from plugins.cards.services.swapping import value_of
from plugins.cards.services.terms import say_terms
from plugins.cashier.api import (
    Objection,
    Payout,
    Refund,
    Signature,
    Tender,
    add_line,
    is_whole,
    object_to,
    settle,
    undo_settlement,
)
from plugins.cashier.services.objecting import answer_objection
from plugins.cashier.services.refunding.cases import refundables_of
from plugins.cashier.services.refunding.seven_days import within_seven_days
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger.api import fingerprint_of, salon
from plugins.ledger.services.verifying import verify
from plugins.membership.services.growth import growth_of
from plugins.membership.services.regions import CITY
from plugins.messages.api import Message
from plugins.salon.services.profiles import put_profile
from tests.support.cards import Shop, add_product, item, open_shop, refused, sell, use
from tests.support.ledger import balance
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.phones import phone_of
from tests.support.refunds import agree, alone_up_to, pay_out, sheet_for
from tests.support.salon import add_service
from tests.support.till import DRAWN, add_to, bill_of, cash, pay, service_for, top_up

pytestmark = [
    pytest.mark.any_engine,
    pytest.mark.usefixtures("staff_read_english"),
    pytest.mark.slow,
]

KEY = "card:0123456789abcdef01234567"


@pytest.fixture
def shop(app: Flask) -> Shop:
    return open_shop()


@pytest.fixture
def card(shop: Shop) -> Card:
    return sell(shop, add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10, free=2)))


def left(card: Card) -> list[Left]:
    api.db.session.rollback()
    parts = api.db.session.get_one(Card, card.id).parts
    return list(left_of(parts).values())


def state(card: Card) -> str:
    api.db.session.rollback()
    return api.db.session.get_one(Card, card.id).state


def test_what_is_left_of_a_card_pays_for_another(shop: Shop, card: Card) -> None:
    use(shop, card)
    bigger = add_product("头皮护理 20 次", 180_000, item(shop.scalp, 20))
    assert value_of(card) == 88_200
    new = swap_alone(shop.store.id, card.id, bigger.id, "cash", key=KEY)
    assert swap_alone(shop.store.id, card.id, bigger.id, "cash", key=KEY).id == new.id
    assert (state(card), left(card), left(new)) == ("swapped", [Left()], [Left(20)])
    assert -balance(salon("cash", shop.store.id)) == 98_000 + 91_800
    assert balance(salon("revenue", shop.store.id)) == 9_800
    assert value_of(new) == 180_000
    assert verify().findings == {}


def test_a_card_that_was_swapped_for_goes_back_by_what_paid_for_the_old_one(shop: Shop) -> None:
    bill_id = bill_of(shop.member.id, shop.store.id)
    ten = add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))
    add_line(bill_id, "card", {"product_id": ten.id})
    pay(bill_id, Tender("wechat", 98_000))
    old = api.db.session.query(Card).one()
    more = add_product("头皮护理 20 次", 180_000, item(shop.scalp, 20))
    swap_alone(shop.store.id, old.id, more.id, "cash", key=KEY)
    alone_up_to(2_000)
    paid = pay_out(agree(sheet_for(shop.member.id, kind="card")))
    back = api.db.session.query(Payout).filter_by(refund_id=paid.id).order_by(Payout.id)
    assert [(one.amount_fen, one.ref[:6], one.note) for one in back] == [
        (98_000, "bill:1", ""),
        (82_000, "bill:2", ""),
    ]
    assert tie_out(whole_book()).differences == []
    assert verify().findings == {}


def test_a_swap_is_undone_with_its_bill(shop: Shop, card: Card) -> None:
    bigger = add_product("头皮护理 20 次", 180_000, item(shop.scalp, 20))
    new = swap_alone(shop.store.id, card.id, bigger.id, "cash", key=KEY)
    undo_settlement(int(new.bill_ref.removeprefix("bill:")), "做错")
    assert (state(card), state(new)) == ("active", "void")
    assert left(card) == [Left(10, 2)]
    assert -balance(salon("cash", shop.store.id)) == 98_000
    use(shop, card)
    assert verify().findings == {}


def test_a_pass_is_swapped_for_the_days_that_are_left(shop: Shop) -> None:
    year = sell(shop, add_product("年卡", 36_500, item(shop.scalp), kind="pass", valid_days=365))
    with api.at_moment(api.now() + dt.timedelta(days=100)):
        earn_passes()
        times = add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))
        assert value_of(year) == 26_500
        swap_alone(shop.store.id, year.id, times.id, "cash", key=KEY)
    assert -balance(salon("cash", shop.store.id)) == 36_500 + 71_500
    assert verify().findings == {}


def test_a_pass_that_is_swapped_or_undone_counts_once_towards_a_level(shop: Shop) -> None:
    def counted() -> int:
        cards = api.db.session.query(Card).order_by(Card.id).all()
        for card in cards:
            cards_card_sold(card_id=card.id)
        return growth_of(shop.member.id, api.today("Asia/Shanghai"))["total"]

    half = sell(shop, add_product("半年卡", 36_500, item(shop.scalp), kind="pass", valid_days=180))
    year = add_product("年卡", 50_000, item(shop.scalp), kind="pass", valid_days=365)
    assert counted() == 36_500
    new = swap_alone(shop.store.id, half.id, year.id, "cash", key=KEY)
    assert counted() == 50_000
    undo_settlement(int(new.bill_ref.removeprefix("bill:")), "做错")
    assert counted() == 36_500


def test_a_pass_that_is_swapped_for_sessions_counts_what_was_used_of_it(shop: Shop) -> None:
    def counted() -> int:
        for card in api.db.session.query(Card).order_by(Card.id).all():
            cards_card_sold(card_id=card.id)
        return growth_of(shop.member.id, api.today("Asia/Shanghai"))["total"]

    half = sell(shop, add_product("半年卡", 36_500, item(shop.scalp), kind="pass", valid_days=180))
    assert counted() == 36_500
    times = add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))
    new = swap_alone(shop.store.id, half.id, times.id, "cash", key=KEY)
    assert counted() == 0
    bill_id = int(new.bill_ref.removeprefix("bill:"))
    undo_settlement(bill_id, "做错")
    assert counted() == 36_500
    settle(bill_id, [Tender("cash", 98_000 - 36_500)], key="again")
    assert counted() == 0


def test_a_pass_counts_nothing_that_is_heard_of_after_its_swap_for_sessions(shop: Shop) -> None:
    half = sell(shop, add_product("半年卡", 36_500, item(shop.scalp), kind="pass", valid_days=180))
    times = add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))
    swap_alone(shop.store.id, half.id, times.id, "cash", key=KEY)
    cards_card_sold(card_id=half.id)
    assert growth_of(shop.member.id, api.today("Asia/Shanghai"))["total"] == 0


def test_a_card_is_not_swapped_for_a_cheaper_one_nor_while_something_is_owing(
    shop: Shop, card: Card
) -> None:
    cheap = add_product("体验 1 次", 9_900, item(shop.scalp, 1))
    with refused("Refund it instead"):
        swap_alone(shop.store.id, card.id, cheap.id, "cash", key=KEY)
    dear = add_product("头皮护理 20 次", 180_000, item(shop.scalp, 20))
    owing = sell(shop, cheap, 100)
    with refused("what is owing"):
        swap_alone(shop.store.id, owing.id, dear.id, "cash", key=KEY)


def test_the_desk_swaps_a_card_on_its_page(shop: Shop, card: Card, sign_in: SignIn) -> None:
    bigger = add_product("头皮护理 20 次", 180_000, item(shop.scalp, 20))
    desk, url = sign_in("front_desk", shop.store.id), f"/console/cards/cards/{card.id}/swap"
    page = words(desk.get(url).text)
    assert "980.00" in page
    assert "820.00" in page
    sent = {"product_id": bigger.id, "means": "wechat", "key": KEY, "store_id": shop.store.id}
    assert post(desk, url, sent).status_code == 302
    assert post(desk, url, {**sent, "key": KEY + "1"}).status_code == 422
    assert state(card) == "swapped"


def test_the_terms_of_a_card_are_frozen_and_agreed_to_on_her_phone(
    app: Flask, shop: Shop, card: Card, sign_in: SignIn
) -> None:
    staff = f"/console/cards/cards/{card.id}/contract"
    desk = sign_in("front_desk", shop.store.id)
    assert "头皮护理 10 次" in desk.get(staff).text
    phone = phone_of(app, shop.member.id)
    url = f"/cards/mine/{card.id}/contract"
    page = words(phone.get(url).text)
    assert "10 sessions, 2 free sessions" in page
    assert "98.00" in page
    phone.post(url, read="1")
    api.db.session.rollback()
    contract = api.db.session.query(Contract).one()
    assert (contract.signed_by, is_whole(contract)) == ("phone", True)
    assert post(desk, staff).status_code == 302
    assert api.db.session.query(Contract).one().signed_by == "phone"
    other = phone_of(app, join("周敏", shop.store.id, None).id)
    assert other.client.get(url).status_code == 404


def test_she_signs_the_contract_on_the_screen_and_has_it_as_a_pdf(
    app: Flask, shop: Shop, card: Card, sign_in: SignIn
) -> None:
    staff = f"/console/cards/cards/{card.id}/contract"
    desk = sign_in("front_desk", shop.store.id)
    plain = desk.get(f"{staff}.pdf")
    assert plain.data.startswith(b"%PDF-")
    assert post(desk, staff, {"signature": "data:image/png;base64,?"}).status_code == 422
    assert post(desk, staff, {"signature": DRAWN}).status_code == 302
    signed = api.db.session.query(Signature).one()
    assert (signed.purpose, signed.way) == (f"card:{card.id}", "drawn")
    assert 'class="signature"' in desk.get(staff).text
    phone = phone_of(app, shop.member.id)
    page = f"/cards/mine/{card.id}/contract"
    assert "Signed on" in words(phone.get(page).text)
    with_picture = phone.get(f"{page}.pdf")
    assert with_picture.mimetype == "application/pdf"
    assert b"/Image" in with_picture.data
    assert len(with_picture.data) > len(plain.data)
    assert phone.get("/cards/mine/999/contract.pdf").status_code == 404


def test_an_unused_card_goes_back_within_seven_days_from_her_phone(
    app: Flask, shop: Shop, card: Card
) -> None:
    phone = phone_of(app, shop.member.id)
    assert "Give back within seven days" in words(phone.get(f"/cards/mine/{card.id}").text)
    assert "Give it back" in words(phone.get("/cashier/give-back").text)
    wanted = within_seven_days(shop.member.id)[0].key
    page = words(phone.post("/cashier/give-back", refundable=wanted, key=KEY).text)
    assert "¥980.00" in page
    assert "Do you agree?" in page
    phone.post("/cashier/give-back", refundable=wanted, key=KEY)
    refund = api.db.session.query(Refund).one()
    assert (refund.cause, refund.amount_fen) == ("seven_days", 98_000)
    assert api.db.session.query(Notice).filter_by(todo=True).count() == 1
    assert "Nothing that you bought" in words(phone.get("/cashier/give-back").text)
    assert phone.post("/cashier/give-back", refundable=wanted).status_code == 404


def test_an_unused_pass_goes_back_whole_within_seven_days(app: Flask, shop: Shop) -> None:
    year = add_product("年卡", 365_000, item(shop.scalp), kind="pass", valid_days=365)
    with api.at_moment(api.now() - dt.timedelta(days=3)):
        bill_id = bill_of(shop.member.id, shop.store.id)
        add_line(bill_id, "card", {"product_id": year.id})
        pay(bill_id, cash(3_650))
    earn_passes()
    alone_up_to(5_000)
    (unused,) = within_seven_days(shop.member.id)
    phone = phone_of(app, shop.member.id)
    page = words(phone.post("/cashier/give-back", refundable=unused.key, key=KEY).text)
    assert "¥3,650.00" in page
    assert "Days that are over" not in page
    whole = api.db.session.query(Refund).one()
    assert whole.amount_fen == 365_000
    pay_out(agree(whole))
    assert balance(salon("cash", shop.store.id)) == balance(salon("revenue", shop.store.id)) == 0
    assert tie_out(whole_book()).by_check() == {}
    assert verify().findings == {}


def test_a_pass_that_was_used_goes_back_by_its_days_within_seven_days_too(shop: Shop) -> None:
    year = add_product("年卡", 365_000, item(shop.scalp), kind="pass", valid_days=365)
    with api.at_moment(api.now() - dt.timedelta(days=3)):
        use(shop, sell(shop, year))
    assert sheet_for(shop.member.id, "seven_days", kind="card").amount_fen == 362_000


def test_seven_days_do_not_hold_for_a_service_that_she_knew_but_do_for_another(shop: Shop) -> None:
    nails = add_service("日式美甲", price_fen=16_800)
    ten = add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10))
    with api.at_moment(api.now() - dt.timedelta(days=30)):
        bill_id = bill_of(shop.member.id, shop.store.id)
        add_to(bill_id, nails)
        pay(bill_id, cash(168))
    scalp = sell(shop, ten)
    hands = sell(shop, add_product("美甲 5 次", 70_000, item(nails, 5)))
    assert [one.key for one in within_seven_days(shop.member.id)] == [f"card:{scalp.id}"]
    with api.at_moment(api.now() - dt.timedelta(days=20)):
        use(shop, sell(shop, ten))
    assert within_seven_days(shop.member.id) == []
    known = {one.key: one.purchase.had_before for one in refundables_of(shop.member.id)}
    assert known[f"card:{scalp.id}"]
    assert known[f"card:{hands.id}"]


def test_a_pass_is_for_her_alone(shop: Shop) -> None:
    year = sell(shop, add_product("年卡", 36_500, item(shop.scalp), kind="pass", valid_days=365))
    with refused("for her alone"):
        share_card(year.id, "妹妹")
    contract = contract_of(year.id)
    assert contract is not None
    with api.speaking("en"):
        told = dict(say_terms(contract.facts))
    assert told["Who may use it"] == "she herself"
    assert "for the days that are left" in told["Giving it back"]


def test_a_contract_names_the_shop_and_what_the_law_of_the_place_asks_for(shop: Shop) -> None:
    put_profile(shop.store.id, address="福华路 1 号", phone="0755-8000")
    api.unit(CITY.put)("beijing")
    card = sell(shop, add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10)))
    api.unit(CITY.put)("shanghai")
    contract = contract_of(card.id)
    assert contract is not None
    with api.speaking("en"):
        told = dict(say_terms(contract.facts))
        assert told["Store that sells"] == "福田店 · 福华路 1 号 · 0755-8000"
        assert "first week: within 5 days" in told["When money goes back"]
        assert "12315" in told["Disputes"]
        before = {key: value for key, value in contract.facts.items() if key != "law"}
        assert "Disputes" not in dict(say_terms(before))


def test_what_was_bought_eight_days_ago_has_no_button(shop: Shop) -> None:
    with api.at_moment(api.now() - dt.timedelta(days=8)):
        sell(shop, add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10)))
    assert within_seven_days(shop.member.id) == []


def test_terms_that_somebody_changed_are_seen(shop: Shop, card: Card) -> None:
    contract = contract_of(card.id)
    assert contract is not None
    contract.facts = {**contract.facts, "price_fen": 1}
    assert not is_whole(contract)
    api.db.session.rollback()


def test_she_objects_on_her_phone_and_the_manager_answers(
    app: Flask, shop: Shop, card: Card, sign_in: SignIn
) -> None:
    one = use(shop, card)
    phone = phone_of(app, shop.member.id)
    page = words(phone.get(f"/cards/mine/{card.id}").text)
    assert "agreed by code" in page
    assert "Something is wrong" in page
    url = f"/cashier/object/{one.about.replace(':', '/')}"
    assert phone.get(url).status_code == 200
    phone.post(url, text="我那天没来")
    assert "You objected" in words(phone.get(f"/cards/mine/{card.id}").text)
    objection = api.db.session.query(Objection).one()
    manager = sign_in("manager", shop.store.id)
    task = api.db.session.query(Notice).one()
    assert (task.todo, task.url) == (True, f"/console/cashier/objections/{objection.id}/answer")
    answer = f"/console/cashier/objections/{objection.id}/answer"
    assert "我那天没来" in manager.get(answer).text
    assert post(manager, answer, {"outcome": "given_back", "answer": ""}).status_code == 422
    sent = {"outcome": "given_back", "answer": "对不起,已退回。"}
    assert post(manager, answer, sent).status_code == 302
    assert post(manager, answer, sent).status_code == 409
    assert left(card) == [Left(10, 2)]
    assert api.db.session.query(Notice).one().done_at is not None
    assert "已退回" in words(phone.get(f"/cards/mine/{card.id}").text)
    assert api.db.session.query(Message).filter_by(kind="cashier.answered").count() == 1


def test_an_objection_comes_in_time_and_is_one(shop: Shop, card: Card) -> None:
    one = use(shop, card)
    with refused("what is wrong"):
        object_to(one.about, shop.member.id, " ")
    with api.at_moment(api.now() + dt.timedelta(days=31)), refused("is over"):
        object_to(one.about, shop.member.id, "?")
    first = object_to(one.about, shop.member.id, "没来")
    assert object_to(one.about, shop.member.id, "还是没来").id == first.id
    with pytest.raises(api.NotFound):
        object_to(one.about, shop.member.id + 1, "?")
    answer_objection(first.id, "explained", "是您妹妹来的。")
    assert left(card) == [Left(9, 2)]


def test_the_evidence_has_every_row_and_its_fingerprint(
    shop: Shop, card: Card, sign_in: SignIn
) -> None:
    object_to(use(shop, card).about, shop.member.id, "=HYPERLINK(1)")
    accountant = sign_in("accountant", shop.store.id)
    answer = accountant.get(f"/console/cards/counter/{shop.member.id}/evidence")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["chain"]["whole"] is True
    assert set(manifest["files"]) == set(archive.namelist()) - {"manifest.json"}
    assert "'=HYPERLINK(1)" in archive.read("objections.csv").decode()
    assert archive.read("journals.csv").decode().count("use_session") == 2
    desk = sign_in("front_desk", shop.store.id)
    assert desk.get(f"/console/cards/counter/{shop.member.id}/evidence").status_code == 403


def test_the_evidence_has_all_that_moved_her_balance_and_how_she_agreed(shop: Shop) -> None:
    top_up(shop.member.id, 500, 50)
    bill_id = bill_of(shop.member.id)
    add_to(bill_id, service_for(110))
    pay(bill_id, Tender("balance", 11_000), agreed_by="pin")
    archive = zipfile.ZipFile(io.BytesIO(pack_evidence(shop.member.id)))
    read = io.StringIO(archive.read("stored_value.csv").decode("utf-8-sig"))
    rows = list(csv.DictReader(read))
    found = [(row["code"], row["unit"], row["amount"], row["agreed_by"]) for row in rows]
    assert found == [
        ("top_up", "PRINCIPAL", "50000", ""),
        ("top_up", "BONUS", "5000", ""),
        ("spend", "PRINCIPAL", "-10000", "pin"),
        ("spend", "BONUS", "-1000", "pin"),
    ]
    assert all(row["fingerprint"] == fingerprint_of(int(row["id"])) for row in rows)
    assert archive.read("top_ups.csv").decode().count("money") == 1


def test_her_phone_checks_the_chain_of_her_entries(app: Flask, shop: Shop, card: Card) -> None:
    use(shop, card)
    page = words(phone_of(app, shop.member.id).get("/cashier/check").text)
    assert "Nothing was changed." in page
    assert "2 entries were checked" in page


def test_a_card_is_shared_with_as_many_as_its_product_allows(shop: Shop, sign_in: SignIn) -> None:
    alone = sell(shop, add_product("个人卡", 9_900, item(shop.scalp, 2), people_most=0))
    manager = sign_in("manager")
    url = f"/console/cards/cards/{alone.id}/change"
    assert "alone" in manager.get(url, headers={"Accept-Language": "en"}).text
    assert post(manager, url, {"what": "share", "name": "妈妈"}).status_code == 422
