"""Signing in and out: the form, its limits, and where it leads."""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from console import clock
from console.db import db
from console.inbox import Notice
from console.security import passwords, throttle
from console.security.models import SigninTry, StaffSession, User
from tests.support.people import PASSWORD, SignIn, add_person, enter, login_of, post, token_of

pytestmark = pytest.mark.either_engine

FOREIGN = [
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "https://evil.example",
    "https:evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "HTTPS://evil.example/console/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//console/",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "ftp://evil.example",
    "mailto:a@evil.example",
    "evil.example",
    "evil.example/console/",
    "@evil.example",
    "/@evil.example",
    ".evil.example",
    "/.evil.example",
    "/console/\r\nSet-Cookie: a=b",
    "/console/\r\nLocation: https://evil.example",
    "/console/\n",
    "/console/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    " https://evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/console\\..\\..\\evil.example",
    "/consolation",
    "/console.evil.example",
    "/console@evil.example",
    "/\x00/evil.example",
    "/console/\x00",
    "/\u2028/evil.example",
    "/console/\u0085x",
    "?next=//evil.example",
    "#//evil.example",
    "",
    "/",
    "/console/" + "a" * 3000,
]


def count_sessions() -> int:
    return db.session.scalar(sa.select(sa.func.count(StaffSession.id))) or 0


def open_at(login: str) -> dt.datetime:
    """Return from when on a try is looked at."""
    key = throttle.name(login, "127.0.0.1")
    return db.session.get_one(SigninTry, key, populate_existing=True).open_at


def in_parallel(number: int, act: Callable[[int], Any]) -> list[Any]:
    answers: list[Any] = [None] * number
    start = threading.Barrier(number)

    def run(place: int) -> None:
        start.wait()
        answers[place] = act(place)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_the_first_page_is_the_sign_in_page(app: Flask, client: FlaskClient) -> None:
    add_person("owner")
    page = client.get("/")
    assert page.status_code == 200
    assert 'name="password"' in page.text


def test_the_right_password_opens_the_console(app: Flask, client: FlaskClient) -> None:
    person = add_person("owner")
    answer = enter(client, login_of(person).upper())
    assert answer.status_code == 302
    assert answer.location == "/console/"
    assert client.get("/").location == "/console/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    app: Flask, client: FlaskClient
) -> None:
    login = login_of(add_person("owner"))
    wrong = enter(client, login, "not this one at all")
    unknown = enter(client, "x" * len(login), "not this one at all")
    assert wrong.status_code == unknown.status_code == 422
    pages = [re.sub(r'(nonce|value)="[^"]*"', "", each.text) for each in (wrong, unknown)]
    assert pages[0] == pages[1]


def test_a_person_without_a_password_cannot_sign_in(app: Flask, client: FlaskClient) -> None:
    person = add_person("owner", password_hash="")
    assert enter(client, login_of(person), "").status_code == 422
    assert count_sessions() == 0


@pytest.mark.parametrize("target", FOREIGN)
def test_signing_in_leads_nowhere_but_to_our_own_pages(
    app: Flask, client: FlaskClient, target: str
) -> None:
    answer = enter(client, login_of(add_person("owner")), next=target)
    assert answer.status_code == 302
    assert answer.location == "/console/"


@pytest.mark.parametrize("target", ["/console/system/inbox/", "/console/x?a=b&c=%2F", "/console"])
def test_signing_in_leads_back_to_where_one_was(
    app: Flask, client: FlaskClient, target: str
) -> None:
    answer = enter(client, login_of(add_person("owner")), next=target)
    assert answer.location == target


def test_a_stranger_comes_back_to_the_page_she_asked_for(app: Flask, client: FlaskClient) -> None:
    add_person("owner")
    answer = client.get("/console/system/users/?sort=-name")
    assert answer.location == "/?next=/console/system/users/?sort%3D-name"


def test_a_hundred_wrong_tries_at_once_are_mostly_refused_unseen(app: Flask) -> None:
    login = login_of(add_person("owner"))
    prepared = []
    for _place in range(100):
        client = app.test_client()
        prepared.append((client, token_of(client)))

    def attempt(place: int) -> int:
        client, token = prepared[place]
        sent = {"csrf_token": token, "login": login, "password": f"wrong guess {place}"}
        return client.post("/", data=sent).status_code

    answers = in_parallel(100, attempt)
    assert answers.count(422) == 5
    assert answers.count(429) == 95
    assert 200 not in answers and 302 not in answers


def test_the_right_password_does_not_open_a_door_that_is_held_shut(
    app: Flask, client: FlaskClient
) -> None:
    login = login_of(add_person("owner"))
    for _try in range(5):
        enter(client, login, "wrong guess")
    assert enter(client, login).status_code == 429
    with clock.frozen(clock.now() + dt.timedelta(seconds=6)):
        assert enter(client, login).status_code == 302


