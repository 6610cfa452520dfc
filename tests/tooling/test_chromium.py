from __future__ import annotations

from playwright.sync_api import Page


def test_the_browser_shows_chinese_letters_and_not_boxes(page: Page) -> None:
    page.goto("data:text/html;charset=utf-8,<p style='font-size:40px'><span>&%2330331;</span></p>")
    known = page.locator("span").screenshot()
    page.locator("span").evaluate("span => { span.textContent = '\\u{10FFFF}' }")
    assert page.locator("span").screenshot() != known


def test_a_page_starts_in_the_language_of_the_shop(page: Page) -> None:
    assert page.evaluate("navigator.language") == "zh-CN"
