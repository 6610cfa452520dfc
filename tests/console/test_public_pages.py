"""Members' pages: who the visitor is, where she is led, in which language and look she reads."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from console import api, worker
from console.api import _
from console.assets import DIST, asset
from console.host import states
from console.visitors import is_public_path
from tests.support.app import MakeApp
from tests.support.people import add_person, enter, login_of, post, token_of

CHINESE = "\u4e2d\u6587"
PHONE = {"Accept-Language": "en"}
pytestmark = [pytest.mark.any_engine, pytest.mark.slow]

routes = api.PublicRoutes("harbour", __name__)
heard: list[tuple[int, str]] = []


@routes.get("/", audience="anyone")
def show_quay() -> str:
    return api.render_public("public/message.html", heading=_("Message"), message="Ahoy")


@routes.get("/cabin", audience="visitor")
def show_cabin() -> str:
    """Greet the visitor; `actor` tells whom the audit trail would name."""
    who = f"{api.visitor().name}, actor {api.actor().user_id}"
    return api.render_public("public/message.html", heading=_("Message"), message=who)


@routes.post("/cabin", audience="visitor")
def paint_cabin() -> str:
    return f"painted for {api.visitor().name}"


class Harbour(api.Plugin):
    """Knows a sailor by her cookie."""

    name, version = "harbour", "1.0"
    title, summary = _("Store"), _("Store")
    public_routes = (routes,)

    @api.hookimpl
    def console_identify_visitor(self) -> api.Visitor | None:
        name = request.cookies.get("sailor", "")
        return api.Visitor(len(name), name, request.cookies.get("reads")) if name else None

    @api.hookimpl
    def console_welcome_visitor(self, target: str) -> str | None:
        return f"/harbour/?next={target}" if not request.args.get("lost") else None

    @api.hookimpl
    def console_phone_tabs(self) -> Iterator[api.PhoneTab]:
        yield api.PhoneTab("Cabin", "home", "/harbour/cabin", 10)
        yield api.PhoneTab("Quay", "map-pin", "/harbour/", 5, count=120)

    @api.hookimpl
    def console_language_changed(self, visitor_id: int, locale: str) -> None:
        heard.append((visitor_id, locale))


@pytest.fixture
def harbour(make_app: MakeApp) -> Iterator[Flask]:
    heard.clear()
    app = make_app(plugins=(Harbour,))
    with app.app_context():
        yield app


@pytest.fixture
def phone(harbour: Flask) -> FlaskClient:
    return harbour.test_client()


def sign_on(client: FlaskClient, name: str = "Mei", reads: str = "") -> FlaskClient:
    """Let the browser be known by the harbour's cookie."""
    client.set_cookie("sailor", name)
    if reads:
        client.set_cookie("reads", reads)
    return client


def language_of(answer: Any) -> str:
    found = re.search(r'<html lang="([^"]+)"', answer.text)
    assert found, answer.text[:200]
    return found[1]


def test_a_visitor_sees_her_page(phone: FlaskClient) -> None:
    assert "Mei, actor None" in sign_on(phone).get("/harbour/cabin").text


def test_a_stranger_is_led_to_the_door_and_back(phone: FlaskClient) -> None:
    answer = phone.get("/harbour/cabin?deck=2")
    assert answer.status_code == 302
    assert answer.location == "/harbour/?next=/harbour/cabin?deck=2"


def test_a_page_that_nobody_leads_to_says_so(harbour: Flask, phone: FlaskClient) -> None:
    host = harbour.extensions["console"]
    for name in reversed(host.mounted):
        if name not in ("salon", "harbour"):
            states.disable(host, name)
    answer = phone.get("/harbour/cabin?lost=1", headers=PHONE)
    assert answer.status_code == 401
    assert "Open your member card first" in answer.text


def test_what_a_stranger_sends_is_refused_with_the_way_to_the_door(phone: FlaskClient) -> None:
    answer = post(phone, "/harbour/cabin", headers=PHONE)
    assert answer.status_code == 401
    assert "painted" not in answer.text
    assert 'href="/harbour/?next=' in answer.text


