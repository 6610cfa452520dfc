"""Members are found by whatever staff know of them, in lists and pickers."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console import api
from plugins.membership.api import Member, NewMember, Touch, add_members
from plugins.membership.services.filing import settle_file
from tests.support.membership import join
from tests.support.people import SignIn, add_store

LIST = "/console/membership/members/"


@pytest.fixture
def store(app: Flask) -> int:
    return add_store()


@pytest.fixture
def owner(store: int, sign_in: SignIn) -> FlaskClient:
    return sign_in()


def finds(client: FlaskClient, text: str, name: str = "陈诗雅") -> bool:
    """Whether the list shows a member when *text* is searched."""
    page = client.get(LIST, query_string={"q": text})
    assert page.status_code == 200
    return f">{name}<" in page.text


@pytest.mark.parametrize(
    "text",
    [
        "陈诗雅",
        "诗雅",
        "诗",
        "雅",
        "chenshiya",
        "CHEN",
        "shiya",
        "chen shi ya",
        "ya",
        "csy",
        "CS",
        "sy",
        "8000",
        "８０００",  # noqa: RUF001 - as an input method types them
        "13800138000",
        "138 0013 8000",
        "+86 138-0013-8000",
        "OLD-77",
        "csy 8000",
        "8000 chen",
    ],
)
def test_a_member_is_found_by(owner: FlaskClient, store: int, text: str) -> None:
    join("王小明", store, phone="13900139001")
    member = join("陈诗雅", store, earlier_numbers=["OLD-77"])
    assert finds(owner, text)
    assert not finds(owner, text, "王小明")
    assert finds(owner, member.number)
    assert finds(owner, member.number.lower())


@pytest.mark.parametrize("text", ["shi雅x", "hen", "800", "1380013", "sya", "%", "_", "csy 8001"])
def test_a_member_is_not_found_by(owner: FlaskClient, store: int, text: str) -> None:
    join("陈诗雅", store)
    assert not finds(owner, text)


def test_a_surname_is_found_by_how_it_sounds_and_by_how_it_looks(
    owner: FlaskClient, store: int
) -> None:
    join("单小乐", store)
    assert finds(owner, "shan", "单小乐")
    assert finds(owner, "dan", "单小乐")


def test_a_renamed_member_is_found_by_her_new_name_only(owner: FlaskClient, store: int) -> None:
    member = join("陈诗雅", store)

    @api.unit
    def rename() -> None:
        row = api.db.session.get_one(Member, member.id)
        row.name = "林巧"
        settle_file(row)

    rename()
    assert finds(owner, "linqiao", "林巧")
    assert not finds(owner, "csy", "林巧")


def test_members_who_came_together_are_all_found(owner: FlaskClient, store: int) -> None:
    names = ["陈诗雅", "林巧", "王小明"]
    add_members([NewMember(name, store, None, Touch("import", store)) for name in names])
    for name, sound in zip(names, ["csy", "lq", "wangxm"], strict=True):
        assert finds(owner, sound if sound != "wangxm" else "wangxiaoming", name)
