"""A deposit from her phone to the desk: booked, paid at the sandbox over HTTP, kept for her."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from console import api
from console.testing.plugin import Work
from plugins.booking.api import Visit
from plugins.booking.services.rules import LEAD
from plugins.checkout.models import Deposit
from plugins.membership.public.routes import COOKIE
from plugins.membership.services.visitors import start_session
from tests.support.booking import Salon, zone_at_noon
from tests.support.checkout import add_rule, books_agree, deposit_now
from tests.support.live import Live, choose
from tests.support.membership import join
from tests.support.online import open_sandbox
from tests.support.people import SignIn, add_person

pytestmark = [pytest.mark.any_engine]
#: Her page asks again by itself, every second or two.
SOON_MS = 20_000


@pytest.fixture
def salon(app: Flask, live: Live) -> Salon:
    """A store that is open at any time and asks for half of the price ahead."""
    made = Salon(technicians=1, price_fen=12_800, hours=(0, 1440), zone=zone_at_noon())
    today = api.today(made.store.time_zone)
    for ahead in range(3):
        made.roster(*made.staff, day=today + dt.timedelta(days=ahead), span=(0, 1440))
    api.unit(lambda: LEAD.put(0))()
    open_sandbox(live.url)
    add_rule(how="percent", percent=50)
    return made


@pytest.fixture
def hers(salon: Salon, browser: Browser, live: Live) -> Iterator[Page]:
    """Her phone, in English."""
    member = join(store=salon.store_id)
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    context.add_cookies(
        [
            {"name": "console_phone_language", "value": "en", "url": live.url},
            {"name": COOKIE, "value": start_session(member.id), "url": live.url},
        ]
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(salon: Salon, browser: Browser, live: Live, sign_in: SignIn) -> Iterator[Page]:
    """The front desk's screen, in English."""
    person = add_person("front_desk", salon.store_id)
    choose(person, locale="en")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    live.let_in(context, sign_in(user_id=person))
    yield context.new_page()
    context.close()


def pay_on_phone(live: Live, hers: Page, salon: Salon, work: Work) -> None:
    """Book the first free time, and pay what is asked for it on the provider's page."""
    live.open(hers, "/booking/")
    hers.get_by_role("link", name=salon.service.name).click()
    hers.get_by_role("link", name="Anybody").click()
    hers.locator("button[name=at]").first.click()
    expect(hers.locator("form")).to_contain_text("\u00a564.00")
    hers.get_by_role("button", name="Submit booking").click()
    expect(hers.locator("main")).to_contain_text("is kept for you until")
    hers.get_by_role("button", name="Pay \u00a564.00").click()
    expect(hers.get_by_text("The payment is being prepared")).to_be_visible()
    work()
    expect(hers.get_by_text("This is the sandbox")).to_be_visible(timeout=SOON_MS)
    hers.get_by_role("button", name="Pay \u00a564.00").click()
    expect(hers.get_by_role("status")).to_contain_text("Waiting for payment")
    work()
    expect(hers.get_by_role("status")).to_contain_text("Paid and booked", timeout=SOON_MS)


def test_a_deposit_that_she_pays_on_her_phone_keeps_her_time_and_the_desk_sees_it(
    live: Live, salon: Salon, hers: Page, desk: Page, work: Work
) -> None:
    pay_on_phone(live, hers, salon, work)
    api.db.session.rollback()
    visit = api.db.session.query(Visit).one()
    live.open(desk, f"/console/booking/visits/{visit.id}/")
    expect(desk.locator("main")).to_contain_text("\u00a564.00 kept for her")
    desk.get_by_role("button", name="Accept", exact=True).click()
    expect(desk.locator("main")).to_contain_text("Confirmed")

    hers.get_by_role("link", name="My booking", exact=True).click()
    expect(hers.get_by_role("status")).to_have_text("Confirmed")
    expect(hers.locator("main")).to_contain_text("Paid")
    expect(hers.locator("main")).to_contain_text("\u00a564.00")
    deposit = deposit_now(visit.id)
    assert (deposit.state, deposit.amount_fen) == ("paid", 6_400)
    assert api.db.session.query(Deposit).count() == 1
    assert books_agree()
