"""What a plugin adds to another's pages, and how it goes away again."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from console.db import db
from console.host import states
from tests.console.admin.conftest import URL, House
from tests.support import moods, pages, teahouse
from tests.support.people import post


def test_a_neighbour_adds_columns_filters_panels_and_actions(
    house: House, owner: FlaskClient
) -> None:
    number = teahouse.add_guest("Lin", house.here)
    other = teahouse.add_guest("Mei", house.here)
    for guest in (number, number, other):
        teahouse.add(teahouse.Order(guest_id=guest))
    page = owner.get(f"{URL}?sort=-orders").text
    assert pages.ids_of(page) == [number, other]
    cells = pages.cells_of(page, number)
    assert "2" in cells
    assert f"mood {number}" in cells
    teahouse.add_guest("Hua", house.here)
    assert set(pages.ids_of(owner.get(f"{URL}?f.ordered.eq=1").text)) == {number, other}
    details = owner.get(f"{URL}{number}/").text
    assert "Mood panel" in details
    assert f"&lt;feels {number}&gt;" in details
    assert f'data-post="/mood/{number}"' in details


def test_a_neighbour_that_fails_is_left_out_and_the_list_stands(
    house: House, owner: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = teahouse.add_guest("Lin", house.here)
    monkeypatch.setattr(moods.Moods, "broken", True)
    page = owner.get(URL)
    assert page.status_code == 200
    assert pages.ids_of(page.text) == [number]
    assert "bad mood" not in page.text
    assert f"mood {number}" not in page.text


def test_a_disabled_neighbour_is_gone_at_once(house: House, owner: FlaskClient) -> None:
    number = teahouse.add_guest("Lin", house.here)
    states.disable(house.app.extensions["console"], "mood")
    page = owner.get(f"{URL}?sort=-orders&f.ordered.eq=1")
    assert page.status_code == 200
    assert "mood" not in owner.get(URL).text
    assert "Mood panel" not in owner.get(f"{URL}{number}/").text
    assert not pages.has_field(owner.get(f"{URL}{number}/edit/").text, "mood__word")


def test_a_disabled_plugin_has_no_pages_and_no_menu(house: House, owner: FlaskClient) -> None:
    assert URL in pages.links(owner.get("/console/").text)
    states.disable(house.app.extensions["console"], "tea")
    assert owner.get(URL).status_code == 404
    assert post(owner, f"{URL}new/", {"name": "Lin"}).status_code == 404
    assert URL not in pages.links(owner.get("/console/").text)
    states.enable(house.app.extensions["console"], "tea")
    assert owner.get(URL).status_code == 200


def test_the_menu_shows_what_one_may_open(house: House) -> None:
    desk = house.enter("front_desk", house.here)
    menu = pages.links(desk.get("/console/").text)
    assert URL in menu
    assert "/console/system/plugins/" not in menu
    technician = house.enter("technician", house.here)
    assert URL not in pages.links(technician.get("/console/").text)
    db.session.rollback()
