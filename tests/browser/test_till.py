"""The till in a browser: taps are counted, a scan is heard anywhere, a lost answer is safe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from console import api
from plugins.cashier.api import Bill, Performer, Settlement, hold_bill
from plugins.cashier.models import Day
from plugins.membership.api import show_code
from tests.support.cards import Shop, add_product, item, open_shop, sell
from tests.support.ledger import left
from tests.support.live import Live, choose
from tests.support.people import SignIn, add_person
from tests.support.salon import add_level, add_staff
from tests.support.till import add_to, bill_of, cash, pay, service_for, top_up

pytestmark = [pytest.mark.any_engine]
DESK: ViewportSize = {"width": 1180, "height": 820}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass
class Hand:
    """Somebody at the till, whose taps are counted."""

    page: Page
    taps: int = 0
    bills: list[str] = field(default_factory=list)

    def tap(self, place: Locator) -> None:
        box = place.bounding_box()
        assert box is not None
        assert box["height"] >= 44, "a finger needs 44 px"
        place.click()
        self.taps += 1

    def tile(self, name: str) -> Locator:
        return self.page.locator(".till-goods").get_by_role("button", name=name)

    def pays(self, name: str) -> Locator:
        kinds = self.page.get_by_role("group", name="Kind of payment")
        return kinds.get_by_role("button", name=name, exact=True)

    def scan(self, code: str) -> None:
        self.page.locator("body").press_sequentially(f"{code}", delay=1)
        self.page.keyboard.press("Enter")


@pytest.fixture
def shop(app: Flask) -> Shop:
    made = open_shop()
    service_for(110, "剪发")
    return made


def hand_of(browser: Browser, live: Live, sign_in: SignIn, role: str, size: ViewportSize) -> Hand:
    person = add_person(role, api.db.session.query(api.Store).one().id)
    choose(person, locale="en")
    context = browser.new_context(viewport=size, reduced_motion="reduce", has_touch=True)
    live.let_in(context, sign_in(user_id=person))
    return Hand(live.open(context.new_page(), "/console/cashier/till/"))


@pytest.fixture
def desk(shop: Shop, browser: Browser, live: Live, sign_in: SignIn) -> Iterator[Hand]:
    hand = hand_of(browser, live, sign_in, "front_desk", DESK)
    yield hand
    hand.page.context.close()


def bills() -> list[Any]:
    api.db.session.rollback()
    return list(api.db.session.query(Bill).order_by(Bill.id))


def test_a_walk_in_pays_cash_in_four_taps(desk: Hand) -> None:
    desk.tap(desk.tile("剪发"))
    desk.tap(desk.pays("Cash"))
    desk.tap(desk.page.get_by_role("button", name="¥200", exact=True))
    expect(desk.page.locator(".till-change")).to_contain_text("¥90.00")
    desk.tap(desk.page.get_by_role("button", name="Settle"))
    expect(desk.page.locator(".till-done")).to_contain_text("¥90.00")
    assert desk.taps <= 4
    assert [(bill.state, bill.paid_fen) for bill in bills()] == [("settled", 11_000)]


def test_one_scan_pays_session_top_up_and_service_in_five_taps(desk: Hand, shop: Shop) -> None:
    anna = shop.member.id
    sell(shop, add_product("头皮十次", 98_000, item(shop.scalp, 10)))
    desk.scan(show_code(anna))
    expect(desk.page.locator(".till-member")).to_contain_text(shop.member.name)
    desk.tap(desk.page.locator(".till-offer").first)
    expect(desk.page.locator(".till-line")).to_have_count(1)
    desk.tap(desk.page.get_by_role("button", name="¥500", exact=True))
    expect(desk.page.locator(".till-line")).to_have_count(2)
    desk.tap(desk.tile("剪发"))
    expect(desk.page.locator("[data-due]")).to_have_text("¥610.00")
    desk.tap(desk.pays("WeChat"))
    desk.tap(desk.page.get_by_role("button", name="Settle"))
    expect(desk.page.locator(".till-done")).to_be_visible()
    assert desk.taps <= 5
    assert [(bill.state, bill.agreed_by) for bill in bills()] == [("settled", "code")]
    assert left(anna) == (39_000, 0)


def test_a_card_is_sold_and_signed_for_with_everything_in_reach(desk: Hand, shop: Shop) -> None:
    """A signature, two means of payment and a proposal leave the last button on the screen."""
    sell(shop, add_product("头皮十次", 98_000, item(shop.scalp, 10)))
    top_up(shop.member.id, 500)
    desk.page.reload()
    desk.page.locator("#till-text").fill(shop.member.name)
    desk.page.locator("[data-hit]").first.click()
    expect(desk.page.locator(".till-member")).to_contain_text(shop.member.name)
    desk.tap(desk.tile("剪发"))
    desk.page.get_by_role("button", name="Cards", exact=True).click()
    expect(desk.tile("剪发")).to_be_hidden()
    desk.tap(desk.tile("头皮十次"))
    expect(desk.page.locator("[data-due]")).to_have_text("¥1,090.00")
    desk.tap(desk.pays("WeChat"))
    desk.page.locator(".till-ways label", has_text="signature").click()
    expect(desk.page.locator(".sign canvas")).to_be_visible()
    expect(desk.page.get_by_role("button", name="Settle")).to_be_in_viewport(ratio=1)


def test_a_technician_writes_down_her_order_on_the_phone_in_three_taps(
    shop: Shop, browser: Browser, live: Live, sign_in: SignIn
) -> None:
    hand = hand_of(browser, live, sign_in, "technician", PHONE)
    user = api.db.session.query(api.User).order_by(api.User.id.desc()).limit(1).one()
    amy = add_staff("Amy", shop.store, user_id=user.id, level_id=add_level("资深").id)
    hand.tap(hand.tile("剪发"))
    hand.tap(hand.page.get_by_role("button", name="To the front desk").last)
    expect(hand.page.locator(".till-head")).to_contain_text("Held")
    assert hand.taps <= 3
    assert [bill.state for bill in bills()] == ["held"]
    assert api.db.session.query(Performer).one().staff_id == amy.id
    hand.page.context.close()


def test_a_phone_stays_where_it_is_while_another_bill_is_held(
    shop: Shop, browser: Browser, live: Live, sign_in: SignIn
) -> None:
    held = bill_of()
    add_to(held, service_for(128))
    hold_bill(held)
    hand = hand_of(browser, live, sign_in, "front_desk", PHONE)
    hand.tap(hand.tile("剪发"))
    expect(hand.page.locator("[data-to=bill]")).to_contain_text("1")
    expect(hand.tile("剪发")).to_be_visible()
    hand.page.locator("[data-to=side]").last.click()
    hand.tap(hand.pays("Cash"))
    expect(hand.page.locator(".till-chosen")).to_contain_text("Cash")
    expect(hand.page.get_by_role("button", name="Settle")).to_be_visible()
    hand.page.context.close()


def test_a_lost_answer_is_asked_for_again_and_books_once(desk: Hand) -> None:
    desk.tile("剪发").click()
    desk.pays("Cash").click()
    desk.page.route("**/settle", lambda route: (route.fetch(), route.abort()))
    desk.page.get_by_role("button", name="Settle").click()
    expect(desk.page.get_by_text("The server cannot be reached.")).to_be_visible()
    desk.page.unroute("**/settle")
    desk.page.get_by_role("button", name="Try again").click()
    expect(desk.page.locator(".till-done")).to_be_visible()
    api.db.session.rollback()
    assert api.db.session.query(Settlement).count() == 1


def test_a_line_that_was_sent_twice_is_on_the_bill_once(desk: Hand) -> None:
    desk.tile("剪发").click()
    expect(desk.page.locator(".till-line")).to_have_count(1)
    desk.page.route("**/lines", lambda route: (route.fetch(), route.abort()))
    desk.tile("头皮护理").click()
    expect(desk.page.get_by_role("button", name="Try again")).to_be_visible()
    desk.page.unroute("**/lines")
    desk.page.get_by_role("button", name="Try again").click()
    expect(desk.page.get_by_role("alert").first).to_contain_text("has changed meanwhile")
    expect(desk.page.locator(".till-line")).to_have_count(2)


def test_the_day_is_closed_in_three_taps(desk: Hand, shop: Shop) -> None:
    bill_id = bill_of()
    add_to(bill_id, service_for(128), staff_id=add_staff("Ada", shop.store).id)
    pay(bill_id, cash(128))
    desk.tap(desk.page.get_by_role("button", name="Main menu"))
    desk.tap(desk.page.get_by_role("link", name="Day close"))
    expect(desk.page.get_by_label("Cash counted").first).to_be_focused()
    desk.page.keyboard.type("128")
    desk.tap(desk.page.get_by_role("button", name="Close the day and print"))
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text("Day sheet")
    assert desk.taps <= 3
    api.db.session.rollback()
    assert [day.state for day in api.db.session.query(Day)] == ["closed"]


def test_keys_do_what_taps_do(desk: Hand, shop: Shop) -> None:
    desk.page.keyboard.press("/")
    expect(desk.page.locator("#till-text")).to_be_focused()
    desk.page.keyboard.type("jf")
    expect(desk.page.locator(".till-found")).to_contain_text("剪发")
    desk.page.locator(".till-found button").first.click()
    expect(desk.page.locator(".till-line")).to_have_count(1)
    desk.page.keyboard.press("F8")
    expect(desk.page.locator(".till-chosen")).to_contain_text("Cash")
    desk.page.keyboard.press("F9")
    expect(desk.page.locator(".till-done")).to_be_visible()
    desk.page.keyboard.press("F2")
    expect(desk.page.get_by_role("heading", name="New bill")).to_be_visible()
