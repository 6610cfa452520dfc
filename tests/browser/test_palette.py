"""The search palette in a browser: from the keyboard alone, in any language, on any width."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.live import Live, choose
from tests.support.membership import join
from tests.support.people import SignIn, add_person, add_store

pytestmark = [pytest.mark.any_engine]
HOME = "/console/"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def desk(app: Flask, live: Live, sign_in: SignIn, context: BrowserContext) -> Page:
    """A page of somebody at the front desk, in English; two members are known."""
    store = add_store("Futian")
    join("陈诗雅", store, phone="13800138000")
    join("林巧", store, phone="13900139001")
    person = add_person("front_desk", store, name="Lin")
    choose(person, locale="en")
    live.let_in(context, sign_in(user_id=person))
    page = context.new_page()
    live.open(page, HOME)
    return page


def open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search members, pages and actions")).to_be_focused()


@pytest.mark.parametrize("typed", ["csy", "8000", "诗雅"])
def test_a_member_is_found_and_opened_from_the_keyboard(desk: Page, typed: str) -> None:
    open_palette(desk)
    desk.keyboard.type(typed)
    expect(desk.get_by_role("option", name=re.compile("陈诗雅"))).to_have_attribute(
        "aria-selected", "true"
    )
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/console/membership/members/*/")
    expect(desk.get_by_role("heading", name="陈诗雅").first).to_be_visible()


def test_enter_right_after_typing_opens_what_was_typed(desk: Page) -> None:
    open_palette(desk)
    desk.keyboard.type("linqiao")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/console/membership/members/*/")
    expect(desk.get_by_role("heading", name="林巧").first).to_be_visible()


def test_the_arrows_go_round_and_escape_closes(desk: Page) -> None:
    open_palette(desk)
    with desk.expect_response(re.compile(r"[?&]q=member(&|$)")):  # not that of its beginning
        desk.keyboard.type("member")
    expect(desk.get_by_role("listbox")).to_have_attribute("aria-busy", "false")
    field = desk.get_by_role("combobox", name="Search members")
    expect(desk.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    first = field.get_attribute("aria-activedescendant")
    desk.keyboard.press("ArrowUp")
    last = desk.get_by_role("option").last
    expect(last).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", str(first))
    desk.keyboard.press("Escape")
    expect(desk.locator("#palette")).to_be_hidden()


def test_who_was_opened_last_is_there_without_typing(desk: Page, live: Live) -> None:
    open_palette(desk)
    desk.keyboard.type("csy")
    expect(desk.get_by_role("option", name=re.compile("陈诗雅"))).to_be_visible()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/console/membership/members/*/")
    live.open(desk, HOME)
    open_palette(desk)
    expect(desk.get_by_role("group", name="Recently opened")).to_contain_text("陈诗雅")
    kept = desk.evaluate("JSON.stringify(localStorage)")
    assert "陈" not in kept
    assert "138" not in kept


def test_nothing_found_is_said(desk: Page) -> None:
    open_palette(desk)
    desk.keyboard.type("zzzz")
    expect(desk.locator("#palette")).to_contain_text("Nothing found for “zzzz”")
    expect(desk.get_by_role("status").last).to_have_text("Nothing found for “zzzz”")


def test_it_opens_by_its_button_on_a_phone_and_fits(desk: Page, live: Live) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    live.open(desk, HOME)
    desk.get_by_role("button", name="Search members, pages and actions").click()
    desk.keyboard.type("csy")
    expect(desk.get_by_role("option", name=re.compile("陈诗雅"))).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390


def test_letters_of_an_input_method_are_left_alone(desk: Page) -> None:
    open_palette(desk)
    session = desk.context.new_cdp_session(desk)
    session.send("Input.imeSetComposition", {"text": "csy", "selectionStart": 3, "selectionEnd": 3})
    desk.keyboard.press("ArrowDown")
    expect(desk.get_by_role("option", name=re.compile("陈诗雅"))).to_have_count(0)
    session.send("Input.insertText", {"text": "陈诗雅"})
    expect(desk.get_by_role("option", name=re.compile("陈诗雅"))).to_be_visible()


def test_no_key_opens_anything_while_one_types(desk: Page, live: Live) -> None:
    live.open(desk, "/console/membership/members/new/")
    desk.get_by_label("Name", exact=True).press_sequentially("n/?")
    expect(desk.get_by_label("Name", exact=True)).to_have_value("n/?")
    expect(desk.locator("dialog[open]")).to_have_count(0)
