"""Scanning a member's code in the console, codes to join by, and requests that staff settle."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from console import api
from console.inbox import Notice
from plugins.membership.api import Member, show_code
from plugins.membership.models import CardRequest, JoinCode
from plugins.membership.services.join_codes import add_join_code
from plugins.membership.services.requests import ask_staff
from tests.support.membership import PHONE, join
from tests.support.pages import words
from tests.support.people import SignIn, add_store, post, token_of

pytestmark = pytest.mark.any_engine

SCAN = "/console/system/scan/"
CODES = "/console/membership/join-codes/"
REQUESTS = "/console/membership/requests/"
NEW = "13900139001"


@pytest.fixture
def store(app: Flask) -> int:
    return add_store("福田店")


def scan(client: Any, text: str) -> Any:
    """Send what a scanner read, as every page of the console does."""
    return client.post(SCAN, json={"text": text}, headers={"X-CSRFToken": token_of(client)})


def test_scanning_a_code_opens_her_file_and_does_not_use_it_up(
    app: Flask, store: int, sign_in: SignIn
) -> None:
    member = join(store=store)
    desk = sign_in("front_desk", store)
    code = show_code(member.id)
    for _time in range(2):
        found = scan(desk, code).json
        assert found["url"].startswith(f"/console/membership/members/{member.id}/?shown=")
        assert code not in found["url"]
    typed = post(desk, SCAN, {"text": f"{code[:10]} {code[10:]}"})
    assert f"/members/{member.id}/?shown=" in typed.location


def test_a_member_of_another_store_is_received_by_her_code(
    app: Flask, store: int, sign_in: SignIn
) -> None:
    member = join(store=add_store("南山店"))
    answer = scan(sign_in("front_desk", store), show_code(member.id)).json
    assert answer["url"].endswith(f"elsewhere?q={member.number}")


@pytest.mark.parametrize(
    ("text", "status"), [("9" * 20, 422), ("123", 404), ("", 422), ("<script>", 404)]
)
def test_a_code_that_is_nobodys_says_so(
    app: Flask, store: int, sign_in: SignIn, text: str, status: int
) -> None:
    answer = scan(sign_in("front_desk", store), text)
    assert answer.status_code == status
    assert answer.json["error"]


def test_what_is_no_member_code_is_left_to_other_plugins(app: Flask, store: int) -> None:
    assert api.answers(api.console_open_scan, text="6901234567892") == []


def test_the_scanning_page_keeps_its_field_when_a_code_is_refused(
    app: Flask, store: int, sign_in: SignIn
) -> None:
    page = post(sign_in("front_desk", store), SCAN, {"text": "9" * 20})
    assert page.status_code == 422
    assert 'role="alert"' in page.text


def test_a_code_to_join_by_is_made_shown_and_printed(
    app: Flask, store: int, sign_in: SignIn
) -> None:
    manager = sign_in("manager", store)
    made = post(manager, f"{CODES}new/", {"store_id": store, "channel": "door", "active": "y"})
    assert made.status_code == 302, made.text
    code = api.db.session.query(JoinCode).one()
    assert re.fullmatch(r"[a-z2-9]{10}", code.token)
    page = manager.get(f"{CODES}{code.id}/").text
    assert f"/membership/join/{code.token}" in page
    assert "<svg" in manager.get(f"{CODES}{code.id}/print").text
    svg, png = (manager.get(f"{CODES}{code.id}/qr.{kind}") for kind in ("svg", "png"))
    assert (svg.mimetype, svg.data[:5]) == ("image/svg+xml", b"<?xml")
    assert (png.mimetype, png.data[:4]) == ("image/png", b"\x89PNG")


def test_codes_of_other_stores_and_their_pictures_stay_out_of_sight(
    app: Flask, store: int, sign_in: SignIn
) -> None:
    code = add_join_code(add_store("南山店"))
    manager = sign_in("manager", store)
    for page in ("", "print", "qr.svg", "qr.png"):
        assert manager.get(f"{CODES}{code.id}/{page}").status_code == 404


def test_staff_give_the_proven_phone_to_the_file_that_is_hers(
    app: Flask, store: int, sign_in: SignIn
) -> None:
    member = join(phone=None, store=store, earlier_numbers=[NEW])
    number = ask_staff(NEW, "several", store_id=store)
    desk = sign_in("front_desk", store)
    page = words(desk.get(f"{REQUESTS}{number}/").text)
    assert member.name in page
    assert NEW not in page
    post(desk, f"{REQUESTS}{number}/settle", {"member_id": member.id})
    api.db.session.expire_all()
    assert api.db.session.get_one(Member, member.id).phone == NEW
    request = api.db.session.get_one(CardRequest, number)
    assert (request.member_id, request.done_at is None) == (member.id, False)
    todo = api.db.session.query(Notice).filter(Notice.todo).one()
    assert todo.done_at is not None
    again = post(desk, f"{REQUESTS}{number}/settle", {"member_id": member.id})
    assert again.location.endswith(f"{REQUESTS}{number}/"), "it says that it is settled"


def test_a_request_is_closed_without_a_file(app: Flask, store: int, sign_in: SignIn) -> None:
    number = ask_staff(NEW, "unknown", store_id=store)
    desk = sign_in("front_desk", store)
    post(desk, f"{REQUESTS}{number}/settle", {"member_id": ""})
    assert api.db.session.get_one(CardRequest, number).done_at is not None


def test_nobody_gives_a_phone_to_a_file_of_another_store(
    app: Flask, store: int, sign_in: SignIn
) -> None:
    other = join(phone=None, store=add_store("南山店"), earlier_numbers=[NEW])
    number = ask_staff(NEW, "several", store_id=store)
    desk = sign_in("front_desk", store)
    assert other.name not in desk.get(f"{REQUESTS}{number}/").text
    answer = post(desk, f"{REQUESTS}{number}/settle", {"member_id": other.id})
    assert answer.status_code == 404
    assert api.db.session.get_one(Member, other.id).phone is None


def test_asking_again_is_one_to_do(app: Flask, store: int) -> None:
    first = ask_staff(NEW, "unknown", store_id=store)
    assert ask_staff(f"+86{NEW}", "several", store_id=store) == first
    assert api.db.session.query(Notice).filter(Notice.todo).count() == 1


def test_without_the_demo_there_is_no_counter_and_no_way_in(
    app: Flask, store: int, sign_in: SignIn
) -> None:
    join(store=store, phone=PHONE)
    assert sign_in("owner").get("/demo/counter").status_code == 404
    stranger = app.test_client()
    assert post(stranger, "/membership/demo").status_code == 404


@pytest.mark.usefixtures("with_demo")
def test_one_click_is_the_demo_members_phone(app: Flask) -> None:
    stranger = app.test_client()
    assert "/membership/demo" in stranger.get("/").text
    assert post(stranger, "/membership/demo").location == "/membership/card"
    assert "陈诗雅" in stranger.get("/membership/card").text
    staff = app.test_client()
    post(staff, "/demo", {"role": "front_desk", "next": "/demo/counter"})
    page = staff.get("/demo/counter")
    assert {"/membership/card", "/console/membership/members/"} <= set(
        re.findall(r'src="([^"]+)"', page.text)
    )


def test_only_a_demo_lets_its_pages_be_framed(app: Flask) -> None:
    config = app.extensions["console_config"]
    app.extensions["console_config"] = replace(config, demo=False)
    headers = app.test_client().get("/membership/welcome").headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
