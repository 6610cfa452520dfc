from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support import people, teahouse
from tests.support.app import MakeApp

URL = "/console/tea/guests/"


@dataclass
class House:
    """The tea house with two stores, and people who may sign in."""

    app: Flask
    here: int
    there: int

    def enter(self, role: str = "owner", store: int | None = None) -> FlaskClient:
        client = self.app.test_client()
        number = people.add_person(role, store)
        people.enter(client, people.login_of(number))
        return client


@pytest.fixture
def house(make_app: MakeApp) -> Iterator[House]:
    app = make_app(plugins=(teahouse.Tea, teahouse.Neighbour))
    teahouse.make_tables(app)
    teahouse.Neighbour.kept.clear()
    with app.app_context():
        yield House(app, people.add_store("Nanshan"), people.add_store("Futian"))


@pytest.fixture
def owner(house: House) -> FlaskClient:
    return house.enter()
