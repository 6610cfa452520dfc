"""What the law of prepaid cards asks of a salon: who it is, where it is, and what follows."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api
from console.audit import AuditEntry
from plugins.cashier.api import Described
from plugins.cashier.services.online.ordering import check_prepaid
from plugins.ledger import api as ledger
from plugins.membership.api import IdMissing, Member, TransferOnly, sell_recharge
from plugins.membership.services.erasing import _forget
from plugins.membership.services.id_documents import ASK, drop_old_ids, id_of, note_id
from plugins.membership.services.regions import CITY, LEGAL_FORM, caps_bind
from tests.support.cards import add_product, item, open_shop
from tests.support.cards import sell as sell_a_card
from tests.support.membership import join
from tests.support.people import SignIn, post
from tests.support.phones import phone_of
from tests.support.salon import add_store
from tests.support.value import entry, quote, sell, top_up

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english", "staff_read_english")]

SHOP = {
    "shop": "Fine hair",
    "store": "Nanshan",
    "time_zone": "Asia/Shanghai",
    "name": "Lin Jing",
    "login": "linjing",
    "password": "three quiet lanterns",
    "again": "three quiet lanterns",
}


def test_the_first_run_asks_for_legal_form_and_city(app: Flask, client: FlaskClient) -> None:
    answers = {"membership__legal_form": "company", "membership__city": "shanghai"}
    assert "membership__legal_form" in client.get("/console/setup/").text
    assert post(client, "/console/setup/", {**SHOP, **answers}).location == "/console/"
    assert (LEGAL_FORM.get(), CITY.get(), caps_bind()) == ("company", "shanghai", True)


def test_the_first_run_takes_no_city_that_it_did_not_offer(app: Flask, client: FlaskClient) -> None:
    answer = post(client, "/console/setup/", {**SHOP, "membership__city": "atlantis"})
    assert answer.status_code == 422 and "membership__city-said" in answer.text
    assert client.get("/").location == "/console/setup/"


CARD, LICENCE = "11010519491231002X", "91350100M000100Y43"


@api.unit
def put(setting: api.Setting[str], value: str) -> None:
    setting.put(value)


@pytest.fixture
def anna(app: Flask) -> int:
    return int(join("Anna", add_store("福田店").id).id)


def test_a_company_tops_nobody_up_whose_id_is_not_noted(anna: int) -> None:
    put(LEGAL_FORM, "company")
    with pytest.raises(IdMissing, match=r"before a sale of ¥500\.00"):
        top_up(anna, 500)
    noted = note_id(anna, "id_card", CARD.lower())
    top_up(anna, 500)
    assert CARD not in noted.concealed and noted.tail == "002X"


def test_a_sole_trader_is_asked_for_no_id_unless_he_wants_to_be(anna: int) -> None:
    top_up(anna, 500)
    put(ASK, "always")
    with pytest.raises(IdMissing):
        top_up(anna, 500)


@pytest.mark.parametrize(
    ("kind", "number"),
    [("id_card", "110105194912310021"), ("licence", "91350100M000100Y44"), ("passport", "E 1"),
     ("library", "12345678")],
)  # fmt: skip
def test_a_number_that_the_document_cannot_have_is_refused(
    anna: int, kind: str, number: str
) -> None:
    with pytest.raises(api.Refused):
        note_id(anna, kind, number)


def test_large_prepayments_come_by_bank_transfer_to_a_company(anna: int) -> None:
    put(ASK, "never")
    note_id(anna, "licence", LICENCE)
    quoted = quote(anna, 5000)
    put(LEGAL_FORM, "company")
    with pytest.raises(TransferOnly, match=r"From ¥5,000\.00 at once"):
        sell(quoted)
    bank = ledger.Tender(ledger.salon("bank", 1), 500_000)
    assert sell_recharge(entry(), quoted, [bank])


def test_a_sole_trader_may_take_it_in_cash_and_that_is_written_down(anna: int) -> None:
    sell(quote(anna, 50_000), over_cap_note="Wedding")
    acts = api.db.session.scalars(sa.select(AuditEntry.act)).all()
    assert "membership.no_transfer" in acts


def test_an_id_outlives_the_erasure_of_its_member_by_the_years_of_the_law(anna: int) -> None:
    note_id(anna, "id_card", CARD)
    erase(anna)
    drop_old_ids()
    assert id_of(anna) is not None
    age(anna, dt.timedelta(days=366 * 5))
    drop_old_ids()
    api.db.session.rollback()
    assert id_of(anna) is None


@api.unit
def erase(member_id: int) -> None:
    _forget(member_id)


@api.unit
def age(member_id: int, time: dt.timedelta) -> None:
    noted = id_of(member_id)
    assert noted is not None
    noted.used_at -= time


def test_who_may_sees_the_whole_number_and_says_why(anna: int, sign_in: SignIn) -> None:
    place = f"/console/membership/members/{anna}/id"
    desk = sign_in("front_desk", api.db.session.get_one(Member, anna).home_store_id)
    assert post(desk, place, {"kind": "id_card", "number": "1"}).status_code == 422
    assert post(desk, place, {"kind": "id_card", "number": CARD}).status_code == 302
    page = desk.get(place).text
    assert "**** 002X" in page and CARD not in page and "id/show" not in page
    assert post(desk, f"{place}/show", {"reason": "Curious"}).status_code == 403
    owner = sign_in("owner")
    assert post(owner, f"{place}/show", {"reason": " "}).status_code == 422
    assert CARD in post(owner, f"{place}/show", {"reason": "The bank asks"}).text


def test_a_member_notes_her_id_on_her_phone(anna: int, app: Flask) -> None:
    put(LEGAL_FORM, "company")
    phone = phone_of(app, anna)
    assert "/membership/id" in phone.get("/membership/me").text
    assert phone.post("/membership/id", kind="id_card", number="77").status_code == 422
    assert "**** 002X" in phone.post("/membership/id", kind="id_card", number=CARD).text
    for target, leads in (("/membership/me", "/me"), ("//evil.example/", "/id")):
        sent = phone.post("/membership/id", kind="id_card", number=CARD, next=target)
        assert sent.request.path == f"/membership{leads}"


def test_a_concealed_text_that_was_changed_is_not_read(app: Flask) -> None:
    hidden = api.conceal("13800138000")
    assert api.uncover(hidden) == "13800138000" and hidden != api.conceal("13800138000")
    with pytest.raises(api.Refused):
        api.uncover(("A" if hidden[0] != "A" else "B") + hidden[1:])


def test_a_company_sells_no_card_before_the_id_is_noted(app: Flask) -> None:
    shop = open_shop()
    product = add_product("Ten times", 98_000, item(shop.scalp, 10))
    put(LEGAL_FORM, "company")
    with pytest.raises(IdMissing):
        sell_a_card(shop, product)
    note_id(shop.member.id, "id_card", CARD)
    assert sell_a_card(shop, product).price_fen == 98_000


def test_a_phone_buys_nothing_that_a_company_may_not_sell_so(anna: int) -> None:
    member = api.db.session.get_one(Member, anna)
    put(LEGAL_FORM, "company")
    with pytest.raises(IdMissing):
        order(member, Described("Top-up", 10_000))
    note_id(anna, "id_card", CARD)
    order(member, Described("Top-up", 4_999_999))
    with pytest.raises(TransferOnly):
        order(member, Described("Top-up", 5_000_000))


@api.unit
def order(member: Member, told: Described) -> None:
    check_prepaid(member, told)
