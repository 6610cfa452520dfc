"""Sessions live in the database: each can be ended, and a copy of its cookie dies with it."""

from __future__ import annotations

import datetime as dt
import re
from http.cookies import SimpleCookie
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import clock
from console.app import create_app
from console.db import db
from console.security import users
from console.security.models import StaffSession
from console.security.settings import IDLE_MINUTES, SESSION_HOURS
from console.security.users import RoleInStore, preset_role
from tests.support.app import make_config
from tests.support.crawl import texts_in_the_database
from tests.support.people import (
    PASSWORD,
    SignIn,
    add_person,
    enter,
    login_of,
    post,
    token_of,
)

pytestmark = pytest.mark.either_engine

INSIDE = "/console/system/profile/"


def copy_of(client: FlaskClient) -> FlaskClient:
    """Return a thief's browser with a copy of the session cookie."""
    cookie = client.get_cookie("console_staff")
    assert cookie is not None
    thief = client.application.test_client()
    thief.set_cookie("console_staff", cookie.value)
    return thief


def is_inside(client: FlaskClient) -> bool:
    return client.get(INSIDE).status_code == 200


def session_of(client: FlaskClient) -> StaffSession:
    db.session.rollback()
    return db.session.scalars(sa.select(StaffSession).order_by(StaffSession.id.desc())).first()  # type: ignore[return-value]


def test_a_copy_of_the_database_lets_nobody_in(app: Flask, client: FlaskClient) -> None:
    enter(client, login_of(add_person("owner")))
    assert is_inside(client)
    cookie = client.get_cookie("console_staff")
    assert cookie is not None
    secrets = {PASSWORD, app.config["SECRET_KEY"], *re.findall(r"[\w-]{20,}", cookie.value)}
    assert len(secrets) > 2
    db.session.rollback()
    kept = "\n".join(texts_in_the_database(app))
    assert [secret for secret in secrets if secret in kept] == []


