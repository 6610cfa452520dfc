"""The guard: shut unless a view says otherwise, and deaf to other sites."""

from __future__ import annotations

import pytest
from flask import Flask

from console.security.guard import audience_of, open_to, permission_of
from console.security.permissions import USE_CONSOLE
from tests.support.app import MakeApp
from tests.support.people import SignIn, add_person, add_store, enter, login_of, post, token_of

pytestmark = pytest.mark.any_engine

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def test_every_endpoint_says_who_may_use_it(app: Flask) -> None:
    with app.test_request_context():
        silent = [
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if audience_of(rule.endpoint) is None and permission_of(rule.endpoint) is None
        ]
    assert silent == []


def test_a_view_that_says_nothing_is_shut_even_for_the_owner(make_app: MakeApp) -> None:
    app = make_app()
    app.add_url_rule("/console/forgotten", "forgotten", lambda: "open by mistake")
    with app.app_context():
        client = app.test_client()
        assert client.get("/console/forgotten").status_code == 302
        enter(client, login_of(add_person("owner")))
        assert client.get("/console/forgotten").status_code == 403


def test_staff_do_not_pass_as_members(make_app: MakeApp) -> None:
    app = make_app()
    app.add_url_rule("/member", "member", open_to("visitor")(lambda: "her card"))
    with app.app_context():
        client = app.test_client()
        enter(client, login_of(add_person("owner")))
        assert client.get("/member").status_code == 302


@pytest.mark.slow
def test_every_form_needs_its_token(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    rules = [r for r in app.url_map.iter_rules() if UNSAFE & (r.methods or set())]
    assert len(rules) > 20
    for rule in rules:
        with app.test_request_context():
            if audience_of(rule.endpoint) == "signed":
                continue
        values = dict.fromkeys(rule.arguments, "1")
        with app.test_request_context():
            path = rule.build(values, append_unknown=False)
        assert path is not None
        for method in UNSAFE & (rule.methods or set()):
            assert client.open(path[1], method=method).status_code == 400, rule


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_what_another_site_sends_is_refused_even_with_a_token(
    app: Flask, sign_in: SignIn, headers: dict[str, str]
) -> None:
    client = sign_in("owner")
    assert post(client, "/console/sign-out", headers=headers).status_code == 400
    assert client.get("/console/pulse").status_code == 200


def test_our_own_pages_may_send(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert post(client, "/console/sign-out", headers=headers).status_code == 302


def test_a_token_of_another_browser_is_none(app: Flask, sign_in: SignIn) -> None:
    client, other = sign_in("owner"), app.test_client()
    with other.session_transaction() as session:
        session["csrf_token"] = "d" * 40
    token = token_of(other)
    assert client.post("/console/sign-out", data={"csrf_token": token}).status_code == 400


def test_a_person_without_a_role_is_inside_nowhere(app: Flask, sign_in: SignIn) -> None:
    client = sign_in(None)
    assert client.get("/console/system/inbox/").status_code == 403
    assert client.get("/console/system/users/").status_code == 403
    assert post(client, "/console/sign-out").status_code == 302


def test_a_stranger_may_ask_for_health_and_files_of_the_design(app: Flask) -> None:
    assert app.test_client().get("/healthz").status_code == 200


def test_the_store_switch_takes_only_her_own_stores(app: Flask, sign_in: SignIn) -> None:
    here, there, foreign = add_store("A"), add_store("B"), add_store("C")
    person = add_person("front_desk", here)
    from console.security import users

    users.set_roles(
        person, [users.RoleInStore(users.preset_role("front_desk").id, s) for s in (here, there)]
    )
    client = sign_in(user_id=person)
    assert post(client, "/console/store", {"store": str(there)}).status_code == 302
    assert post(client, "/console/store", {"store": str(foreign)}).status_code == 404
    assert post(client, "/console/store", {"store": ""}).status_code == 302


def test_everybody_with_a_role_may_use_the_console(app: Flask) -> None:
    person = add_person("technician", add_store())
    assert USE_CONSOLE.held_by(person)
    assert not USE_CONSOLE.held_by(add_person(None))
