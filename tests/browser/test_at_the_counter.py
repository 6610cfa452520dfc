"""At the counter: the till that locks, what stays open, and numbers that show for a moment."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from console import clock
from console.security import sessions
from tests.support.live import Live, choose
from tests.support.membership import join
from tests.support.people import PASSWORD, SignIn, add_person, add_store, login_of, post

pytestmark = [pytest.mark.any_engine]
ROLES = "/console/system/roles/"


def enter_pin(page: Page, name: str, pin: str) -> None:
    """Choose a person on the keypad page and type her PIN with the mouse."""
    page.get_by_role("radio", name=name).check()
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="Unlock").click()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of its own."""
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def till(app: Flask, live: Live, sign_in: SignIn, context: BrowserContext) -> Page:
    """A page of a till in English, signed in as Lin; Wu works there as well."""
    store = add_store("Futian")
    lin = add_person("owner", name="Lin", pin="7315")
    wu = add_person("owner", name="Wu", pin="2580")
    for each in (lin, wu):
        choose(each, locale="en")
    client = sign_in(user_id=lin)
    sent = {"name": "Front", "store": str(store)}
    assert post(client, "/console/system/tills/register", sent).status_code == 302
    live.let_in(context, client)
    return context.new_page()


def test_a_till_that_nobody_touches_locks_and_keeps_what_was_typed(till: Page, live: Live) -> None:
    till.clock.install()
    live.open(till, ROLES)
    till.get_by_label("Role", exact=True).fill("Desk and till")
    till.clock.fast_forward("31:00")
    expect(till.get_by_role("heading", name="Locked")).to_be_visible()
    till.clock.resume()
    enter_pin(till, "Lin", "7315")
    till.wait_for_url(f"**{ROLES}")
    expect(till.get_by_label("Role", exact=True)).to_have_value("Desk and till")
    expect(till.locator("#toasts")).to_contain_text("What you had typed is here again.")


def test_who_takes_the_till_over_goes_on_where_the_other_was(till: Page, live: Live) -> None:
    live.open(till, ROLES)
    till.get_by_label("Role", exact=True).fill("Desk and till")
    till.get_by_role("button", name="Lin").click()
    till.get_by_role("button", name="Lock the till").click()
    enter_pin(till, "Wu", "2580")
    till.wait_for_url(f"**{ROLES}")
    expect(till.get_by_label("Role", exact=True)).to_have_value("Desk and till")
    expect(till.get_by_role("button", name="Wu")).to_be_visible()


def test_a_wrong_pin_is_said_and_the_right_one_still_works(till: Page, live: Live) -> None:
    live.open(till, ROLES)
    till.get_by_role("button", name="Lin").click()
    till.get_by_role("button", name="Lock the till").click()
    enter_pin(till, "Lin", "0000")
    expect(till.get_by_role("alert")).to_contain_text("The PIN is wrong.")
    enter_pin(till, "Lin", "7315")
    till.wait_for_url(f"**{ROLES}")


def test_what_was_typed_outlives_a_session_that_was_ended_elsewhere(
    app: Flask, live: Live, sign_in: SignIn, context: BrowserContext
) -> None:
    person = add_person("owner")
    choose(person, locale="en")
    client = sign_in(user_id=person)
    live.let_in(context, client)
    page = live.open(context.new_page(), ROLES)
    page.get_by_label("Role", exact=True).fill("Desk and till")
    sessions.end_all(person)
    page.get_by_role("button", name="Add role").click()
    page.wait_for_url(re.compile(r"/\?next="))
    page.locator("#login").fill(login_of(person))
    page.locator("#password").fill(PASSWORD)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url(f"**{ROLES}")
    expect(page.get_by_label("Role", exact=True)).to_have_value("Desk and till")


def test_a_form_that_was_saved_is_not_filled_again(till: Page, live: Live) -> None:
    live.open(till, ROLES)
    till.get_by_label("Role", exact=True).fill("Desk and till")
    till.get_by_role("button", name="Add role").click()
    expect(till.get_by_role("heading", name="Desk and till")).to_be_visible()
    live.open(till, ROLES)
    expect(till.get_by_label("Role", exact=True)).to_have_value("")


def test_a_number_is_shown_for_half_a_minute(
    app: Flask, live: Live, sign_in: SignIn, context: BrowserContext
) -> None:
    store = add_store("Futian")
    join("Chen", store, phone="13800138000")
    desk = add_person("front_desk", store)
    choose(desk, locale="en")
    live.let_in(context, sign_in(user_id=desk))
    page = context.new_page()
    page.clock.install()
    live.open(page, "/console/membership/members/")
    expect(page.get_by_text("138****8000")).to_be_visible()
    page.get_by_role("button", name="Show the whole number").click()
    expect(page.get_by_text("13800138000")).to_be_visible()
    page.clock.fast_forward("00:31")
    expect(page.get_by_text("13800138000")).to_have_count(0)
    expect(page.get_by_text("138****8000")).to_be_visible()


def test_an_old_member_takes_a_reason(
    app: Flask, live: Live, sign_in: SignIn, context: BrowserContext
) -> None:
    store = add_store("Futian")
    with clock.frozen(clock.now() - dt.timedelta(days=9)):
        join("Chen", store, phone="13800138000")
    desk = add_person("front_desk", store)
    choose(desk, locale="en")
    live.let_in(context, sign_in(user_id=desk))
    page = live.open(context.new_page(), "/console/membership/members/")
    page.get_by_role("button", name="Show the whole number").click()
    page.get_by_label("Why do you need it?").fill("she left her scarf")
    page.get_by_role("dialog").get_by_role("button", name="Show the whole number").click()
    expect(page.get_by_text("13800138000")).to_be_visible()
