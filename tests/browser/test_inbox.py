"""Members' pages of the base itself, as a person and a machine see them on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from plugins.membership.public.routes import COOKIE
from plugins.membership.services.visitors import start_session
from plugins.messages.api import send_message
from plugins.messages.services.inbox import PAGE
from tests.support.axe import violations
from tests.support.live import Live
from tests.support.messages import WELCOME, add_member

PHONE: ViewportSize = {"width": 390, "height": 844}
SHIFTS = """() => new Promise(done => {
  let total = 0;
  new PerformanceObserver(list => list.getEntries().forEach(each => { total += each.value; }))
    .observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => done(total)));
})"""
#: A tenth of what Web Vitals calls good; a line that moves by a pixel while fonts load is less.
VISIBLE = 0.01
pytestmark = pytest.mark.any_engine


LOOKS = [("zh-CN", "light"), ("en-GB", "dark"), ("zh-TW", "dark")]


@pytest.fixture
def hers(live: Live, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The phone of a member with more messages than a page holds."""
    look: Any = getattr(request, "param", LOOKS[0])
    locale, scheme = look
    member = add_member()
    for number in range(PAGE + 1):
        send_message(member, WELCOME, {"number": number}, url="/membership/card")
    context = browser.new_context(viewport=PHONE, locale=locale, color_scheme=scheme)
    context.add_cookies([{"name": COOKIE, "value": start_session(member), "url": live.url}])
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("hers", LOOKS, indirect=True)
def test_the_pages_of_the_base_are_for_everybody(live: Live, hers: Page) -> None:
    complaints: list[str] = []
    hers.on("console", lambda said: complaints.append(said.text) if said.type != "log" else None)
    hers.on("pageerror", lambda problem: complaints.append(str(problem)))
    for path in ("/messages/inbox", "/messages/inbox?before=0", "/messages/nothing"):
        live.open(hers, path)
        assert hers.evaluate(SHIFTS) < VISIBLE, path
        assert hers.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert violations(hers) == [], path
    assert [each for each in complaints if "status of 404" not in each] == []


def test_the_keyboard_reaches_everything_visibly(live: Live, hers: Page) -> None:
    live.open(hers, "/messages/inbox")
    seen = []
    for _turn in range(4):
        hers.keyboard.press("Tab")
        seen.append(
            hers.evaluate(
                "() => { const s = getComputedStyle(document.activeElement);"
                " return [document.activeElement.tagName, s.outlineStyle, s.outlineWidth]; }"
            )
        )
    assert seen == [["A", "solid", "3px"]] * 4


def test_she_chooses_language_and_look_and_both_stay(live: Live, hers: Page) -> None:
    live.open(hers, "/messages/inbox")
    hers.get_by_role("link", name="English").click()
    assert hers.locator("html").get_attribute("lang") == "en"
    grounds = set()
    for look in ("Dark", "Light"):
        hers.get_by_role("link", name=look, exact=True).click()
        live.open(hers, "/messages/inbox")
        ground = "getComputedStyle(document.documentElement).backgroundColor"
        grounds.add(hers.evaluate(ground))
    assert len(grounds) == 2
    assert hers.get_by_role("heading", name="Messages").is_visible()


def test_a_large_system_font_breaks_nothing(live: Live, hers: Page) -> None:
    live.open(hers, "/messages/inbox")
    hers.evaluate("document.documentElement.style.setProperty('font-size', '26px')")
    assert hers.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert hers.locator(".tabs a").first.is_visible()
