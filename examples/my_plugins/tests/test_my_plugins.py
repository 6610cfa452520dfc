"""Small plugins in a folder, without being installed: each does what the guide says."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from console import api
from console.testing.listening import Phone
from console.testing.pages import cells_of, ids_of, words
from console.testing.people import SignIn, add_store
from console.testing.plugin import Work
from console_folder.words import FOLDER, tell_ready
from flask import Flask
from plugins.membership.api import NewMember, add_member
from plugins.messages.services.settings import SERVICE_CHANNEL
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


def test_a_number_is_found_from_every_page(sign_in: SignIn) -> None:
    store = add_store()
    take_number(store)
    desk = sign_in("front_desk", store)
    groups = desk.get("/console/search/?q=1").get_json()["groups"]
    hits = next(group["hits"] for group in groups if group["key"] == "walkin_ticket")
    assert desk.get(hits[0]["url"]).status_code == 200
    assert "walkin_ticket" not in [
        group["key"]
        for group in sign_in("accountant").get("/console/search/?q=1").get_json()["groups"]
    ]


def test_the_member_card_has_a_tile_with_a_page_behind_it(app: Flask, phone: Phone) -> None:
    member = add_member(NewMember("Chen Shiya", add_store(), "13800138000"))
    hers = phone(member.id, member.name)
    assert 'href="/perks/mine"' in hers.get("/membership/card").text
    assert str(member.joined_on) in hers.get("/perks/mine").text
    assert app.test_client().get("/perks/mine").status_code == 302


def test_a_message_goes_out_by_a_channel_of_ones_own(
    app: Flask, tmp_path: Path, work: Work
) -> None:
    member = add_member(NewMember("Chen Shiya", add_store(), "13800138000")).id
    choose_gateway(tmp_path)
    assert tell_ready(1, member, "Nanshan") == tell_ready(1, member, "Nanshan")
    work()
    (letter,) = tmp_path.glob("*.json")
    assert "Nanshan" in json.loads(letter.read_text())["text"]


@api.unit
def choose_gateway(folder: Path) -> None:
    """Choose the channel as the owner would, in the settings of messages."""
    SERVICE_CHANNEL.put("gateway")
    FOLDER.put(str(folder))
