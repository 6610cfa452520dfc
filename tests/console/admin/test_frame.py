"""The frame of a page is drawn once for a person, and a change of it shows at once."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from console.admin.fields import ChoiceField
from console.admin.forms import Meta
from console.db import db
from console.security.models import User
from console.security.settings import SHOP_NAME
from console.stores import Store
from console.unit import unit
from tests.console.admin.conftest import URL, House


@unit
def _rename(house: House, shop: str, store: str) -> None:
    SHOP_NAME.put(shop)
    db.session.get_one(Store, house.here).name = store


@unit
def _darken() -> None:
    for person in db.session.query(User):
        person.theme = "dark"


def test_a_shop_and_a_store_show_their_new_names_on_the_next_page(
    house: House, owner: FlaskClient
) -> None:
    before = owner.get(URL).text
    _rename(house, "Fine hair", "Luohu")
    after = owner.get(URL).text
    assert "Nanshan" in before
    assert "Fine hair" in after
    assert "Luohu" in after
    assert "Nanshan" not in after


def test_another_look_is_marked_as_chosen_on_the_next_page(house: House) -> None:
    client = house.enter()
    chosen = 'aria-pressed="true" data-prefer="theme" value="dark"'
    assert chosen not in client.get(URL).text
    _darken()
    assert chosen in client.get(URL).text


def test_two_people_have_a_frame_of_their_own_each(house: House) -> None:
    owner, desk = house.enter(), house.enter("front_desk", house.here)
    assert "Futian" in owner.get(URL).text
    assert "Futian" not in desk.get(URL).text
    assert "Futian" in owner.get(URL).text


@pytest.mark.any_engine
def test_a_list_to_choose_from_writes_what_people_named_as_text(house: House) -> None:
    with house.app.app_context():
        field: Any = ChoiceField("Tea", options=[('"<b>', "<i>black</i>")], nullable=True)
        bound = field.bind(form=None, name="tea", _meta=Meta())
        bound.process(None, data='"<b>')
        drawn = str(bound(class_="form-select"))
    assert '<option selected value="&quot;&lt;b&gt;">&lt;i&gt;black&lt;/i&gt;</option>' in drawn
    assert drawn.startswith('<select class="form-select" id="tea" name="tea">')
