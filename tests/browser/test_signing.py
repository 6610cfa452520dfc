"""A signature that is drawn on the screen with a finger."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, expect

from console import api
from plugins.cashier.api import Signature
from tests.support.live import Live, choose
from tests.support.membership import join
from tests.support.people import SignIn, add_person
from tests.support.salon import add_store
from tests.support.till import add_to, bill_of, service_for, top_up

pytestmark = [pytest.mark.any_engine]


def test_she_signs_at_the_till_and_the_bill_keeps_what_she_drew(
    app: Flask, live: Live, browser: Browser, sign_in: SignIn
) -> None:
    member = join(store=add_store("福田店").id)
    top_up(member.id, 500)
    bill_id = bill_of(member.id)
    add_to(bill_id, service_for(110))
    person = add_person("owner")
    choose(person, locale="en")
    context = browser.new_context(viewport={"width": 1180, "height": 820})
    live.let_in(context, sign_in(user_id=person))
    page = context.new_page()
    page.goto(f"{live.url}/console/cashier/till/{bill_id}")
    field = page.locator("[data-sign] canvas")
    expect(field).to_be_hidden()
    page.locator("[name=agreed_by][value=signature]").check()
    box = field.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 90, steps=4)
    page.mouse.up()
    page.locator("[data-settle]").click()
    expect(page.locator(".till-done")).to_be_visible()
    api.db.session.rollback()
    kept = api.db.session.query(Signature).one()
    assert kept.purpose == f"bill:{bill_id}"
    drawn = Image.open(BytesIO(kept.file.read())).convert("L")
    dark = sum(drawn.histogram()[:128])
    assert 50 < dark < drawn.width * drawn.height // 10
    context.close()
