"""The search palette: members, staff, services, pages and acts, as far as each may see them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.salon.api import Staff
from tests.support.membership import join
from tests.support.people import SignIn, add_person, add_store

pytestmark = pytest.mark.any_engine

PALETTE = "/console/search/"


def ask(client: FlaskClient, text: str = "", *recent: str) -> dict[str, list[dict[str, Any]]]:
    """Return the hits of the palette by group."""
    return {group["key"]: group["hits"] for group in groups(client, text, *recent)}


def groups(client: FlaskClient, text: str, *recent: str) -> list[dict[str, Any]]:
    """Return the groups of the palette as it gets them."""
    answer = client.get(PALETTE, query_string={"q": text, "recent": list(recent)})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.get_json()["groups"]
    return found


def labels(hits: list[dict[str, Any]]) -> list[str]:
    return [hit["label"] for hit in hits]


@pytest.fixture
def store(app: Flask) -> int:
    return add_store("南山")


@pytest.fixture
def owner(store: int, sign_in: SignIn) -> FlaskClient:
    return sign_in()


@pytest.mark.parametrize("text", ["csy", "8000", "诗雅", "shiya", "13800138000"])
def test_a_member_is_found_with_what_tells_her_apart(
    owner: FlaskClient, store: int, text: str
) -> None:
    member = join("陈诗雅", store)
    [hit] = ask(owner, text)["membership_member"]
    assert hit["label"] == "陈诗雅"
    assert member.number in hit["detail"]
    assert hit["url"] == f"/console/membership/members/{member.id}/"
    assert owner.get(hit["url"]).status_code == 200


@pytest.mark.parametrize(
    ("text", "marks"),
    [("csy", [[0, 3]]), ("sy", [[1, 3]]), ("shiya", [[1, 3]]), ("诗", [[1, 2]]), ("chen ya", None)],
)
def test_the_letters_that_answer_are_marked(
    owner: FlaskClient, store: int, text: str, marks: list[list[int]] | None
) -> None:
    join("陈诗雅", store)
    [hit] = ask(owner, text)["membership_member"]
    assert hit["marks"] == (marks or [[0, 1], [2, 3]])


def test_who_may_not_see_phones_sees_none_here(app: Flask, store: int, sign_in: SignIn) -> None:
    join("陈诗雅", store)
    answer = sign_in("technician", store).get(PALETTE, query_string={"q": "8000"})
    assert "陈诗雅" in answer.get_json()["groups"][0]["hits"][0]["label"]
    assert "138****8000" in answer.text
    assert "13800138000" not in answer.text


def test_members_of_other_stores_are_not_found_but_by_the_whole_phone(
    app: Flask, store: int, sign_in: SignIn
) -> None:
    join("陈诗雅", store)
    desk = sign_in("front_desk", add_store("福田"))
    assert "membership_member" not in ask(desk, "csy")
    assert "membership_member" not in ask(desk, "8000")
    [hit] = ask(desk, "13800138000")["membership_member"]
    assert "陈诗雅" not in hit["label"] + hit["detail"]
    assert "陈诗雅" in desk.get(hit["url"]).text


@pytest.mark.parametrize("text", ["会员列表", "member li", "hylb", "huiyuanlie", "liebiao"])
def test_a_page_is_found_in_each_language_and_by_its_pinyin(owner: FlaskClient, text: str) -> None:
    [hit, *_] = ask(owner, text)["pages"]
    assert hit["url"] == "/console/membership/members/"


@pytest.mark.parametrize("text", ["new mem", "xinzeng", "新增会员", "xzhy"])
def test_acts_are_found(owner: FlaskClient, text: str) -> None:
    assert "/console/membership/members/new/" in [hit["url"] for hit in ask(owner, text)["acts"]]


def test_nobody_finds_what_she_may_not_open(store: int, sign_in: SignIn) -> None:
    technician = sign_in("technician", store)
    assert "acts" not in ask(technician, "new member")
    assert "pages" not in ask(technician, "roles")
    assert groups(sign_in(), "roles")
    for hits in ask(technician, "a").values():
        for hit in hits:
            assert technician.get(hit["url"]).status_code == 200, hit


def test_staff_and_services_come_through_the_hook(owner: FlaskClient, store: int) -> None:
    @api.unit
    def hire() -> None:
        today = api.today("Asia/Shanghai")
        lin = Staff(name="林巧", title="美容师", main_store_id=store, joined_on=today)
        api.db.session.add(lin)

    hire()
    assert labels(ask(owner, "lq")["salon_staff"]) == ["林巧"]
    assert labels(ask(owner, "meirong")["salon_staff"]) == ["林巧"]


def test_what_was_opened_comes_first_in_an_empty_palette(owner: FlaskClient, store: int) -> None:
    first, second = join("陈诗雅", store), join("林巧", store, phone="13900139000")
    places = [f"/console/membership/members/{each.id}/" for each in (second, first)]
    found = ask(owner, "", *places, "/console/membership/members/99/", "https://elsewhere/")
    assert next(iter(found)) == "recent"
    assert labels(found["recent"]) == ["林巧", "陈诗雅"]
    assert found["acts"]


def test_what_was_opened_is_not_recalled_for_others(store: int, sign_in: SignIn) -> None:
    member = join("陈诗雅", store)
    desk = sign_in("front_desk", add_store("福田"))
    assert "recent" not in ask(desk, "", f"/console/membership/members/{member.id}/")


def test_more_hits_than_fit_lead_to_the_list(owner: FlaskClient, store: int) -> None:
    for number in range(8):
        join("陈诗雅", store, phone=f"1380013800{number}")
    members = groups(owner, "csy")[0]
    assert len(members["hits"]) == 6
    assert owner.get(members["more"]).text.count(">陈诗雅<") == 8


@pytest.mark.parametrize("text", ["林巧", "linqiao", "lq"])
def test_who_bears_this_very_name_comes_first(owner: FlaskClient, store: int, text: str) -> None:
    for number, name in enumerate(["林巧", *["林巧云"] * 7]):
        join(name, store, phone=f"1380013800{number}")
    hits = ask(owner, text)["membership_member"]
    assert labels(hits)[:2] == ["林巧", "林巧云"]


def test_strangers_are_sent_away(app: Flask, client: FlaskClient) -> None:
    add_person()
    answer = client.get(PALETTE, headers={"Accept": "application/json"})
    assert answer.status_code == 401