def test_a_script_of_a_stranger_gets_an_answer_it_can_read(phone: FlaskClient) -> None:
    headers = {"Accept": "application/json", "X-CSRFToken": token_of(phone), **PHONE}
    answer = phone.post("/harbour/cabin", headers=headers)
    assert answer.status_code == 401
    assert answer.json == {"ok": False, "error": "Open your member card first."}


def test_a_visitor_sends_nothing_without_a_token(phone: FlaskClient) -> None:
    sign_on(phone)
    assert phone.post("/harbour/cabin").status_code == 400
    assert post(phone, "/harbour/cabin").text == "painted for Mei"
    strange = {"Sec-Fetch-Site": "cross-site"}
    assert post(phone, "/harbour/cabin", headers=strange).status_code == 400


def test_staff_in_the_same_browser_are_nobody_on_a_members_page(
    harbour: Flask, phone: FlaskClient
) -> None:
    enter(phone, login_of(add_person("owner")))
    assert phone.get("/console/").status_code == 200
    assert phone.get("/harbour/cabin").status_code == 302
    assert "Mei, actor None" in sign_on(phone).get("/harbour/cabin").text
    assert phone.get("/console/").status_code == 200


READERS = {
    "": "zh-CN",
    "zh-CN,zh;q=0.9,en;q=0.8": "zh-CN",
    "zh-TW": "zh-TW",
    "zh-HK,en": "zh-TW",
    "en-GB,zh;q=0.5": "en",
    "fr, en;q=0.5": "en",
    "fr": "zh-CN",
}


def test_a_page_speaks_the_phones_language(phone: FlaskClient) -> None:
    for wanted, read in READERS.items():
        answer = phone.get("/harbour/", headers={"Accept-Language": wanted})
        assert language_of(answer) == read, wanted


def test_a_member_reads_in_her_own_language_until_she_chooses_another(phone: FlaskClient) -> None:
    sign_on(phone, reads="zh_Hant_TW")
    assert language_of(phone.get("/harbour/cabin", headers=PHONE)) == "zh-TW"
    answer = phone.get("/harbour/cabin?deck=2&language=en")
    assert answer.location == "/harbour/cabin?deck=2"
    assert language_of(phone.get("/harbour/cabin")) == "en"
    assert language_of(phone.get("/harbour/")) == "en"


def test_the_plugins_hear_which_language_a_member_chose(harbour: Flask, phone: FlaskClient) -> None:
    sign_on(phone)
    phone.get("/harbour/cabin?language=en", headers={"Sec-Fetch-Site": "cross-site"})
    phone.get("/harbour/cabin?language=fr")
    worker.drain(harbour)
    assert heard == []
    phone.get("/harbour/cabin?language=zh_Hant_TW")
    worker.drain(harbour)
    assert heard == [(3, "zh_Hant_TW")]


def test_the_console_keeps_a_language_of_its_own(phone: FlaskClient) -> None:
    phone.get("/harbour/?language=en")
    assert language_of(phone.get("/console/setup/")) == "zh-CN"


def test_a_phone_is_light_or_dark_as_its_owner_likes(phone: FlaskClient) -> None:
    page = phone.get("/harbour/").text
    assert 'data-theme="auto"' in page
    assert 'content="light dark"' in page
    assert phone.get("/harbour/?look=dark").location == "/harbour/"
    page = phone.get("/harbour/").text
    assert 'data-theme="dark"' in page
    assert 'name="color-scheme" content="dark"' in page
    assert phone.get("/harbour/?look=purple").status_code == 200


def test_every_page_offers_three_languages_each_in_its_own_name(phone: FlaskClient) -> None:
    page = phone.get("/harbour/?deck=2").text
    for lang in ("zh-CN", "zh-TW", "en"):
        assert f'lang="{lang}" rel="nofollow"' in page
    assert 'href="/harbour/?deck=2&amp;language=en"' in page
    assert CHINESE in page


