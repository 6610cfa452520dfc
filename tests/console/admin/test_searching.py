"""Searching a table that declares nothing: quick however long it grows, and honest about it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from console.admin import searching
from tests.console.admin.conftest import URL, House
from tests.support import pages, teahouse


def test_a_short_table_is_looked_through(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin Qiao", house.here, phone="13900139001")
    for text in ("qia", "QIAO", "13900139001", "9001", "390013", "lin 9001"):
        assert pages.ids_of(owner.get(f"{URL}?q={text}").text) == [number], text
    assert "newest" not in owner.get(f"{URL}?q=qia").text


def test_of_a_long_table_parts_are_found_in_the_newest_rows_and_the_page_says_so(
    house: House, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = teahouse.add_guest("Lin Qiao", house.here, phone="13900139001")
    teahouse.add_many(house.here, 30)
    new = teahouse.add_guest("Lin Mei", house.here, phone="13900139002")
    monkeypatch.setattr(searching, "MOST_READ", 20)
    page = owner.get(f"{URL}?q=lin").text
    assert pages.ids_of(page) == [new]
    assert "20" in page
    assert pages.ids_of(owner.get(f"{URL}?q=13900139001").text) == [old]
    assert pages.ids_of(owner.get(f"{URL}?q=Lin+Qiao").text) == []


def test_a_search_never_reads_a_long_table_whole(
    house: House, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.console.admin.test_queries import listening, plan_of

    teahouse.add_many(house.here, 300)
    monkeypatch.setattr(searching, "MOST_READ", 20)
    with listening() as asked:
        owner.get(f"{URL}?q=nobody")
    mine = [each for each in asked if "LIKE" in each[0] or "like" in each[0]]
    assert mine
    for text, values in mine:
        assert "Seq Scan on tea_guest" not in plan_of(text, values)
