"""Receipts that staff book by hand: their photos, who sees them, and the check at day close."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from PIL import Image

from console import api
from plugins.cashier.api import Tender
from plugins.cashier.models import Payment
from plugins.cashier.services.evidence import booked_on
from plugins.cashier.services.numbers import today_of
from tests.support.people import SignIn, post
from tests.support.salon import add_store
from tests.support.till import add_to, bill_of, cash, pay, service_for

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("staff_read_english")]


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
