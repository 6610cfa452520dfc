"""The queue, as guests and the front desk see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from console import api
from console.testing.listening import Announced, Phone
from console.testing.pages import ids_of, words
from console.testing.parallel import at_once
from console.testing.people import SignIn, add_store, post
from flask import Flask
from flask.testing import FlaskClient

from walkin.api import MOST, PATIENCE, call_guests, take_number, walkin_guest_called


def test_guests_get_numbers_in_the_order_in_which_they_come(client: FlaskClient) -> None:
    store = add_store()
    for number in (1, 2):
        answer = post(client, f"/walkin/{store}")
        assert answer.location.endswith(f"?number={number}")
        assert str(number) in words(client.get(answer.location).text)


def test_each_store_has_a_queue_of_its_own(app: Flask) -> None:
    assert [take_number(add_store()), take_number(add_store())] == [1, 1]


def test_the_front_desk_calls_a_guest_once(sign_in: SignIn, announced: Announced) -> None:
    take_number(add_store(), member_id=7)
    desk = sign_in("front_desk")
    (ticket,) = ids_of(desk.get("/console/walkin/tickets/").text)
    for _ in range(2):
        asked = {"action": "call", "rowid": str(ticket)}
        assert post(desk, "/console/walkin/tickets/action/", asked).status_code == 302
    assert announced(walkin_guest_called) == [{"ticket_id": ticket, "member_id": 7}]


def test_a_member_finds_her_number_on_her_phone(phone: Phone) -> None:
    store = add_store()
    hers = phone(7)
    post(hers, f"/walkin/{store}")
    assert "1" in words(hers.get("/walkin/mine").text)
    assert "1" not in words(phone(8).get("/walkin/mine").text)


def test_a_number_lapses(app: Flask) -> None:
    take_number(add_store())
    late = api.now() + timedelta(minutes=PATIENCE.get() + 1)
    with api.at_moment(late), pytest.raises(api.Refused):
        call_guests([1])


def test_a_full_queue_sends_guests_to_the_front_desk(client: FlaskClient) -> None:
    store = add_store()
    for _ in range(MOST.default):
        take_number(store)
    assert post(client, f"/walkin/{store}").status_code == 422


def test_eight_guests_at_once_get_eight_numbers(app: Flask) -> None:
    store = add_store()
    taken = at_once(app, 8, lambda _number: take_number(store))
    assert {*taken} == {1, 2, 3, 4, 5, 6, 7, 8}
