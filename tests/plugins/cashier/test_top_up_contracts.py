"""The contract of a top-up: frozen when it is paid, read, signed and ended like that of a card."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest
from flask import Flask

from console import api
from console.audit import AuditEntry
from plugins.cards.services.evidence import pack_evidence
from plugins.cashier.api import Bill, TopUpContract, is_whole, undo_settlement
from plugins.cashier.models import Signature
from plugins.cashier.services.refunding.showing import show_sheet
from plugins.cashier.services.top_up_contracts import contracts_of, rows_of, sign_contract
from plugins.cashier.services.top_up_terms import TERMS
from plugins.cashier.services.tying import tie_out, whole_book
from plugins.ledger.services.verifying import verify
from plugins.membership.api import merge_members, transfer_value
from plugins.membership.services.copying import parts_of
from plugins.membership.services.recharging import BONUS_BARS
from plugins.membership.services.regions import CITY
from plugins.salon.services.profiles import put_profile
from tests.support.cards import add_product, item, open_shop, refused
from tests.support.cards import sell as sell_card
from tests.support.membership import join
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.phones import Phone, phone_of
from tests.support.refunds import agree, alone_up_to, pay_out, sheet_for
from tests.support.salon import add_store
from tests.support.till import DRAWN, add_top_up, bill_of, cash, pay, top_up
from tests.support.value import card_kind, entry, offer
from tests.support.value import top_up as sell_without_a_till

pytestmark = [
    pytest.mark.any_engine,
    pytest.mark.usefixtures("staff_read_english"),
    pytest.mark.slow,
]
HOME = "/console/cashier/contracts/"


@pytest.fixture
def anna(app: Flask) -> int:
    add_store("福田店")
    return int(join("安娜").id)


@pytest.fixture
def phone(app: Flask, anna: int) -> Phone:
    return phone_of(app, anna)


def only(member_id: int) -> TopUpContract:
    """Return the one contract of a member, as the database has it."""
    api.db.session.rollback()
    [contract] = contracts_of(member_id)
    return contract


def told(member_id: int) -> dict[str, str]:
    with api.speaking("en"):
        return dict(rows_of(only(member_id)))


def test_it_names_who_sells_what_for_how_much_and_all_that_the_law_asks_for(anna: int) -> None:
    put_profile(1, address="福华路 1 号", phone="0755-8000")
    api.unit(CITY.put)("beijing")
    api.unit(TERMS.put)("Good in all stores.")
    api.unit(BONUS_BARS.put)("products")
    offer(500, 50, name="500+50", bonus_days=30, points=200, gift="发膜")
    top_up(anna, 500)
    said = told(anna)
    number = only(anna).member.number
    until = (api.today("Asia/Shanghai") + dt.timedelta(days=30)).isoformat()
    assert said["Store that sells"] == "福田店 · 福华路 1 号 · 0755-8000"
    assert said["Buyer"] == f"安娜 · {number}"
    assert said["Top-up"] == "500+50 · Balance"
    assert said["Principal"] == "¥500.00"
    assert said["Bonus"] == f"Bonus ¥50.00, until {until} · bonus not for products"
    assert said["What comes with it"] == "200 points · 发膜"
    assert said["Valid"] == f"principal without an end; bonus until {until}"
    assert said["Spending order of principal and bonus"] == "In proportion"
    assert said["Terms of the store"] == "Good in all stores."
    assert said["Paid by"] == "Cash ¥500.00"
    assert "Within seven days" in said["Giving it back"]
    assert "first week: within 5 days" in said["When money goes back"]
    assert {"Each use", "Money paid ahead", "Giving it away, losing it", "Disputes"} <= {*said}
    facts = str(only(anna).facts)
    assert "安娜" not in facts
    assert is_whole(only(anna))


def test_it_says_scope_and_rates_of_the_stored_value_card_as_they_were(anna: int) -> None:
    kind = card_kind("八折卡", percent=80, applies_to="services", with_coupons=False)
    offer(1_000, name="八折卡 1000", purse_kind_id=kind)
    top_up(anna, 1_000)
    with api.speaking("en"):
        said = told(anna)
    assert said["Top-up"] == "八折卡 1000 · 八折卡"
    assert said["What it pays for"].splitlines() == [
        "Services",
        "Pays 80% of the price.",
        "Not together with coupons.",
    ]


def test_what_is_changed_later_leaves_a_contract_as_it_was_and_an_edit_shows(anna: int) -> None:
    top_up(anna, 500)
    before = told(anna)
    api.unit(TERMS.put)("Everything is different now.")
    api.unit(CITY.put)("beijing")
    assert told(anna) == before
    contract = only(anna)
    contract.facts = {**contract.facts, "paid_fen": 1}
    assert not is_whole(contract)


def test_she_reads_it_and_agrees_on_her_phone_once(app: Flask, anna: int, phone: Phone) -> None:
    top_up(anna, 500)
    where = f"/cashier/contracts/{only(anna).id}"
    assert "/cashier/contracts" in phone.get("/membership/balance").text
    assert "Not signed yet" in words(phone.get("/cashier/contracts").text)
    page = words(phone.get(where).text)
    assert "¥500.00" in page
    assert "I have read these terms" in page
    phone.post(where, read="1")
    at = only(anna).signed_at
    assert "You agreed on your phone" in words(phone.get(where).text)
    assert "Not signed yet" not in words(phone.get("/cashier/contracts").text)
    with api.at_moment(api.now() + dt.timedelta(hours=1)):
        phone.post(where, read="1")
    assert (only(anna).signed_by, only(anna).signed_at) == ("phone", at)
    assert phone.get(f"{where}.pdf").data.startswith(b"%PDF-")
    other = phone_of(app, join("周敏", 1, None).id)
    for path in (where, f"{where}.pdf"):
        assert other.client.get(path).status_code == 404
    noted = api.db.session.query(AuditEntry).filter_by(act="cashier.contract_signed")
    assert noted.count() == 1


def test_she_signs_at_the_counter_and_the_pdf_has_it(
    anna: int, phone: Phone, sign_in: SignIn
) -> None:
    top_up(anna, 500)
    where = f"{HOME}{only(anna).id}/"
    desk = sign_in("front_desk", 1)
    assert "Not signed yet" in words(desk.get(f"/console/membership/members/{anna}/").text)
    plain = desk.get(f"{where}pdf").data
    assert "She signs here on the screen" in words(desk.get(where).text)
    assert post(desk, f"{where}sign", {"signature": "data:image/png;base64,?"}).status_code == 422
    bill_id = api.db.session.query(Bill).one().id
    till = f"/console/cashier/till/{bill_id}"
    assert "Sign the contract" in words(desk.get(till).text)
    assert post(desk, f"{where}sign", {"signature": DRAWN}).status_code == 302
    assert "Sign the contract" not in words(desk.get(till).text)
    signed = api.db.session.query(Signature).one()
    assert signed.purpose == f"top_up_contract:{only(anna).id}"
    assert 'class="signature"' in desk.get(where).text
    with_picture = desk.get(f"{where}pdf").data
    assert b"/Image" in with_picture
    assert len(with_picture) > len(plain)
    assert "Signed on" in words(phone.get(f"/cashier/contracts/{only(anna).id}").text)


def test_a_contract_of_another_store_is_not_there(anna: int, sign_in: SignIn) -> None:
    other = add_store("南山店")
    top_up(anna, 500)
    desk = sign_in("front_desk", other.id)
    for path in (f"{HOME}{only(anna).id}/", f"{HOME}{only(anna).id}/pdf"):
        assert desk.get(path).status_code == 404
    assert post(desk, f"{HOME}{only(anna).id}/sign", {}).status_code == 404
    assert only(anna).signed_at is None


def test_cards_and_top_ups_stand_in_one_list_unsigned_ones_first(
    app: Flask, sign_in: SignIn
) -> None:
    """Each plugin names its own, by `cashier_contracts`."""
    shop = open_shop()
    sell_card(shop, add_product("头皮护理 10 次", 98_000, item(shop.scalp, 10)))
    with api.at_moment(api.now() + dt.timedelta(minutes=5)):
        top_up(shop.member.id, 500)
    sign_contract(only(shop.member.id).id, "phone")
    page = words(phone_of(app, shop.member.id).get("/cashier/contracts").text)
    assert page.index("头皮护理 10 次") < page.index("Top-up contract")
    file = words(
        sign_in("manager", shop.store.id).get(f"/console/membership/members/{shop.member.id}/").text
    )
    assert "Contract of 头皮护理 10 次" in file
    assert "Top-up contract" in file


def test_a_top_up_that_is_undone_ends_its_contract_and_the_next_has_its_own(
    anna: int, phone: Phone
) -> None:
    bill_id = bill_of(anna)
    add_top_up(bill_id, 500)
    pay(bill_id, cash(500))
    first = only(anna).id
    undo_settlement(bill_id, "wrong payment")
    assert "This contract is over: Top-up undone" in words(
        phone.get(f"/cashier/contracts/{first}").text
    )
    with refused("This contract is over"):
        sign_contract(first, "phone")
    assert "over" in words(phone.post(f"/cashier/contracts/{first}", read="1").text)
    pay(bill_id, cash(500))
    api.db.session.rollback()
    second, again = contracts_of(anna)
    assert (again.id, second.line_id, second.signed_at) == (first, again.line_id, None)
    receipt = phone.get(f"/cashier/receipts/{bill_id}").text
    assert f"/cashier/contracts/{second.id}" in receipt


def test_a_refund_names_the_contract_and_ends_it(anna: int, phone: Phone) -> None:
    alone_up_to(10_000)
    top_up(anna, 500)
    contract = only(anna)
    digest, where = contract.digest, f"/cashier/contracts/{contract.id}"
    refund = sheet_for(anna)
    with api.speaking("en"):
        [account] = show_sheet(refund.sheet).accounts
    assert f"contract {digest[:16]}…" in account.facts
    assert "over" not in words(phone.get(where).text).partition("Fingerprint")[2]
    pay_out(agree(refund))
    assert "This contract is over: Refunded on" in words(phone.get(where).text)
    assert verify().findings == {}
    assert tie_out(whole_book()).by_check() == {}


def test_a_top_up_that_went_to_another_member_says_so(anna: int, phone: Phone) -> None:
    top_up(anna, 500)
    transfer_value(entry("transfer", agreed_by="pin"), anna, int(join("周敏", 1, None).id))
    where = f"/cashier/contracts/{only(anna).id}"
    assert "Given to another member" in words(phone.get(where).text)


def test_two_files_that_become_one_keep_the_contract(app: Flask, anna: int) -> None:
    gone = int(join("周敏", 1, None).id)
    top_up(gone, 500)
    merge_members(anna, gone)
    assert only(anna).member_id == anna
    assert "¥500.00" in words(phone_of(app, anna).get(f"/cashier/contracts/{only(anna).id}").text)


def test_what_no_till_sold_has_no_contract_and_her_page_says_so(anna: int, phone: Phone) -> None:
    sell_without_a_till(anna, 500)
    assert list(contracts_of(anna)) == []
    assert "You have no contracts yet." in words(phone.get("/cashier/contracts").text)
    assert "/cashier/contracts" not in phone.get("/membership/balance").text


def test_the_list_of_staff_finds_those_that_are_not_signed(anna: int, sign_in: SignIn) -> None:
    top_up(anna, 500)
    top_up(anna, 300)
    sign_contract(contracts_of(anna)[0].id, "phone")
    desk = sign_in("manager", 1)
    page = words(desk.get(f"{HOME}?f.signed.eq=0").text)
    assert "¥500.00" in page
    assert "¥300.00" not in page
    bill = api.db.session.query(Bill).order_by(Bill.id).first()
    assert bill is not None
    assert "Not signed yet" in words(desk.get(f"/console/cashier/bills/{bill.id}/").text)
    sold = f"/console/membership/recharges/{contracts_of(anna)[1].recharge_id}/"
    assert "Not signed yet" in words(desk.get(sold).text)


def test_the_copy_of_her_data_names_it_and_leads_to_it(app: Flask, anna: int) -> None:
    top_up(anna, 500)
    made = only(anna)
    [row] = {part.key: part.rows for part in parts_of(anna)}["contracts"]
    assert (row["made_at"], row["signed_at"]) == (made.made_at.isoformat(), None)
    assert phone_of(app, anna).get(row["page"]).status_code == 200


def test_evidence_holds_it(anna: int) -> None:
    top_up(anna, 500)
    with zipfile.ZipFile(io.BytesIO(pack_evidence(anna))) as archive:
        rows: list[dict[str, Any]] = json.loads(archive.read("top_up_contracts.json"))
    assert [row["digest"] for row in rows] == [only(anna).digest]
