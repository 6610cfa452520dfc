"""A member's phone beside the counter, in real browsers."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from console import demo
from console.assets import DIST, asset
from console.db import db
from console.unit import unit
from plugins.ledger.services.verifying import verify
from plugins.membership.api import Member, find_by_number, find_by_phone, show_code
from plugins.membership.services.entitlements import holdings_of
from tests.support.axe import violations
from tests.support.importing import sheet, take_in
from tests.support.live import Live, choose
from tests.support.membership import join
from tests.support.people import SignIn, add_person, add_store
from tests.support.phones import phone_of, read_code_of

NEW = "13900139001"
LIST = "/console/membership/members/"
pytestmark = [pytest.mark.any_engine]


@pytest.fixture
def store(app: Flask) -> int:
    unit(lambda: demo.STATE.put("on"))()
    return add_store("Futian")


@pytest.fixture
def hers(browser: Browser, live: Live) -> Iterator[Page]:
    """A phone in English."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    context.add_cookies([{"name": "console_phone_language", "value": "en", "url": live.url}])
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser, live: Live, sign_in: SignIn) -> Iterator[Page]:
    """The owner's screen in English."""
    person = add_person("owner")
    choose(person, locale="en")
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    live.let_in(context, sign_in(user_id=person))
    yield context.new_page()
    context.close()


def test_she_applies_is_found_at_once_and_merged_with_what_was_imported(
    app: Flask, live: Live, store: int, hers: Page, desk: Page, sign_in: SignIn
) -> None:
    imported = sheet(["Zhao Shiya", "13700137000", "", "800.00", "80.00", "120"])
    owner = sign_in("owner")
    take_in(owner, imported, store_id=str(store))
    apply_for_card(live, hers)
    own = hers.locator(".hero .num").inner_text()
    begun = time.monotonic()
    assert own in owner.get(f"{LIST}?q={own}").text
    assert time.monotonic() - begun < 1
    live.open(desk, f"{LIST}?q={own}")
    expect(desk.get_by_role("link", name=own).first).to_be_visible()

    live.open(hers, "/membership/details")
    hers.get_by_label("Name").fill("Zhao Shiya")
    hers.get_by_role("button", name="Save").click()
    kept, gone = member_of(own), the_imported()
    live.open(desk, f"{LIST}{kept.id}/duplicates?q={gone.number}")
    desk.locator(f'a[href$="/merge/{gone.id}"]').first.click()
    desk.locator("form[data-once] button[type=submit]").click()
    expect(desk).to_have_url(re.compile(rf"{LIST}{kept.id}/$"))
    expect(desk.get_by_text("\u00a5880.00").first).to_be_visible()

    live.open(hers, "/membership/card")
    expect(hers.locator(".hero")).to_contain_text("\u00a5880.00")
    expect(hers.locator(".hero")).to_contain_text("120")
    db.session.rollback()
    held = holdings_of(kept.id)
    assert (held.principal_fen, held.bonus_fen, held.points) == (80000, 8000, 120)
    assert holdings_of(gone.id).balance_fen == 0
    assert verify().findings == {}


def apply_for_card(live: Live, hers: Page) -> None:
    """Apply for a card with the new phone, as the page asks."""
    live.open(hers, "/membership/card")
    hers.get_by_role("link", name="Apply for a WeChat member card").click()
    hers.get_by_label("Phone").fill(NEW)
    hers.get_by_role("checkbox").first.check()
    hers.get_by_role("button", name="Submit application").click()
    hers.wait_for_url("**/membership/confirm")
    hers.get_by_label("SMS code").fill(read_code_of(NEW))
    hers.get_by_role("button", name="Confirm").click()
    hers.wait_for_url("**/membership/card")


def member_of(number: str) -> Member:
    """Return the member with a number, as she is now."""
    db.session.rollback()
    return find_by_number(number)[0]


def the_imported() -> Member:
    """Return the member who came with the spreadsheet."""
    return db.session.query(Member).filter(Member.source == "import").one()


def test_the_code_is_fetched_anew_before_its_minute_is_over_and_after_sleep(
    live: Live, store: int, hers: Page
) -> None:
    member = join(store=store)
    show_card_of(live, hers, member.id)
    with hers.expect_response("**/membership/card/code") as fetched:
        hers.clock.fast_forward("00:51")
    assert fetched.value.ok
    expect(hers.locator("[data-code]")).to_have_attribute("data-code", re.compile(r"^9\d{19}$"))
    with hers.expect_response("**/membership/card/code"):
        hers.clock.fast_forward("08:00:00")


def show_card_of(live: Live, page: Page, member_id: int) -> None:
    """Open a member's card, with a clock that can be moved."""
    page.clock.install()
    live.let_in(page.context, phone_of(live.app, member_id).client)
    live.open(page, "/membership/card")


def test_a_card_that_was_shut_elsewhere_leads_to_the_way_in(
    live: Live, store: int, hers: Page
) -> None:
    member = join(store=store)
    own = phone_of(live.app, member.id)
    hers.clock.install()
    live.let_in(hers.context, own.client)
    live.open(hers, "/membership/card")
    own.post("/membership/sign-out")
    hers.clock.fast_forward("00:51")
    hers.wait_for_url("**/membership/welcome?next=**")


def test_her_code_fills_the_screen_when_she_taps_it(live: Live, store: int, hers: Page) -> None:
    show_card_of(live, hers, join(store=store).id)
    hers.get_by_role("link", name="Show the code large and bright").click()
    box = hers.locator("#bright").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, 844)
    hers.get_by_role("link", name="Close").click()
    expect(hers.get_by_role("link", name="Close")).to_be_hidden()


