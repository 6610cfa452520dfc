"""What staff see: messages with masked phones, in their stores; the sandbox in the demo only."""

from __future__ import annotations

import pytest
from flask import Flask

from console import clock
from plugins.membership.models import Member
from plugins.messages.api import Undeliverable, send_code, send_message
from tests.plugins.messages.test_sending import MORNING
from tests.support.messages import (
    PHONE,
    WELCOME,
    Pier,
    add_member,
    deliveries,
    messages,
    turn_demo_on,
    work,
)
from tests.support.people import SignIn, add_store, post

pytestmark = pytest.mark.any_engine

LIST, OUTBOX = "/console/messages/messages/", "/console/messages/outbox/"
SETTINGS = "/console/system/settings/messages/"


def test_the_list_tells_what_whom_and_how_it_went(
    app: Flask, pier: type[Pier], sign_in: SignIn
) -> None:
    with clock.frozen(MORNING):
        send_message(add_member(), WELCOME, {"number": 7})
        work(app)
    page = sign_in("manager").get(LIST).text
    for words in ("Mei", "2026-03-08 10:00"):
        assert words in page
    details = sign_in("manager").get(f"{LIST}{messages()[0].id}/").text
    assert "Mei" in details
    assert f"/console/membership/members/{messages()[0].member_id}/" in details


def test_phones_are_masked_for_the_front_desk(app: Flask, sign_in: SignIn) -> None:
    send_message(add_member(), WELCOME, {"number": 7})
    page = sign_in("front_desk").get(LIST).text
    assert "138****8000" in page
    assert PHONE not in page


def test_a_technician_has_no_list_of_messages(app: Flask, sign_in: SignIn) -> None:
    assert sign_in("technician").get(LIST).status_code == 403


def test_staff_see_the_messages_of_their_stores(app: Flask, sign_in: SignIn) -> None:
    here, there = add_store("Nanshan"), add_store("Futian")
    send_message(add_member("Mei", store=here), WELCOME, {"number": 7})
    send_message(add_member("Lili", "13800138001", store=there), WELCOME, {"number": 8})
    client = sign_in("front_desk", store=here)
    page = client.get(LIST).text
    assert "Mei" in page
    assert "Lili" not in page
    foreign = messages()[1].id
    assert client.get(f"{LIST}{foreign}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?f.state.eq=failed", True),
        ("?f.state.eq=sent", False),
        ("?f.read.eq=0", True),
        ("?f.read.eq=1", False),
        ("?f.purpose.eq=marketing", False),
        ("?search=Mei", True),
        ("?search=8000", True),
    ],
)
def test_messages_are_filtered(
    app: Flask, pier: type[Pier], sign_in: SignIn, query: str, found: bool
) -> None:
    pier.troubles.append(Undeliverable("there is no such number"))
    send_message(add_member(), WELCOME, {"number": 7})
    work(app)
    assert ("138****8000" in sign_in("front_desk").get(LIST + query).text) is found


def test_what_failed_is_sent_again_by_one_click(
    app: Flask, pier: type[Pier], sign_in: SignIn
) -> None:
    pier.troubles.append(Undeliverable("there is no such number"))
    send_message(add_member(), WELCOME, {"number": 7})
    work(app)
    number = messages()[0].id
    answer = post(
        sign_in("front_desk"), f"{LIST}action/", {"action": "resend", "rowid": str(number)}
    )
    assert answer.status_code < 400
    work(app)
    assert (deliveries()[0].state, len(pier.letters)) == ("sent", 1)


def test_a_members_page_shows_her_latest_messages(app: Flask, sign_in: SignIn) -> None:
    member = add_member()
    for number in range(7):
        send_message(member, WELCOME, {"number": f"no-{number}"})
    path = f"/console/membership/members/{member}/"
    page = sign_in("front_desk").get(path).text
    assert "no-6" in page
    assert "no-1." not in page
    assert f"{LIST}?f.member_id.eq={member}" in page
    assert "no-6" not in sign_in("technician").get(path).text
    assert Member.__tablename__ == "membership_member"


def test_the_sandbox_is_read_in_the_demo_only(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    send_code(PHONE, "test")
    work(app)
    paths = [OUTBOX, f"{OUTBOX}1/"]
    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert OUTBOX not in client.get("/console/").text
    turn_demo_on()
    assert [client.get(path).status_code for path in paths] == [200, 200]
    assert OUTBOX in client.get("/console/").text


def test_the_owner_chooses_channels_and_none_that_is_real_in_the_demo(
    app: Flask, pier: type[Pier], sign_in: SignIn
) -> None:
    client = sign_in("owner")
    page = client.get(SETTINGS).text
    assert 'value="pier"' in page
    chosen = {
        "messages__service_channel": "",
        "messages__marketing_channel": "pier",
        "messages__code_channel": "pier",
        "messages__marketing_from": "09:30",
        "messages__marketing_to": "20:00",
        "messages__most_a_day": "1",
        "messages__most_a_month": "4",
    }
    assert post(client, SETTINGS, chosen).status_code == 302
    turn_demo_on()
    assert 'value="pier"' not in client.get(SETTINGS).text
    assert post(client, SETTINGS, chosen).status_code == 422
