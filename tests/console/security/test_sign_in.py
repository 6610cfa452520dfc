"""Signing in and out."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests.support.people import SignIn, add_person, enter, login_of, post


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
    assert wrong.text.replace(login, "x" * len(login)) == unknown.text


def test_a_copied_cookie_is_dead_after_signing_out(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("owner")
    copied = client.get_cookie("console_staff")
    assert copied is not None
    post(client, "/console/sign-out")
    thief = app.test_client()
    thief.set_cookie("console_staff", copied.value)
    assert thief.get("/console/pulse").status_code in (302, 401)
