"""What a phone offers to top up: nothing that is refused afterwards, and why it is not offered."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from console import api
from plugins.membership.api import freeze_value
from plugins.membership.services.id_documents import ASK, note_id
from plugins.membership.services.regions import COMPANY, LEGAL_FORM
from tests.support.membership import join
from tests.support.online import open_sandbox, order
from tests.support.pages import words
from tests.support.phones import Phone, phone_of
from tests.support.salon import add_store
from tests.support.till import top_up
from tests.support.value import card_kind, offer

pytestmark = [pytest.mark.any_engine, pytest.mark.usefixtures("in_english")]
PAGE = "/cashier/top-up"


@pytest.fixture
def anna(app: Flask) -> int:
    add_store("福田店")
    open_sandbox("http://127.0.0.1:1")
    return int(join().id)


@pytest.fixture
def phone(app: Flask, anna: int) -> Phone:
    return phone_of(app, anna)


def taps(phone: Phone) -> list[str]:
    """Return the amounts that can be tapped."""
    return re.findall(r"/cashier/buy/top_up\?amount=([\d.]+)", phone.get(PAGE).text)


def test_an_offer_above_the_limit_of_the_card_is_shown_but_not_tapped(
    phone: Phone, anna: int
) -> None:
    offer(500)
    offer(1000, purse_kind_id=card_kind("Hair card"))
    offer(2000)
    top_up(anna, 4200)
    assert taps(phone) == ["500.0", "1000.0"]
    said = words(phone.get(PAGE).text)
    assert "¥2,000.00" in said
    assert "You can top up ¥800.00 at most now." in said
    assert "From ¥1.00 to ¥800.00." in said
    assert "Your card may take ¥800.00 more" in said
    top_up(anna, 800)
    full = phone.get(PAGE).text
    assert "Your card holds as much as the rules allow." in words(full)
    assert re.search(r'<input id="amount"[^>]* disabled', full)


def test_without_offers_the_usual_amounts_end_where_a_transfer_is_asked_for(
    phone: Phone, anna: int
) -> None:
    assert len(taps(phone)) == 4
    note_id(anna, "licence", "91350100M000100Y43")
    api.unit(LEGAL_FORM.put)(COMPANY)
    api.unit(ASK.put)("never")
    order(anna, 4500)
    assert taps(phone) == ["100.0", "300.0"]
    said = words(phone.get(PAGE).text)
    assert "More than ¥499.99 comes by bank transfer." in said
    assert "From ¥1.00 to ¥499.99." in said
    freeze_value(anna, "Lost her phone")
    assert not taps(phone)
    assert "frozen" in words(phone.get(PAGE).text)
