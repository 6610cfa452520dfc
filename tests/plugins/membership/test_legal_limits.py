"""What the law of prepaid cards asks of a salon: who it is, where it is, and what follows."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugins.membership.services.regions import CITY, LEGAL_FORM, caps_bind
from tests.support.people import post

pytestmark = pytest.mark.any_engine

SHOP = {
    "shop": "Fine hair",
    "store": "Nanshan",
    "time_zone": "Asia/Shanghai",
    "name": "Lin Jing",
    "login": "linjing",
    "password": "three quiet lanterns",
    "again": "three quiet lanterns",
}


def test_the_first_run_asks_for_legal_form_and_city(app: Flask, client: FlaskClient) -> None:
    answers = {"membership__legal_form": "company", "membership__city": "shanghai"}
    assert "membership__legal_form" in client.get("/console/setup/").text
    assert post(client, "/console/setup/", {**SHOP, **answers}).location == "/console/"
    assert (LEGAL_FORM.get(), CITY.get(), caps_bind()) == ("company", "shanghai", True)


def test_the_first_run_takes_no_city_that_it_did_not_offer(app: Flask, client: FlaskClient) -> None:
    answer = post(client, "/console/setup/", {**SHOP, "membership__city": "atlantis"})
    assert answer.status_code == 422 and "membership__city-said" in answer.text
    assert client.get("/").location == "/console/setup/"