def test_tabs_are_those_of_the_plugins_in_their_order(phone: FlaskClient) -> None:
    assert 'class="tabs"' not in phone.get("/harbour/").text
    page = sign_on(phone).get("/harbour/cabin").text
    assert page.index('href="/harbour/"') < page.index('href="/harbour/cabin" aria-current="page"')
    assert "99+" in page


def test_a_page_that_is_not_there_is_friendly_and_numbered(
    harbour: Flask, phone: FlaskClient
) -> None:
    for path in ("/nowhere", "/harbour/nowhere"):
        answer = phone.get(path, headers=PHONE)
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text
        assert answer.headers["X-Request-ID"] in answer.text
        assert "phone" in answer.text
        assert "admin" not in answer.text
    states.disable(harbour.extensions["console"], "harbour")
    answer = phone.get("/harbour/", headers=PHONE)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_what_breaks_on_a_members_page_is_told_without_its_reason(harbour: Flask) -> None:
    harbour.config["PROPAGATE_EXCEPTIONS"] = False
    harbour.view_functions["harbour_public.show_quay"] = Broken()
    answer = harbour.test_client().get("/harbour/", headers=PHONE)
    assert answer.status_code == 500
    assert "Nothing was changed by this step" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert "13800138000" not in answer.text
    assert "Broken" not in answer.text


class Broken:
    """A view that fails with something that is nobody's business."""

    audience = "anyone"

    def __call__(self) -> str:
        raise ZeroDivisionError("13800138000")


def test_a_members_page_carries_the_headers_of_the_house(phone: FlaskClient) -> None:
    answer = sign_on(phone).get("/harbour/cabin")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self' 'nonce-" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert not re.search(r"<[^>]+ (?:style|on[a-z]+)=", answer.text)
    assert "<style" not in answer.text


def test_a_page_asked_for_under_a_strange_name_is_refused(make_app: MakeApp) -> None:
    app = make_app(
        plugins=(Harbour,), base_url="https://salon.example", trusted_hosts=("salon.example",)
    )
    client = app.test_client()
    assert client.get("/harbour/", headers={"Host": "salon.example"}).status_code == 200
    assert client.get("/harbour/", headers={"Host": "evil.example"}).status_code == 400


def test_a_members_page_is_light(phone: FlaskClient) -> None:
    files = ("phone.css", "phone.js", "phone.svg", "mark.svg")
    weight = sum(
        len(gzip.compress((DIST / asset(n).url.rpartition("/")[2]).read_bytes())) for n in files
    )
    page = gzip.compress(sign_on(phone).get("/harbour/cabin").data)
    assert len(page) < 2048
    assert weight + len(page) < 8 * 1024


@pytest.mark.parametrize(
    "target",
    [
        "",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/%0d%0aLocation: x\r\n",
        "/a\nb",
        "/\tevil.example",
        "javascript:alert(1)",
        "harbour/cabin",
        "/",
        "/console/",
        "/console/system/roles",
        "/static/dist/x",
        "/demo/counter",
        "/" + "a" * 3000,
        "/ evil",
        "/\u2028evil",
        "///evil.example",
        "http:/evil.example",
    ],
)
def test_nobody_is_led_elsewhere(app: Flask, target: str) -> None:
    assert api.public_path(target, "/harbour/") == "/harbour/"


@pytest.mark.parametrize(
    "target", ["/harbour/cabin", "/harbour/cabin?deck=2&x=%20", "/messages/inbox"]
)
def test_a_members_page_may_be_returned_to(app: Flask, target: str) -> None:
    assert api.public_path(target, "/harbour/") == target


def test_no_address_of_the_host_is_taken_for_a_members(app: Flask) -> None:
    plugins = set(app.extensions["console"].mounted)
    firsts = {rule.rule.strip("/").partition("/")[0] for rule in app.url_map.iter_rules()}
    assert {first for first in firsts if is_public_path(f"/{first}/")} <= plugins