def test_a_copied_cookie_is_dead_after_signing_out(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    thief = copy_of(client)
    assert is_inside(thief)
    post(client, "/console/sign-out")
    assert thief.get(INSIDE).status_code == 302


def test_a_copied_cookie_is_dead_after_the_password_changed(app: Flask, sign_in: SignIn) -> None:
    person = add_person("owner")
    client, elsewhere = sign_in(user_id=person), sign_in(user_id=person)
    sent = {
        "password-current": PASSWORD,
        "password-password": "seven quiet lanterns",
        "password-again": "seven quiet lanterns",
    }
    assert post(client, f"{INSIDE}password", sent).status_code == 302
    assert not is_inside(elsewhere)
    assert is_inside(client)
    assert enter(app.test_client(), login_of(person)).status_code == 422
    assert enter(app.test_client(), login_of(person), "seven quiet lanterns").status_code == 302


def test_all_sessions_end_when_a_person_is_disabled(app: Flask, sign_in: SignIn) -> None:
    person = add_person("front_desk")
    client = sign_in(user_id=person)
    assert post(sign_in("owner"), f"/console/system/users/{person}/disable").status_code == 302
    assert not is_inside(client)
    assert enter(app.test_client(), login_of(person)).status_code == 422


def test_the_owner_ends_one_session_of_somebody(app: Flask, sign_in: SignIn) -> None:
    person = add_person("front_desk")
    client = sign_in(user_id=person)
    number = session_of(client).id
    answer = post(sign_in("owner"), f"/console/system/users/{person}/sessions/{number}/end")
    assert answer.status_code == 302
    assert not is_inside(client)


def test_one_cannot_end_the_session_of_another_through_ones_own_page(
    app: Flask, sign_in: SignIn
) -> None:
    other = sign_in("owner")
    number = session_of(other).id
    assert post(sign_in("technician"), f"{INSIDE}sessions/{number}/end").status_code == 404
    assert is_inside(other)


def test_every_sign_in_gets_a_token_of_its_own_and_ends_the_one_before(
    app: Flask, sign_in: SignIn
) -> None:
    person = add_person("owner")
    client = sign_in(user_id=person)
    first = copy_of(client)
    enter(client, login_of(person))
    assert is_inside(client)
    assert not is_inside(first)


def test_a_cookie_set_by_a_stranger_is_never_taken_over(app: Flask, client: FlaskClient) -> None:
    client.set_cookie("console_staff", "a-token-that-the-stranger-knows")
    enter(client, login_of(add_person("owner")))
    cookie = client.get_cookie("console_staff")
    assert cookie is not None and cookie.value != "a-token-that-the-stranger-knows"


def test_the_database_holds_no_token(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    cookie = client.get_cookie("console_staff")
    assert cookie is not None
    row = session_of(client)
    assert cookie.value not in (row.token_hash, row.spare_hash)


def test_a_session_that_nobody_uses_ends(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    limit = dt.timedelta(minutes=IDLE_MINUTES.get())
    with clock.frozen(clock.now() + limit - dt.timedelta(minutes=1)):
        assert is_inside(client)
    with clock.frozen(clock.now() + 2 * limit):
        assert client.get(INSIDE).location.startswith("/?next=")


def test_a_session_in_use_ends_after_twelve_hours(app: Flask, sign_in: SignIn) -> None:
    client, began = sign_in("owner"), clock.now()
    assert SESSION_HOURS.get() == 12
    for half_hour in range(1, 24):
        with clock.frozen(began + dt.timedelta(minutes=30 * half_hour)):
            assert is_inside(client)
    with clock.frozen(began + dt.timedelta(hours=12, minutes=1)):
        assert not is_inside(client)


def test_the_last_use_is_written_at_most_once_a_minute(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    first = session_of(client).seen_at
    with clock.frozen(first + dt.timedelta(seconds=50)):
        client.get(INSIDE)
    assert session_of(client).seen_at == first
    with clock.frozen(first + dt.timedelta(seconds=70)):
        client.get(INSIDE)
    assert session_of(client).seen_at == first + dt.timedelta(seconds=70)


def test_a_change_of_rights_renews_the_token(app: Flask, sign_in: SignIn) -> None:
    person = add_person("front_desk")
    client = sign_in(user_id=person)
    thief = copy_of(client)
    users.set_roles(person, [RoleInStore(preset_role("owner").id)])
    assert is_inside(client)
    assert is_inside(client)
    later = clock.now() + dt.timedelta(seconds=40)
    with clock.frozen(later):
        assert is_inside(client)
        assert not is_inside(thief)


def test_the_page_of_a_dead_session_says_that_nothing_is_lost(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    users_page = copy_of(client)
    post(client, "/console/sign-out")
    answer = users_page.get("/console/system/users/")
    page = users_page.get(answer.location)
    assert 'role="status"' in page.text


def test_a_script_with_a_dead_session_is_told_so(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/console/pulse", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json is not None and answer.json["ok"] is False


def test_pages_of_a_person_are_kept_by_no_cache(app: Flask, sign_in: SignIn) -> None:
    assert sign_in("owner").get(INSIDE).headers["Cache-Control"] == "no-store"


def test_a_page_costs_few_queries_for_who_is_there(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    client.get("/console/pulse")
    seen: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    assert client.get("/console/pulse").status_code == 200
    assert len([each for each in seen if each.startswith("SELECT")]) <= 3


def read_cookies(answers: list[Any]) -> dict[str, Any]:
    found = SimpleCookie()
    for answer in answers:
        for line in answer.headers.getlist("Set-Cookie"):
            found.load(line)
    return dict(found)


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(
    app: Flask, client: FlaskClient
) -> None:
    answers = [client.get("/?language=en"), enter(client, login_of(add_person("owner")))]
    cookies = read_cookies([*answers, client.get(INSIDE)])
    assert {"console_staff", "console_language"} <= set(cookies)
    for cookie in cookies.values():
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"
        assert not cookie["domain"]


@pytest.fixture
def https_app(migrated_url: str, tmp_path: Any) -> Any:
    from dataclasses import replace

    config = make_config(migrated_url, tmp_path / "instance")
    app = create_app(
        replace(config, base_url="https://salon.example", trusted_hosts=("salon.example",))
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_with_https_every_cookie_is_bound_to_this_host(https_app: Flask) -> None:
    client = https_app.test_client()
    client.get("/", base_url="https://salon.example")
    login = login_of(add_person("owner"))
    base: dict[str, Any] = {"base_url": "https://salon.example"}
    first = client.get("/?language=en", **base)
    with client.session_transaction(**base) as session:
        session["csrf_token"] = "c5f0" * 10
    from itsdangerous import URLSafeTimedSerializer

    token = URLSafeTimedSerializer(str(https_app.secret_key), salt="wtf-csrf-token").dumps(
        "c5f0" * 10
    )
    sent = {"csrf_token": token, "login": login, "password": PASSWORD}
    answer = client.post("/", data=sent, headers={"Referer": "https://salon.example/"}, **base)
    assert answer.status_code == 302, answer.text
    cookies = read_cookies([first, answer])
    assert cookies
    for name, cookie in cookies.items():
        assert name.startswith("__Host-"), name
        assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax"
    assert client.get(INSIDE, **base).status_code == 200


def test_language_and_looks_are_kept_with_the_person(app: Flask, sign_in: SignIn) -> None:
    person = add_person("owner")
    client = sign_in(user_id=person)
    sent = {"look-locale": "en", "look-theme": "dark", "look-density": "compact"}
    assert post(client, f"{INSIDE}look", sent).status_code == 302
    page = sign_in(user_id=person).get(INSIDE).text
    assert '<html lang="en" data-theme="dark"' in page
    assert 'data-density="compact"' in page


def test_a_preference_is_kept_by_a_script(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    headers = {"X-CSRFToken": token_of(client)}
    sent = {"key": "theme", "value": "dark"}
    assert client.post("/console/preference", json=sent, headers=headers).json == {"ok": True}
    assert 'data-theme="dark"' in client.get(INSIDE).text
    sent = {"key": "password_hash", "value": "x"}
    assert client.post("/console/preference", json=sent, headers=headers).status_code == 422