@pytest.mark.parametrize("typing", [False, True])
def test_a_scanner_opens_her_file_wherever_staff_are(
    live: Live, store: int, desk: Page, typing: bool
) -> None:
    member = join(store=store)
    live.open(desk, LIST)
    if typing:
        desk.locator("[data-search]").first.focus()
    desk.evaluate(SCANNER, show_code(member.id))
    desk.wait_for_url(f"**{LIST}{member.id}/?shown=*")


@pytest.mark.parametrize("place", ["main a", "[data-search]", "body"])
def test_a_scanner_types_capitals_with_shift(
    live: Live, store: int, desk: Page, place: str
) -> None:
    member = join(store=store)
    live.open(desk, LIST)
    desk.locator(place).first.focus()
    desk.evaluate(SLOW_SHIFT, member.number)
    desk.wait_for_url(f"**{LIST}{member.id}/")


#: A scanner whose keys, Shift among them, go down and up 20 ms after each other by their stamps.
SLOW_SHIFT = """async code => {
  const send = (type, key, now) => {
    const event = new KeyboardEvent(type, {key, bubbles: true, cancelable: true});
    Object.defineProperty(event, 'timeStamp', {value: now});
    document.activeElement.dispatchEvent(event);
  };
  let now = performance.now();
  const stroke = key => { send('keydown', key, now += 20); };
  for (const letter of code) {
    const capital = letter !== letter.toLowerCase();
    if (capital) stroke('Shift');
    stroke(letter);
    send('keyup', letter, now += 20);
    if (capital) send('keyup', 'Shift', now += 20);
  }
  stroke('Enter');
}"""

#: What a scanner does: keys at a speed that no hand has, and Enter.
SCANNER = """code => {
  const place = document.activeElement;
  const how = {bubbles: true, cancelable: true};
  const press = key => place.dispatchEvent(new KeyboardEvent('keydown', {key, ...how}));
  for (const digit of code) { press(digit); if ('value' in place) place.value += digit; }
  press('Enter');
}"""


def test_what_a_person_types_is_no_scan(live: Live, store: int, desk: Page) -> None:
    live.open(desk, LIST)
    search = desk.locator("[data-search]").first
    search.focus()
    desk.keyboard.type("13800138000", delay=60)
    expect(search).to_have_value("13800138000")


def test_why_a_scan_fails_stays_until_it_is_closed(live: Live, store: int, desk: Page) -> None:
    live.open(desk, LIST)
    desk.evaluate(SCANNER, "9" * 20)
    problem = desk.locator(".problem-note[role=alert]")
    expect(problem).to_be_visible()
    assert problem.inner_text().strip()
    expect(desk.locator("#toasts .toast-note")).to_have_count(0)
    problem.get_by_role("button").click()
    expect(problem).to_have_count(0)


@pytest.mark.usefixtures("with_demo")
def test_one_click_at_the_demos_counter_scans_her_phone(live: Live, desk: Page) -> None:
    heroine = find_by_phone("13800138000")
    assert heroine is not None
    live.open(desk, "/demo/counter")
    desk.locator("form[target=phone] button").click()
    phone = desk.frame_locator("iframe[name=phone]")
    expect(phone.locator("[data-code]")).to_be_visible()
    desk.get_by_role("button", name="Scan her code").click()
    staff = desk.frame_locator("iframe[name=staff]")
    expect(staff.get_by_role("heading", name=heroine.name)).to_be_visible()
    assert find_frame_url(desk).partition("?")[0].endswith(f"{LIST}{heroine.id}/")


def find_frame_url(page: Page) -> str:
    """Return where the staff's screen is."""
    frame = page.frame("staff")
    assert frame is not None
    return frame.url


@pytest.mark.parametrize(("locale", "look"), [("zh_Hans_CN", "light"), ("en", "dark")])
def test_the_way_in_and_the_large_code_are_for_everybody(
    live: Live, store: int, hers: Page, locale: str, look: str
) -> None:
    """Her other pages are looked at with all there are: tests/browser/test_every_page.py."""
    member = join(store=store)
    faults: list[str] = []
    hers.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    pages = ["welcome", "apply", "bind", "notice", "unclear?why=unknown"]
    faults += look_at(live, hers, pages, locale, look)
    live.let_in(hers.context, phone_of(live.app, member.id).client)
    faults += look_at(live, hers, ["card#bright"], locale, look)
    assert not faults, "\n".join(faults)


def look_at(live: Live, page: Page, names: list[str], locale: str, look: str) -> list[str]:
    """Return what axe and a narrow screen find wrong with pages of a phone."""
    kept = {"console_phone_language": locale, "console_phone_look": look}
    page.context.add_cookies([{"name": k, "value": v, "url": live.url} for k, v in kept.items()])
    faults = []
    for name in names:
        live.open(page, f"/membership/{name}")
        faults += [f"{name}: {found}" for found in violations(page)]
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        faults += [f"{name}: scrolls sideways by {over} px"] if over > 0 else []
    return faults


def test_a_first_visit_to_the_card_weighs_little(app: Flask, store: int) -> None:
    own = phone_of(app, join(store=store).id)
    files = [asset(name).url.rpartition("/")[2] for name in ("phone.css", "phone.js", "phone.svg")]
    weight = sum(len(gzip.compress((DIST / file).read_bytes())) for file in files)
    page = len(gzip.compress(own.get("/membership/card").data))
    assert weight + page < 16 * 1024, (weight, page)
