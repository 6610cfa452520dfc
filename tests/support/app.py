"""The application as tests use it: built once, on a new database for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from flask import Flask, g, has_app_context
from flask.globals import _cv_app
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from console import unit
from console.app import create_app
from console.config import Config
from console.db import db, engine_options
from console.migrate import migrate_database
from console.plugin import Plugin
from tests.support.databases import Databases
from tests.support.run_folder import run_folder

KEY = "a key that only the tests know, 0123456789"
MakeApp = Callable[..., Flask]


class Browser(FlaskClient):
    """A client whose requests share nothing with the test's own context, as in real life.

    Afterwards the test reads everything anew.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        context = copy_context()
        context.run(_cv_app.set, None)  # type: ignore[arg-type]
        # A streamed answer must end in the context that it began in.
        answer: TestResponse = context.run(super().open, *args, **{**kwargs, "buffered": True})
        if has_app_context():
            db.session.rollback()
            g.pop("console_epoch", None)
        return answer


def make_config(url: str, instance: Path, **more: Any) -> Config:
    """Return a configuration for tests, as on the maker's own machine."""
    instance.mkdir(parents=True, exist_ok=True)
    told = {"database_url": url, "secret_key": KEY, "threads": 12, "testing": True, **more}
    return Config(instance=instance, **told)


@pytest.fixture(scope="session")
def original_url(databases: Databases, engine: str) -> Iterator[str]:
    """The URL of a migrated database, to be copied only."""
    url = databases.create()
    report = migrate_database(make_config(url, run_folder() / f"original-{os.getpid()}"))
    assert not report.failed, report.failed
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def shared_app(original_url: str) -> Flask:
    """The application with all plugins, on no test's database; use `app`."""
    app = create_app(make_config(original_url, run_folder() / f"shared-{os.getpid()}"))
    with app.app_context():
        db.engine.dispose()  # nobody may be connected to a database that is copied
    app.test_client_class = Browser
    return app


@pytest.fixture
def migrated_url(databases: Databases, original_url: str) -> Iterator[str]:
    """The URL of a new database with all tables, and nothing in them."""
    url = databases.create(copy_of=original_url)
    yield url
    forget_locks(url)
    databases.drop(url)


@pytest.fixture
def app(shared_app: Flask, migrated_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a new migrated database, with its context entered."""
    config = replace(
        shared_app.extensions["console_config"],
        database_url=migrated_url,
        instance=tmp_path / "instance",
    )
    config.instance.mkdir()
    shared_app.extensions["console_config"] = config
    shared_app.instance_path = str(config.instance)
    with shared_app.app_context():
        engines = cast(dict[str | None, sa.Engine], db.engines)
        former = engines[None]
        engines[None] = sa.create_engine(migrated_url, **engine_options(migrated_url, 12))
        shared_app.extensions["console"].forget()
        yield shared_app
        db.session.remove()
        db.engine.dispose()
        engines[None] = former


@pytest.fixture
def make_app(migrated_url: str, tmp_path: Path) -> Iterator[MakeApp]:
    """Make an application of one's own: `make_app(plugins=(Mine,), folder=…, base_url=…)`."""
    made: list[Flask] = []

    def make(
        *,
        plugins: tuple[type[Plugin], ...] = (),
        folder: Path | None = None,
        url: str = migrated_url,
        check_schema: bool = True,
        **told: Any,
    ) -> Flask:
        config = make_config(url, tmp_path / "instance", plugin_folder=folder, **told)
        app = create_app(config, plugins=plugins, check_schema=check_schema)
        app.test_client_class = Browser
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of sorts, signed out."""
    return app.test_client()


def forget_locks(url: str) -> None:
    """Close the lock file of a database that goes; a run has more of them than a process may."""
    path = f"{sa.make_url(url).database}.wlock"
    descriptor = unit._lock_files.pop((os.getpid(), path), None)
    if descriptor is not None:
        os.close(descriptor)
