from __future__ import annotations

import os
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from console.app import create_app
from console.db import db
from tests.support import moods, people, teahouse
from tests.support.app import make_config
from tests.support.run_folder import run_folder

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


@pytest.fixture(scope="session")
def shared_app(original_url: str) -> Flask:
    """The application with the tea house, for all tests of this folder."""
    config = make_config(original_url, run_folder() / f"tea-{os.getpid()}")
    app = create_app(config, plugins=(teahouse.Tea, moods.Moods))
    with app.app_context():
        db.engine.dispose()  # nobody may be connected to a database that is copied
    return app


@pytest.fixture
def house(app: Flask) -> House:
    teahouse.make_tables(app)
    moods.Moods.kept.clear()
    return House(app, people.add_store("Nanshan"), people.add_store("Futian"))


@pytest.fixture
def owner(house: House) -> FlaskClient:
    return house.enter()
