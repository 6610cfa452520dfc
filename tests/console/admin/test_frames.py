"""The frame of a list, which is drawn once: what must still be each answer's own."""

from __future__ import annotations

import re
import tracemalloc
from html import unescape

import pytest
from flask.testing import FlaskClient

from console.admin import frames
from tests.console.admin.conftest import URL, House
from tests.support import pages, teahouse
from tests.support.people import post, token_of

pytestmark = pytest.mark.any_engine

SEARCH = re.compile(r'name="q" value="([^"]*)"')
STORE_FORM = re.compile(r'name="url" value="([^"]*)"')
PERSON = re.compile(r'data-person="(\d+)"')
TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)">')


def open_list(client: FlaskClient, query: str = "") -> str:
    """Open the list of guests as it is drawn, and as it is filled."""
    client.get(URL + query)
    return client.get(URL + query).text


def add_guests(house: House, *names: str) -> None:
    for number, name in enumerate(names):
        teahouse.add_guest(name, house.here, phone=f"1380013800{number}")


def test_each_answer_says_what_was_searched_in_it(house: House, owner: FlaskClient) -> None:
    hostile = 'Lin "><script>&'
    add_guests(house, hostile, "Lin", "Mei")
    open_list(owner, "?q=Mei")
    page = owner.get(URL, query_string={"q": hostile})
    assert len(pages.ids_of(page.text)) == 1
    assert {*SEARCH.findall(page.text)} == {"Lin &#34;&gt;&lt;script&gt;&amp;"}
    assert "<script>&" not in page.text
    sorts = re.findall(r'class="sort" href="([^"]*)"', page.text)
    assert sorts
    assert all("q=Lin+%22%3E%3Cscript%3E%26" in unescape(each) for each in sorts)
    other = owner.get(URL + "?q=Mei").text
    assert {*SEARCH.findall(other)} == {"Mei"}
    assert "Lin" not in other


def test_who_changes_the_store_comes_back_to_the_same_search(
    house: House, owner: FlaskClient
) -> None:
    add_guests(house, "Lin", "Mei")
    for name in ("Lin", "Mei"):
        page = open_list(owner, f"?q={name}&sort=name")
        assert unescape(STORE_FORM.findall(page)[0]) == f"{URL}?q={name}&sort=name"


def test_tokens_and_nonces_are_those_of_the_answer(house: House, owner: FlaskClient) -> None:
    add_guests(house, "Lin")
    open_list(owner)
    for _turn in range(2):
        answer = owner.get(URL)
        said = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
        assert said
        assert {*re.findall(r'nonce="([^"]+)"', answer.text)} == {said[1]}
        sent = {"csrf_token": TOKEN.findall(answer.text)[0], "store": str(house.here)}
        assert owner.post("/console/store", data=sent).status_code == 302


def test_a_message_is_shown_once_and_in_no_other_page(house: House, owner: FlaskClient) -> None:
    add_guests(house, "Lin", "Mei")
    open_list(owner)
    page = owner.get(URL).text
    number = pages.ids_of(page)[0]
    fields = {"id": str(number), "version": pages.version_of(page, number)}
    done = post(owner, f"{URL}delete/", fields)
    assert done.status_code == 302
    told, after = owner.get(done.location).text, owner.get(done.location).text
    toasts = [page.partition('id="toasts"')[2].partition("</div>")[0] for page in (told, after)]
    assert "data-undo" in toasts[0] or "toast-note" in toasts[0]
    assert "toast-note" not in toasts[1]


def test_nobody_gets_the_frame_of_another(house: House, owner: FlaskClient) -> None:
    add_guests(house, "Lin")
    open_list(owner)
    desk = house.enter("front_desk", house.here)
    hers, mine = ({*PERSON.findall(open_list(each))} for each in (owner, desk))
    assert len(hers) == len(mine) == 1
    assert hers != mine


def test_what_is_changed_is_seen_in_the_next_answer(house: House, owner: FlaskClient) -> None:
    add_guests(house, "Lin")
    assert "cozy" in open_list(owner)
    answer = owner.post(
        "/console/preference",
        json={"key": "density", "value": "compact"},
        headers={"X-CSRFToken": token_of(owner)},
    )
    assert answer.status_code == 200
    assert 'data-density="compact"' in owner.get(URL).text
    columns = {"columns": ["name"]}
    post(owner, f"{URL}columns/", columns)
    assert "?sort=name" in owner.get(URL).text


def test_pages_of_a_list_lead_on_from_their_own_rows(house: House, owner: FlaskClient) -> None:
    add_guests(house, *(f"Guest {letter}" for letter in "ABC"))
    for number in range(30):
        teahouse.add_guest(f"Other {number:02}", house.here)
    first = open_list(owner, "?size=25&sort=name")
    following = pages.link(first, "next")
    assert following
    second = owner.get(following).text
    numbers = pages.ids_of(first) + pages.ids_of(second)
    assert len(set(numbers)) == 33
    assert pages.link(owner.get(URL + "?size=25&sort=-name").text, "next") != following


def test_frames_hold_what_they_have_in_common_once() -> None:
    lines = "".join(f"<p>{number} 会员</p>\r\n" for number in range(2000))
    page = f"<h1>{frames.mark('search')}</h1>\n{lines}{frames.mark('rows')}\n\n<hr>"
    tracemalloc.start()
    try:
        first = frames.Frame(page)
        alone = tracemalloc.get_traced_memory()[0]
        other = frames.Frame(page.replace("<hr>", "<br>"), [first])
        together = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    texts = {"search": "陈", "rows": "<tr>\n</tr>"}
    assert first.fill(texts).decode() == f"<h1>陈</h1>\n{lines}<tr>\n</tr>\n\n<hr>"
    assert other.fill(texts) == first.fill(texts).replace(b"<hr>", b"<br>")
    assert together < 1.5 * alone
