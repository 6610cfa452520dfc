"""The till as the front desk uses it: by forms, in a browser of sorts."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.cashier.api import Bill, Payment, Performer, lines_of
from plugins.membership.api import show_code
from plugins.salon.models import Service
from tests.support.ledger import left
from tests.support.membership import PHONE, join
from tests.support.pages import field, ids_of, words
from tests.support.people import SignIn, post
from tests.support.salon import add_staff, add_store
from tests.support.till import add_to, bill_of, cash, pay, service_for, top_up

pytestmark = pytest.mark.any_engine

HOME = "/console/cashier/till/"


@pytest.fixture
def store(app: Flask) -> Any:
    return add_store("福田店")


@pytest.fixture
def desk(store: Any, sign_in: SignIn) -> FlaskClient:
    client = sign_in("front_desk", store.id)
    client.post("/console/preferences/language", data={"language": "en"})
    return client


def bill(number: int) -> Any:
    api.db.session.rollback()
    return api.db.session.get_one(Bill, number, populate_existing=True)


def test_a_walk_in_is_served_from_opening_to_change(desk: FlaskClient, store: Any) -> None:
    ada = add_staff("Ada", store)
    service = service_for(128, "洗剪吹")
    opened = post(desk, f"{HOME}open", {"store_id": store.id, "key": "k1"})
    assert opened.location == f"{HOME}1"
    form = {"kind": "service", "variant_id": service.variants[0].id, "staff_id": ada.id}
    assert post(desk, f"{HOME}1/lines", form).status_code == 302
    assert "洗剪吹" in words(desk.get(f"{HOME}1").text)
    paid = {"kind-1": "cash", "amount-1": "128", "given-1": "150", "key": "k2"}
    assert post(desk, f"{HOME}1/settle", paid).status_code == 302
    assert (bill(1).state, bill(1).paid_fen) == ("settled", 12_800)
    page = words(desk.get("/console/cashier/bills/1/").text)
    assert "22.00" in page
    assert "洗剪吹" in page
    assert api.db.session.query(Performer).one().staff_id == ada.id


def test_opening_twice_with_one_form_opens_one_bill(desk: FlaskClient, store: Any) -> None:
    for _ in range(2):
        answer = post(desk, f"{HOME}open", {"store_id": store.id, "key": "same"})
        assert answer.location == f"{HOME}1"
    assert api.db.session.query(Bill).count() == 1


def test_one_scan_is_consent_for_all_that_is_taken_on_the_bill(
    desk: FlaskClient, store: Any
) -> None:
    anna = int(join().id)
    top_up(anna, 500, 50)
    service = service_for(110)
    sent = {"store_id": store.id, "key": "k", "text": show_code(anna)}
    where = post(desk, f"{HOME}open", sent).location
    post(desk, f"{where}/lines", {"kind": "service", "variant_id": service.variants[0].id})
    post(desk, f"{where}/settle", {"kind-1": "balance", "amount-1": "110", "key": "s"})
    assert left(anna) == (40_000, 4_000)
    assert bill(2).agreed_by == "code"


def test_a_member_who_was_only_looked_up_is_not_deducted(desk: FlaskClient, store: Any) -> None:
    anna = int(join().id)
    top_up(anna, 500)
    service = service_for(110)
    where = post(desk, f"{HOME}open", {"store_id": store.id, "key": "k", "text": PHONE}).location
    post(desk, f"{where}/lines", {"kind": "service", "variant_id": service.variants[0].id})
    for agreed_by in ("", "staff_only"):
        form = {"kind-1": "balance", "amount-1": "110", "agreed_by": agreed_by}
        assert post(desk, f"{where}/settle", form).status_code == 422
    assert left(anna) == (50_000, 0)


def test_what_was_typed_stays_when_it_is_refused(desk: FlaskClient) -> None:
    number = bill_of()
    add_to(number, service_for(128))
    answer = post(
        desk,
        f"{HOME}{number}/settle",
        {"kind-1": "wechat", "amount-1": "99.50", "due_fen": "12800"},
    )
    assert answer.status_code == 422
    assert 'value="99.50"' in answer.text


def changed(client: FlaskClient, line: int, **form: Any) -> Any:
    """Send the form of a line of the first bill as the screen shows it now."""
    sent = {"act": "line", "line": line, "version": bill(1).version, **form}
    return post(client, f"{HOME}1/change", sent)


def test_a_quantity_may_be_typed_in_wide_digits_and_nonsense_is_refused(
    desk: FlaskClient,
) -> None:
    line = add_to(bill_of(), service_for(100))
    assert changed(desk, line, quantity="\uff13").status_code == 302
    assert bill(1).due_fen == 30_000
    for typed in ("0", "-1", "1.5", "two"):
        refused = changed(desk, line, quantity=typed)
        assert refused.status_code == 422
        assert "请填写 1 到 999 的数量。" in words(refused.text)
    assert bill(1).due_fen == 30_000
    sold = {"kind": "product", "title": "Oil", "price": "5", "quantity": "\uff12"}
    assert post(desk, f"{HOME}1/lines", {**sold, "version": bill(1).version}).status_code == 302
    assert bill(1).due_fen == 31_000


def test_an_empty_field_is_no_price_of_nothing(store: Any, sign_in: SignIn) -> None:
    manager = sign_in("manager", store.id)
    line = add_to(bill_of(), service_for(100))
    form = {"line": line, "price": " ", "reason": "a friend", "version": bill(1).version}
    refused = post(manager, f"{HOME}1/price", form)
    assert refused.status_code == 422
    assert "请填写价格。" in words(refused.text)
    assert bill(1).due_fen == 10_000


def test_a_service_that_was_taken_off_the_menu_meanwhile_is_named(
    desk: FlaskClient, store: Any
) -> None:
    service = service_for(100, "Old cut")
    line = add_to(bill_of(), service)
    take_off_sale(service.id)
    refused = changed(desk, line, quantity="2")
    assert refused.status_code == 422
    assert "“Old cut”已停售。" in words(refused.text)
    paid = {"kind-1": "cash", "amount-1": "100", "key": "k"}
    assert post(desk, f"{HOME}1/settle", paid).status_code == 302


@api.unit
def take_off_sale(service_id: int) -> None:
    api.db.session.get_one(Service, service_id).on_sale = False


def test_a_bill_of_another_store_is_not_there(desk: FlaskClient) -> None:
    add_store("南山店")
    number = bill_of(store_id=2)
    for path in ("", "/lines", "/change", "/settle", "/void", "/price"):
        answer = post(desk, f"{HOME}{number}{path}") if path else desk.get(f"{HOME}{number}")
        assert answer.status_code == 404, path
    assert desk.get(f"/console/cashier/bills/{number}/").status_code == 404
    assert post(desk, f"{HOME}open", {"store_id": 2}).status_code == 404


def test_a_line_of_another_bill_is_not_changed_through_this_one(desk: FlaskClient) -> None:
    add_store("南山店")
    mine, theirs = bill_of(), bill_of(store_id=2)
    line = add_to(theirs, service_for(100))
    answer = post(desk, f"{HOME}{mine}/change", {"act": "remove", "line": line})
    assert answer.status_code == 404
    assert len(lines_of(theirs)) == 1


def test_a_held_bill_waits_under_its_tag_and_is_resumed(desk: FlaskClient) -> None:
    number = bill_of()
    add_to(number, service_for(128))
    post(desk, f"{HOME}{number}/change", {"act": "hold", "label": "12"})
    assert (bill(number).state, bill(number).label) == ("held", "12")
    assert "12" in words(desk.get(HOME).text)
    post(desk, f"{HOME}{number}/change", {"act": "resume"})
    assert bill(number).state == "open"
    assert post(desk, f"{HOME}{number}/change", {"act": "resume"}).status_code == 409


def test_the_front_desk_cannot_reopen_but_the_manager_can(
    desk: FlaskClient, sign_in: SignIn, store: Any
) -> None:
    number = bill_of()
    add_to(number, service_for(128))
    pay(number, cash(128))
    assert post(desk, f"{HOME}{number}/reopen", {"reason": "x"}).status_code == 403
    manager = sign_in("manager", store.id)
    assert post(manager, f"{HOME}{number}/reopen", {"reason": "x"}).status_code == 302
    assert bill(number).state == "open"
    assert post(manager, f"{HOME}{number}/void", {"reason": "y"}).status_code == 302
    assert bill(number).state == "void"


def test_shares_are_mended_on_a_page_of_their_own(desk: FlaskClient, store: Any) -> None:
    ada, ben = add_staff("Ada", store), add_staff("Ben", store)
    number = bill_of()
    line = add_to(number, service_for(128), staff_id=ada.id)
    pay(number, cash(128))
    where = f"{HOME}{number}/lines/{line}/shares"
    assert "Ada" in desk.get(where).text
    wrong = {"staff-1": ada.id, "percent-1": "60", "staff-2": ben.id, "percent-2": "50"}
    assert post(desk, where, wrong).status_code == 422
    assert post(desk, where, {**wrong, "percent-2": "40", "named-2": "1"}).status_code == 302
    found = {
        row.staff_id: (row.share_permille, row.named) for row in api.db.session.query(Performer)
    }
    assert found == {ada.id: (600, False), ben.id: (400, True)}


def test_orders_are_listed_by_kind_with_their_sums(desk: FlaskClient) -> None:
    anna = int(join().id)
    top_up(anna, 500)
    for yuan in (128, 72):
        number = bill_of(anna)
        add_to(number, service_for(yuan))
        pay(number, cash(yuan))
    services = desk.get("/console/cashier/orders/?f.kind.eq=service").text
    assert len(ids_of(services)) == 2
    assert "¥200.00" in services
    assert "¥500.00" in desk.get("/console/cashier/orders/?f.kind.eq=recharge").text


def test_kinds_of_payment_are_edited_but_used_ones_stay(
    sign_in: SignIn, store: Any, desk: FlaskClient
) -> None:
    number = bill_of()
    add_to(number, service_for(10))
    pay(number, cash(10))
    manager = sign_in("manager", store.id)
    page = manager.get("/console/cashier/payment_kinds/")
    assert "应收 · 美团" in words(page.text)
    assert "meituan" in page.text
    new = {"name": "Visa", "code": "visa", "payment_class": "cash_like", "account": "moon"}
    assert post(manager, "/console/cashier/payment_kinds/new/", new).status_code == 422
    assert (
        post(
            manager,
            "/console/cashier/payment_kinds/new/",
            {**new, "account": "bank", "in_use": "y"},
        ).status_code
        == 302
    )
    slip = {"name": "Slip", "code": "slip", "account": "bank", "in_use": "y"}
    for no_money in ("benefit", "card_use"):
        form = {**slip, "payment_class": no_money}
        assert post(manager, "/console/cashier/payment_kinds/new/", form).status_code == 422
    answer = post(manager, "/console/cashier/payment_kinds/delete/", {"id": "1"})
    assert answer.status_code in (302, 422)
    assert "bank_card" in manager.get("/console/cashier/payment_kinds/").text
    assert post(desk, "/console/cashier/payment_kinds/new/", new).status_code == 403


@pytest.mark.parametrize("written", ["4200002026112212345", "cousin pays"])
def test_a_transfer_keeps_its_number_or_a_note_on_bill_and_receipt(
    desk: FlaskClient, store: Any, written: str
) -> None:
    number = bill_of()
    add_to(number, service_for(128))
    form = {"kind-1": "transfer", "amount-1": "128", "note-1": written, "key": "noted"}
    more = {**form, "choose": "wechat", "amount-1": "28"}
    chosen = post(desk, f"{HOME}{number}/tender", more)
    assert field(chosen.text, "note-1") == written
    assert post(desk, f"{HOME}{number}/settle", form).status_code == 302
    payment = api.db.session.scalars(sa.select(Payment)).one()
    assert written in (payment.trade_no, payment.note)
    assert (payment.trade_no == "") == (payment.note != "")
    assert written in words(desk.get(f"/console/cashier/bills/{number}/").text)
    assert written in words(desk.get(f"{HOME}{number}/receipt").text)
