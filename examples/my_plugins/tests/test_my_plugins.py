"""Two small neighbours of the walk-in queue, in a folder, without being installed."""

from __future__ import annotations

from datetime import timedelta

from console import api
from console.testing.pages import cells_of, ids_of, words
from console.testing.people import SignIn, add_store
from console.testing.plugin import Work
from flask import Flask
from walkin.api import call_guests, take_number

QUEUE = "/console/walkin/tickets/"


def test_the_front_desk_hears_the_bell(sign_in: SignIn, work: Work) -> None:
    store = add_store()
    desk = sign_in("front_desk", store)
    take_number(store)
    call_guests(ids_of(desk.get(QUEUE).text))
    work()
    assert "\u5df2\u53eb 1 \u53f7" in words(desk.get("/console/system/inbox/").text)


def test_the_queue_tells_how_long_a_guest_waited(sign_in: SignIn) -> None:
    store = add_store()
    take_number(store)
    desk = sign_in("front_desk", store)
    (ticket,) = ids_of(desk.get(QUEUE).text)
    with api.at_moment(api.now() + timedelta(minutes=12)):
        call_guests([ticket])
    assert "12" in cells_of(desk.get(QUEUE).text, ticket)


def test_the_report_counts_the_guests_of_the_stores_that_one_sees(
    app: Flask, sign_in: SignIn
) -> None:
    near, far = add_store("Futian"), add_store("Nanshan")
    for store in (near, near, near, far):
        take_number(store)
    call_guests([1])
    page = words(sign_in("manager", near).get("/console/waits/report/").text)
    assert "Futian 3 1" in page
    assert "Nanshan" not in page
