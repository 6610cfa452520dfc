"""Editing in the list."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.console.admin.conftest import URL, House
from tests.console.admin.test_forms import edited, only_guest
from tests.support import pages, teahouse
from tests.support.people import post

UPDATE = f"{URL}update/"


def change(
    client: FlaskClient, number: int, key: str, value: str, version: str | None = None
) -> Any:
    if version is None:
        version = pages.version_of(client.get(URL).text, number)
    return post(client, UPDATE, {"id": str(number), "key": key, "value": value, "version": version})


def test_a_value_is_changed_and_answered_as_it_shows(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here, note="stays")
    answer = change(owner, number, "sort", "black")
    assert answer.status_code == 200
    assert answer.json["value"] == "black"
    assert answer.json["display"]
    assert (only_guest().sort, only_guest().note) == ("black", "stays")
    following = change(owner, number, "visits", "7", answer.json["version"])
    assert following.json["ok"]
    assert only_guest().visits == 7


def test_a_switch_is_turned_off_again(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here, regular=True)
    assert change(owner, number, "regular", "False").json["ok"]
    assert only_guest().regular is False


def test_a_wrong_value_is_refused_with_words(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here)
    for key, value in (("name", " "), ("visits", "many"), ("sort", "coffee"), ("name", "Nobody")):
        answer = change(owner, number, key, value)
        assert answer.status_code == 422
        assert answer.json["error"]
    assert only_guest().name == "Lin"


def test_money_and_what_is_not_offered_cannot_be_changed_here(
    house: House, owner: FlaskClient
) -> None:
    number = teahouse.add_guest("Lin", house.here, balance_fen=5)
    for key in ("balance_fen", "limit_fen", "phone", "store_id", "id", "", "cups", "note"):
        assert change(owner, number, key, "1").status_code == 404
    assert only_guest().balance_fen == 5


def test_the_second_is_told_that_the_row_changed(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here)
    version = pages.version_of(owner.get(URL).text, number)
    post(owner, f"{URL}{number}/edit/", edited(owner, number, note="new"))
    answer = change(owner, number, "name", "Yi", version)
    assert answer.status_code == 409
    assert "owner" in answer.json["error"]
    assert change(owner, number, "name", "Yi", "").status_code == 409
    assert only_guest().name == "Lin"


def test_who_may_not_edit_cannot_edit_in_the_list(house: House) -> None:
    number = teahouse.add_guest("Lin", house.here)
    client = house.enter("front_desk", house.here)
    page = client.get(URL).text
    assert "Lin" in page
    assert "cell-edit" not in page
    assert change(client, number, "name", "Yi", "").status_code == 403
