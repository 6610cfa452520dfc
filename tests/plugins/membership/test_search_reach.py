"""What a search finds is counted and shown as far as the reader reaches, and no further."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from plugins.membership.api import NewMember, Touch, add_members
from tests.support.people import SignIn, add_store

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("staff_read_english")]

ROW = re.compile(r'<tr data-id="(\d+)"')
LIST = "/console/membership/members/"
#: More than are named at once, all of one family; the oldest are another store's.
OLD, NEW = 30, 500


@pytest.fixture
def stores(app: Flask) -> tuple[int, int]:
    """Two stores: the members of the first are older than those whom a search names at once."""
    first, second = add_store("福田店"), add_store("南山店")
    add_members(
        [
            NewMember("陈静", store, f"138{n:08}", Touch("import", store))
            for n in range(OLD + NEW)
            for store in [first if n < OLD else second]
        ]
    )
    return first, second


def row_ids(page: str) -> list[int]:
    return [int(each) for each in ROW.findall(page)]


def test_who_reaches_only_old_ones_finds_them_all(stores: tuple[int, int], sign_in: SignIn) -> None:
    page = sign_in("front_desk", stores[0]).get(f"{LIST}?q=陈").text
    assert sorted(row_ids(page)) == list(range(1, OLD + 1))
    assert f">{OLD}<" in page


def test_who_reaches_many_sees_the_newest_and_that_there_are_more(
    stores: tuple[int, int], sign_in: SignIn
) -> None:
    desk = sign_in("front_desk", stores[1])
    page = desk.get(f"{LIST}?q=陈").text
    assert row_ids(page) == list(range(OLD + NEW, OLD + NEW - 50, -1))
    assert ">50+<" in page
    assert f">{OLD + NEW:,}<" in sign_in("owner").get(f"{LIST}?q=陈").text


def test_the_last_page_of_a_search_holds_the_oldest(
    stores: tuple[int, int], sign_in: SignIn
) -> None:
    page = sign_in("owner").get(f"{LIST}?q=陈&page=last").text
    assert 1 in row_ids(page)
