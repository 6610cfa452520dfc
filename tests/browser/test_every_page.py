"""Every page of the console, in both themes and languages, as a person and a machine see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, Response, ViewportSize
from werkzeug.test import TestResponse

from console.db import db
from console.security.models import User
from plugins.membership.api import find_by_phone
from tests.support.axe import bring_axe, mark_new, violations
from tests.support.crawl import addresses
from tests.support.live import Live, choose
from tests.support.people import SignIn
from tests.support.phones import phone_of

#: A page is opened on a phone and widened, and narrowed again in the next language.
WIDTHS: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "tablet": {"width": 1180, "height": 820},
    "desk": {"width": 1440, "height": 900},
}
LOCALES = ("zh_Hans_CN", "en")
#: The themes differ in colours alone, and no colour depends on the language: contrast is asked in
#: both themes and one language. Axe reads the code, which is the same in every language but for
#: its words; in the second one it is asked of the first pages alone.
COLOURS = "color-contrast"
STRUCTURE: dict[str, Any] = {"rules": {COLOURS: {"enabled": False}}}
#: What stands on every page is looked at with the first ones.
FIRST = 3
#: The pages are looked at in parts, by several workers at once.
PARTS = 6
#: Colours fade from theme to theme; what is measured is where they end.
TURN = """theme => {
  Object.assign(document.documentElement.dataset, { bsTheme: theme, theme });
  document.getAnimations().forEach(animation => animation.finish());
}"""
#: What one template drew many times over is looked at a few times; axe takes its time for each.
THIN_OUT = """() => document.querySelectorAll('tbody, ul, ol, select').forEach(list =>
  [...list.children].slice(4).forEach(one => one.remove()))"""
TAKE_SHELL_AWAY = """() => document.querySelectorAll('.sidebar nav, .topbar, .palette')
  .forEach(part => part.replaceChildren())"""
#: Marks the texts whose contrast was not measured on a page before.
NEW = "data-new-here"
#: Puts the page as another reader gets it in the place of the one that stands, styles and all.
#: What the page that stood meant to do later it does no more: it would not find its parts.
PUT = """html => {
  for (let timer = setTimeout(() => {}); timer > 0; timer -= 1) clearTimeout(timer);
  const other = new DOMParser().parseFromString(html, 'text/html');
  document.documentElement.lang = other.documentElement.lang;
  document.body.replaceWith(document.adoptNode(other.body));
}"""
#: Scripts and labels find an element by its id; a second one of the name misleads them.
TWICE = """() => {
  const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
  return [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))];
}"""
pytestmark = [pytest.mark.any_engine, pytest.mark.slow]


class Watched:
    """A page whose complaints are kept: what it logs, and what its policy forbids."""

    def __init__(self, context: BrowserContext) -> None:
        bring_axe(context)
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


def paths_of(app: Flask, most: int | None) -> list[str]:
    """Return the pages that staff may open, and those before the door.

    Of the pages that one function draws for many models, so many are looked at, or all.
    """
    kinds = defaultdict[Any, list[str]](list)
    for address in addresses(app):
        if address.method == "GET":
            view = app.view_functions[address.endpoint]
            kinds[getattr(view, "__func__", view)].append(address.path)
    return [path for paths in kinds.values() for path in spread(paths, most)]


def spread(paths: Sequence[str], most: int | None) -> Sequence[str]:
    """Take at most so many, from the first to the last."""
    return paths if most is None else paths[:: -(-len(paths) // most)]


@pytest.fixture
def most(pytestconfig: pytest.Config) -> int | None:
    """How many pages of one kind are looked at."""
    return None if pytestconfig.getoption("--every-page") else 4


def reader(sign_in: SignIn, locale: str) -> FlaskClient:
    """Sign in as somebody who may see everything, and reads *locale* on a light ground."""
    client = sign_in("owner")
    user = db.session.scalar(db.select(User.id).order_by(User.id.desc()))
    assert user is not None
    choose(user, theme="light", locale=locale)
    return client


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.usefixtures("with_demo")
def test_every_page_can_be_used_by_everybody(
    app: Flask, live: Live, browser: Browser, sign_in: SignIn, part: int, most: int | None
) -> None:
    ours, english = (reader(sign_in, locale) for locale in LOCALES)
    contexts = [browser.new_context(viewport=WIDTHS["phone"]) for _ in LOCALES]
    for context, client in zip(contexts, (ours, english), strict=True):
        live.let_in(context, client)
    watched, first = (Watched(context) for context in contexts)
    faults, seen, refusals = list[str](), 0, set[int]()
    for path in paths_of(app, most)[part::PARTS]:
        told = english.get(path)
        if not is_page(told) or told.status_code in refusals:
            continue
        if told.status_code >= 400:
            refusals.add(told.status_code)  # one refusal looks like the next
        answer = opened(watched.page, live.url + path)
        faults += look_at(watched, answer, whole=seen < FIRST)
        faults += put(watched, told)
        if seen < FIRST:
            faults += look_at(first, opened(first.page, live.url + path))
        seen += 1
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)
    assert seen > 10


@pytest.mark.usefixtures("with_demo")
def test_every_page_of_a_phone_can_be_used_by_everybody(
    app: Flask, live: Live, browser: Browser
) -> None:
    heroine = find_by_phone("13800138000")
    assert heroine is not None
    hers, english = (phone_of(app, heroine.id).client for _ in LOCALES)
    english.set_cookie("console_phone_language", "en")
    context = browser.new_context(viewport=WIDTHS["phone"])
    live.let_in(context, hers)
    watched, faults, seen = Watched(context), list[str](), 0
    for address in addresses(app):
        if address.method != "GET" or address.audience not in ("visitor", "anyone"):
            continue
        told = english.get(address.path)
        if is_page(told) and told.status_code == 200:
            faults += look_at(watched, opened(watched.page, live.url + address.path))
            faults += put(watched, told)
            seen += 1
    context.close()
    assert not faults, "\n".join(faults)
    assert seen > 10


def is_page(answer: TestResponse) -> bool:
    """Tell whether an answer is a page: no file, and no part of a page."""
    return answer.mimetype == "text/html" and answer.text.lstrip()[:9].lower() == "<!doctype"


def opened(page: Page, url: str) -> Response:
    """Open a page on a phone."""
    resize(page, "phone")
    answer = page.goto(url)
    assert answer is not None, url
    return answer


def look_at(watched: Watched, answer: Response, *, whole: bool = True) -> list[str]:
    """Look at an open page at every width and return what is wrong with it.

    Unless it is looked at as a *whole*, what stands on every page is left out.
    """
    page, url = watched.page, answer.url
    faults = [f"{url}: status {answer.status}"] if answer.status >= 500 else []
    twice = page.evaluate(TWICE)
    faults += [f"{url}: two elements are called {name!r}" for name in twice]
    faults += sideways(page, url)
    faults += [f"{url}: {found}" for found in asked_of_axe(page, whole=whole)]
    # A page that is refused says so with its status, which the browser notes as an error.
    faults += [f"{url}: {c}" for c in watched.complaints if "status of 40" not in c]
    watched.complaints.clear()
    return faults


def put(watched: Watched, told: TestResponse) -> list[str]:
    """Put a page in another language in the place of the one at a desk, and narrow it."""
    watched.page.evaluate(PUT, told.text)
    faults = sideways(watched.page, f"{told.request.path} in English", tuple(WIDTHS)[::-1])
    watched.complaints.clear()
    return faults


def sideways(page: Page, url: str, names: Sequence[str] = tuple(WIDTHS)) -> list[str]:
    """Return at which widths an open page scrolls sideways."""
    faults = []
    for name in names:
        resize(page, name)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if over > 0:
            faults.append(f"{url}: scrolls sideways by {over} px on a {name}")
    return faults


def resize(page: Page, name: str) -> None:
    """Give a page the width of a device, unless it has it."""
    if page.viewport_size != WIDTHS[name]:
        page.set_viewport_size(WIDTHS[name])


def asked_of_axe(page: Page, *, whole: bool) -> list[str]:
    """Return what axe finds on an open page, in both themes."""
    page.evaluate(THIN_OUT)
    if not whole:
        page.evaluate(TAKE_SHELL_AWAY)
    found = violations(page, **STRUCTURE)
    if mark_new(page, NEW):
        for theme in ("dark", "light"):
            page.evaluate(TURN, theme)
            pale = violations(page, f"[{NEW}]", runOnly=[COLOURS])
            found += [f"{each} when {theme}" for each in pale]
    return found


def test_the_front_door_is_in_chinese(live: Live, page: Page, sign_in: SignIn) -> None:
    sign_in("owner")
    live.open(page, "/")
    assert page.get_by_role("button", name="\u767b\u5f55", exact=True).is_visible()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