def test_the_pause_grows_with_every_wrong_try(app: Flask, client: FlaskClient) -> None:
    login = login_of(add_person("owner"))
    at, pauses = clock.now(), []
    for _try in range(9):
        with clock.frozen(at):
            assert enter(client, login, "wrong guess").status_code == 422
        opens = max(at, open_at(login))
        pauses.append((opens - at).total_seconds())
        at = opens
    assert pauses == [0, 0, 0, 0, 5, 10, 20, 40, 80]


def test_twenty_wrong_tries_in_an_hour_lock_the_account_for_an_hour_and_tell_the_owner(
    app: Flask, client: FlaskClient
) -> None:
    login = login_of(add_person("owner"))
    at = tried = clock.now()
    for _try in range(20):
        tried = at
        with clock.frozen(at):
            assert enter(client, login, "wrong guess").status_code == 422
        at = max(at, open_at(login))
    assert at - tried == dt.timedelta(hours=1)
    assert db.session.scalar(sa.select(sa.func.count(Notice.id))) == 1


def test_a_right_password_from_elsewhere_does_not_help_the_guesser(app: Flask) -> None:
    login = login_of(add_person("owner"))
    guesser, owner = app.test_client(), app.test_client()
    for _try in range(5):
        enter(guesser, login, "wrong guess")
    sent = {"csrf_token": token_of(owner), "login": login, "password": PASSWORD}
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert owner.post("/", data=sent, environ_base=elsewhere).status_code == 302
    assert enter(guesser, login, "wrong guess").status_code == 429


def test_guessing_at_one_account_does_not_lock_another(app: Flask, client: FlaskClient) -> None:
    victim, other = login_of(add_person("owner")), login_of(add_person("manager"))
    for _try in range(6):
        enter(client, victim, "wrong guess")
    assert enter(client, other).status_code == 302


def test_a_password_of_ten_megabytes_is_refused_at_once(app: Flask, client: FlaskClient) -> None:
    login = login_of(add_person("owner"))
    token, began = token_of(client), time.monotonic()
    sent = {"csrf_token": token, "login": login, "password": "x" * 10_000_000}
    assert client.post("/", data=sent).status_code == 400
    assert time.monotonic() - began < 1


@pytest.fixture
def dear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as dearly as in a shop."""
    monkeypatch.setattr(passwords, "hasher", passwords.OWASP)


@pytest.mark.usefixtures("dear")
def test_the_password_is_kept_as_argon2id_only(app: Flask) -> None:
    add_person("owner", password_hash=passwords.hash_secret(PASSWORD))
    hashes = db.session.scalars(sa.select(User.password_hash)).all()
    assert all(each.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for each in hashes)


@pytest.mark.usefixtures("dear")
def test_an_old_hash_is_made_anew_at_the_next_sign_in(app: Flask, client: FlaskClient) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    person = add_person("owner", password_hash=old)
    assert enter(client, login_of(person)).status_code == 302
    db.session.rollback()
    assert db.session.get_one(User, person).password_hash.startswith("$argon2id$v=19$m=19456,t=2")


def test_the_sign_in_page_speaks_the_language_that_was_chosen(
    app: Flask, client: FlaskClient
) -> None:
    add_person("owner")
    assert '<html lang="zh-CN"' in client.get("/").text
    answer = client.get("/?language=en&next=/console/system/inbox/")
    assert answer.status_code == 302 and "language" not in answer.location
    assert "next=/console/system/inbox/" in answer.location.replace("%2F", "/")
    assert '<html lang="en"' in client.get("/").text


def test_a_browser_that_asks_for_traditional_chinese_gets_it(
    app: Flask, client: FlaskClient
) -> None:
    add_person("owner")
    page = client.get("/", headers={"Accept-Language": "zh-TW,zh;q=0.9"})
    assert '<html lang="zh-TW"' in page.text


def test_a_spoofed_host_is_refused(app: Flask, client: FlaskClient, sign_in: SignIn) -> None:
    add_person("owner")
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
    page = client.get("/", headers={"X-Forwarded-Host": "evil.example"})
    assert page.status_code == 200
    assert "evil.example" not in page.text


def test_a_spoofed_address_does_not_come_into_the_audit_trail(
    app: Flask, client: FlaskClient
) -> None:
    from console.audit import AuditEntry

    login = login_of(add_person("owner"))
    sent = {"csrf_token": token_of(client), "login": login, "password": PASSWORD}
    client.post("/", data=sent, headers={"X-Forwarded-For": "203.0.113.9"})
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "sign_in")).one()
    assert entry.ip == "127.0.0.1"


def test_signing_out_leads_to_the_sign_in_page(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    assert post(client, "/console/sign-out").location == "/"
    assert client.get("/").status_code == 200
