"""Refunds on pages: the wizard, the sheet on paper and as a PDF, the payout, her phone."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api
from console.approval import Approval
from console.security.models import User
from plugins.cashier.models import Bill, Refund
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import set_member_pin
from tests.support.ledger import balance as book
from tests.support.ledger import left
from tests.support.live import choose
from tests.support.membership import PHONE, join
from tests.support.pages import field
from tests.support.pages import words as words_in
from tests.support.people import SignIn, post
from tests.support.phones import Phone, phone, phone_of, read_code_of
from tests.support.refunds import alone_up_to, sheet_for
from tests.support.salon import add_store
from tests.support.till import DRAWN, add_to, balance, bill_of, cash, pay, service_for, top_up

__all__ = ["phone"]
pytestmark = [pytest.mark.any_engine, pytest.mark.slow]
HOME = "/console/cashier/refunds/"
SIGNED = {"agreed_by": "signature", "signature": DRAWN}


def words(page: Any) -> str:
    """Return what a person reads on a page."""
    return words_in(page.text)


@pytest.fixture
def anna(app: Flask) -> int:
    add_store("福田店")
    return int(join().id)


@pytest.fixture
def desk(anna: int, sign_in: SignIn) -> FlaskClient:
    alone_up_to(1_000)
    client = sign_in("manager")
    for user in api.db.session.scalars(sa.select(User)):
        choose(user.id, locale="en")
    return client


def used(anna: int) -> None:
    top_up(anna, 500, 50)
    bill_id = bill_of(anna)
    add_to(bill_id, service_for(220, "头皮护理"))
    pay(bill_id, balance(220))


def the_refund() -> Refund:
    api.db.session.rollback()
    return api.db.session.scalars(sa.select(Refund)).one()


def test_a_refund_goes_from_the_member_to_the_money_in_five_steps(
    anna: int, desk: FlaskClient
) -> None:
    used(anna)
    found = desk.get(f"{HOME}new?member={PHONE}")
    assert "principal ¥300.00, bonus ¥30.00" in words(found)
    sheet = f"{HOME}new/sheet?member_id={anna}&key_of=lot:1"
    shown = words(desk.get(sheet))
    assert "¥300.00" in shown
    assert "¥280.00" in shown
    assert "Art. 18(2)" in shown
    page = desk.get(f"{sheet}&cause=member")
    assert "Art. 19" in words(page)
    asked = {"member_id": anna, "key_of": "lot:1", "cause": "member", "reason": "moved away"}
    made = post(desk, f"{HOME}new/sheet", {**asked, "key": field(page.text, "key")})
    refund = the_refund()
    assert made.location == f"{HOME}{refund.id}/"
    assert "¥280.00" in words(desk.get(made.location))
    post(desk, f"{HOME}{refund.id}/agree", SIGNED)
    ways = desk.get(f"{HOME}{refund.id}/pay")
    assert "¥500.00 at most" in words(ways)
    sent = {"count": 1, "ref-0": field(ways.text, "ref-0"), "amount-0": "280.00"}
    done = post(desk, f"{HOME}{refund.id}/pay", sent, follow_redirects=True)
    assert "Paid out" in words(done)
    assert "back the way it came" in words(done)
    assert left(anna) == (0, 0)
    assert book(ledger.salon("cash", 1)) == -22_000
    assert verify().findings == {}


def test_the_seven_days_are_offered_only_to_who_did_not_know_the_service(
    anna: int, desk: FlaskClient
) -> None:
    top_up(anna, 500)
    page = desk.get(f"{HOME}new/sheet?member_id={anna}&key_of=lot:1&cause=seven_days")
    assert "Within seven days of paying, all principal goes back." in words(page)


def test_days_that_do_not_follow_one_another_are_refused(anna: int, desk: FlaskClient) -> None:
    top_up(anna, 500)
    url = f"{HOME}new/sheet?member_id={anna}&key_of=lot:1&asked_on=2026-01-01&ended_on=2025-01-01"
    page = desk.get(url)
    assert page.status_code == 422
    assert "do not follow one another" in words(page)
    assert desk.get(f"{url}&paid_on=soon").status_code == 422


@pytest.mark.parametrize("locale", ["zh_Hans_CN", "zh_Hant_TW"])
def test_a_sheet_is_reckoned_for_readers_of_chinese(
    locale: str, anna: int, desk: FlaskClient
) -> None:
    used(anna)
    for user in api.db.session.scalars(sa.select(User)):
        choose(user.id, locale=locale)
    page = desk.get(f"{HOME}new/sheet?member_id={anna}&key_of=lot:1")
    assert page.status_code == 200
    assert "¥280.00" in words(page)
    assert "年利率" in words(page)


def test_a_sheet_is_signed_on_the_screen_and_the_picture_is_kept_with_it(
    anna: int, desk: FlaskClient
) -> None:
    top_up(anna, 500)
    refund = sheet_for(anna)
    bare = post(desk, f"{HOME}{refund.id}/agree", {"agreed_by": "signature"})
    assert (bare.status_code, the_refund().answer) == (422, None)
    assert "Let her sign" in words(bare)
    assert post(desk, f"{HOME}{refund.id}/agree", SIGNED).status_code == 302
    assert (the_refund().answer, the_refund().agreed_by) == ("agreed", "signature")
    assert 'class="signature"' in desk.get(f"{HOME}{refund.id}/").text
    assert b"/Subtype /Image" in desk.get(f"{HOME}{refund.id}/sheet.pdf").data


def test_another_way_without_a_reason_keeps_what_was_typed(anna: int, desk: FlaskClient) -> None:
    top_up(anna, 500)
    refund = sheet_for(anna)
    post(desk, f"{HOME}{refund.id}/agree", SIGNED)
    page = post(desk, f"{HOME}{refund.id}/pay", {"count": 0, "other": "transfer"})
    assert page.status_code == 422
    assert "why not the way it came" in words(page)
    assert left(anna) == (50_000, 0)


def test_a_member_without_anything_prepaid_has_nothing_to_refund(
    anna: int, desk: FlaskClient
) -> None:
    page = desk.get(f"{HOME}new?member_id={anna}")
    assert "nothing prepaid" in words(page)
    assert desk.get(f"{HOME}new?member=13900000000").status_code == 422
    assert desk.get(f"{HOME}new/sheet?member_id=99&key_of=lot:1").status_code == 404


def test_a_sheet_is_paper_and_a_pdf_with_the_words_of_the_law(anna: int, desk: FlaskClient) -> None:
    used(anna)
    refund = sheet_for(anna)
    paper = words(desk.get(f"{HOME}{refund.id}/sheet"))
    assert "优惠比例" in paper
    assert "¥300.00" in paper
    first, second = (desk.get(f"{HOME}{refund.id}/sheet.pdf") for _each in range(2))
    assert first.mimetype == "application/pdf"
    assert first.data.startswith(b"%PDF-")
    assert b"STSong-Light" in first.data
    assert first.data == second.data


def test_above_the_limit_a_second_person_is_asked_from_the_page(
    anna: int, desk: FlaskClient
) -> None:
    alone_up_to(100)
    top_up(anna, 500)
    refund = sheet_for(anna)
    assert "Ask for approval" in words(desk.get(f"{HOME}{refund.id}/"))
    post(desk, f"{HOME}{refund.id}/approval", {})
    assert api.db.session.query(Approval).count() == 1
    assert "A second person decides" in words(desk.get(f"{HOME}{refund.id}/"))
    again = post(desk, f"{HOME}{refund.id}/approval", {})
    assert again.status_code == 409


def test_lines_of_a_bill_are_refunded_from_its_page(anna: int, desk: FlaskClient) -> None:
    bill_id = bill_of(anna)
    line_id = add_to(bill_id, service_for(100))
    pay(bill_id, cash(100))
    assert f"refunds/bill/{bill_id}" in desk.get(f"/console/cashier/bills/{bill_id}/").text
    page = desk.get(f"{HOME}bill/{bill_id}")
    assert "Cash ¥100.00" in words(page)
    sent = {
        "key": field(page.text, "key"),
        f"amount-{line_id}": "40",
        "reason": "not as she wished",
    }
    done = post(desk, f"{HOME}bill/{bill_id}", sent, follow_redirects=True)
    assert "¥40.00" in words(done)
    too_much = {"key": "other", f"amount-{line_id}": "61", "reason": "greed"}
    page = post(desk, f"{HOME}bill/{bill_id}", too_much)
    assert page.status_code == 422
    assert "¥60.00 can go back" in words(page)
    whole = {"key": "pieces", f"quantity-{line_id}": "1", "reason": "all of it"}
    post(desk, f"{HOME}bill/{bill_id}", whole)
    assert api.db.session.get_one(Bill, bill_id).state == "refunded"
    assert book(ledger.salon("cash", 1)) == 0


def test_top_ups_on_a_bill_lead_to_the_sheet(anna: int, desk: FlaskClient) -> None:
    top_up(anna, 500)
    page = desk.get(f"{HOME}bill/1")
    assert "refunded by a sheet" in words(page)
    assert f"new?member_id={anna}" in page.text


def test_refunds_are_listed_with_their_sums(anna: int, desk: FlaskClient) -> None:
    top_up(anna, 500)
    refund = sheet_for(anna)
    shown = words(desk.get(HOME))
    assert refund.number in shown
    assert "¥500.00" in shown


def test_a_technician_sees_no_refunds(anna: int, sign_in: SignIn) -> None:
    top_up(anna, 500)
    refund = sheet_for(anna)
    client = sign_in("technician", 1)
    for path in ("", "new", f"{refund.id}/", f"{refund.id}/sheet.pdf", f"{refund.id}/pay"):
        assert client.get(f"{HOME}{path}").status_code in (403, 404)


def test_a_refund_of_another_store_is_out_of_reach(anna: int, sign_in: SignIn) -> None:
    top_up(anna, 500)
    refund = sheet_for(anna)
    other = add_store("南山店")
    client = sign_in("manager", other.id)
    assert client.get(f"{HOME}{refund.id}/sheet.pdf").status_code == 404
    assert post(client, f"{HOME}{refund.id}/withdraw", {"reason": "x"}).status_code == 404


def test_she_reads_the_sheet_and_agrees_with_the_code_of_an_sms(
    anna: int, app: Flask, phone: Phone
) -> None:
    alone_up_to(1_000)
    used(anna)
    refund = sheet_for(anna)
    hers = phone_of(app, anna)
    page = words(hers.get(f"/cashier/refund/{refund.id}"))
    assert "Art. 18(2)" in page
    assert "¥300.00" in page
    assert "Send me a code" in page
    hers.post(f"/cashier/refund/{refund.id}/code")
    wrong = hers.post(f"/cashier/refund/{refund.id}/agree", code="000000")
    assert wrong.status_code == 422
    done = hers.post(f"/cashier/refund/{refund.id}/agree", code=read_code_of(PHONE))
    assert "You agreed to this sheet" in words(done)
    assert (the_refund().answer, the_refund().agreed_by) == ("agreed", "sms_code")


def test_she_agrees_with_her_pin_if_she_has_one(anna: int, app: Flask) -> None:
    top_up(anna, 500)
    set_member_pin(anna, "135790")
    refund = sheet_for(anna)
    hers = phone_of(app, anna)
    hers.post(f"/cashier/refund/{refund.id}/agree", pin="135790")
    assert the_refund().agreed_by == "pin"


def test_she_objects_in_her_own_words_and_staff_read_them(
    anna: int, app: Flask, desk: FlaskClient
) -> None:
    top_up(anna, 500)
    refund = sheet_for(anna)
    hers = phone_of(app, anna)
    assert hers.post(f"/cashier/refund/{refund.id}/object", words=" ").status_code == 422
    hers.post(f"/cashier/refund/{refund.id}/object", words="I had one facial only")
    page = words(desk.get(f"{HOME}{refund.id}/"))
    assert "I had one facial only" in page
    assert "Pay out" not in page.replace("Pay out by", "")


def test_nobody_elses_sheet_is_shown(anna: int, app: Flask) -> None:
    top_up(anna, 500)
    refund = sheet_for(anna)
    other = phone_of(app, int(join("王芳", phone="13900139000").id))
    assert other.get(f"/cashier/refund/{refund.id}").status_code == 404
    assert other.get(f"/cashier/refund/{refund.id}/sheet.pdf").status_code == 404
    assert other.post(f"/cashier/refund/{refund.id}/object", words="x").status_code == 404


def test_the_same_form_is_answered_alike_and_another_amount_under_its_key_is_refused(
    anna: int, desk: FlaskClient
) -> None:
    bill_id = bill_of()
    line_id = add_to(bill_id, service_for(100), quantity=2)
    pay(bill_id, cash(200), agreed_by=None)
    page, by_pieces = (
        f"{HOME}bill/{bill_id}",
        {f"quantity-{line_id}": "\uff12", "reason": "unhappy"},
    )
    made = [post(desk, page, {**by_pieces, "key": "once"}).location for _sent in range(2)]
    assert made[0] == made[1]
    api.db.session.rollback()
    refund = api.db.session.query(Refund).one()
    assert (refund.state, refund.amount_fen) == ("paid", 20_000)
    other = {f"amount-{line_id}": "30", "reason": "unhappy", "key": "once"}
    assert post(desk, page, other).status_code == 409
    nonsense = {f"quantity-{line_id}": "two", "reason": "unhappy", "key": "twice"}
    assert post(desk, page, nonsense).status_code == 422
