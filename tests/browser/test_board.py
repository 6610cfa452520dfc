"""The booking board in a browser: what is dragged, what is refused, and what others change."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize, expect

from console import api
from plugins.booking.api import Visit, change_visit
from tests.support.booking import ZONE, Salon, at, new_key
from tests.support.live import Live, choose
from tests.support.membership import join
from tests.support.people import SignIn, add_person

pytestmark = [pytest.mark.any_engine]
IPAD: ViewportSize = {"width": 1180, "height": 820}
QUARTER = 18


def tomorrow() -> dt.date:
    return api.today(ZONE) + dt.timedelta(days=1)


@pytest.fixture
def salon(app: Flask) -> Salon:
    made = Salon(technicians=2)
    made.roster(*made.staff, day=tomorrow())
    return made


def when(clock: str) -> dt.datetime:
    return at(clock, tomorrow())


def book(salon: Salon, clock: str, staff: int, name: str) -> int:
    return salon.book(clock, salon.staff[staff], guest_name=name, day=tomorrow()).id


@pytest.fixture
def page(salon: Salon, browser: Browser, live: Live, sign_in: SignIn) -> Iterator[Page]:
    person = add_person("manager", salon.store_id)
    choose(person, locale="en")
    context = browser.new_context(viewport=IPAD, reduced_motion="reduce")
    live.let_in(context, sign_in(user_id=person))
    context.set_default_timeout(8000)
    yield context.new_page()
    context.close()


def card(page: Page, name: str) -> Locator:
    return page.locator(".board-visit", has_text=name)


def drag(page: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + by[0] / 2, start[1] + by[1] / 2)
    page.mouse.move(start[0] + by[0], start[1] + by[1])
    page.mouse.up()


def settled(page: Page) -> None:
    """Wait until the board shows what the server answered."""
    expect(page.locator("[data-board][aria-busy]")).to_have_count(0)


def middle(place: Locator) -> tuple[float, float]:
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def visit(number: int) -> Any:
    api.db.session.rollback()
    return api.db.session.get_one(Visit, number)


def test_a_visit_is_dragged_stretched_and_refused(page: Page, salon: Salon, live: Live) -> None:
    number = book(salon, "12:00", 0, "Anna")
    book(salon, "15:00", 1, "Bea")
    live.open(page, f"/console/booking/board/?day={tomorrow()}")
    lanes = page.locator(".board-column .board-lane")
    across = middle(lanes.nth(1))[0] - middle(lanes.nth(0))[0]

    drag(page, middle(card(page, "Anna")), (across, 4 * QUARTER))
    expect(page.locator("#toasts")).to_contain_text("Changed: Anna")
    settled(page)
    assert (visit(number).starts_at, visit(number).items[0].staff.name) == (when("13:00"), "Coco")

    box = card(page, "Anna").bounding_box()
    assert box is not None
    drag(page, (box["x"] + 60, box["y"] + box["height"] - 3), (0, 2 * QUARTER))
    expect(card(page, "Anna")).to_contain_text("13:00–14:30")  # noqa: RUF001
    settled(page)
    assert visit(number).items[0].agreed_minutes == 90

    drag(page, middle(card(page, "Anna")), (0, 4 * QUARTER))
    told = page.get_by_role("dialog")
    expect(told).to_contain_text("Coco is not free")
    expect(told.get_by_role("button", name="Book all the same")).to_have_count(0)
    told.locator(".board-times button").last.click()
    expect(card(page, "Anna")).not_to_contain_text("13:00–14:30")  # noqa: RUF001
    assert visit(number).items[0].staff.name == "Coco"


def test_a_reason_holds_against_the_roster(page: Page, salon: Salon, live: Live) -> None:
    number = book(salon, "16:45", 0, "Anna")
    live.open(page, f"/console/booking/board/?day={tomorrow()}")
    drag(page, middle(card(page, "Anna")), (0, 2 * QUARTER))
    told = page.get_by_role("dialog")
    told.get_by_label("Why all the same?").fill("She comes from far")
    told.get_by_role("button", name="Book all the same").click()
    expect(card(page, "Anna")).to_contain_text("17:15–18:15")  # noqa: RUF001
    assert visit(number).forced


def test_what_others_change_appears_without_losing_the_place(
    page: Page, salon: Salon, live: Live
) -> None:
    number = book(salon, "12:00", 0, "Anna")
    live.open(page, f"/console/booking/board/?day={tomorrow()}")
    card(page, "Anna").focus()
    change_visit(number, when("14:00"), key=new_key())
    book(salon, "16:00", 1, "Bea")
    expect(card(page, "Bea")).to_be_visible(timeout=6000)
    expect(card(page, "Anna")).to_be_focused()
    expect(card(page, "Bea")).to_have_class("board-visit is-confirmed is-changed is-movable")


def test_a_lost_move_is_kept_and_sent_again(page: Page, salon: Salon, live: Live) -> None:
    number = book(salon, "12:00", 0, "Anna")
    live.open(page, f"/console/booking/board/?day={tomorrow()}")
    page.route("**/board/**", lambda route: route.abort())
    drag(page, middle(card(page, "Anna")), (0, 4 * QUARTER))
    banner = page.locator("[data-board-offline]")
    expect(banner).to_contain_text("Your change is kept")
    page.unroute("**/board/**")
    banner.get_by_role("button", name="Try again").click()
    expect(banner).to_be_hidden()
    expect(card(page, "Anna")).to_contain_text("13:00–14:00")  # noqa: RUF001
    assert visit(number).starts_at == when("13:00")


def test_keys_move_a_visit_and_find_a_guest(page: Page, salon: Salon, live: Live) -> None:
    number = book(salon, "12:00", 0, "Anna")
    book(salon, "14:00", 0, "Bea")
    live.open(page, f"/console/booking/board/?day={tomorrow()}")
    page.keyboard.press("/")
    page.keyboard.type("bea")
    expect(page.locator("[data-board-found]")).to_have_text("1 of 2")
    page.keyboard.press("Enter")
    expect(card(page, "Bea")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("m")
    page.get_by_label("Begins").fill("15:30")
    page.get_by_label("Begins").press("Enter")
    expect(card(page, "Anna")).to_contain_text("15:30")
    assert visit(number).starts_at == when("15:30")


def test_keys_give_a_visit_another_length(page: Page, salon: Salon, live: Live) -> None:
    number = book(salon, "12:00", 0, "Anna")
    book(salon, "13:30", 0, "Bea")
    live.open(page, f"/console/booking/board/?view=list&day={tomorrow()}")
    page.get_by_role("link", name="Anna").focus()
    page.keyboard.press("m")
    page.get_by_label("How long, in minutes").fill("240")
    page.get_by_label("How long, in minutes").press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("it can last until 13:30")
    page.get_by_role("button", name="30 minutes more, until 13:30").click()
    row = page.get_by_role("listitem").filter(has_text="Anna")
    expect(row).to_contain_text("12:00–13:30")  # noqa: RUF001
    settled(page)
    assert visit(number).items[0].agreed_minutes == 90


def test_free_time_becomes_a_booking_in_three_taps(page: Page, salon: Salon, live: Live) -> None:
    member = join()
    live.open(page, f"/console/booking/board/?day={tomorrow()}")
    x, y = middle(page.locator(".board-column .board-lane").nth(0))
    drag(page, (x, y), (0, 4 * QUARTER))
    page.locator("#guest").fill(member.name[:2])
    page.locator("#desk-found button").first.click()
    taps = [
        page.get_by_role("button", name=salon.service.name),
        page.get_by_role("button", name="Book 1", exact=False).first,
    ]
    for tap in taps:
        tap.click()
    expect(page.locator("#toasts")).to_contain_text("Booked")
    expect(card(page, member.name)).to_be_visible()
    assert len(taps) <= 3
    api.db.session.rollback()
    found = api.db.session.query(Visit).one()
    assert (found.member_id, found.items[0].staff_id) == (member.id, salon.staff_ids[0])


def test_a_finger_drags_once_it_has_held_still(page: Page, salon: Salon, live: Live) -> None:
    number = book(salon, "12:00", 0, "Anna")
    live.open(page, f"/console/booking/board/?day={tomorrow()}")
    finger = page.context.new_cdp_session(page)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    x, y = middle(card(page, "Anna"))

    def touch(kind: str, *ways: int) -> None:
        points = [{"x": x, "y": y + way} for way in ways]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0)
    expect(page.locator(".board-visit.is-dragged")).to_have_count(1)
    touch("touchMove", 2 * QUARTER)
    touch("touchMove", 4 * QUARTER)
    touch("touchEnd")
    settled(page)
    expect(card(page, "Anna")).to_contain_text("13:00–14:00")  # noqa: RUF001
    assert visit(number).starts_at == when("13:00")


def test_taps_faster_than_the_answers_lose_nothing(page: Page, salon: Salon, live: Live) -> None:
    member = join()
    start = f"{tomorrow()}T13:00"
    live.open(page, f"/console/booking/new/?store_id={salon.store_id}&starts_local={start}")
    page.locator("#guest").fill(member.name[:2])
    found = page.locator("#desk-found button")
    expect(found).to_contain_text(member.name)
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            route.continue_()

    page.route("**/console/booking/new/?*", hold_the_first)
    found.click()
    page.get_by_role("button", name=salon.service.name).click()
    page.get_by_role("button", name="Book 13:00").click()
    assert len(held) == 1
    held[0].continue_()
    expect(card(page, member.name)).to_contain_text(salon.service.name)


def test_a_name_just_typed_is_booked_with_it(page: Page, salon: Salon, live: Live) -> None:
    start = f"{tomorrow()}T13:00"
    live.open(page, f"/console/booking/new/?store_id={salon.store_id}&starts_local={start}")
    page.locator("#guest").evaluate("""box => {
      box.value = 'Anna';
      box.dispatchEvent(new Event('input', {bubbles: true}));
      document.querySelector('button[name=starts_local]').click();
    }""")
    expect(card(page, "Anna")).to_be_visible()


def test_a_week_of_everybody_leads_to_each_visit_and_each_day(
    live: Live, salon: Salon, page: Page
) -> None:
    book(salon, "10:00", 0, "Ann")
    book(salon, "12:00", 1, "Beth")
    live.open(page, f"/console/booking/board/?view=week&day={tomorrow()}")
    amy = page.get_by_role("row", name="Amy")
    expect(amy.get_by_role("link", name="Ann")).to_have_class(re.compile("is-confirmed"))
    expect(amy).not_to_contain_text("Beth")
    expect(page.get_by_role("row", name="Coco")).to_contain_text("1 of 8 hours booked")
    amy.get_by_role("link", name="Ann").click()
    expect(page.get_by_role("dialog")).to_contain_text("Ann")
    page.keyboard.press("Escape")
    amy.get_by_role("link", name="1 of 8 hours booked").click()
    expect(page.locator(".board-visit")).to_have_count(2)
    page.set_viewport_size({"width": 390, "height": 844})
    page.go_back()
    expect(page.locator(".board-row")).to_have_count(2)
