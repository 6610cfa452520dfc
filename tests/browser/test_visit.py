"""A visit from her phone to the till: booked, reviewed, served, paid by her card; all agrees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from console import api
from plugins.booking.api import Visit
from plugins.booking.services.rules import LEAD
from plugins.cards.api import Card
from plugins.cashier.api import Bill
from plugins.ledger.api import standings
from plugins.membership.api import show_code
from plugins.membership.public.routes import COOKIE
from plugins.membership.services.visitors import start_session
from tests.support.booking import Salon, zone_at_noon
from tests.support.cards import Shop, add_product, item, sell
from tests.support.checkout import books_agree
from tests.support.ledger import left
from tests.support.live import Live, choose
from tests.support.membership import join
from tests.support.people import SignIn, add_person
from tests.support.till import service_for

pytestmark = [pytest.mark.any_engine]


@pytest.fixture
def shop(app: Flask) -> Shop:
    """A store that is open at any time, with a member who holds a card of three sessions."""
    salon = Salon(technicians=1, price_fen=12_800, hours=(0, 1440), zone=zone_at_noon())
    today = api.today(salon.store.time_zone)
    for ahead in range(3):
        salon.roster(*salon.staff, day=today + dt.timedelta(days=ahead), span=(0, 1440))
    api.unit(lambda: LEAD.put(0))()
    member = join(store=salon.store_id)
    made = Shop(salon.store, member, salon.service)
    sell(made, add_product("Facials", 30_000, item(salon.service, 3)))
    return made


@pytest.fixture
def hers(shop: Shop, browser: Browser, live: Live) -> Iterator[Page]:
    """Her phone, in English."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    context.add_cookies(
        [
            {"name": "console_phone_language", "value": "en", "url": live.url},
            {"name": COOKIE, "value": start_session(shop.member.id), "url": live.url},
        ]
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(shop: Shop, browser: Browser, live: Live, sign_in: SignIn) -> Iterator[Page]:
    """The front desk's screen, in English."""
    person = add_person("front_desk", shop.store.id)
    choose(person, locale="en")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    live.let_in(context, sign_in(user_id=person))
    yield context.new_page()
    context.close()


def book_on_phone(live: Live, hers: Page, shop: Shop) -> Visit:
    """Book the first free time, to be paid with a session of her card."""
    live.open(hers, "/booking/")
    hers.get_by_role("link", name=shop.scalp.name).click()
    hers.get_by_role("link", name="Anybody").click()
    hers.locator("button[name=at]").first.click()
    expect(hers.get_by_role("radio", name="With a session")).to_be_checked()
    hers.get_by_role("button", name="Submit booking").click()
    expect(hers.get_by_role("status")).to_have_text("Awaiting review")
    return the_visit()


def the_visit() -> Visit:
    api.db.session.rollback()
    return api.db.session.query(Visit).one()


def test_a_visit_that_she_books_is_paid_by_her_card_and_every_balance_agrees(
    live: Live, shop: Shop, hers: Page, desk: Page
) -> None:
    visit = book_on_phone(live, hers, shop)
    live.open(desk, f"/console/booking/visits/{visit.id}/")
    for act in ("Accept", "She is here", "Begin service", "Open a bill"):
        desk.get_by_role("button", name=act, exact=True).click()
        desk.wait_for_load_state()
    expect(desk.locator(".till-line")).to_have_count(1)
    expect(desk.locator(".till-line")).to_contain_text("Facials")
    desk.locator("#till-code").fill(show_code(shop.member.id))
    desk.get_by_role("button", name="Settle").click()
    expect(desk.get_by_text("Settled", exact=True).first).to_be_visible()

    assert the_visit().status == "done"
    bill = api.db.session.query(Bill).one()
    assert (bill.state, bill.due_fen) == ("settled", 0)
    live.open(hers, f"/booking/mine/{visit.id}")
    expect(hers.get_by_role("status")).to_have_text("Done")
    card = api.db.session.query(Card).one()
    live.open(hers, "/cards/mine")
    expect(hers.locator("main")).to_contain_text("2 sessions left")
    live.open(desk, f"/console/cards/cards/{card.id}/")
    expect(desk.locator("main")).to_contain_text("2")
    assert standings([shop.member.id], ["all_sessions"])[shop.member.id]["all_sessions"] == 2
    assert books_agree()


def test_her_code_at_check_in_pays_session_top_up_and_service_without_her(
    live: Live, shop: Shop, hers: Page, desk: Page
) -> None:
    service_for(110, "Haircut")
    visit = book_on_phone(live, hers, shop)
    live.open(desk, f"/console/booking/visits/{visit.id}/")
    desk.get_by_role("button", name="Accept", exact=True).click()
    desk.get_by_role("link", name="Scan on arrival").click()
    desk.get_by_label("Member code").fill(show_code(shop.member.id))
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Begin service")).to_be_visible()
    assert the_visit().status == "arrived"
    live.open(desk, "/console/booking/board/")
    expect(desk.get_by_label("Scanned on arrival").filter(visible=True).first).to_be_visible()
    live.open(hers, "/membership/card")
    expect(hers.get_by_text("Your code was scanned", exact=False).first).to_be_visible()

    live.open(desk, f"/console/booking/visits/{visit.id}/")
    desk.get_by_role("button", name="Open a bill", exact=True).click()
    expect(desk.locator(".till-line")).to_have_count(1)
    expect(desk.locator(".till-member")).to_contain_text("Scanned on arrival")
    desk.get_by_role("button", name="¥500", exact=True).click()
    expect(desk.locator(".till-line")).to_have_count(2)
    desk.locator(".till-goods").get_by_role("button", name="Haircut").click()
    expect(desk.locator(".till-line")).to_have_count(3)
    kinds = desk.get_by_role("group", name="Kind of payment")
    kinds.get_by_role("button", name="WeChat", exact=True).click()
    expect(desk.locator(".till-chosen li")).not_to_have_count(0)
    expect(desk.get_by_text("She agrees by")).to_have_count(0)
    desk.get_by_role("button", name="Settle").click()
    expect(desk.locator(".till-done")).to_be_visible()

    assert the_visit().status == "done"
    bill = api.db.session.query(Bill).filter(Bill.agreed_by.is_not(None)).one()
    assert (bill.state, bill.agreed_by) == ("settled", "code")
    assert left(shop.member.id) == (39_000, 0)
    assert books_agree()
