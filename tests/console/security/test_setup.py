"""The first run, the demo's open doors, and leaving the demo."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import demo, outbox
from console.db import db
from console.security.models import Role, User
from console.security.settings import SHOP_NAME
from console.stores import Store
from console.unit import unit
from tests.support.live import choose
from tests.support.people import PASSWORD, SignIn, add_person, add_store, enter, post

pytestmark = pytest.mark.any_engine

GIVEN = {
    "shop": "Fine hair",
    "store": "Nanshan",
    "time_zone": "Asia/Shanghai",
    "name": "Lin Jing",
    "login": "linjing",
    "password": "three quiet lanterns",
    "again": "three quiet lanterns",
}


@unit
def switch_demo(state: str) -> None:
    demo.STATE.put(state)


def test_without_anybody_the_first_page_is_the_wizard(app: Flask, client: FlaskClient) -> None:
    assert client.get("/").location == "/console/setup/"
    page = client.get("/console/setup/")
    assert page.status_code == 200 and 'name="shop"' in page.text


def test_the_wizard_makes_shop_owner_and_store_and_signs_in(
    app: Flask, client: FlaskClient
) -> None:
    answer = post(client, "/console/setup/", GIVEN)
    assert answer.location == "/console/", answer.text
    assert client.get("/console/system/users/").status_code == 200
    assert SHOP_NAME.get() == "Fine hair"
    assert db.session.scalars(sa.select(Store.name)).all() == ["Nanshan"]
    assert db.session.scalar(sa.select(sa.func.count(Role.id))) == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"shop": ""},
        {"store": ""},
        {"login": "x"},
        {"login": "lin jing"},
        {"password": "short", "again": "short"},
        {"password": "password", "again": "password"},
        {"password": "linjing123", "again": "linjing123"},
        {"again": "something else"},
        {"time_zone": "Mars/Olympus"},
        {"name": "x" * 100},
    ],
)
def test_the_wizard_takes_nothing_by_halves(
    app: Flask, client: FlaskClient, wrong: dict[str, str]
) -> None:
    answer = post(client, "/console/setup/", {**GIVEN, **wrong})
    assert answer.status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(User.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(Store.id))) == 0


def test_the_wizard_lists_what_is_missing_in_the_order_of_its_fields(
    app: Flask, client: FlaskClient
) -> None:
    page = post(
        client, "/console/setup/", {**GIVEN, **dict.fromkeys(("shop", "store", "name"), "")}
    )
    told = re.findall('<li><a href="#(\\w+)">[^<]+</a>\N{FULLWIDTH COLON}', page.text)
    assert told == ["shop", "store", "name"]


def test_the_wizard_is_shut_once_there_is_somebody(app: Flask, client: FlaskClient) -> None:
    add_person("owner")
    assert client.get("/console/setup/").location == "/"
    assert post(client, "/console/setup/", GIVEN).location == "/"
    assert db.session.scalar(sa.select(sa.func.count(User.id))) == 1


def test_the_demo_offers_one_click_for_each_role_that_is_there(
    app: Flask, client: FlaskClient
) -> None:
    switch_demo("on")
    add_person("owner", name="Lin", demo=True)
    add_person("technician", add_store(), name="Tony", demo=True)
    add_person("manager", name="Real")
    page = client.get("/").text
    assert "Lin" in page and "Tony" in page and "Real" not in page
    assert post(client, "/demo", {"role": "technician"}).location == "/console/"
    assert "Tony" in client.get("/console/system/profile/").text


def test_one_click_opens_nothing_without_the_demo(app: Flask, client: FlaskClient) -> None:
    add_person("owner", demo=True)
    assert 'name="role"' not in client.get("/").text
    assert post(client, "/demo", {"role": "owner"}).status_code == 404


@pytest.mark.parametrize("role", ["manager", "", "nobody", "owner' OR 1=1"])
def test_one_click_opens_no_role_that_is_not_offered(
    app: Flask, client: FlaskClient, role: str
) -> None:
    switch_demo("on")
    add_person("owner", demo=True)
    add_person("manager")
    assert post(client, "/demo", {"role": role}).status_code == 422


def test_the_owner_leaves_the_demo_by_typing_the_shops_name(app: Flask, sign_in: SignIn) -> None:
    switch_demo("on")
    name_shop("Qingmei")
    add_store()
    person = add_person("owner")
    choose(person, locale="en")
    owner = sign_in(user_id=person)
    unit(outbox.store)("somebody_came", "salon", {})
    page = owner.get("/console/system/demo/")
    assert page.status_code == 200 and "Qingmei" in page.text
    assert "Failed events:" not in page.text.partition("<main")[2]
    assert post(owner, "/console/system/demo/clear", {"shop": "Other"}).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(User.id))) == 1
    db.session.rollback()  # PostgreSQL empties no table that somebody reads
    answer = post(owner, "/console/system/demo/clear", {"shop": "qingmei"})
    assert answer.location == "/console/setup/"
    assert owner.get("/").location == "/console/setup/"
    assert db.session.scalar(sa.select(sa.func.count(User.id))) == 0
    assert not demo.is_on() and not demo.is_wanted()
    assert post(owner, "/console/setup/", GIVEN).location == "/console/"


@unit
def name_shop(name: str) -> None:
    SHOP_NAME.put(name)


def test_only_the_owner_leaves_the_demo_and_only_while_it_is_on(
    app: Flask, sign_in: SignIn
) -> None:
    store = add_store()
    owner = sign_in("owner")
    assert owner.get("/console/system/demo/").status_code == 404
    switch_demo("on")
    assert sign_in("owner", store).get("/console/system/demo/").status_code == 403
    assert sign_in("manager").get("/console/system/demo/").status_code == 403


def test_the_demo_does_not_let_in_by_an_empty_password(app: Flask, client: FlaskClient) -> None:
    switch_demo("on")
    add_person("owner", login="demo-owner", password_hash="", demo=True)
    assert enter(client, "demo-owner", "").status_code == 422
    assert enter(client, "demo-owner", PASSWORD).status_code == 422
