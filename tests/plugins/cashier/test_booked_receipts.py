"""Receipts that staff book by hand: their photos, who sees them, and the check at day close."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from PIL import Image

from console import api
from plugins.cashier.api import Tender
from plugins.cashier.models import Payment
from plugins.cashier.online import Traded
from plugins.cashier.services.checking import check_receipts
from plugins.cashier.services.closing.days import close_day
from plugins.cashier.services.evidence import booked_on
from plugins.cashier.services.numbers import today_of
from plugins.cashier.services.statements.taking import take_in
from plugins.cashier.services.voiding import undo_settlement
from tests.support.pages import words
from tests.support.people import SignIn, post
from tests.support.salon import add_store
from tests.support.till import add_to, bill_of, cash, pay, service_for

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("staff_read_english")]
PLACE = "/console/cashier/booked/"


def screenshot(colour: str = "green") -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (40, 80), colour).save(made, "PNG")
    made.seek(0)
    return made


@pytest.fixture
def paid(app: Flask) -> int:
    """A bill of ¥128 of which ¥100 came as a transfer, and ¥28 in cash."""
    add_store("福田店")
    bill_id = bill_of()
    add_to(bill_id, service_for(128))
    pay(bill_id, Tender("transfer", 10_000), cash(28))
    return bill_id


def transfer_of(bill_id: int) -> Payment:
    wanted = api.db.session.query(Payment).filter_by(bill_id=bill_id, amount_fen=10_000)
    found: Payment = wanted.one()
    return found


def test_a_photo_of_a_transfer_is_seen_with_the_bill_and_at_day_close(
    paid: int, sign_in: SignIn
) -> None:
    number = transfer_of(paid).id
    place = f"/console/cashier/booked/{number}"
    desk = sign_in("front_desk", 1)
    assert "Without note or photo: 1" in desk.get("/console/cashier/closing/").text
    for colour in ("green", "green", "red"):
        told = {"photo": (screenshot(colour), "IMG.png"), "note": "Her phone"}
        assert post(desk, place, told).status_code == 302
    assert "Photos: 2" in desk.get(f"/console/cashier/bills/{paid}/").text
    assert "All with note or photo" in desk.get("/console/cashier/closing/").text
    assert "Her phone" in desk.get(place).text
    assert post(desk, place, {"photo": (io.BytesIO(b"no"), "x.png")}).status_code == 422
    files = [f"/files/{photo.file_id}/a.png" for photo in transfer_of(paid).photos]
    assert desk.get(files[0]).status_code == 200
    elsewhere = sign_in("front_desk", add_store("南山店").id)
    assert elsewhere.get(place).status_code == elsewhere.get(files[0]).status_code == 404
    assert post(elsewhere, place, {"photo": (screenshot(), "a.png")}).status_code == 404


def test_cash_asks_for_no_proof(paid: int) -> None:
    api.db.session.rollback()
    assert [one.kind.code for one in booked_on(1, today_of(1))] == ["transfer"]


def test_receipts_are_checked_against_a_statement_and_the_day_close_says_what_is_not(
    paid: int, sign_in: SignIn
) -> None:
    number, day = transfer_of(paid).id, "/console/cashier/closing/"
    chief = sign_in("manager", 1)
    assert "Not checked yet: ¥100.00" in chief.get(day).text
    page = words(chief.get(f"{PLACE}?state=open").text)
    assert "Bank transfer" in page and "They are on the statement" in page
    for said in ("One receipt was checked.", "0 receipts were checked."):
        sent = post(chief, f"{PLACE}check", {"id": [str(number), "x"], "state": "open"})
        assert sent.status_code == 302
        assert said in words(chief.get(sent.location).text)
    assert "All checked" in chief.get(day).text
    assert "Bank transfer ¥100.00" not in words(chief.get(f"{PLACE}?state=open").text)
    assert chief.get(f"{PLACE}?kind={'9' * 30}&since=x&state=none").status_code == 200
    assert chief.get(f"{day}?day=0001-01-01").status_code == 200
    assert post(chief, f"{PLACE}{number}/uncheck", {"reason": " "}).status_code == 422
    assert post(chief, f"{PLACE}{number}/uncheck", {"reason": "Wrong month"}).status_code == 302
    assert "Wrong month" in words(chief.get(f"{PLACE}{number}").text)
    assert post(chief, f"{PLACE}{number}/uncheck", {"reason": "Again"}).status_code == 409
    assert "Not checked yet: ¥100.00" in chief.get(day).text


def test_nobody_checks_without_the_right_nor_elsewhere_nor_what_was_taken_back(
    paid: int, sign_in: SignIn
) -> None:
    number = transfer_of(paid).id
    desk = sign_in("front_desk", 1)
    assert "They are on the statement" not in desk.get(PLACE).text
    assert post(desk, f"{PLACE}check", {"id": str(number)}).status_code == 403
    elsewhere = sign_in("manager", add_store("南山店").id)
    assert post(elsewhere, f"{PLACE}check", {"id": str(number)}).status_code == 404
    told = {"reason": "Not mine"}
    assert post(elsewhere, f"{PLACE}{number}/uncheck", told).status_code == 404
    undo_settlement(paid, "Wrong bill")
    answer = post(sign_in("manager", 1), f"{PLACE}check", {"id": str(number)})
    assert answer.status_code == 409
    assert "was taken back meanwhile" in words(answer.text)


def test_the_sheet_of_a_closed_day_keeps_what_was_not_checked(paid: int, sign_in: SignIn) -> None:
    day = close_day(1, today_of(1), counted_fen=2_800, key="close", anyway=True)
    check_receipts([transfer_of(paid).id])
    api.db.session.rollback()
    sheet = words(sign_in("manager", 1).get(f"/console/cashier/closing/days/{day.id}").text)
    assert "Not checked when the day was closed ¥100.00 (1)" in sheet
    assert "Not checked now ¥0.00 (0)" in sheet


def test_a_statement_that_agrees_checks_the_receipt_by_itself(paid: int) -> None:
    payment = transfer_of(paid)
    told = Traded("payment", "B1", 10_000, 0, payment.booked_on)
    take_in(payment.kind_id, [told], "Bank, March")
    api.db.session.rollback()
    check = transfer_of(paid).check
    assert check is not None and check.note == "Bank, March"
