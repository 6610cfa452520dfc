"""What the plugin does, as guests and staff see it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import api
from console.testing.listening import Announced
from console.testing.pages import cells_of, ids_of
from console.testing.parallel import at_once
from console.testing.people import SignIn, add_store, post
from sample.api import LONGEST, Entry, add_entry, finish_entries, sample_entry_added


def test_staff_read_what_a_guest_wrote(client: FlaskClient, sign_in: SignIn) -> None:
    store = add_store()
    assert client.get(f"/sample/{store}").status_code == 200
    assert post(client, f"/sample/{store}", {"text": "More tea, please"}).status_code == 200
    page = sign_in("front_desk").get("/console/sample/entries/").text
    assert "More tea, please" in page


def test_an_entry_is_marked_as_done_once(sign_in: SignIn) -> None:
    number = add_entry(add_store(), "More tea, please")
    desk = sign_in("front_desk")
    asked = {"action": "finish", "rowid": str(number)}
    assert post(desk, "/console/sample/entries/action/", asked).status_code == 302
    assert finish_entries([number]) == 0
    page = desk.get("/console/sample/entries/").text
    assert ids_of(page) == [number]
    assert len([cell for cell in cells_of(page, number) if cell.startswith("20")]) == 2


@pytest.mark.parametrize("text", ["", "   ", "x" * 201])
def test_what_cannot_be_kept_stays_in_the_form(client: FlaskClient, text: str) -> None:
    answer = post(client, f"/sample/{add_store()}", {"text": text})
    assert answer.status_code == 422
    assert text in answer.text
    assert api.db.session.scalar(sa.select(sa.func.count(Entry.id))) == 0


@pytest.mark.usefixtures("app")
def test_the_owner_decides_how_long_an_entry_may_be() -> None:
    put_longest(300)
    assert add_entry(add_store(), "x" * 201)


def test_a_store_that_does_not_exist_gets_no_entry(client: FlaskClient) -> None:
    assert post(client, "/sample/77", {"text": "Hello"}).status_code == 404


def test_what_was_written_is_announced(announced: Announced) -> None:
    number = add_entry(add_store(), "More tea, please")
    assert announced(sample_entry_added) == [{"entry_id": number}]


def test_eight_people_who_finish_one_entry_finish_it_once(app: Flask) -> None:
    number = add_entry(add_store(), "More tea, please")
    counts = at_once(app, 8, lambda _number: finish_entries([number]))
    assert (counts.count(1), counts.count(0)) == (1, 7)


@api.unit
def put_longest(most: int) -> None:
    """Set how long an entry may be."""
    LONGEST.put(most)
